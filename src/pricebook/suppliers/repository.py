"""Reads and writes suppliers and the configuration of their sources."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.errors import ConflictError
from pricebook.suppliers.schemas import (
    NewSupplier,
    SourceType,
    Supplier,
    SupplierChange,
    SupplierSource,
)
from pricebook.suppliers.source_config import SourceConfig
from pricebook.suppliers.status_schemas import LastImportAge


async def insert_supplier(conn: Connection, supplier: NewSupplier) -> UUID:
    """Insert a supplier; raises ConflictError when its name is taken, in any case of letters."""
    try:
        return await fetch_value(
            conn,
            """
            INSERT INTO suppliers (name, source_type, contact_email, is_active, metadata)
            VALUES (%s, %s, %s, %s, jsonb_build_object('source_config', %s::jsonb))
            RETURNING id
            """,
            [
                supplier.name,
                supplier.source_type,
                supplier.contact_email,
                supplier.is_active,
                _config_json(supplier.source_config),
            ],
        )
    except UniqueViolation:
        raise _name_conflict(supplier.name) from None


async def set_supplier(
    conn: Connection,
    supplier_id: UUID,
    change: SupplierChange,
    config: dict[str, Any] | None,
    answers: dict[str, Any] | None = None,
) -> None:
    """Update the given fields of a supplier; its configuration and answers unless they are None.

    Raises ConflictError when the new name is taken, in any case of letters.
    """
    given = {name: value for name, value in _fields(change).items() if value is not UNSET}
    try:
        await conn.execute(
            """
            UPDATE suppliers
            SET name = coalesce(%(name)s, name),
                source_type = coalesce(%(source_type)s, source_type),
                contact_email = CASE WHEN %(sets_email)s THEN %(email)s ELSE contact_email END,
                is_active = coalesce(%(is_active)s, is_active),
                metadata = metadata || CASE WHEN %(config)s::jsonb IS NULL THEN '{}'
                    ELSE jsonb_build_object('source_config', %(config)s::jsonb) END
                    || CASE WHEN %(answers)s::jsonb IS NULL THEN '{}'
                    ELSE jsonb_build_object('remembered', %(answers)s::jsonb) END
            WHERE id = %(id)s
            """,
            {
                "id": supplier_id,
                "name": given.get("name"),
                "source_type": given.get("source_type"),
                "sets_email": "contact_email" in given,
                "email": given.get("contact_email"),
                "is_active": given.get("is_active"),
                "config": None if config is None else Jsonb(config),
                "answers": None if answers is None else Jsonb(answers),
            },
        )
    except UniqueViolation:
        raise _name_conflict(str(change.name)) from None


def _fields(change: SupplierChange) -> dict[str, Any]:
    return msgspec.structs.asdict(change)


def _config_json(config: SourceConfig) -> Jsonb:
    return Jsonb(msgspec.to_builtins(config))


def _name_conflict(name: str) -> ConflictError:
    return ConflictError(f"There is already a supplier {name}.")


async def set_deleting(conn: Connection, supplier_id: UUID) -> bool:
    """Mark a supplier for deletion and delete its pricing rules; return whether it exists.

    It is inactive, hidden and its name free at once.
    """
    await conn.execute("DELETE FROM pricing_rules WHERE supplier_id = %s", [supplier_id])
    cursor = await conn.execute(
        """
        UPDATE suppliers SET deleting_since = coalesce(deleting_since, now()), is_active = false
        WHERE id = %s
        """,
        [supplier_id],
    )
    return cursor.rowcount == 1


async def is_small(conn: Connection, supplier_id: UUID, limit: int) -> bool:
    """Return whether a supplier has at most `limit` items, tasks and rejected rows each."""
    return await fetch_value(
        conn,
        """
        SELECT greatest(
            (SELECT count(*) FROM (SELECT FROM supplier_items WHERE supplier_id = %(id)s
                LIMIT %(most)s + 1) AS items),
            (SELECT count(*) FROM (SELECT FROM ingestion_tasks WHERE supplier_id = %(id)s
                LIMIT %(most)s + 1) AS tasks),
            (SELECT count(*) FROM (SELECT FROM parsing_logs WHERE supplier_id = %(id)s
                LIMIT %(most)s + 1) AS logs)
        ) <= %(most)s
        """,
        {"id": supplier_id, "most": limit},
    )


async def find_deleting(conn: Connection) -> UUID | None:
    """Find the supplier that was marked for deletion first."""
    return await find_value(
        conn,
        """
        SELECT id FROM suppliers WHERE deleting_since IS NOT NULL
        ORDER BY deleting_since LIMIT 1
        """,
    )


async def delete_batch(conn: Connection, supplier_id: UUID, limit: int) -> bool:
    """Delete at most `limit` items of a marked supplier; return whether all of it is deleted."""
    return await fetch_value(conn, "SELECT delete_supplier_batch(%s, %s)", [supplier_id, limit])


async def refresh_batch(conn: Connection, limit: int) -> bool:
    """Refresh at most `limit` products of a supplier whose activity changed; True: none is left."""
    return await fetch_value(conn, "SELECT refresh_supplier_batch(%s)", [limit])


async def find_supplier(conn: Connection, name: str) -> Supplier | None:
    """Find a supplier by its name, in any case of letters."""
    async with conn.cursor(row_factory=struct_row(Supplier)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, source_type, metadata FROM suppliers
            WHERE lower(name) = lower(%s) AND deleting_since IS NULL
            """,
            [name],
        )
        return await cursor.fetchone()


async def find_supplier_source(conn: Connection, supplier_id: UUID) -> SupplierSource | None:
    """Find the source of a supplier's price list and how it is read."""
    async with conn.cursor(row_factory=struct_row(SupplierSource)) as cursor:
        await cursor.execute(
            """
            SELECT name, source_type, coalesce(metadata -> 'source_config', '{}') AS source_config,
                is_active
            FROM suppliers WHERE id = %s AND deleting_since IS NULL
            """,
            [supplier_id],
        )
        return await cursor.fetchone()


async def find_supplier_by_id(conn: Connection, supplier_id: UUID) -> Supplier | None:
    """Find a supplier by its id."""
    async with conn.cursor(row_factory=struct_row(Supplier)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, source_type, metadata FROM suppliers
            WHERE id = %s AND deleting_since IS NULL
            """,
            [supplier_id],
        )
        return await cursor.fetchone()


async def list_names(
    conn: Connection, supplier_ids: Sequence[UUID], limit: int
) -> list[tuple[UUID, str]]:
    """Return ids and names of the first suppliers by name, and of those with the given ids.

    Unknown ones and those being deleted are left out.
    """
    cursor = await conn.execute(
        """
        SELECT id, name FROM suppliers
        WHERE deleting_since IS NULL AND (
            id = ANY (%s) OR id IN (
                SELECT id FROM suppliers WHERE deleting_since IS NULL ORDER BY lower(name) LIMIT %s
            )
        )
        ORDER BY lower(name)
        """,
        [list(supplier_ids), limit],
    )
    return await cursor.fetchall()


class LockedSupplier(Supplier, frozen=True):
    """A supplier, and whether the upsert inserted it."""

    is_new: bool


async def lock_or_insert_supplier(
    conn: Connection, name: str, source_type: SourceType
) -> tuple[Supplier, bool]:
    """Lock a supplier until the transaction ends, inserted if missing; return whether it is new.

    Overwriting the name locks the row in the statement that would insert it. A row that was just
    inserted has no earlier version, hence xmax = 0.
    """
    async with conn.cursor(row_factory=struct_row(LockedSupplier)) as cursor:
        await cursor.execute(
            """
            INSERT INTO suppliers (name, source_type) VALUES (%s, %s)
            ON CONFLICT (lower(name)) WHERE deleting_since IS NULL
                DO UPDATE SET name = suppliers.name
            RETURNING id, name, source_type, metadata, xmax = 0 AS is_new
            """,
            [name, source_type],
        )
        (locked,) = await cursor.fetchall()
    return Supplier(locked.id, locked.name, locked.source_type, locked.metadata), locked.is_new


async def lock_supplier(conn: Connection, supplier_id: UUID | None) -> Supplier | None:
    """Lock a supplier until the transaction ends."""
    async with conn.cursor(row_factory=struct_row(Supplier)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, source_type, metadata FROM suppliers
            WHERE id = %s AND deleting_since IS NULL FOR NO KEY UPDATE
            """,
            [supplier_id],
        )
        return await cursor.fetchone()


async def set_detected_profile(
    conn: Connection, supplier_id: UUID, profile: dict[str, Any]
) -> None:
    """Store the detected profile of a supplier's price list if it differs."""
    await conn.execute(
        """
        UPDATE suppliers SET metadata = jsonb_set(metadata, '{found}', %(found)s)
        WHERE id = %(id)s AND metadata -> 'found' IS DISTINCT FROM %(found)s
        """,
        {"id": supplier_id, "found": Jsonb(profile)},
    )


async def delete_detected_profile(conn: Connection, supplier_id: UUID) -> None:
    """Delete the detected profile of a supplier's price list."""
    await conn.execute(
        "UPDATE suppliers SET metadata = metadata - 'found' WHERE id = %s", [supplier_id]
    )


async def list_last_import_ages(conn: Connection) -> list[LastImportAge]:
    """List the active suppliers with the seconds since the last import of a price list."""
    async with conn.cursor(row_factory=struct_row(LastImportAge)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, greatest(extract(epoch FROM now() - coalesce((
                SELECT max(completed_at) FROM ingestion_tasks
                WHERE supplier_id = supplier.id AND state IN ('succeeded', 'partially_succeeded')
                    AND corrections_of IS NULL
            ), created_at)), 0)::float8 AS seconds
            FROM suppliers AS supplier WHERE is_active ORDER BY id
            """
        )
        return await cursor.fetchall()
