"""Compares the aggregates of products with their items."""

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.suppliers.status_schemas import AggregateCheck


async def check_aggregates(conn: Connection) -> AggregateCheck:
    """Compare the aggregates of all products with their items, in one snapshot.

    Products that the worker is still to refresh are left out.
    """
    async with conn.cursor(row_factory=struct_row(AggregateCheck)) as cursor:
        await cursor.execute(
            """
            WITH expected AS (
                SELECT product_id, min(current_price) AS min_price, max(current_price) AS max_price,
                    count(DISTINCT supplier_id) AS supplier_count
                FROM supplier_items
                WHERE product_id IS NOT NULL AND absent_since IS NULL
                    AND supplier_id NOT IN (SELECT id FROM suppliers WHERE NOT is_active)
                GROUP BY product_id
            ), wrong AS (
                SELECT internal_sku FROM products AS product
                LEFT JOIN expected ON expected.product_id = product.id
                WHERE (product.min_price, product.max_price, product.supplier_count) IS DISTINCT
                    FROM (expected.min_price, expected.max_price,
                        coalesce(expected.supplier_count, 0))
                    AND NOT EXISTS (
                        SELECT FROM supplier_items AS item
                        JOIN aggregate_refreshes AS request USING (supplier_id)
                        WHERE item.product_id = product.id)
            )
            SELECT (SELECT count(*) FROM wrong) AS wrong,
                (SELECT min(internal_sku) FROM wrong) AS first_wrong_sku,
                (SELECT count(DISTINCT supplier_id) FROM aggregate_refreshes) AS waiting_suppliers,
                coalesce(extract(epoch FROM now() - (
                    SELECT max(updated_at) FROM aggregate_refreshes)), 0)::float8 AS waiting_seconds
            """
        )
        (found,) = await cursor.fetchall()
    return found


async def add_up_item_counts(conn: Connection) -> None:
    """Replace the changes of the numbers of items of suppliers by their sums."""
    await conn.execute("SELECT add_up_supplier_item_counts()")
