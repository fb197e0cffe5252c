"""API keys of programs: creation, list and revocation."""

from uuid import UUID, uuid4

import msgspec

from pricebook.auth import key_repository
from pricebook.auth.key_format import generate_key, hash_key
from pricebook.auth.key_schemas import ApiKey, CreatedApiKey, NewApiKey
from pricebook.db.database import Connection, Database
from pricebook.errors import NotFoundError
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of


async def create_key(database: Database, new_key: NewApiKey, created_by: str) -> CreatedApiKey:
    """Create a key and return it with its text; raises ConflictError when its name is taken."""
    key_id = uuid4()
    text = generate_key(key_id)
    async with database.short_transaction() as conn:
        await key_repository.insert_key(conn, key_id, new_key, hash_key(text), created_by)
        created = await _get(conn, key_id)
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
        await key_repository.set_revoked(conn, key_id, revoked_by)
        return await _get(conn, key_id)


async def find_key_id(database: Database, name: str) -> UUID:
    """Return the id of the key of a name that is not revoked; raises NotFoundError."""
    async with database.connection() as conn:
        key_id = await key_repository.find_key_id(conn, name)
    if key_id is None:
        raise NotFoundError(f"There is no API key {name}: `pricebook keys list` shows all.")
    return key_id


async def _get(conn: Connection, key_id: UUID) -> ApiKey:
    key = await key_repository.find_key(conn, key_id)
    if key is None:
        raise NotFoundError(f"There is no API key {key_id}.")
    return key
