"""Opens the services of a process from its settings."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from pricebook.auth.account_cache import AccountCache
from pricebook.auth.key_cache import KeyCache
from pricebook.auth.passwords import PasswordChecker
from pricebook.auth.service import FAILURE_WINDOW_SECONDS, AuthService
from pricebook.auth.tokens import TokenKey
from pricebook.db.database import Database
from pricebook.db.resources import Resources
from pricebook.errors import SettingsError
from pricebook.http.rate_limit import RateLimit, RateLimiter
from pricebook.imports.service import SubmissionContext
from pricebook.imports.upload_limits import UploadQuota, UploadStorage
from pricebook.rates.service import RateContext
from pricebook.settings import Settings
from pricebook.suppliers.credential_keys import CredentialKeys
from pricebook.suppliers.credentials import CredentialContext
from pricebook.tasks.queue import QueueClient

REDIS_TIMEOUT_SECONDS = 0.5
REDIS_CONNECTIONS = 20
MEBIBYTE = 1024 * 1024


def standby_factory(settings: Settings) -> Callable[[], Database] | None:
    """Return a factory of the pool of DATABASE_READ_URL, None if it is not set."""
    if settings.database_read_url is None:
        return None
    return partial(
        Database,
        settings.database_read_url,
        pool_max=settings.db_pool_max,
        statement_seconds=settings.api_statement_seconds,
        driver=settings.database_driver,
    )


@asynccontextmanager
async def open_redis(
    settings: Settings, *, response_seconds: float = REDIS_TIMEOUT_SECONDS
) -> AsyncGenerator[Redis]:
    """Yield a client of Redis that connects when it is first used.

    A call raises RedisError when there is no response within `response_seconds`. Raises
    SettingsError for a malformed REDIS_URL.
    """
    try:
        pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
            settings.required_redis_url,
            max_connections=REDIS_CONNECTIONS,
            timeout=REDIS_TIMEOUT_SECONDS,
            socket_timeout=response_seconds,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise SettingsError("REDIS_URL is not a valid Redis URL.") from error
    async with Redis.from_pool(pool) as redis:
        yield redis


@contextmanager
def open_auth(resources: Resources, redis: Redis) -> Generator[AuthService]:
    """Open authentication; raises SettingsError if JWT_SECRET is missing or weak."""
    settings = resources.settings
    key = TokenKey(settings.required_jwt_secret, settings.jwt_issuer, settings.jwt_expiration_hours)
    with PasswordChecker(settings.bcrypt_cost) as passwords:
        yield AuthService(
            database=resources.database,
            key=key,
            accounts=AccountCache(resources.database),
            keys=KeyCache(resources.database),
            passwords=passwords,
            limiter=RateLimiter(redis),
            failures_by_name=RateLimit(
                "login-name", settings.login_failures_per_name, FAILURE_WINDOW_SECONDS
            ),
            failures_by_address=RateLimit(
                "login-address", settings.login_failures_per_address, FAILURE_WINDOW_SECONDS
            ),
            failures_from_new_networks=RateLimit(
                "login-new-networks",
                settings.login_failures_from_new_networks,
                FAILURE_WINDOW_SECONDS,
            ),
            failures_of_keys=RateLimit(
                "api-key-address", settings.login_failures_per_address, FAILURE_WINDOW_SECONDS
            ),
            session_hours=settings.console_session_hours,
        )


def rate_context_for(resources: Resources) -> RateContext:
    """Return the database and the setting by which exchange rates are used."""
    return RateContext(resources.database, resources.settings.rate_max_age_days)


def credential_context_for(resources: Resources) -> CredentialContext:
    """Return the database and the keys with which credentials of suppliers are stored."""
    return CredentialContext(
        resources.database, CredentialKeys(resources.settings.credentials_keys)
    )


def submission_context_for(resources: Resources, redis: Redis) -> SubmissionContext:
    """Return the resources that accept syncs and uploads."""
    settings = resources.settings
    quota = UploadQuota(
        total_bytes=settings.uploads_max_mib * MEBIBYTE,
        user_bytes=settings.uploads_max_mib_per_user * MEBIBYTE,
    )
    return SubmissionContext(
        database=resources.database,
        queue=QueueClient(redis, settings.redis_queue_name),
        limiter=RateLimiter(redis),
        syncs_per_minute=settings.sync_rate_limit_per_minute,
        uploads_per_minute=settings.upload_rate_limit_per_minute,
        storage=UploadStorage(settings.uploads, quota),
        max_bytes=settings.list_max_mib * MEBIBYTE,
    )
