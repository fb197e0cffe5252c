"""The SQL of the price changes that applying a held price list would make."""

from collections.abc import AsyncGenerator
from typing import Any, LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.imports.held_change_schemas import (
    HeldChange,
    HeldChangeKind,
    HeldSummary,
    ListedChange,
)
from pricebook.imports.preview_schemas import UnlikePrice
from pricebook.imports.price_factor import price_factor

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
# Of rows `held`, those that change a price.
LISTED: LiteralString = """
    SELECT held.row_number, held.supplier_sku, held.name,
        coalesce(held.currency, settings.currency) AS currency,
        coalesce(item.cost, item.current_price) AS old_price, held.price AS new_price,
        round((held.price - coalesce(item.cost, item.current_price))
            / nullif(coalesce(item.cost, item.current_price), 0) * 100, 2) AS percent,
        item.product_id
    FROM {held} AS held
    CROSS JOIN catalog_settings AS settings
    JOIN supplier_items AS item
        ON item.supplier_id = %(supplier_id)s AND item.supplier_sku = held.supplier_sku
        AND coalesce(item.currency, settings.currency)
            = coalesce(held.currency, settings.currency)
        AND coalesce(item.cost, item.current_price) <> held.price
"""
# Of rows `held`, those of articles that the supplier has not had yet: each is looked for by its
# code, as NOT EXISTS would read all items of the supplier.
LISTED_NEW: LiteralString = """
    SELECT held.row_number, held.supplier_sku, held.name,
        coalesce(held.currency, settings.currency) AS currency,
        NULL::numeric AS old_price, held.price AS new_price, NULL::numeric AS percent,
        NULL::uuid AS product_id
    FROM {held} AS held
    CROSS JOIN catalog_settings AS settings
    WHERE (
        SELECT true FROM supplier_items AS item
        WHERE item.supplier_id = %(supplier_id)s AND item.supplier_sku = held.supplier_sku
    ) IS NULL
"""
# The present items that no row of a complete price list names, by their codes.
ABSENT: LiteralString = """
    SELECT NULL::integer AS row_number, item.supplier_sku, item.name,
        coalesce(item.currency, settings.currency) AS currency,
        coalesce(item.cost, item.current_price) AS old_price, NULL::numeric AS new_price,
        NULL::numeric AS percent, item.product_id
    FROM supplier_items AS item CROSS JOIN catalog_settings AS settings
    WHERE item.supplier_id = %(supplier_id)s AND item.absent_since IS NULL
        AND item.supplier_sku > %(after_code)s AND NOT EXISTS (
            SELECT FROM held_rows AS held
            WHERE held.task_id = %(task_id)s AND held.supplier_sku = item.supplier_sku)
    ORDER BY item.supplier_sku LIMIT %(limit)s
"""
HELD: LiteralString = """
    SELECT row_number, supplier_sku, name, price, currency FROM held_rows
    WHERE task_id = %(task_id)s AND error_type IS NULL AND price IS NOT NULL
"""
PAGE: LiteralString = """
    WITH read AS MATERIALIZED (
        {held} AND row_number > %(after)s ORDER BY row_number LIMIT %(read)s
    ), found AS (
        {listed} ORDER BY held.row_number LIMIT %(limit)s
    )
    SELECT (SELECT max(row_number) FROM read HAVING count(*) = %(read)s) AS read_to, found.*
    FROM (SELECT) AS one LEFT JOIN found ON true ORDER BY row_number
"""
ALL: LiteralString = """
    WITH held_prices AS ({held}) {listed} ORDER BY held.row_number
"""
EXPORTED_ROWS = 1_000
LARGEST_FIRST: LiteralString = price_factor("old_price", "new_price") + "DESC NULLS LAST"
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
    ORDER BY {largest_first}, row_number LIMIT %(limit)s
"""
CHANGES: LiteralString = """
    {compared}
    SELECT compared, raised, lowered, median_percent,
        supplier_sku, name, product_id, currency, old_price, new_price, percent
    FROM ({summary}) AS summary LEFT JOIN ({largest}) AS largest ON true
    ORDER BY {largest_first}, row_number
"""
UNLIKE: LiteralString = """
    SELECT row_number, supplier_sku, name, price, currency, similar_to, usual_price
    FROM held_rows WHERE task_id = %s AND usual_price IS NOT NULL AND error_type IS NULL
    ORDER BY {factor} DESC, row_number LIMIT %s
"""
SUMMARY_COLUMNS = len(HeldSummary.__struct_fields__)


async def read_changes(
    conn: Connection, values: dict[str, Any]
) -> tuple[HeldSummary, list[HeldChange]]:
    """Return how many prices rise and fall, and the largest changes by their factor."""
    largest = LARGEST.format(largest_first=LARGEST_FIRST)
    statement = CHANGES.format(
        compared=COMPARED, summary=SUMMARY, largest=largest, largest_first=LARGEST_FIRST
    )
    rows = await (await conn.execute(statement, values)).fetchall()
    changes = (row[SUMMARY_COLUMNS:] for row in rows)
    return (
        HeldSummary(*rows[0][:SUMMARY_COLUMNS]),
        [HeldChange(*change) for change in changes if change[0] is not None],
    )


async def list_changes(
    conn: Connection, kind: HeldChangeKind, values: dict[str, Any]
) -> tuple[list[ListedChange], int | None]:
    """Return changes of a kind by their rows, and the last row that was read if there may be more.

    The values are `task_id`, `supplier_id`, `limit`, `after` (a row) and `read`: so many rows are
    read at most.
    """
    listed = LISTED_NEW if kind == "new" else LISTED
    statement = PAGE.format(held=HELD, listed=listed.format(held="read"))
    rows = await (await conn.execute(statement, values)).fetchall()
    return [ListedChange(*row[1:]) for row in rows if row[1] is not None], rows[0][0]


async def list_absent(conn: Connection, values: dict[str, Any]) -> list[ListedChange]:
    """Return the articles that applying makes absent, those after the code `after_code`."""
    async with conn.cursor(row_factory=struct_row(ListedChange)) as cursor:
        await cursor.execute(ABSENT, values)
        return await cursor.fetchall()


async def read_all_changes(
    conn: Connection, task_id: UUID, supplier_id: UUID
) -> AsyncGenerator[list[ListedChange]]:
    """Yield all price changes of a held price list, read in the caller's transaction."""
    statement = ALL.format(listed=LISTED.format(held="held_prices"), held=HELD)
    async with conn.cursor(name="held_changes", row_factory=struct_row(ListedChange)) as cursor:
        await cursor.execute(statement, {"task_id": task_id, "supplier_id": supplier_id})
        while rows := await cursor.fetchmany(EXPORTED_ROWS):
            yield rows


async def list_unlike_prices(conn: Connection, task_id: UUID, limit: int) -> list[UnlikePrice]:
    """Return the new prices that are far from those of similar rows, the farthest first."""
    async with conn.cursor(row_factory=struct_row(UnlikePrice)) as cursor:
        statement = UNLIKE.format(factor=price_factor("usual_price", "price"))
        await cursor.execute(statement, [task_id, limit])
        return await cursor.fetchall()


async def has_more_rows(conn: Connection, task_id: UUID, rows: int) -> bool:
    """Return whether a held price list has more rows with a price than these."""
    cursor = await conn.execute(
        "SELECT FROM held_rows WHERE task_id = %s AND error_type IS NULL AND price IS NOT NULL"
        " ORDER BY row_number OFFSET %s LIMIT 1",
        [task_id, rows],
    )
    return await cursor.fetchone() is not None
