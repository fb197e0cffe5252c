import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from pricebook.auth import repository, tokens
from pricebook.auth.account_cache import AccountCache
from pricebook.auth.account_schemas import Account, LoginAccount, NewUser, UserChange, UserRow
from pricebook.auth.failed_logins import record_failure, record_success
from pricebook.auth.key_cache import KeyCache
from pricebook.auth.passwords import PasswordChecker
from pricebook.auth.schemas import Caller, Credentials, Login
from pricebook.auth.tokens import Claims, TokenKey
from pricebook.db.database import Database
from pricebook.errors import RateLimitExceededError, UnauthorizedError, ValidationError
from pricebook.http.rate_limit import RateLimit, RateLimitCounter, RateLimiter, rate_limit_fields

WRONG_LOGIN = "Invalid username or password"
FAILURE_WINDOW_SECONDS = 300
NETWORK_RENEWAL_DAYS = 1 / (24 * 60)
MIN_NAME_LENGTH, MAX_NAME_LENGTH = 3, 255


class AuthService(msgspec.Struct, frozen=True):
    """The resources of authentication, open while the API runs."""

    database: Database
    key: TokenKey
    accounts: AccountCache
    keys: KeyCache
    passwords: PasswordChecker
    limiter: RateLimiter
    # The limits of failed logins: per name and address, per address, and per name from all networks
    # without a recorded login of that user.
    failures_by_name: RateLimit
    failures_by_address: RateLimit
    failures_from_new_networks: RateLimit
    failures_of_keys: RateLimit  # requests with API keys that do not exist, per address
    session_hours: int  # hours without a request after which a session of the pages ends


async def log_in(
    auth: AuthService, credentials: Credentials, address: str
) -> tuple[Login, dict[str, str]]:
    """Return a token for the password of an active account, and the RateLimit fields.

    Raises the errors of `check_login`.
    """
    account, fields = await check_login(auth, credentials, address)
    token, expires_at = tokens.issue(
        auth.key, account.user, datetime.now(UTC), uuid4(), account.token_version
    )
    return Login(token=token, expires_at=expires_at, user=account.user), fields


async def check_login(
    auth: AuthService, credentials: Credentials, address: str
) -> tuple[LoginAccount, dict[str, str]]:
    """Return the active account of a user name and password, and the RateLimit fields.

    Lengths are not limited: what no account can have is a failed login like others. An unknown
    user, an inactive user and a wrong password take the same steps. An attempt is counted before
    its password is checked, and no longer counts if it is correct. Raises UnauthorizedError with
    the RateLimit fields, RateLimitExceededError, DatabaseUnavailableError.
    """
    network = _network_hash(auth, address)
    async with auth.database.connection() as conn:
        account = await repository.find_login(conn, credentials.username, network)
    is_known_network = account is not None and account.network_age_days is not None
    counters = _login_counters(auth, credentials, account, address)
    await auth.limiter.check(*counters)
    async with auth.passwords.slot(is_known_network=is_known_network):
        fields = await auth.limiter.acquire(*counters)
        authenticated = await _authenticate(auth, credentials.password, account)
    if authenticated is None:
        user_id = account.id if account else None
        seconds = await _refused_seconds(auth, counters)
        await record_failure(auth.database, user_id, address, seconds)
        raise UnauthorizedError(WRONG_LOGIN, headers=fields)
    by_name, *others = counters
    await auth.limiter.reset(by_name)
    await auth.limiter.release(*others)
    await _record_network(auth, authenticated, network)
    if authenticated.has_failures:
        await record_success(auth.database, authenticated.id)
    limit = by_name.limit
    return authenticated, rate_limit_fields(limit, limit.count, limit.window_seconds)


async def find_caller(auth: AuthService, token: str) -> Caller:
    """Return the user of a token, from the account cache.

    A token is refused if it was issued before the account's password, role or activity changed.
    Raises UnauthorizedError, DatabaseUnavailableError.
    """
    claims = tokens.read(auth.key, token)
    account = await auth.accounts.find_version(claims.sub, claims.ver)
    if account is None or not account.is_active or not _is_current(claims, account):
        raise UnauthorizedError("The token was revoked: log in again.")
    return Caller(account.id, account.username, account.role)


async def add_users(database: Database, users: Sequence[NewUser]) -> None:
    """Create all accounts in one transaction.

    Raises ValidationError for an invalid name, ConflictError for a name that is taken.
    """
    for user in users:
        require_name(user.username)
    async with database.transaction() as conn:
        for user in users:
            await repository.insert_user(conn, user)


async def change_user(database: Database, username: str, change: UserChange) -> None:
    """Change an account; raises NotFoundError."""
    async with database.transaction() as conn:
        await repository.update_user(conn, username, change)


async def remove_user(database: Database, username: str) -> None:
    """Remove an account; raises NotFoundError."""
    async with database.transaction() as conn:
        await repository.delete_user(conn, username)


async def list_users(database: Database) -> list[UserRow]:
    """Return all accounts by name."""
    async with database.connection() as conn:
        return await repository.list_users(conn)


async def has_users(database: Database) -> bool:
    """Return whether an account exists."""
    async with database.connection() as conn:
        return await repository.has_users(conn)


async def has_password_hash(database: Database, username: str, password_hash: str) -> bool:
    """Return whether an active account has this password hash."""
    async with database.connection() as conn:
        account = await repository.find_account(conn, username)
    return account is not None and account.is_active and account.password_hash == password_hash


def _is_current(claims: Claims, account: Account) -> bool:
    """Return whether role and token version of a token are those of the account."""
    return (claims.role, claims.ver) == (account.role, account.token_version)


def _network_hash(auth: AuthService, address: str) -> bytes:
    """Return the keyed hash of a network, so that the table contains no addresses."""
    text = b"login network " + address.encode("utf-8", "replace")
    return hmac.digest(auth.key.secret.encode(), text, hashlib.sha256)


async def _record_network(auth: AuthService, account: LoginAccount, network: bytes) -> None:
    """Record a login from a network, at most once a minute."""
    if account.network_age_days is None or account.network_age_days > NETWORK_RENEWAL_DAYS:
        async with auth.database.transaction() as conn:
            await repository.upsert_network(conn, account.id, network)


async def _authenticate(
    auth: AuthService, password: str, account: LoginAccount | None
) -> LoginAccount | None:
    """Return the account if it is active and the password is correct.

    Without an active account a dummy hash is checked, which takes the same time.
    """
    active_account = account if account and account.is_active else None
    matches = await auth.passwords.matches(
        password, active_account.password_hash if active_account else None
    )
    return active_account if active_account and matches else None


async def _refused_seconds(auth: AuthService, counters: Sequence[RateLimitCounter]) -> int | None:
    """Return for how long further logins are refused, None if they are not."""
    try:
        await auth.limiter.check(*counters)
    except RateLimitExceededError as error:
        return int(error.headers["Retry-After"])
    return None


def _login_counters(
    auth: AuthService, credentials: Credentials, account: LoginAccount | None, address: str
) -> tuple[RateLimitCounter, ...]:
    """Return the counters of a login: by name and address, by address, and perhaps by name.

    The last applies to networks without a recorded login of the user. The name is that of the
    account, because PostgreSQL may equate more spellings than Python.
    """
    name = (account.username if account else credentials.username).lower()
    counters = (
        RateLimitCounter(auth.failures_by_name, f"{name}\0{address}"),
        RateLimitCounter(auth.failures_by_address, address),
    )
    if account is not None and account.network_age_days is not None:
        return counters
    return (*counters, RateLimitCounter(auth.failures_from_new_networks, name))


def require_name(name: str) -> None:
    """Raise ValidationError for a name that no new account may have."""
    if not MIN_NAME_LENGTH <= len(name) <= MAX_NAME_LENGTH:
        raise ValidationError(
            f"A user name must have {MIN_NAME_LENGTH} to {MAX_NAME_LENGTH} characters."
        )
    if name != name.strip() or any(unicodedata.category(character)[0] == "C" for character in name):
        raise ValidationError(
            "A user name must begin and end with a visible character and contain no others."
        )
    if (normalised := unicodedata.normalize("NFKC", name)) != name:
        raise ValidationError(f"A user name must be in Unicode form NFKC: write {normalised}.")
