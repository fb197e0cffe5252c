"""The SQL of credentials; the role of the API may write ciphertexts, and not read them."""

from typing import Any, LiteralString
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.suppliers.credential_schemas import CredentialKeyCount, EncryptedCredentials

ENCRYPTED: LiteralString = "SELECT kind, name, origin, key_id, ciphertext FROM supplier_credentials"


async def upsert(
    conn: Connection, supplier_id: UUID, credentials: EncryptedCredentials, updated_by: str
) -> None:
    """Store the credentials of a supplier in place of those that it had."""
    values: dict[str, Any] = msgspec.structs.asdict(credentials)
    # EXCLUDED.ciphertext would need the right to read ciphertexts.
    await conn.execute(
        """
        INSERT INTO supplier_credentials
            (supplier_id, kind, name, origin, key_id, ciphertext, updated_by)
        VALUES (%(supplier_id)s, %(kind)s, %(name)s, %(origin)s, %(key_id)s, %(ciphertext)s,
            %(updated_by)s)
        ON CONFLICT (supplier_id) DO UPDATE SET kind = %(kind)s, name = %(name)s,
            origin = %(origin)s, key_id = %(key_id)s, ciphertext = %(ciphertext)s,
            updated_by = %(updated_by)s
        """,
        {**values, "supplier_id": supplier_id, "updated_by": updated_by},
    )


async def delete(conn: Connection, supplier_id: UUID) -> bool:
    """Delete the credentials of a supplier; return whether there were any."""
    cursor = await conn.execute(
        "DELETE FROM supplier_credentials WHERE supplier_id = %s", [supplier_id]
    )
    return cursor.rowcount == 1


async def find_encrypted(conn: Connection, supplier_id: UUID) -> EncryptedCredentials | None:
    """Find the credentials of a supplier, encrypted."""
    async with conn.cursor(row_factory=struct_row(EncryptedCredentials)) as cursor:
        await cursor.execute(ENCRYPTED + " WHERE supplier_id = %s", [supplier_id])
        return await cursor.fetchone()


async def lock_with_other_keys(
    conn: Connection, key_id: str
) -> list[tuple[UUID, EncryptedCredentials]]:
    """Lock the credentials that another key than this has encrypted; return them by supplier."""
    cursor = await conn.execute(
        """
        SELECT supplier_id, kind, name, origin, key_id, ciphertext FROM supplier_credentials
        WHERE key_id <> %s ORDER BY supplier_id FOR UPDATE
        """,
        [key_id],
    )
    return [(row[0], EncryptedCredentials(*row[1:])) for row in await cursor.fetchall()]


async def set_ciphertext(
    conn: Connection, supplier_id: UUID, key_id: str, ciphertext: bytes
) -> None:
    """Replace the ciphertext of unchanged credentials; who set them, and when, stays."""
    await conn.execute(
        """
        UPDATE supplier_credentials SET key_id = %s, ciphertext = %s WHERE supplier_id = %s
        """,
        [key_id, ciphertext, supplier_id],
    )


async def count_by_key(conn: Connection) -> list[CredentialKeyCount]:
    """Count the credentials of each key."""
    async with conn.cursor(row_factory=struct_row(CredentialKeyCount)) as cursor:
        await cursor.execute(
            """
            SELECT key_id, count(*) AS suppliers FROM supplier_credentials
            GROUP BY key_id ORDER BY key_id
            """
        )
        return await cursor.fetchall()
