"""The header and the first rows of each table of a price list, for a person who checks it."""

from collections.abc import Iterator

from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.pricelists.isolation.parser_pool import PriceListStream
from pricebook.pricelists.row_tables import RowTable, row_tables
from pricebook.pricelists.schemas.profile import DetectedProfile

MAX_TABLES = 12
# Below the header of the first table, and of others.
_ROWS_OF_FIRST, _ROWS_OF_OTHERS = 12, 5


async def read_first_rows(stream: PriceListStream) -> tuple[SheetSample, ...]:
    """Return rows of the first 12 tables that are read, once the price list was read to its end.

    Row numbers are those of the sheet; cells are in the columns of the table.
    """
    shown = list(_first_rows(stream.profile))[:MAX_TABLES]
    found = await stream.read_rows(sorted({number for _, rows in shown for number in rows}))
    cells = found.cells
    width = len(stream.profile.headers)
    several = {table.name for table, _ in shown if table.first_row > table.rows_before + 1}
    return tuple(
        SheetSample(
            table.name,
            [
                (number - table.rows_before, table.own_cells(cells[number], width))
                for number in rows
                if any(map(str.strip, cells.get(number, ())))
            ],
            table.first_row - table.rows_before if table.name in several else None,
            [
                (number - table.rows_before, table.own_cells(found.struck[number], width))
                for number in rows
                if number in found.struck
            ],
        )
        for table, rows in shown
    )


def _first_rows(profile: DetectedProfile) -> Iterator[tuple[RowTable, range]]:
    """Yield the tables that are read, and the numbers of their first rows in the price list."""
    tables = row_tables(profile)
    most = _ROWS_OF_FIRST
    for number, table in enumerate(tables):
        if table.profile is not None:
            start = table.rows_before + (table.profile.header_row or 1)
            ends = [_end_before(each, table) for each in tables[number + 1 : number + 2]]
            yield table, range(start, min([start + 1 + most, *ends]))
            most = _ROWS_OF_OTHERS


def _end_before(following: RowTable, table: RowTable) -> int:
    """Return the number of the first row that is no more in a table."""
    is_of_sheet = following.rows_before == table.rows_before
    return following.first_row if is_of_sheet else following.rows_before + 1
