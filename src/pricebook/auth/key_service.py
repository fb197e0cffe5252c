"""API keys of machines: creation, revocation, and the check of a request."""

import hmac
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.auth import key_repository
from pricebook.auth.key_cache import USE_SECONDS
from pricebook.auth.key_format import generate_key, hash_key, read_key
from pricebook.auth.key_schemas import ApiKey, CreatedApiKey, NewApiKey, StoredKey
from pricebook.auth.schemas import Caller
from pricebook.auth.service import AuthService
from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseUnavailableError, NotFoundError, UnauthorizedError
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of
from pricebook.http.rate_limit import RateLimitCounter

WRONG_KEY = "The API key is not valid: send one that `pricebook keys create` printed."


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
    return Caller(key.id, f"API key {key.name}", key.role, api_key=key.name)


async def create_key(database: Database, new_key: NewApiKey, created_by: str) -> CreatedApiKey:
    """Create a key and return it with its text; raises ConflictError when its name is taken."""
    key_id = uuid4()
    text = generate_key(key_id)
    async with database.short_transaction() as conn:
        await key_repository.insert_key(conn, key_id, new_key, hash_key(text), created_by)
        created = await _get(conn, key_id)
        after = {"role": created.role, "expires_at": created.expires_at}
        await audit.insert_entry(conn, _entry("created", created, after))
    return CreatedApiKey(**msgspec.structs.asdict(created), key=text)


async def list_keys(database: Database, paging: CursorPaging) -> CursorPage[ApiKey]:
    """Return a page of the keys, newest first, expired and revoked ones too."""
    async with database.connection() as conn:
        return cursor_page_of(paging, await key_repository.list_keys(conn, paging))


async def get_key(database: Database, key_id: UUID) -> ApiKey:
    """Return a key; raises NotFoundError."""
    async with database.connection() as conn:
        return await _get(conn, key_id)


async def revoke_key(database: Database, key_id: UUID, revoked_by: str) -> ApiKey:
    """Revoke a key, which stays in the list; does nothing the second time.

    Raises NotFoundError.
    """
    async with database.short_transaction() as conn:
        is_new = await key_repository.set_revoked(conn, key_id, revoked_by)
        revoked = await _get(conn, key_id)
        if is_new:
            after = {"revoked_at": revoked.revoked_at}
            await audit.insert_entry(conn, _entry("revoked", revoked, after))
    return revoked


async def find_key_id(database: Database, name: str) -> UUID:
    """Return the id of the key of a name that is not revoked; raises NotFoundError."""
    async with database.connection() as conn:
        key_id = await key_repository.find_key_id(conn, name)
    if key_id is None:
        raise NotFoundError(f"There is no API key {name}: `pricebook keys list` shows all.")
    return key_id


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


def _entry(verb: str, key: ApiKey, after: dict[str, Any]) -> NewEntry:
    return NewEntry(
        action=f"api_key.{verb}",
        entity_type="api_key",
        entity_id=key.id,
        entity_name=key.name,
        after=msgspec.to_builtins(after),
    )


async def _get(conn: Connection, key_id: UUID) -> ApiKey:
    key = await key_repository.find_key(conn, key_id)
    if key is None:
        raise NotFoundError(f"There is no API key {key_id}.")
    return key
