"""The SQL of the price changes that applying a held price list would make."""

from typing import Any, LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.imports.held_change_schemas import HeldChange, HeldSummary

# Costs in the same currency, of the first rows of the price list.
COMPARED: LiteralString = """
    WITH compared AS MATERIALIZED (
        SELECT held.supplier_sku, held.name, held.row_number, item.product_id,
            coalesce(held.currency, settings.currency) AS currency,
            coalesce(item.cost, item.current_price) AS old_price, held.price AS new_price,
            round((held.price - coalesce(item.cost, item.current_price))
                / nullif(coalesce(item.cost, item.current_price), 0) * 100, 2) AS percent
        FROM (
            SELECT supplier_sku, name, row_number, price, currency FROM held_rows
            WHERE task_id = %(task_id)s AND error_type IS NULL AND price IS NOT NULL
            ORDER BY row_number LIMIT %(rows)s
        ) AS held
        CROSS JOIN catalog_settings AS settings
        JOIN supplier_items AS item
            ON item.supplier_id = %(supplier_id)s AND item.supplier_sku = held.supplier_sku
            AND coalesce(item.currency, settings.currency)
                = coalesce(held.currency, settings.currency)
    )
"""
SUMMARY: LiteralString = """
    SELECT count(*) AS compared,
        count(*) FILTER (WHERE new_price > old_price) AS raised,
        count(*) FILTER (WHERE new_price < old_price) AS lowered,
        round(percentile_cont(0.5) WITHIN GROUP (ORDER BY percent::float8)::numeric, 2)
            AS median_percent
    FROM compared
"""
LARGEST: LiteralString = """
    SELECT supplier_sku, name, product_id, currency, old_price, new_price, percent, row_number
    FROM compared WHERE new_price <> old_price
    ORDER BY abs(percent) DESC NULLS FIRST, row_number LIMIT %(limit)s
"""
CHANGES: LiteralString = """
    {compared}
    SELECT compared, raised, lowered, median_percent,
        supplier_sku, name, product_id, currency, old_price, new_price, percent
    FROM ({summary}) AS summary LEFT JOIN ({largest}) AS largest ON true
    ORDER BY abs(percent) DESC NULLS FIRST, row_number
"""
SUMMARY_COLUMNS = len(HeldSummary.__struct_fields__)


async def read_changes(
    conn: Connection, values: dict[str, Any]
) -> tuple[HeldSummary, list[HeldChange]]:
    """Return how many prices rise and fall, and the largest changes in percent, from 0 first."""
    statement = CHANGES.format(compared=COMPARED, summary=SUMMARY, largest=LARGEST)
    rows = await (await conn.execute(statement, values)).fetchall()
    changes = (row[SUMMARY_COLUMNS:] for row in rows)
    return (
        HeldSummary(*rows[0][:SUMMARY_COLUMNS]),
        [HeldChange(*change) for change in changes if change[0] is not None],
    )


async def has_more_rows(conn: Connection, task_id: UUID, rows: int) -> bool:
    """Return whether a held price list has more rows with a price than these."""
    cursor = await conn.execute(
        "SELECT FROM held_rows WHERE task_id = %s AND error_type IS NULL AND price IS NOT NULL"
        " ORDER BY row_number OFFSET %s LIMIT 1",
        [task_id, rows],
    )
    return await cursor.fetchone() is not None
