"""Reads, locks and changes many products at once."""

from collections.abc import AsyncGenerator, Sequence
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.list_statements import ids_statement, product_file_statement
from pricebook.products.schemas import CurrentProduct, FileProduct
from pricebook.products.search_filters import SearchFilter
from pricebook.suppliers.schemas import NewItemLink

FILE_ROWS = 1000
OWN_FIELDS: LiteralString = (
    "id, internal_sku, name, category_id, status, target_price, gtin, mpn, brand"
)


async def find_by_skus(conn: Connection, skus: Sequence[str]) -> list[CurrentProduct]:
    """Find products by their SKUs."""
    statement: LiteralString = "SELECT {fields} FROM products WHERE internal_sku = ANY (%s)"
    async with conn.cursor(row_factory=struct_row(CurrentProduct)) as cursor:
        await cursor.execute(statement.format(fields=OWN_FIELDS), [list(skus)])
        return await cursor.fetchall()


async def list_ids(
    conn: Connection, query: StaffProductFilter, search: SearchFilter | None = None
) -> list[UUID]:
    """Return the ids of the products that pass the filters."""
    statement = ids_statement(query, search)
    cursor = await conn.execute(statement.text, statement.values)
    return [product_id for (product_id,) in await cursor.fetchall()]


async def lock_products(conn: Connection, product_ids: Sequence[UUID]) -> None:
    """Lock products in id order until the transaction ends."""
    await conn.execute(
        "SELECT FROM products WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE",
        [list(product_ids)],
    )


async def set_products(conn: Connection, products: Sequence[CurrentProduct]) -> None:
    """Set all own fields but the SKU of products that the caller has locked."""
    await conn.execute(
        """
        UPDATE products AS product
        SET name = given.name, category_id = given.category_id, status = given.status,
            target_price = given.target_price, gtin = given.gtin, mpn = given.mpn,
            brand = given.brand
        FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::product_status[], %s::numeric[],
            %s::text[], %s::text[], %s::text[])
            AS given (id, name, category_id, status, target_price, gtin, mpn, brand)
        WHERE product.id = given.id
        """,
        [
            [product.id for product in products],
            [product.name for product in products],
            [product.category_id for product in products],
            [product.status for product in products],
            [product.target_price for product in products],
            [product.gtin for product in products],
            [product.mpn for product in products],
            [product.brand for product in products],
        ],
    )


async def list_old_price_changes(conn: Connection, days: int) -> list[UUID]:
    """Return the products whose price changed last more than `days` days ago."""
    cursor = await conn.execute(
        """
        SELECT id FROM products WHERE price_changed_at < now() - make_interval(days => %s)
        ORDER BY id
        """,
        [days],
    )
    return [product_id for (product_id,) in await cursor.fetchall()]


async def clear_old_price_changes(conn: Connection, product_ids: Sequence[UUID], days: int) -> None:
    """Clear the last change of the price of products, but for later changes and locked products."""
    await conn.execute(
        """
        UPDATE products SET price_change_percentage = NULL, price_changed_at = NULL
        WHERE id IN (
            SELECT id FROM products
            WHERE id = ANY (%s) AND price_changed_at < now() - make_interval(days => %s)
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        """,
        [list(product_ids), days],
    )


async def stream_file_products(
    conn: Connection, query: StaffProductFilter, search: SearchFilter | None = None
) -> AsyncGenerator[list[FileProduct]]:
    """Yield the products that pass the filters by name, in batches; needs a transaction."""
    async with conn.cursor(name="products", row_factory=struct_row(FileProduct)) as cursor:
        statement = product_file_statement(query, search)
        await cursor.execute(statement.text, statement.values)
        while products := await cursor.fetchmany(FILE_ROWS):
            yield products


async def insert_made_products(
    conn: Connection, links: Sequence[NewItemLink], task_id: UUID | None
) -> None:
    """Store of which items products were made, for which task, and what they are like now."""
    await conn.execute(
        """
        INSERT INTO made_products (product_id, supplier_item_id, task_id, fingerprint)
        SELECT product.id, link.item_id, %s, product_fingerprint(product)
        FROM unnest(%s::uuid[], %s::uuid[]) AS link (item_id, product_id)
        JOIN products AS product ON product.id = link.product_id
        """,
        [
            task_id,
            [link.supplier_item_id for link in links],
            [link.product_id for link in links],
        ],
    )
