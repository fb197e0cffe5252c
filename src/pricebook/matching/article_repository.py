"""The SQL by which a run reads items and products, and stores what it suggests."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.matching.repository import WITHOUT_LIKELY

SEPARATOR: LiteralString = "E'\\x1f'"

# What is compared of an item and of a product: with another digest it is read again.
ITEM_DIGEST: LiteralString = f"""
    md5(concat_ws({SEPARATOR}, item.name, item.supplier_sku, item.price_details ->> 'brand',
        item.price_details ->> 'mpn', item.price_details ->> 'gtin',
        item.price_details ->> 'pack_size', item.characteristics::text))
"""
PRODUCT_DIGEST: LiteralString = f"""
    md5(concat_ws({SEPARATOR}, product.internal_sku, product.name, product.category_id::text,
        product.brand, product.mpn, product.gtin))
"""
ARTICLE_COLUMNS: LiteralString = """
    item.name, item.supplier_sku AS code, item.price_details ->> 'brand' AS brand,
    item.price_details ->> 'mpn' AS mpn, item.price_details ->> 'gtin' AS gtin,
    (item.price_details ->> 'pack_size')::float8 AS pack_size,
    item.current_price::float8 AS price, item.characteristics
"""


class ItemTexts(Struct, frozen=True):
    """What an item says of its article; the price is in the currency of the catalog."""

    id: UUID
    supplier_id: UUID
    digest: str
    name: str
    code: str
    brand: str | None
    mpn: str | None
    gtin: str | None
    pack_size: float | None
    price: float
    characteristics: dict[str, Any]


class LinkedTexts(Struct, frozen=True):
    """An item that is linked to a product; the fields are those of ItemTexts."""

    product_id: UUID
    supplier_id: UUID
    name: str
    code: str
    brand: str | None
    mpn: str | None
    gtin: str | None
    pack_size: float | None
    price: float
    characteristics: dict[str, Any]


class ProductTexts(Struct, frozen=True):
    """What is known of a product; the price is its target price."""

    id: UUID
    digest: str
    code: str
    name: str
    category_id: UUID | None
    price: float | None
    brand: str | None
    mpn: str | None
    gtin: str | None


async def list_suppliers_to_examine(
    conn: Connection, supplier_id: UUID | None, item_ids: Sequence[UUID] | None
) -> list[UUID]:
    """Return the suppliers with unmatched items, of those that a run is about."""
    cursor = await conn.execute(
        """
        SELECT id FROM suppliers AS supplier
        WHERE deleting_since IS NULL AND (%(supplier)s::uuid IS NULL OR id = %(supplier)s)
            AND EXISTS (
                SELECT FROM supplier_items AS item
                WHERE item.supplier_id = supplier.id AND product_id IS NULL
                    AND (%(items)s::uuid[] IS NULL OR item.id = ANY (%(items)s)))
        ORDER BY id
        """,
        {"supplier": supplier_id, "items": None if item_ids is None else list(item_ids)},
    )
    return [each for (each,) in await cursor.fetchall()]


async def list_items_to_examine(
    conn: Connection,
    supplier_id: UUID,
    item_ids: Sequence[UUID] | None,
    *,
    with_unchanged: bool,
) -> list[ItemTexts]:
    """Return the unmatched items of a supplier that are new or changed since, or all of them.

    Those that an earlier release has examined are as new.
    """
    statement: LiteralString = """
        SELECT item.id, item.supplier_id, {digest} AS digest, {columns}
        FROM supplier_items AS item
        LEFT JOIN match_items AS examined ON examined.supplier_item_id = item.id
        WHERE item.supplier_id = %(supplier)s AND item.product_id IS NULL
            AND item.absent_since IS NULL
            AND (%(items)s::uuid[] IS NULL OR item.id = ANY (%(items)s))
            AND (%(unchanged)s OR examined.texts_digest IS DISTINCT FROM {digest}
                OR examined.best_rivals IS NULL)
        ORDER BY item.created_at, item.id
    """
    async with conn.cursor(row_factory=struct_row(ItemTexts)) as cursor:
        await cursor.execute(
            statement.format(digest=ITEM_DIGEST, columns=ARTICLE_COLUMNS),
            {
                "supplier": supplier_id,
                "items": None if item_ids is None else list(item_ids),
                "unchanged": with_unchanged,
            },
        )
        return await cursor.fetchall()


async def list_competing_items(
    conn: Connection, supplier_id: UUID, product_ids: Sequence[UUID]
) -> list[ItemTexts]:
    """Return the examined items of a supplier to which one of these products is suggested."""
    statement: LiteralString = """
        SELECT item.id, item.supplier_id, {digest} AS digest, {columns}
        FROM supplier_items AS item
        WHERE item.product_id IS NULL AND item.absent_since IS NULL AND item.id IN (
            SELECT examined.supplier_item_id
            FROM match_suggestions JOIN match_items AS examined USING (supplier_item_id)
            WHERE product_id = ANY (%s) AND examined.supplier_id = %s)
    """
    async with conn.cursor(row_factory=struct_row(ItemTexts)) as cursor:
        await cursor.execute(
            statement.format(digest=ITEM_DIGEST, columns=ARTICLE_COLUMNS),
            [list(product_ids), supplier_id],
        )
        return await cursor.fetchall()


async def list_rejected_products(
    conn: Connection, item_ids: Sequence[UUID]
) -> dict[UUID, set[UUID]]:
    """Return the products that people have rejected, by item."""
    cursor = await conn.execute(
        """
        SELECT supplier_item_id, array_agg(product_id) FROM match_decisions
        WHERE action = 'reject' AND undone_at IS NULL AND supplier_item_id = ANY (%s)
        GROUP BY supplier_item_id
        """,
        [list(item_ids)],
    )
    return {item_id: set(product_ids) for item_id, product_ids in await cursor.fetchall()}


async def list_products(conn: Connection, product_ids: Sequence[UUID]) -> list[ProductTexts]:
    """Return those of these products that are not archived."""
    statement: LiteralString = """
        SELECT product.id, {digest} AS digest, product.internal_sku AS code, product.name,
            product.category_id, product.target_price::float8 AS price, product.brand, product.mpn,
            product.gtin
        FROM products AS product
        WHERE product.id = ANY (%s) AND product.status <> 'archived'
    """
    async with conn.cursor(row_factory=struct_row(ProductTexts)) as cursor:
        await cursor.execute(statement.format(digest=PRODUCT_DIGEST), [list(product_ids)])
        return await cursor.fetchall()


async def list_linked_items(
    conn: Connection, product_ids: Sequence[UUID], limit: int
) -> list[LinkedTexts]:
    """Return the items that are linked to products, the oldest `limit` of each."""
    statement: LiteralString = """
        SELECT item.product_id, item.supplier_id, {columns}
        FROM unnest(%s::uuid[]) AS product (id)
        CROSS JOIN LATERAL (
            SELECT * FROM supplier_items
            WHERE product_id = product.id ORDER BY created_at, id LIMIT %s
        ) AS item
    """
    async with conn.cursor(row_factory=struct_row(LinkedTexts)) as cursor:
        await cursor.execute(statement.format(columns=ARTICLE_COLUMNS), [list(product_ids), limit])
        return await cursor.fetchall()


async def list_links_of_supplier(
    conn: Connection, supplier_id: UUID, limit: int
) -> list[LinkedTexts]:
    """Return the newest linked items of a supplier."""
    statement: LiteralString = """
        SELECT item.product_id, item.supplier_id, {columns}
        FROM supplier_items AS item
        WHERE item.supplier_id = %s AND item.product_id IS NOT NULL
        ORDER BY item.updated_at DESC LIMIT %s
    """
    async with conn.cursor(row_factory=struct_row(LinkedTexts)) as cursor:
        await cursor.execute(statement.format(columns=ARTICLE_COLUMNS), [supplier_id, limit])
        return await cursor.fetchall()


async def list_supplied_products(
    conn: Connection, supplier_id: UUID, product_ids: Sequence[UUID]
) -> set[UUID]:
    """Return those of these products that have an item of a supplier."""
    cursor = await conn.execute(
        """
        SELECT DISTINCT product_id FROM supplier_items
        WHERE supplier_id = %s AND product_id = ANY (%s)
        """,
        [supplier_id, list(product_ids)],
    )
    return {product_id for (product_id,) in await cursor.fetchall()}


async def list_items_without_match(conn: Connection, limit: int) -> list[ItemTexts]:
    """Return present items that have no product and no likely one, the oldest first."""
    statement: LiteralString = """
        SELECT item.id, item.supplier_id, {digest} AS digest, {columns}
        FROM supplier_items AS item
        JOIN suppliers AS supplier ON supplier.id = item.supplier_id
        LEFT JOIN match_items AS examined ON examined.supplier_item_id = item.id
        WHERE item.product_id IS NULL AND item.absent_since IS NULL AND deleting_since IS NULL
            AND {without_likely}
        ORDER BY item.created_at, item.id
        LIMIT %s
    """
    async with conn.cursor(row_factory=struct_row(ItemTexts)) as cursor:
        await cursor.execute(
            statement.format(
                digest=ITEM_DIGEST, columns=ARTICLE_COLUMNS, without_likely=WITHOUT_LIKELY
            ),
            [limit],
        )
        return await cursor.fetchall()
