"""Everything that can be set from outside, read once into one frozen object."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from pricebook.errors import SettingsError, plain
from pricebook.logs import LogFormat

PositiveInt = Annotated[int, msgspec.Meta(ge=1)]
NaturalInt = Annotated[int, msgspec.Meta(ge=0)]
BcryptCost = Annotated[int, msgspec.Meta(ge=10, le=16)]
LeaseSeconds = Annotated[int, msgspec.Meta(ge=2)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
MIN_SECRET_BYTES = 32
MIN_SECRET_LETTERS = 8
PLACEHOLDER = re.compile(r"change[-_ ]?me|your[-_ ]|placeholder|example", re.IGNORECASE)

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Factor = Annotated[float, msgspec.Meta(ge=1)]
CurrencyCode = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
HttpAddress = Annotated[str, msgspec.Meta(pattern=r"^https?://[^?#\s]*[^/?#\s]$")]
LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(msgspec.Struct, frozen=True, rename="upper"):
    """The settings by their environment names; docs/operations.md tells what each does."""

    database_url: str | None = None
    redis_url: str | None = None
    redis_queue_name: str = "parse-tasks"
    jwt_secret: str | None = None
    jwt_issuer: str = "pricebook"
    jwt_expiration_hours: PositiveInt = 24
    bcrypt_cost: BcryptCost = 12
    login_failures_per_name: PositiveInt = 10
    login_failures_per_address: PositiveInt = 100
    trusted_proxies: str | None = None
    db_pool_min: PositiveInt = 5
    db_pool_max: PositiveInt = 20
    catalog_memory_mb: NaturalInt = 64
    pricebook_home: str = ".pricebook"
    uploads_dir: str | None = None
    sync_rate_limit_per_minute: PositiveInt = 10
    worker_tasks: PositiveInt = 2
    worker_lease_seconds: LeaseSeconds = 10
    worker_stop_seconds: PositiveInt = 30
    keep_tasks_days: PositiveInt = 90
    catalog_currency: CurrencyCode = "USD"
    google_credentials_path: str | None = None
    google_api_url: HttpAddress = "https://sheets.googleapis.com"
    allow_private_urls: bool = False
    list_max_mib: PositiveInt = 200
    list_max_rows: PositiveInt = 2_000_000
    list_max_columns: PositiveInt = 1_000
    parser_max_mib: PositiveInt = 512
    parser_max_seconds: PositiveInt = 900
    hold_absent_percent: Percent = 40
    hold_rejected_percent: Percent = 75
    hold_price_factor: Factor = 2
    log_level: LogLevel = "info"
    log_format: LogFormat | None = None
    log_requests: bool | None = None
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: PositiveInt = 1

    @property
    def home(self) -> Path:
        """The folder of the embedded servers and of what this installation keeps, absolute."""
        return Path(self.pricebook_home).expanduser().absolute()

    @property
    def uploads(self) -> Path:
        """The folder of price lists that were uploaded or put there, absolute."""
        given = self.uploads_dir or self.home / "uploads"
        return Path(given).expanduser().absolute()

    @property
    def required_database_url(self) -> str:
        """The database's address; raises SettingsError where there is none."""
        if self.database_url is None:
            raise SettingsError("DATABASE_URL is not set.")
        return self.database_url

    @property
    def required_redis_url(self) -> str:
        """The address of Redis; raises SettingsError where there is none."""
        if self.redis_url is None:
            raise SettingsError("REDIS_URL is not set.")
        return self.redis_url

    @property
    def required_jwt_secret(self) -> str:
        """What tokens are signed with; raises SettingsError where it is missing or weak."""
        secret = self.jwt_secret or ""
        if not secret:
            raise SettingsError("JWT_SECRET is not set: `openssl rand -hex 32` makes one.")
        if len(secret.encode()) < MIN_SECRET_BYTES:
            raise SettingsError(f"JWT_SECRET is weak: it has less than {MIN_SECRET_BYTES} bytes.")
        if len(set(secret)) < MIN_SECRET_LETTERS:
            raise SettingsError("JWT_SECRET is weak: it repeats a few characters.")
        if PLACEHOLDER.search(secret):
            raise SettingsError("JWT_SECRET is weak: it is a placeholder out of a manual.")
        return secret

    @property
    def reachable_host(self) -> str:
        """The host under which this machine itself reaches the API."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 (read, not bound)

    @property
    def address(self) -> str:
        """The URL under which this machine itself reaches the API."""
        return f"http://{self.reachable_host}:{self.port}"

    def as_environment(self) -> dict[str, str]:
        """Return the settings as a child process reads them."""
        given: dict[str, object] = msgspec.to_builtins(self)
        return {name: str(value) for name, value in given.items() if value is not None}


def read_settings(environment: Mapping[str, str | None]) -> Settings:
    """Read the settings from environment variables; an empty variable counts as not set.

    Raises SettingsError naming the first variable that is wrong.
    """
    names = {field.encode_name for field in msgspec.structs.fields(Settings)}
    given = {name: value for name, value in environment.items() if name in names and value}
    settings = _convert(given)
    if settings.db_pool_min > settings.db_pool_max:
        raise SettingsError(
            f"DB_POOL_MIN ({settings.db_pool_min}) is over DB_POOL_MAX ({settings.db_pool_max})."
        )
    return settings


def _convert(given: Mapping[str, Any]) -> Settings:
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`")
        raise SettingsError(f"{name} is {given[name]!r}: {plain(problem)}.") from error
