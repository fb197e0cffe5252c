"""The tables of a stored profile: which one a row is in, and where its columns are.

Rejected rows of all tables have one set of columns (`headers`), each table has some of them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from pricebook.pricelists.column_matching import match_columns
from pricebook.pricelists.schemas.profile import DetectedProfile, TableProfile


class RowTable(NamedTuple):
    """One table of a price list: its sheet, and its first row as the price list counts rows.

    `name` is the sheet, or the part of it beside other tables; `sheet` is the one whose settings it
    has. `columns` has the place of each of its columns among those of the price list. Without a
    `profile`, its rows are rejected for the reason `refused`.
    """

    name: str | None
    sheet: str
    rows_before: int
    first_row: int
    headers: Sequence[str]
    columns: Sequence[int | None]
    profile: DetectedProfile | None
    refused: str

    def own_cells(self, cells: Sequence[str], width: int) -> list[str]:
        """Return the cells of a row in the order of the table; `width` is that of all columns.

        Cells behind all columns stay behind.
        """
        own = [
            cells[column] if column is not None and column < len(cells) else ""
            for column in self.columns
        ]
        return [*own, *cells[width:]]


def row_tables(profile: DetectedProfile) -> list[RowTable]:
    """Return the tables of a price list in the order of their rows; at least one."""
    names = profile.sheets or (profile.sheet,)
    sheets = profile.whole_sheets or names
    starts = accumulate(profile.sheet_rows[: len(names) - 1], initial=0)
    return [
        RowTable(
            name,
            sheet or "",
            rows_before,
            each.first_row,
            each.headers,
            match_columns(each.headers, profile.headers),
            each.profile,
            each.refused or "",
        )
        for number, (name, sheet, rows_before) in enumerate(zip(names, sheets, starts, strict=True))
        for each in _tables_of_sheet(profile, number, rows_before)
    ]


def table_of_row(tables: Sequence[RowTable], row_number: int) -> RowTable:
    """Return the table that a row of the price list is in; rows above all are of the first."""
    begun = bisect_right(tables, row_number, key=lambda table: table.first_row)
    return tables[max(begun - 1, 0)]


def find_table(
    tables: Sequence[RowTable], name: str | None, first_row: int | None
) -> RowTable | None:
    """Return the table of a sheet, by its first row there if the sheet has several."""
    for each in tables:
        if each.name == name and first_row in {None, each.first_row - each.rows_before}:
            return each
    return None


def _tables_of_sheet(
    profile: DetectedProfile, number: int, rows_before: int
) -> Iterable[TableProfile]:
    if not profile.sheets:
        return profile.tables or [_only_table(profile, 1)]
    own = profile.sheet_profiles.get(profile.sheets[number])
    if own is not None:
        return _counted_from(rows_before, own.tables or [_only_table(own, 1)])
    end = rows_before + profile.sheet_rows[number]
    tables = [each for each in profile.tables if rows_before < each.first_row <= end]
    return tables or [_only_table(_of_sheet(profile, number), rows_before + 1)]


def _of_sheet(profile: DetectedProfile, number: int) -> DetectedProfile:
    """Return the profile of equal sheets with the fields that only some of them have."""
    further = profile.sheet_columns.get(profile.sheets[number])
    if not further:
        return profile
    return msgspec.structs.replace(profile, columns={**profile.columns, **further})


def _only_table(profile: DetectedProfile, first_row: int) -> TableProfile:
    return TableProfile(first_row=first_row, headers=profile.headers, profile=profile)


def _counted_from(rows_before: int, tables: Iterable[TableProfile]) -> Iterator[TableProfile]:
    """Yield the tables of a sheet with their rows as the price list counts them."""
    for each in tables:
        yield msgspec.structs.replace(each, first_row=rows_before + each.first_row)
