"""Sessions of the pages: opened by a login, found by the token in a cookie, and ended."""

import hashlib
import secrets
from contextlib import suppress
from uuid import UUID

from pricebook.auth import service, session_repository
from pricebook.auth.schemas import Caller, Credentials
from pricebook.auth.service import AuthService
from pricebook.auth.session_repository import SessionLifetime
from pricebook.errors import DatabaseUnavailableError

TOKEN_BYTES = 32
MAX_TOKEN_LENGTH = 64
MAX_DAYS = 7  # a session ends so long after its login, however often it is used


async def open_session(
    auth: AuthService, username: str, password: str, address: str
) -> tuple[str, Caller]:
    """Return the token of a new session and its user, by the checks and limits of a login.

    Raises UnauthorizedError, RateLimitExceededError, DatabaseUnavailableError.
    """
    account, _ = await service.check_login(auth, Credentials(username, password), address)
    token = await _insert(auth, account.id, account.token_version)
    return token, Caller(account.id, account.username, account.role)


async def find_caller(auth: AuthService, token: str) -> Caller | None:
    """Return the user of a session; None once it has ended.

    A session ends when it is closed or not used, when its account is changed or deactivated, and
    after MAX_DAYS. Raises DatabaseUnavailableError.
    """
    if not 0 < len(token) <= MAX_TOKEN_LENGTH:
        return None
    token_hash = hash_token(token)
    async with auth.database.connection() as conn:
        session = await session_repository.find_session(conn, token_hash)
    if session is None:
        return None
    if session.is_use_due:
        with suppress(DatabaseUnavailableError):
            async with auth.database.short_transaction() as conn:
                await session_repository.set_used(conn, token_hash, _lifetime(auth))
    return Caller(session.id, session.username, session.role)


async def close_session(auth: AuthService, token: str) -> None:
    """End a session."""
    async with auth.database.short_transaction() as conn:
        await session_repository.delete_session(conn, hash_token(token))


async def change_password(
    auth: AuthService, caller: Caller, passwords: tuple[str, str], address: str
) -> str:
    """Change the own password, from the present to a new one; return the token of a new session.

    All other sessions and tokens of the user end. Raises UnauthorizedError for a wrong present
    password, which counts as a failed login; ValidationError for a new one that is not allowed.
    """
    present, new = passwords
    await service.check_login(auth, Credentials(caller.username, present), address)
    password_hash = await auth.passwords.hash(new)
    async with auth.database.short_transaction() as conn:
        version = await session_repository.set_password(conn, caller.id, password_hash)
    auth.accounts.forget(caller.id)
    return await _insert(auth, caller.id, version)


async def _insert(auth: AuthService, user_id: UUID, version: int) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with auth.database.short_transaction() as conn:
        await session_repository.delete_ended(conn)
        await session_repository.insert_session(
            conn, hash_token(token), (user_id, version), _lifetime(auth)
        )
    return token


def _lifetime(auth: AuthService) -> SessionLifetime:
    return SessionLifetime(auth.session_hours, MAX_DAYS)


def hash_token(token: str) -> bytes:
    """Return the hash by which a session is stored."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
