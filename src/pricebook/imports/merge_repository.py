"""The SQL of a merge: stages rows by COPY, compares them in one query, applies the changes in two.

All of it runs in one transaction. The temporary tables `staged_row` (the rows of the price list)
and `planned_item` (the changes to the supplier's items) are dropped at its end.
"""

from collections.abc import AsyncIterable
from decimal import Decimal
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.imports.importer_schemas import PlannedRow, RowError
from pricebook.pricelists.schemas import ImportMode


async def create_staging(conn: Connection) -> None:
    """Create the staging table for the valid and the rejected rows of a price list."""
    await conn.execute("SET LOCAL work_mem = '128MB'")
    await conn.execute(
        """
        CREATE TEMPORARY TABLE staged_row (
            row_number integer NOT NULL,
            supplier_sku text,
            name text,
            price numeric,
            characteristics jsonb,
            currency text,
            details jsonb,
            availability jsonb,
            next_price numeric,
            next_from date,
            error_type text,
            error_message text,
            row_data jsonb
        ) ON COMMIT DROP
        """
    )


async def copy_rows(conn: Connection, lines: AsyncIterable[bytes]) -> None:
    """Copy rows into the staging table as they arrive, in the format of `copy_lines.copy_line`."""
    async with conn.cursor().copy("COPY staged_row FROM STDIN") as copy:
        async for chunk in lines:
            await copy.write(chunk)
    await conn.execute("ANALYZE staged_row")


async def mark_duplicate_codes(conn: Connection) -> None:
    """Mark staged rows whose supplier code occurs more than once as errors.

    If their prices are equal, the first row is imported and the others are `duplicate`. If the
    prices differ, all of them are `contradicting_prices` and none is imported.
    """
    await conn.execute(
        """
        WITH repeated AS (
            SELECT supplier_sku, min(row_number) AS first_row, max(row_number) AS last_row,
                min(price) AS lowest, max(price) AS highest, min(price) <> max(price) AS contradicts
            FROM staged_row
            WHERE error_type IS NULL
            GROUP BY supplier_sku
            HAVING count(*) > 1
        )
        UPDATE staged_row AS staged
        SET error_type = CASE WHEN contradicts THEN 'contradicting_prices' ELSE 'duplicate' END,
            error_message = CASE WHEN contradicts
                THEN format('The code %s occurs in rows %s to %s with prices from %s to %s: '
                    'none of them is imported.', staged.supplier_sku, first_row, last_row,
                    trim_scale(lowest), trim_scale(highest))
                ELSE format('The code %s already occurs in row %s, which is imported.',
                    staged.supplier_sku, first_row)
                END,
            row_data = jsonb_build_object('sku', staged.supplier_sku, 'name', name, 'price', price)
        FROM repeated
        WHERE staged.supplier_sku = repeated.supplier_sku
            AND error_type IS NULL
            AND (contradicts OR row_number <> first_row)
        """
    )


async def disable_nested_loops(conn: Connection) -> None:
    """Keep the planner from nested loops for the rest of the transaction.

    Right after a first import there are no statistics of the supplier's items. The planner then
    estimates one or two of them and scans all of them for each staged row, which takes hours.
    """
    await conn.execute("SELECT set_config('enable_nestloop', 'off', true)")


async def enable_nested_loops(conn: Connection) -> None:
    """Allow nested loops again for the rest of the transaction."""
    await conn.execute("SELECT set_config('enable_nestloop', 'on', true)")


async def create_merge_plan(conn: Connection, supplier_id: UUID, mode: ImportMode) -> None:
    """Create `planned_item` with the supplier's items that are new, changed, back or absent.

    A characteristic without a column in the price list is kept, one with an empty cell is removed.
    An item whose row was rejected is not absent, because the price list names it. With mode
    `partial`, no item is absent.
    """
    await conn.execute(
        """
        CREATE TEMPORARY TABLE planned_item ON COMMIT DROP AS
        SELECT CASE WHEN item.id IS NULL THEN 'new'
                WHEN item.absent_since IS NULL THEN 'changed' ELSE 'back' END AS outcome,
            item.id AS item_id, staged.row_number, staged.supplier_sku, staged.name, staged.price,
            merged.characteristics, item.current_price AS old_price
        FROM staged_row AS staged
        LEFT JOIN supplier_items AS item
            ON item.supplier_id = %s AND item.supplier_sku = staged.supplier_sku
        CROSS JOIN LATERAL (
            SELECT jsonb_strip_nulls(
                coalesce(item.characteristics, '{}') || staged.characteristics) AS characteristics
        ) AS merged
        WHERE staged.error_type IS NULL
            AND (item.name, item.current_price, item.characteristics, item.absent_since)
                IS DISTINCT FROM (staged.name, staged.price, merged.characteristics, NULL)
        """,
        [supplier_id],
    )
    if mode == "full":
        await conn.execute(
            """
            INSERT INTO planned_item
            SELECT 'absent', id, NULL, supplier_sku, name, current_price, characteristics,
                current_price
            FROM supplier_items AS item
            WHERE supplier_id = %s AND absent_since IS NULL
                AND NOT EXISTS (
                    SELECT FROM staged_row WHERE staged_row.supplier_sku = item.supplier_sku)
            """,
            [supplier_id],
        )
    await conn.execute("ANALYZE planned_item")


async def count_planned_by_outcome(conn: Connection) -> dict[str, int]:
    """Return the number of planned items by outcome."""
    cursor = await conn.execute("SELECT outcome, count(*) FROM planned_item GROUP BY outcome")
    return dict(await cursor.fetchall())


async def list_planned_rows(conn: Connection, limit: int) -> list[PlannedRow]:
    """Return the first planned items in the order of the price list, absent items last."""
    async with conn.cursor(row_factory=struct_row(PlannedRow)) as cursor:
        await cursor.execute(
            """
            SELECT outcome, row_number, supplier_sku, name, old_price,
                CASE WHEN outcome <> 'absent' THEN price END AS new_price,
                CASE WHEN outcome <> 'absent' THEN
                    round((price - old_price) / nullif(old_price, 0) * 100, 2) END AS percent
            FROM planned_item
            ORDER BY row_number NULLS LAST, supplier_sku COLLATE "C"
            LIMIT %s
            """,
            [limit],
        )
        return await cursor.fetchall()


async def count_present_items(conn: Connection, supplier_id: UUID) -> int:
    """Return the number of the supplier's items that are not absent."""
    return await fetch_value(
        conn,
        "SELECT count(*) FROM supplier_items WHERE supplier_id = %s AND absent_since IS NULL",
        [supplier_id],
    )


async def find_median_prices(
    conn: Connection, supplier_id: UUID
) -> tuple[Decimal | None, Decimal | None]:
    """Return the median price before and after the import, of the items that are in both.

    Both are None if no price of these items changes.
    """
    cursor = await conn.execute(
        """
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY item.current_price),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY staged.price)
        FROM staged_row AS staged
        JOIN supplier_items AS item
            ON item.supplier_id = %s AND item.supplier_sku = staged.supplier_sku
        WHERE staged.error_type IS NULL
            AND EXISTS (SELECT FROM planned_item WHERE old_price <> price)
        """,
        [supplier_id],
    )
    ((before, after),) = await cursor.fetchall()
    return before, after


async def insert_new_items(conn: Connection, supplier_id: UUID) -> None:
    """Insert the new items; a trigger writes the first entry of their price history."""
    await conn.execute(
        """
        INSERT INTO supplier_items
            (supplier_id, supplier_sku, name, current_price, characteristics)
        SELECT %s, supplier_sku, name, price, characteristics
        FROM planned_item
        WHERE outcome = 'new'
        ORDER BY row_number
        """,
        [supplier_id],
    )


async def update_planned_items(conn: Connection) -> None:
    """Update the changed, returned and absent items; `product_id` is not changed.

    One statement for all of them, so that the trigger refreshes the aggregates of a product once.
    """
    await conn.execute(
        """
        UPDATE supplier_items AS item
        SET name = planned.name,
            current_price = planned.price,
            characteristics = planned.characteristics,
            last_ingested_at =
                CASE WHEN outcome = 'absent' THEN item.last_ingested_at ELSE now() END,
            absent_since = CASE WHEN outcome = 'absent' THEN now() END
        FROM planned_item AS planned
        WHERE item.id = planned.item_id
        """
    )


async def list_staged_row_errors(conn: Connection, limit: int) -> list[RowError]:
    """Return the first staged rows that are not imported, in the order of the price list."""
    async with conn.cursor(row_factory=struct_row(RowError)) as cursor:
        await cursor.execute(
            """
            SELECT row_number, error_type, error_message FROM staged_row
            WHERE error_type IS NOT NULL ORDER BY row_number LIMIT %s
            """,
            [limit],
        )
        return await cursor.fetchall()


async def count_staged_by_error(conn: Connection) -> dict[str | None, int]:
    """Return the number of staged rows by error type, None for valid rows."""
    cursor = await conn.execute("SELECT error_type, count(*) FROM staged_row GROUP BY error_type")
    return dict(await cursor.fetchall())
