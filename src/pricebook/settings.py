"""The settings, read once from environment variables into one frozen object."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from pricebook.errors import SettingsError
from pricebook.system.refused_values import explain_refusal
from pricebook.system.setting_checks import (
    credentials_key_problem,
    database_url_problem,
    origins_problem,
    proxies_problem,
    redis_url_problem,
    secret_problem,
    split_list,
)
from pricebook.system.smtp_server import mail_address_problem, smtp_url_problem

PositiveInt = Annotated[int, msgspec.Meta(ge=1)]
NonNegativeInt = Annotated[int, msgspec.Meta(ge=0)]
BcryptCost = Annotated[int, msgspec.Meta(ge=10, le=16)]
LeaseSeconds = Annotated[int, msgspec.Meta(ge=2)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]

# Each may be in a file, which NAME_FILE names. No error message contains its value.
SECRETS = (
    *("DATABASE_URL", "DATABASE_READ_URL", "REDIS_URL", "JWT_SECRET", "METRICS_TOKEN"),
    *("SMTP_URL", "CREDENTIALS_KEY"),
)
FILE_SUFFIX = "_FILE"

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
MarginPercent = Annotated[float, msgspec.Meta(ge=-100, le=100)]
Factor = Annotated[float, msgspec.Meta(ge=1)]
CurrencyCode = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
KeptMonths = Annotated[int, msgspec.Meta(ge=0, le=1200)]
RateDays = Annotated[int, msgspec.Meta(ge=0, le=366)]
AuditDays = Annotated[int, msgspec.Meta(ge=30)]
HttpsUrl = Annotated[str, msgspec.Meta(pattern=r"^https://[^\s]+$")]
HttpUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://[^?#\s]*[^/?#\s]$")]
CatalogPrices = Literal["supplier", "target", "hidden"]
DatabaseDriver = Literal["pricebook", "stock"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["json", "text"]
CatalogVat = Literal["as_listed", "net", "gross"]
HttpProtocolName = Literal["pricebook", "stock"]


class Settings(msgspec.Struct, frozen=True, rename="upper"):
    """The settings by their environment names; docs/operations.md describes each."""

    database_url: str | None = None
    database_read_url: str | None = None
    redis_url: str | None = None
    redis_queue_name: str = "parse-tasks"
    jwt_secret: str | None = None
    credentials_key: str | None = None
    jwt_issuer: str = "pricebook"
    jwt_expiration_hours: PositiveInt = 24
    console_session_hours: PositiveInt = 12
    bcrypt_cost: BcryptCost = 12
    login_failures_per_name: PositiveInt = 10
    login_failures_per_address: PositiveInt = 100
    login_failures_from_new_networks: PositiveInt = 50
    trusted_proxies: str | None = None
    allowed_origins: str | None = None
    hsts_seconds: NonNegativeInt = 0
    db_pool_min: PositiveInt = 5
    db_pool_max: PositiveInt = 20
    database_driver: DatabaseDriver = "pricebook"
    http_protocol: HttpProtocolName = "pricebook"
    api_connections: PositiveInt = 16_000
    api_statement_seconds: PositiveInt = 30
    catalog_rate_limit_per_minute: NonNegativeInt = 0
    api_stop_delay_seconds: NonNegativeInt = 3
    api_stop_seconds: PositiveInt = 30
    catalog_memory_mb: NonNegativeInt = 128
    pricebook_home: str = ".pricebook"
    uploads_dir: str | None = None
    uploads_max_mib: PositiveInt = 51_200
    uploads_max_mib_per_user: PositiveInt = 25_600
    upload_rate_limit_per_minute: PositiveInt = 30
    sync_rate_limit_per_minute: PositiveInt = 10
    worker_tasks: PositiveInt = 2
    worker_lease_seconds: LeaseSeconds = 10
    worker_stop_seconds: PositiveInt = 30
    import_lock_seconds: PositiveInt = 10
    worker_yield_seconds: PositiveInt = 20
    keep_tasks_days: PositiveInt = 90
    keep_uploads_days: PositiveInt = 90
    keep_audit_days: AuditDays = 1_825
    undo_days: PositiveInt = 30
    keep_prices_months: KeptMonths = 0
    catalog_currency: CurrencyCode = "USD"
    catalog_vat: CatalogVat = "as_listed"
    exchange_rates_url: HttpsUrl | None = None
    rate_max_age_days: RateDays = 7
    catalog_prices: CatalogPrices = "supplier"
    catalog_pages: bool = True
    google_credentials_path: str | None = None
    google_api_url: HttpUrl = "https://sheets.googleapis.com"
    allow_private_urls: bool = False
    list_max_mib: PositiveInt = 200
    list_max_rows: PositiveInt = 2_000_000
    list_max_columns: PositiveInt = 1_000
    parser_max_mib: PositiveInt = 512
    parser_max_seconds: PositiveInt = 900
    hold_absent_percent: Percent = 40
    hold_rejected_percent: Percent = 75
    hold_price_factor: Factor = 2
    hold_row_price_factor: Factor = 1.5
    price_jump_percent: Percent = 20
    margin_below_percent: MarginPercent = 10
    smtp_url: str | None = None
    smtp_from: str | None = None
    public_url: HttpUrl | None = None
    log_level: LogLevel = "info"
    log_format: LogFormat | None = None
    log_requests: bool | None = None
    metrics_token: str | None = None
    otel_exporter_otlp_endpoint: HttpUrl | None = None
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: PositiveInt = 1

    @property
    def home(self) -> Path:
        """The absolute path of the folder of the embedded servers and of this installation."""
        return Path(self.pricebook_home).expanduser().absolute()

    @property
    def uploads(self) -> Path:
        """The absolute path of the folder of uploaded price lists."""
        configured = self.uploads_dir or self.home / "uploads"
        return Path(configured).expanduser().absolute()

    @property
    def required_database_url(self) -> str:
        """DATABASE_URL; raises SettingsError if it is not set."""
        if self.database_url is None:
            raise SettingsError("DATABASE_URL is not set.")
        return self.database_url

    @property
    def required_redis_url(self) -> str:
        """REDIS_URL; raises SettingsError if it is not set."""
        if self.redis_url is None:
            raise SettingsError("REDIS_URL is not set.")
        return self.redis_url

    @property
    def required_jwt_secret(self) -> str:
        """JWT_SECRET; raises SettingsError if it is missing or weak."""
        problem = secret_problem(self.jwt_secret or "")
        if problem or self.jwt_secret is None:
            raise SettingsError(f"JWT_SECRET {problem}.")
        return self.jwt_secret

    @property
    def credentials_keys(self) -> list[str]:
        """The keys of CREDENTIALS_KEY: the first encrypts, each decrypts."""
        return split_list(self.credentials_key or "")

    @property
    def origins(self) -> frozenset[str]:
        """The origins that CORS allows to read responses."""
        return frozenset(split_list(self.allowed_origins or ""))

    @property
    def reachable_host(self) -> str:
        """The host name by which this machine reaches its own API."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 (compared, not bound)

    @property
    def address(self) -> str:
        """The URL by which this machine reaches its own API."""
        return f"http://{self.reachable_host}:{self.port}"

    def as_environment(self) -> dict[str, str]:
        """Return the settings as environment variables; secrets are values, not files."""
        configured: dict[str, object] = msgspec.to_builtins(self)
        values = {name: str(value) for name, value in configured.items() if value is not None}
        return values | {name + FILE_SUFFIX: "" for name in SECRETS}


def read_settings(environment: Mapping[str, str | None], *, for_server: bool = False) -> Settings:
    """Return the settings of environment variables; an empty variable counts as not set.

    A server needs JWT_SECRET. Raises SettingsError with one line for each invalid variable.
    """
    configured = {name: value for name, value in environment.items() if value}
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in msgspec.structs.fields(Settings):
        try:
            values[field.name] = _read_setting(field, configured)
        except SettingsError as error:
            problems[field.name] = error.message
            values[field.name] = field.default
    settings = Settings(**values)
    if for_server and settings.jwt_secret is None:
        problems.setdefault("jwt_secret", f"JWT_SECRET {secret_problem('')}.")
    if settings.db_pool_min > settings.db_pool_max and problems.keys().isdisjoint(POOL_SIZE_FIELDS):
        problems["db_pool_min"] = (
            f"DB_POOL_MIN ({settings.db_pool_min}) is over DB_POOL_MAX ({settings.db_pool_max})."
        )
    if settings.smtp_url and not settings.smtp_from:
        problems.setdefault("smtp_from", "SMTP_FROM is not set: SMTP_URL needs a sender.")
    if problems:
        raise SettingsError("\n".join(problems.values()))
    return settings


def _read_setting(field: msgspec.structs.FieldInfo, configured: Mapping[str, str]) -> Any:
    """Return one setting, or its default if it is not set; raises SettingsError."""
    name = field.encode_name
    text = _read_secret(name, configured) if name in SECRETS else configured.get(name)
    if text is None:
        return field.default
    problem = VALIDATORS[name](text) if name in VALIDATORS else None
    if problem:
        raise SettingsError(f"{name} {problem}.")
    try:
        return msgspec.convert(text, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{name} is {text!r}: {explain_refusal(error, field.type)}.") from error


def _read_secret(name: str, configured: Mapping[str, str]) -> str | None:
    """Return a secret from its variable or from the file of NAME_FILE; raises SettingsError."""
    path = configured.get(name + FILE_SUFFIX)
    if path is None:
        return configured.get(name)
    if name in configured:
        raise SettingsError(f"{name} and {name}{FILE_SUFFIX} are both set: set only one of them.")
    try:
        text = Path(path).expanduser().read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(
            f"{name}{FILE_SUFFIX}: {path} cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError:
        raise SettingsError(f"{name}{FILE_SUFFIX}: {path} is not UTF-8 text.") from None
    if not text:
        raise SettingsError(f"{name}{FILE_SUFFIX}: {path} is empty.")
    return text


POOL_SIZE_FIELDS = {"db_pool_min", "db_pool_max"}
VALIDATORS: Mapping[str, Callable[[str], str | None]] = {
    "DATABASE_URL": database_url_problem,
    "DATABASE_READ_URL": database_url_problem,
    "REDIS_URL": redis_url_problem,
    "JWT_SECRET": secret_problem,
    "CREDENTIALS_KEY": credentials_key_problem,
    "ALLOWED_ORIGINS": origins_problem,
    "TRUSTED_PROXIES": proxies_problem,
    "SMTP_URL": smtp_url_problem,
    "SMTP_FROM": mail_address_problem,
}
