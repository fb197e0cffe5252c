from collections.abc import Sequence
from uuid import UUID

from pricebook.db import Connection
from pricebook.products.schemas import NewProduct


async def insert_free_skus(conn: Connection, products: Sequence[NewProduct]) -> dict[str, UUID]:
    """Insert the products whose SKU is free; return the id of each by its SKU."""
    cursor = await conn.execute(
        """
        INSERT INTO products (internal_sku, name, category_id, status, target_price)
        SELECT * FROM unnest(
            %s::text[], %s::text[], %s::uuid[], %s::product_status[], %s::numeric[])
        ON CONFLICT (internal_sku) DO NOTHING
        RETURNING internal_sku, id
        """,
        [
            [product.internal_sku for product in products],
            [product.name for product in products],
            [product.category_id for product in products],
            [product.status for product in products],
            [product.target_price for product in products],
        ],
    )
    return dict(await cursor.fetchall())


async def ensure_categories(
    conn: Connection, names: Sequence[str], parent_id: UUID | None = None
) -> dict[str, UUID]:
    """Insert the categories that are missing under a parent; return the id of each by its name."""
    await conn.execute(
        """
        INSERT INTO categories (name, parent_id) SELECT name, %s FROM unnest(%s::text[]) AS name
        ON CONFLICT ON CONSTRAINT categories_parent_name_key DO NOTHING
        """,
        [parent_id, list(names)],
    )
    cursor = await conn.execute(
        """
        SELECT name, id FROM categories
        WHERE parent_id IS NOT DISTINCT FROM %s AND name = ANY (%s)
        """,
        [parent_id, list(names)],
    )
    return dict(await cursor.fetchall())
