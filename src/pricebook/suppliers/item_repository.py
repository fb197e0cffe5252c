"""Reads and writes the items of suppliers: their links and their price history."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import struct_row
from pricebook.db.sort_keys import Key
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers.schemas import (
    ItemLink,
    NewItemLink,
    PricePoint,
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


async def list_prices(
    conn: Connection, item_id: UUID, paging: CursorPaging
) -> ListPage[PricePoint]:
    """Return a page of an item's prices, newest first."""
    return await read_page(conn, prices_listing(item_id), paging.window, as_structs(PricePoint))


def prices_listing(item_id: UUID) -> Listing:
    """Return the list of the prices of an item."""
    details: LiteralString = """
        SELECT price, recorded_at,
            coalesce(currency, (SELECT currency FROM catalog_settings)) AS currency,
            coalesce(cost, price) AS cost,
            CASE WHEN undone_by IS NOT NULL
                THEN undo_of_price(supplier_item_id, recorded_at) END AS undone_by
        FROM price_history
        WHERE supplier_item_id = %s AND recorded_at = page.k1 AND id = page.k2
    """
    return Listing(
        table="price_history",
        scope=fragment("supplier_item_id = %s", item_id),
        keys=(
            Key("recorded_at", "timestamptz", is_descending=True),
            Key("id", "uuid", is_descending=True),
        ),
        details=fragment(details, item_id),
    )


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
