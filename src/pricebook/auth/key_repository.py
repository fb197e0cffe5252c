"""Reads and writes API keys."""

from typing import LiteralString
from uuid import UUID

from psycopg.errors import UniqueViolation

from pricebook.auth.key_schemas import ApiKey, NewApiKey, StoredKey
from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import find_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.errors import ConflictError
from pricebook.http.pagination import CursorPaging

SELECT_KEY: LiteralString = """
    SELECT id, name, role, read_only, CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
            WHEN expires_at <= now() THEN 'expired' ELSE 'active' END AS state,
        created_at, created_by, expires_at, last_used_at, revoked_at, revoked_by
    FROM api_keys
"""
KEYS = Listing(
    table="api_keys",
    keys=(
        Key("created_at", "timestamptz", is_descending=True),
        Key("id", "uuid", is_descending=True),
    ),
    details=SELECT_KEY + "WHERE id = page.k2",
)


async def insert_key(
    conn: Connection, key_id: UUID, new_key: NewApiKey, secret_hash: bytes, created_by: str
) -> None:
    """Insert a key; raises ConflictError when its name is taken, in any case of letters."""
    try:
        await conn.execute(
            """
            INSERT INTO api_keys (id, name, role, read_only, secret_hash, expires_at, created_by)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            [
                *(key_id, new_key.name, new_key.role, new_key.read_only),
                *(secret_hash, new_key.expires_at, created_by),
            ],
        )
    except UniqueViolation:
        raise ConflictError(f"There is already an API key {new_key.name}.") from None


async def list_keys(conn: Connection, paging: CursorPaging) -> ListPage[ApiKey]:
    """List a page of the keys, newest first."""
    return await read_page(conn, KEYS, paging.window, as_structs(ApiKey))


async def find_key(conn: Connection, key_id: UUID) -> ApiKey | None:
    """Find a key by its id."""
    async with conn.cursor(row_factory=struct_row(ApiKey)) as cursor:
        await cursor.execute(SELECT_KEY + "WHERE id = %s", [key_id])
        return await cursor.fetchone()


async def find_key_id(conn: Connection, name: str) -> UUID | None:
    """Find the id of a key that is not revoked by its name, in any case of letters."""
    return await find_value(
        conn, "SELECT id FROM api_keys WHERE lower(name) = lower(%s) AND revoked_at IS NULL", [name]
    )


async def find_stored_key(conn: Connection, key_id: UUID) -> StoredKey | None:
    """Find what a request with a key is checked against."""
    async with conn.cursor(row_factory=struct_row(StoredKey)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, role, read_only, secret_hash, expires_at, revoked_at
            FROM api_keys WHERE id = %s
            """,
            [key_id],
        )
        return await cursor.fetchone()


async def set_revoked(conn: Connection, key_id: UUID, revoked_by: str) -> None:
    """Revoke a key, unless it is revoked already."""
    await conn.execute(
        """
        UPDATE api_keys SET revoked_at = now(), revoked_by = %s
        WHERE id = %s AND revoked_at IS NULL
        """,
        [revoked_by, key_id],
    )


async def set_last_used(conn: Connection, key_id: UUID, interval_seconds: float) -> None:
    """Record the use of a key, unless it was recorded within the interval or its row is locked."""
    await conn.execute(
        """
        UPDATE api_keys SET last_used_at = now() WHERE id = (
            SELECT id FROM api_keys
            WHERE id = %s AND (last_used_at IS NULL
                OR last_used_at <= now() - make_interval(secs => %s))
            FOR NO KEY UPDATE SKIP LOCKED)
        """,
        [key_id, interval_seconds],
    )
