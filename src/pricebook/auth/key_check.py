"""The check of a request that has an API key."""

import hmac
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from pricebook.auth import key_repository
from pricebook.auth.key_cache import USE_SECONDS
from pricebook.auth.key_format import read_key
from pricebook.auth.key_schemas import StoredKey
from pricebook.auth.schemas import Caller
from pricebook.auth.service import AuthService
from pricebook.db.database import Database
from pricebook.errors import DatabaseUnavailableError, UnauthorizedError
from pricebook.http.rate_limit import RateLimitCounter

WRONG_KEY = "The API key is not valid: send one that `pricebook keys add` printed."


async def find_key_caller(auth: AuthService, text: str, address: str) -> Caller:
    """Return the caller of an API key, from the cache of keys.

    Keys that do not exist are counted per address; a known key is accepted whatever the counter
    says. Raises UnauthorizedError, RateLimitExceededError, DatabaseUnavailableError.
    """
    reference = read_key(text)
    if reference is None:
        raise UnauthorizedError(WRONG_KEY)
    failures = RateLimitCounter(auth.failures_of_keys, address)
    if not auth.keys.knows(reference.id):
        await auth.limiter.check(failures)
    key = await auth.keys.find(reference.id)
    if key is None or not hmac.compare_digest(key.secret_hash, reference.secret_hash):
        raise UnauthorizedError(WRONG_KEY, headers=await auth.limiter.acquire(failures))
    _require_active(key)
    if auth.keys.is_use_due(key.id):
        await _record_use(auth.database, key.id)
    return Caller(
        key.id, f"API key {key.name}", key.role, api_key=key.name, read_only=key.read_only
    )


def _require_active(key: StoredKey) -> None:
    if key.revoked_at is not None:
        raise UnauthorizedError(f"The API key {key.name} was revoked: use another one.")
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        raise UnauthorizedError(f"The API key {key.name} has expired: create another one.")


async def _record_use(database: Database, key_id: UUID) -> None:
    """Record the use of a key; without success while the database accepts no writes."""
    with suppress(DatabaseUnavailableError):
        async with database.short_transaction() as conn:
            await key_repository.set_last_used(conn, key_id, USE_SECONDS)
