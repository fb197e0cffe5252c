"""Suppliers: who they are and how their lists are read."""

from typing import Any, LiteralString
from uuid import UUID

import msgspec
from msgspec import UNSET
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.errors import ConflictError
from pricebook.http.pagination import Paging
from pricebook.suppliers.schemas import (
    LastImportAge,
    LastTask,
    NewSupplier,
    SourceType,
    Supplier,
    SupplierChange,
    SupplierOverview,
    SupplierSource,
)
from pricebook.suppliers.source_config import SourceConfig

OVERVIEW: LiteralString = """
    SELECT supplier.id, supplier.name, supplier.source_type,
        coalesce(metadata -> 'source_config', '{}') AS source_config, contact_email, is_active,
        deleting_since,
        (SELECT count(*) FROM supplier_items WHERE supplier_id = supplier.id) AS items_count,
        supplier.created_at, supplier.updated_at,
        task.id AS task_id, task.state, task.enqueued_at, task.completed_at
    FROM suppliers AS supplier
    LEFT JOIN LATERAL (
        SELECT id, state, enqueued_at, completed_at FROM ingestion_tasks
        WHERE supplier_id = supplier.id
        ORDER BY enqueued_at DESC, id DESC
        LIMIT 1
    ) AS task ON true
"""
PAGE: LiteralString = """
    SELECT counted.total_count, page.*
    FROM (
        SELECT count(*) AS total_count FROM suppliers WHERE deleting_since IS NULL
    ) AS counted
    LEFT JOIN LATERAL (
        {page} WHERE deleting_since IS NULL ORDER BY supplier.name, supplier.id LIMIT %s OFFSET %s
    ) AS page ON true
    ORDER BY page.name, page.id
"""


async def list_suppliers(conn: Connection, paging: Paging) -> tuple[int, list[SupplierOverview]]:
    """List a page of the suppliers by name, and count them all."""
    rows = await (
        await conn.execute(PAGE.format(page=OVERVIEW), [paging.limit, paging.offset])
    ).fetchall()
    return rows[0][0], [_overview(row[1:]) for row in rows if row[1] is not None]


async def find_overview(conn: Connection, supplier_id: UUID) -> SupplierOverview | None:
    """Find a supplier with the number of its items and its last task."""
    cursor = await conn.execute(OVERVIEW + "WHERE supplier.id = %s", [supplier_id])
    row = await cursor.fetchone()
    return _overview(row) if row else None


def _overview(row: tuple[Any, ...]) -> SupplierOverview:
    last_task = LastTask(*row[10:]) if row[10] is not None else None
    return SupplierOverview(*row[:10], last_task=last_task)


async def insert_supplier(conn: Connection, supplier: NewSupplier) -> UUID:
    """Insert a supplier; raises ConflictError when its name is taken in any case."""
    try:
        cursor = await conn.execute(
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
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("an insert that returns no row")
    return row[0]


async def set_supplier(conn: Connection, supplier_id: UUID, change: SupplierChange) -> bool:
    """Write what is to change of a supplier; say whether it is there.

    Raises ConflictError when the new name is taken in any case.
    """
    given = {name: value for name, value in _fields(change).items() if value is not UNSET}
    config = given.get("source_config")
    try:
        cursor = await conn.execute(
            """
            UPDATE suppliers
            SET name = coalesce(%(name)s, name),
                source_type = coalesce(%(source_type)s, source_type),
                contact_email = CASE WHEN %(sets_email)s THEN %(email)s ELSE contact_email END,
                is_active = coalesce(%(is_active)s, is_active),
                metadata = metadata || CASE WHEN %(config)s::jsonb IS NULL THEN '{}'
                    ELSE jsonb_build_object('source_config', %(config)s::jsonb) END
            WHERE id = %(id)s AND deleting_since IS NULL
            """,
            {
                "id": supplier_id,
                "name": given.get("name"),
                "source_type": given.get("source_type"),
                "sets_email": "contact_email" in given,
                "email": given.get("contact_email"),
                "is_active": given.get("is_active"),
                "config": None if config is None else _config_json(config),
            },
        )
    except UniqueViolation:
        raise _name_conflict(str(change.name)) from None
    return cursor.rowcount == 1


def _fields(change: SupplierChange) -> dict[str, Any]:
    return msgspec.structs.asdict(change)


def _config_json(config: SourceConfig) -> Jsonb:
    return Jsonb(msgspec.to_builtins(config))


def _name_conflict(name: str) -> ConflictError:
    return ConflictError(f"There is already a supplier {name}.")


async def set_deleting(conn: Connection, supplier_id: UUID) -> bool:
    """Mark a supplier for deletion: inactive, hidden, its name free; return whether it exists."""
    cursor = await conn.execute(
        """
        UPDATE suppliers SET deleting_since = coalesce(deleting_since, now()), is_active = false
        WHERE id = %s
        """,
        [supplier_id],
    )
    return cursor.rowcount == 1


async def is_small(conn: Connection, supplier_id: UUID, limit: int) -> bool:
    """Return whether a supplier has at most so many items, tasks and rejected rows each."""
    cursor = await conn.execute(
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
    row = await cursor.fetchone()
    return bool(row and row[0])


async def find_deleting(conn: Connection) -> UUID | None:
    """Find the supplier that has been marked for deletion longest."""
    cursor = await conn.execute(
        """
        SELECT id FROM suppliers WHERE deleting_since IS NOT NULL
        ORDER BY deleting_since LIMIT 1
        """
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def delete_batch(conn: Connection, supplier_id: UUID, limit: int) -> bool:
    """Delete some items of a supplier that is marked; return whether all of it is gone."""
    cursor = await conn.execute("SELECT delete_supplier_batch(%s, %s)", [supplier_id, limit])
    row = await cursor.fetchone()
    return bool(row and row[0])


async def find_supplier(conn: Connection, name: str) -> Supplier | None:
    """Find a supplier by its name in any case."""
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
    """Find where a supplier's list is and how it is read."""
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


async def lock_or_insert_supplier(
    conn: Connection, name: str, source_type: SourceType
) -> tuple[Supplier, bool]:
    """Lock a supplier until the transaction ends, made if missing; say whether it was made.

    Writing the name anew is what locks the row, in the same statement that would make it; a row
    that was just made has no earlier version, hence no xmax.
    """
    cursor = await conn.execute(
        """
        INSERT INTO suppliers (name, source_type) VALUES (%s, %s)
        ON CONFLICT (lower(name)) WHERE deleting_since IS NULL
            DO UPDATE SET name = suppliers.name
        RETURNING id, name, source_type, metadata, xmax = 0 AS is_new
        """,
        [name, source_type],
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("an upsert that returns no row")
    return Supplier(*row[:4]), row[4]


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
    """Remember what was found out about a supplier's list, if it is anything new."""
    await conn.execute(
        """
        UPDATE suppliers SET metadata = jsonb_set(metadata, '{found}', %(found)s)
        WHERE id = %(id)s AND metadata -> 'found' IS DISTINCT FROM %(found)s
        """,
        {"id": supplier_id, "found": Jsonb(profile)},
    )


async def list_last_import_ages(conn: Connection) -> list[LastImportAge]:
    """List the active suppliers, each with the seconds since a list of it was last taken in."""
    async with conn.cursor(row_factory=struct_row(LastImportAge)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, greatest(extract(epoch FROM now() - coalesce((
                SELECT max(completed_at) FROM ingestion_tasks
                WHERE supplier_id = supplier.id AND state IN ('succeeded', 'partially_succeeded')
            ), created_at)), 0)::float8 AS seconds
            FROM suppliers AS supplier WHERE is_active ORDER BY id
            """
        )
        return await cursor.fetchall()
