"""Counts what categories have, and moves it from one to another."""

from uuid import UUID

from pricebook.categories.schemas import CategoryUse, CountedCategory
from pricebook.db.database import Connection
from pricebook.db.row_types import find_value, struct_row

MOVED_AT_ONCE = 10_000


async def list_counted(conn: Connection) -> list[CountedCategory]:
    """Return all categories by name; the counts are read from an index."""
    async with conn.cursor(row_factory=struct_row(CountedCategory)) as cursor:
        await cursor.execute("""
            SELECT id, name, parent_id, updated_at, coalesce(products, 0) AS products
            FROM categories LEFT JOIN (
                SELECT category_id, count(*) AS products FROM products
                WHERE category_id IS NOT NULL GROUP BY category_id
            ) AS counted ON category_id = id
            ORDER BY lower(name), name, id
        """)
        return await cursor.fetchall()


async def count_use(conn: Connection, category_id: UUID) -> CategoryUse:
    """Return how many products, subcategories and pricing rules refer to a category."""
    async with conn.cursor(row_factory=struct_row(CategoryUse)) as cursor:
        await cursor.execute(
            """
            SELECT (SELECT count(*) FROM products WHERE category_id = %(id)s) AS products,
                (SELECT count(*) FROM categories WHERE parent_id = %(id)s) AS subcategories,
                (SELECT count(*) FROM pricing_rules WHERE category_id = %(id)s) AS pricing_rules
            """,
            {"id": category_id},
        )
        (use,) = await cursor.fetchall()
    return use


async def find_common_name(conn: Connection, category_id: UUID, into_id: UUID) -> str | None:
    """Return a name that subcategories of both have, None if there is none."""
    return await find_value(
        conn,
        """
        SELECT moved.name FROM categories AS moved
        JOIN categories AS present ON present.parent_id = %s AND present.name = moved.name
        WHERE moved.parent_id = %s AND present.id <> moved.parent_id
        ORDER BY moved.name LIMIT 1
        """,
        [into_id, category_id],
    )


async def move_products(conn: Connection, category_id: UUID, into_id: UUID) -> int:
    """Move the products of a category, locked in the order of their ids; return their number.

    The lock of the category waits for transactions that put products into it. A statement moves
    some of the products, so that each ends within its limit, however many there are.
    """
    await conn.execute("SELECT FROM categories WHERE id = %s FOR UPDATE", [category_id])
    cursor = await conn.execute(
        "SELECT id FROM products WHERE category_id = %s ORDER BY id", [category_id]
    )
    product_ids = [product_id for (product_id,) in await cursor.fetchall()]
    moved = 0
    for first in range(0, len(product_ids), MOVED_AT_ONCE):
        some_ids = product_ids[first : first + MOVED_AT_ONCE]
        moved += await _move_some(conn, category_id, into_id, some_ids)
    return moved


async def _move_some(
    conn: Connection, category_id: UUID, into_id: UUID, product_ids: list[UUID]
) -> int:
    cursor = await conn.execute(
        """
        WITH moved AS MATERIALIZED (
            SELECT id FROM products WHERE id = ANY (%s) AND category_id = %s
            ORDER BY id FOR NO KEY UPDATE
        )
        UPDATE products SET category_id = %s FROM moved WHERE products.id = moved.id
        """,
        [product_ids, category_id, into_id],
    )
    return cursor.rowcount


async def move_pricing_rules(conn: Connection, category_id: UUID, into_id: UUID) -> int:
    """Let the pricing rules of a category be about another one; return their number."""
    cursor = await conn.execute(
        "UPDATE pricing_rules SET category_id = %s WHERE category_id = %s", [into_id, category_id]
    )
    return cursor.rowcount


async def delete_empty(conn: Connection, category_id: UUID) -> None:
    """Delete a category that has nothing any more."""
    await conn.execute("DELETE FROM categories WHERE id = %s", [category_id])
