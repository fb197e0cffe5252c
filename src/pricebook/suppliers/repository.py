from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from pricebook.db import Connection, rows_as
from pricebook.suppliers.schemas import Link, SourceType, Supplier, UnmatchedItem


async def find_supplier(conn: Connection, name: str) -> Supplier | None:
    """Find a supplier by its name in any case."""
    async with conn.cursor(row_factory=rows_as(Supplier)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, source_type, metadata FROM suppliers WHERE lower(name) = lower(%s)
            """,
            [name],
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
        ON CONFLICT (lower(name)) DO UPDATE SET name = suppliers.name
        RETURNING id, name, source_type, metadata, xmax = 0 AS is_new
        """,
        [name, source_type],
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("an upsert that returns no row")
    return Supplier(*row[:4]), row[4]


async def set_found(conn: Connection, supplier_id: UUID, found: dict[str, Any]) -> None:
    """Remember what was found out about a supplier's list, if it is anything new."""
    await conn.execute(
        """
        UPDATE suppliers SET metadata = jsonb_set(metadata, '{found}', %(found)s)
        WHERE id = %(id)s AND metadata -> 'found' IS DISTINCT FROM %(found)s
        """,
        {"id": supplier_id, "found": Jsonb(found)},
    )


async def list_unmatched(conn: Connection, supplier_id: UUID, limit: int) -> list[UnmatchedItem]:
    """List a supplier's first unmatched items, oldest first."""
    async with conn.cursor(row_factory=rows_as(UnmatchedItem)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, characteristics ->> 'category' AS category
            FROM supplier_items
            WHERE supplier_id = %s AND product_id IS NULL
            ORDER BY created_at, id
            LIMIT %s
            """,
            [supplier_id, limit],
        )
        return await cursor.fetchall()


async def set_products(conn: Connection, links: Sequence[Link]) -> int:
    """Link free items to products; return how many were free."""
    cursor = await conn.execute(
        """
        UPDATE supplier_items AS item SET product_id = link.product_id
        FROM unnest(%s::uuid[], %s::uuid[]) AS link (item_id, product_id)
        WHERE item.id = link.item_id AND item.product_id IS NULL
        """,
        [[link.supplier_item_id for link in links], [link.product_id for link in links]],
    )
    return cursor.rowcount


async def find_item_ids(
    conn: Connection, supplier_name: str, supplier_skus: Sequence[str]
) -> dict[str, UUID]:
    """Find the items of a supplier by their codes."""
    cursor = await conn.execute(
        """
        SELECT supplier_sku, item.id
        FROM supplier_items AS item JOIN suppliers ON suppliers.id = supplier_id
        WHERE lower(suppliers.name) = lower(%s) AND supplier_sku = ANY (%s)
        """,
        [supplier_name, list(supplier_skus)],
    )
    return dict(await cursor.fetchall())
