"""The SQL of the staging table: the rows of a price list, copied into it, checked and counted.

The temporary table `staged_row` is dropped at the end of the transaction. Its `price` is the
comparable cost of one base unit: in `currency` when it is copied, in the currency of the catalog
once it is converted, when `cost` is in `currency`. Both are null for a list in the currency of the
catalog. A row without `price` holds from `next_from` on.
"""

from collections.abc import AsyncIterable, Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.imports.sheet_places import PLACED_MESSAGE, create_staged_sheets, place_of
from pricebook.pricelists.row_errors import RowError
from pricebook.suppliers.item_terms import OLD_PRICE_KEYS

_COMBINE_UPCOMING: LiteralString = """
    WITH upcoming AS (
        SELECT supplier_sku, min(next_price) AS next_price, min(next_from) AS next_from,
            min(row_number) AS row_number, min(coalesce(currency, '')) AS currency
        FROM staged_row
        WHERE error_type IS NULL AND price IS NULL
        GROUP BY supplier_sku
        HAVING count(*) = 1
    ), combined AS (
        UPDATE staged_row AS present
        SET next_price = upcoming.next_price, next_from = upcoming.next_from
        FROM upcoming
        WHERE present.supplier_sku = upcoming.supplier_sku AND present.error_type IS NULL
            AND present.price IS NOT NULL AND present.next_price IS NULL
            AND coalesce(present.currency, '') = upcoming.currency
        RETURNING upcoming.row_number, present.row_number AS present_row
    )
    UPDATE staged_row AS staged
    SET error_type = 'duplicate',
        error_message = format('The code %s already occurs in row %s, which is imported with '
            'the price of this row from %s on.', supplier_sku, {present_row}, next_from),
        row_data = jsonb_build_object('sku', supplier_sku, 'name', name, 'price', next_price)
    FROM combined
    WHERE staged.row_number = combined.row_number
"""
_MARK_DUPLICATES: LiteralString = """
    WITH repeated AS (
        SELECT supplier_sku FROM staged_row
        WHERE error_type IS NULL
        GROUP BY supplier_sku
        HAVING count(*) > 1
    ), compared AS (
        SELECT supplier_sku, min(row_number) AS first_row, max(row_number) AS last_row,
            min(coalesce(price, next_price)) AS lowest,
            max(coalesce(price, next_price)) AS highest,
            count(DISTINCT (price, next_price, next_from, currency)) > 1 AS contradicts
        FROM staged_row JOIN repeated USING (supplier_sku)
        WHERE error_type IS NULL
        GROUP BY supplier_sku
    )
    UPDATE staged_row AS staged
    SET error_type = CASE WHEN contradicts THEN 'contradicting_prices' ELSE 'duplicate' END,
        error_message = CASE WHEN contradicts
            THEN format('The code %s occurs in rows %s to %s with prices from %s to %s: '
                'none of them is imported.', staged.supplier_sku, {first_row}, {last_row},
                trim_scale(lowest), trim_scale(highest))
            ELSE format('The code %s already occurs in row %s, which is imported.',
                staged.supplier_sku, {first_row})
            END,
        row_data = jsonb_build_object('sku', staged.supplier_sku, 'name', name, 'price', price)
    FROM compared
    WHERE staged.supplier_sku = compared.supplier_sku
        AND error_type IS NULL
        AND (contradicts OR row_number <> first_row)
"""
_LIST_ERRORS: LiteralString = """
    SELECT row_number, error_type, {message} AS error_message FROM staged_row
    WHERE error_type IS NOT NULL ORDER BY row_number LIMIT %s
"""


class StagedColumns(Struct, frozen=True):
    """Which columns of the staging table have values: those of a plain list have none."""

    has_currencies: bool
    has_upcoming_prices: bool


async def create_staging(conn: Connection) -> None:
    """Create the staging tables for the rows, valid or rejected, and the sheets of a price list."""
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
            row_data jsonb,
            cost numeric,
            exchange_rate numeric,
            rate_date date
        ) ON COMMIT DROP
        """
    )
    await conn.execute(
        "CREATE INDEX ON pg_temp.staged_row (row_number) WHERE error_type IS NOT NULL"
    )
    await create_staged_sheets(conn)


async def copy_rows(conn: Connection, lines: AsyncIterable[bytes]) -> None:
    """Copy rows into the staging table as they arrive, in the format of `copy_lines.copy_line`."""
    async with conn.cursor().copy(
        """
        COPY staged_row (row_number, supplier_sku, name, price, characteristics, currency, details,
            availability, next_price, next_from, error_type, error_message, row_data) FROM STDIN
        """
    ) as copy:
        async for chunk in lines:
            await copy.write(chunk)
    await analyze_staged_rows(conn)


async def analyze_staged_rows(conn: Connection) -> None:
    """Gather the statistics of the columns that rows are found by; others would take longer."""
    await conn.execute(
        "ANALYZE staged_row (row_number, supplier_sku, price, currency, next_from, error_type)"
    )


async def find_filled_columns(conn: Connection) -> StagedColumns:
    """Find which steps the staged rows need."""
    async with conn.cursor(row_factory=struct_row(StagedColumns)) as cursor:
        await cursor.execute(
            """
            SELECT count(currency) > 0 AS has_currencies,
                count(next_from) > 0 AS has_upcoming_prices
            FROM staged_row WHERE error_type IS NULL
            """
        )
        (columns,) = await cursor.fetchall()
    return columns


async def count_by_error(conn: Connection) -> dict[str | None, int]:
    """Return the number of staged rows by error type, None for valid rows."""
    cursor = await conn.execute("SELECT error_type, count(*) FROM staged_row GROUP BY error_type")
    return dict(await cursor.fetchall())


async def combine_upcoming_rows(conn: Connection) -> None:
    """Move an upcoming price into the row with the present price of the same code.

    A list with a valid-from date in each row has two rows for such an article; the later one is
    then a `duplicate`.
    """
    await conn.execute(_COMBINE_UPCOMING.format(present_row=place_of("present_row")))


async def mark_duplicate_codes(conn: Connection) -> None:
    """Mark staged rows whose supplier code occurs more than once as errors.

    If their prices and currencies are equal, the first row is imported and the others are
    `duplicate`. If they differ, all of them are `contradicting_prices` and none is imported.
    """
    await conn.execute(
        _MARK_DUPLICATES.format(first_row=place_of("first_row"), last_row=place_of("last_row"))
    )


async def begin_due_prices(conn: Connection) -> None:
    """Make the upcoming prices whose day (UTC) has come since they were read the present ones."""
    await conn.execute(
        """
        UPDATE staged_row
        SET price = next_price, next_price = NULL, next_from = NULL,
            details = CASE WHEN price IS NULL THEN details
                ELSE nullif(details - %s::text[], '{}') END
        WHERE error_type IS NULL AND next_from <= (now() AT TIME ZONE 'UTC')::date
        """,
        [OLD_PRICE_KEYS],
    )


async def reject_future_rows(conn: Connection, supplier_id: UUID) -> None:
    """Mark rows without a present price as errors, if no present item has one in that currency."""
    await conn.execute(
        """
        UPDATE staged_row AS staged
        SET error_type = 'not_yet_valid',
            error_message = format('The price %%s holds from %%s on, and the article has no '
                'present price in that currency: import the price list on that day.',
                trim_scale(next_price), next_from),
            row_data = jsonb_build_object('sku', supplier_sku, 'name', name, 'price', next_price)
        WHERE error_type IS NULL AND price IS NULL AND NOT EXISTS (
            SELECT FROM supplier_items AS item
            WHERE item.supplier_id = %s AND item.supplier_sku = staged.supplier_sku
                AND item.currency IS NOT DISTINCT FROM staged.currency
                AND item.absent_since IS NULL)
        """,
        [supplier_id],
    )


async def list_row_errors(conn: Connection, limit: int | None) -> list[RowError]:
    """Return staged rows that are not imported, in the order of the price list; None: all."""
    async with conn.cursor(row_factory=struct_row(RowError)) as cursor:
        await cursor.execute(
            _LIST_ERRORS.format(message=PLACED_MESSAGE),
            [limit],
        )
        return await cursor.fetchall()


async def list_rows_without_cells(conn: Connection, limit: int) -> list[int]:
    """Return those of the first row errors for which the cells of the price list are missing."""
    cursor = await conn.execute(
        """
        SELECT row_number FROM (
            SELECT row_number, row_data FROM staged_row
            WHERE error_type IS NOT NULL ORDER BY row_number LIMIT %s
        ) AS stored
        WHERE jsonb_typeof(row_data) = 'object'
        """,
        [limit],
    )
    return [row_number for (row_number,) in await cursor.fetchall()]


async def set_cells(conn: Connection, cells: Mapping[int, Sequence[str]]) -> None:
    """Set the cells of row errors."""
    await conn.execute(
        """
        UPDATE staged_row AS staged SET row_data = given.cells
        FROM unnest(%s::integer[], %s::jsonb[]) AS given (row_number, cells)
        WHERE staged.row_number = given.row_number AND error_type IS NOT NULL
        """,
        [list(cells), [Jsonb(each) for each in cells.values()]],
    )
