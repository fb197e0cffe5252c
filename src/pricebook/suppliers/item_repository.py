"""Reads and writes the items of suppliers: unmatched items, links, price history."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import counted_row, fetch_page, struct_row
from pricebook.http.pagination import Paging
from pricebook.suppliers.item_terms import TERM_COLUMNS, with_decoded_terms
from pricebook.suppliers.schemas import (
    ItemLink,
    NewItemLink,
    PricePoint,
    UnmatchedItem,
    UnmatchedItemQuery,
    UnmatchedItemText,
)


async def lock_unmatched_rows(
    conn: Connection, supplier_id: UUID, limit: int
) -> list[UnmatchedItemText]:
    """Lock the oldest unmatched items of a supplier.

    Items that are being linked are skipped: an import that has locked products would deadlock with
    a request that has locked such an item and waits for these products.
    """
    async with conn.cursor(row_factory=struct_row(UnmatchedItemText)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, characteristics ->> 'category' AS category
            FROM supplier_items
            WHERE supplier_id = %s AND product_id IS NULL AND absent_since IS NULL
            ORDER BY created_at, id
            LIMIT %s
            FOR UPDATE SKIP LOCKED
            """,
            [supplier_id, limit],
        )
        return await cursor.fetchall()


async def lock_unmatched(conn: Connection, item_ids: Sequence[UUID]) -> list[UnmatchedItemText]:
    """Lock those of these items that are unmatched and that no other transaction has locked."""
    async with conn.cursor(row_factory=struct_row(UnmatchedItemText)) as cursor:
        await cursor.execute(
            """
            SELECT id, name, characteristics ->> 'category' AS category
            FROM supplier_items
            WHERE id = ANY (%s) AND product_id IS NULL AND absent_since IS NULL
            ORDER BY created_at, id
            FOR UPDATE SKIP LOCKED
            """,
            [list(item_ids)],
        )
        return await cursor.fetchall()


async def set_linked_products(conn: Connection, links: Sequence[NewItemLink]) -> int:
    """Link unmatched items to products; return how many were linked."""
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
        WHERE lower(suppliers.name) = lower(%s) AND deleting_since IS NULL
            AND supplier_sku = ANY (%s)
        """,
        [supplier_name, list(supplier_skus)],
    )
    return dict(await cursor.fetchall())


class UnmatchedItemRow(Struct, frozen=True):
    """An item without a product; details and availability are JSON."""

    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    current_price: Decimal
    characteristics: dict[str, Any]
    last_ingested_at: datetime
    absent_since: datetime | None
    currency: str
    cost: Decimal
    exchange_rate: Decimal | None
    rate_date: date | None
    next_price: Decimal | None
    next_from: date | None
    price_outdated_since: datetime | None
    details: str | None
    availability: str | None
    created_at: datetime


# The expression must be that of the index on it, including the order of its parts.
UNMATCHED_ITEMS: LiteralString = """
    SELECT counted.total_count, page.*
    FROM (
        SELECT count(*) AS total_count FROM supplier_items WHERE {conditions}
    ) AS counted
    LEFT JOIN LATERAL (
        SELECT item.id, supplier_id, supplier.name AS supplier_name, supplier_sku, item.name,
            current_price, characteristics, last_ingested_at, absent_since, {terms}, item.created_at
        FROM (
            SELECT * FROM supplier_items WHERE {conditions}
            ORDER BY created_at, id
            LIMIT %s OFFSET %s
        ) AS item
        JOIN suppliers AS supplier ON supplier.id = supplier_id
    ) AS page ON true
    ORDER BY page.created_at, page.id
"""


async def list_unmatched_items(
    conn: Connection, query: UnmatchedItemQuery
) -> tuple[int, list[UnmatchedItem]]:
    """Return a page of the items without a product, oldest first, and the number that pass."""
    async with conn.cursor(row_factory=counted_row(UnmatchedItemRow)) as cursor:
        await cursor.execute(*unmatched_items_statement(query))
        total_count, rows = await fetch_page(cursor)
    return total_count, [UnmatchedItem(**with_decoded_terms(row)) for row in rows]


def unmatched_items_statement(query: UnmatchedItemQuery) -> tuple[LiteralString, list[Any]]:
    """Return the statement that reads a page of the items without a product, and its values."""
    conditions: LiteralString = "product_id IS NULL AND supplier_id <> ALL (ARRAY(\
SELECT id FROM suppliers WHERE deleting_since IS NOT NULL))"
    values: list[Any] = []
    if query.supplier_id is not None:
        conditions += " AND supplier_id = %s"
        values.append(query.supplier_id)
    for word in query.words:
        conditions += " AND search_fold(name || ' ' || supplier_sku) LIKE search_pattern(%s)"
        values.append(word)
    statement = UNMATCHED_ITEMS.format(conditions=conditions, terms=TERM_COLUMNS)
    return statement, [*values, *values, query.limit, query.offset]


async def list_prices(
    conn: Connection, item_id: UUID, paging: Paging
) -> tuple[int, list[PricePoint]] | None:
    """Return a page of an item's prices, newest first, and their number; None without the item."""
    async with conn.cursor(row_factory=counted_row(PricePoint)) as cursor:
        await cursor.execute(
            """
            SELECT (SELECT count(*) FROM price_history WHERE supplier_item_id = item.id)
                AS total_count, page.price, page.recorded_at,
                coalesce(page.currency, (SELECT currency FROM catalog_settings)) AS currency,
                coalesce(page.cost, page.price) AS cost
            FROM supplier_items AS item
            LEFT JOIN LATERAL (
                SELECT price, cost, currency, recorded_at, id FROM price_history
                WHERE supplier_item_id = item.id
                ORDER BY recorded_at DESC, id DESC
                LIMIT %s OFFSET %s
            ) AS page ON true
            WHERE item.id = %s
            ORDER BY page.recorded_at DESC, page.id DESC
            """,
            [paging.limit, paging.offset, item_id],
        )
        return await fetch_page(cursor) if cursor.rowcount else None


async def find_item(conn: Connection, item_id: UUID) -> ItemLink | None:
    """Find an item and its product."""
    async with conn.cursor(row_factory=struct_row(ItemLink)) as cursor:
        await cursor.execute(
            """
            SELECT item.id, product_id
            FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
            WHERE item.id = %s AND deleting_since IS NULL
            """,
            [item_id],
        )
        return await cursor.fetchone()


async def lock_item(conn: Connection, item_id: UUID) -> ItemLink | None:
    """Lock an item until the transaction ends; return its product."""
    async with conn.cursor(row_factory=struct_row(ItemLink)) as cursor:
        await cursor.execute(
            """
            SELECT item.id, product_id
            FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
            WHERE item.id = %s AND deleting_since IS NULL
            FOR NO KEY UPDATE OF item
            """,
            [item_id],
        )
        return await cursor.fetchone()


async def set_linked_product(conn: Connection, item_id: UUID, product_id: UUID | None) -> None:
    """Set the product of an item and nothing else."""
    await conn.execute(
        "UPDATE supplier_items SET product_id = %s WHERE id = %s", [product_id, item_id]
    )
