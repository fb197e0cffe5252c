"""Finds, locks and links many items at once, by the names that people use."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.suppliers.schemas import ItemLink, NamedItem

NAMED_ITEM: LiteralString = """
    item.id, supplier.name AS supplier_name, item.supplier_sku, item.product_id,
        product.internal_sku
"""


async def find_named_items(
    conn: Connection, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], NamedItem]:
    """Find items by supplier name, in any case of letters, and code; also in NFC."""
    cursor = await conn.execute(
        """
        SELECT wanted.supplier, wanted.code, item.id, supplier.name, item.supplier_sku,
            item.product_id, product.internal_sku
        FROM unnest(%s::text[], %s::text[]) AS wanted (supplier, code)
        JOIN suppliers AS supplier
            ON lower(supplier.name) IN (
                    lower(wanted.supplier), lower(normalize(wanted.supplier, NFC)))
                AND deleting_since IS NULL
        JOIN supplier_items AS item ON item.supplier_id = supplier.id
            AND item.supplier_sku IN (wanted.code, normalize(wanted.code, NFC))
        LEFT JOIN products AS product ON product.id = item.product_id
        ORDER BY (supplier.name, item.supplier_sku) = (wanted.supplier, wanted.code)
        """,
        [[supplier for supplier, _ in names], [code for _, code in names]],
    )
    return {(supplier, code): NamedItem(*item) for supplier, code, *item in await cursor.fetchall()}


async def list_items_of_products(conn: Connection, product_ids: Sequence[UUID]) -> list[NamedItem]:
    """Return the items of products by supplier and code, without those of deleted suppliers."""
    async with conn.cursor(row_factory=struct_row(NamedItem)) as cursor:
        statement: LiteralString = """
            SELECT {fields}
            FROM supplier_items AS item
            JOIN suppliers AS supplier ON supplier.id = supplier_id AND deleting_since IS NULL
            JOIN products AS product ON product.id = item.product_id
            WHERE item.product_id = ANY (%s)
            ORDER BY supplier.name, item.supplier_sku, item.id
        """
        await cursor.execute(statement.format(fields=NAMED_ITEM), [list(product_ids)])
        return await cursor.fetchall()


async def lock_items(conn: Connection, item_ids: Sequence[UUID]) -> None:
    """Lock items in id order until the transaction ends."""
    await conn.execute(
        "SELECT FROM supplier_items WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE",
        [list(item_ids)],
    )


async def set_products(conn: Connection, links: Sequence[ItemLink]) -> None:
    """Set the products of items that the caller has locked, and nothing else; None unlinks."""
    await conn.execute(
        """
        UPDATE supplier_items AS item SET product_id = link.product_id
        FROM unnest(%s::uuid[], %s::uuid[]) AS link (item_id, product_id)
        WHERE item.id = link.item_id
        """,
        [[link.id for link in links], [link.product_id for link in links]],
    )
