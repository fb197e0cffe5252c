"""The SQL that measures what planned changes do to the prices of a supplier's items."""

from decimal import Decimal
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value


async def count_present_items(conn: Connection, supplier_id: UUID) -> int:
    """Return the number of the supplier's items that are not absent."""
    return await fetch_value(
        conn,
        "SELECT count(*) FROM supplier_items WHERE supplier_id = %s AND absent_since IS NULL",
        [supplier_id],
    )


async def find_average_price_change(conn: Connection, present_items: int) -> float | None:
    """Return by how many percent the prices of the present items change on average.

    Items whose price does not change count as 0. Prices are compared in the currency of the price
    list if an item had it before. None without a present item.
    """
    return await fetch_value(
        conn,
        """
        SELECT round(100 * coalesce(sum(
                CASE WHEN old_currency = currency THEN cost / nullif(old_cost, 0)
                    ELSE current_price / nullif(old_price, 0) END - 1), 0)
            / nullif(%s::bigint, 0), 2)::float8
        FROM planned_item
        WHERE outcome = 'changed'
        """,
        [present_items],
    )


async def find_median_prices(
    conn: Connection, supplier_id: UUID
) -> tuple[Decimal | None, Decimal | None]:
    """Return the median price before and after the import, of the items that are in both.

    Prices are compared in the currency of the price list if an item had it before, so that a new
    exchange rate is no change. Both are None if no price of these items changes.
    """
    cursor = await conn.execute(
        """
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE
                WHEN item.currency = staged.currency THEN item.cost ELSE item.current_price END),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE
                WHEN item.currency = staged.currency THEN staged.cost ELSE staged.price END)
        FROM staged_row AS staged
        JOIN supplier_items AS item
            ON item.supplier_id = %s AND item.supplier_sku = staged.supplier_sku
        WHERE staged.error_type IS NULL AND staged.price IS NOT NULL
            AND EXISTS (
                SELECT FROM planned_item
                WHERE CASE WHEN old_currency = currency THEN old_cost <> cost
                    ELSE old_price <> current_price END)
        """,
        [supplier_id],
    )
    ((before, after),) = await cursor.fetchall()
    return before, after
