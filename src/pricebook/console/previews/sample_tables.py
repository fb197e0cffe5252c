"""The tables of the first rows of sheets: columns with their joined header and first cells."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from pricebook.pricelists.detection.column_names import (
    column_index,
    column_letters,
    merge_header_rows,
)
from pricebook.pricelists.detection.header_continuation import has_numeric_cell
from pricebook.pricelists.isolation.frames import SheetSample

MAX_EXAMPLES = 3
_MAX_HEADER_ROWS = 3
_MAX_TITLE = 60
_Row = Sequence[str]


class SampleColumn(Struct, frozen=True):
    """A column: letters, header of all its rows, first cells, and the name that an option uses."""

    letters: str
    header: str
    cells: list[str]
    reference: str

    @property
    def label(self) -> str:
        """The letters and the header, if it has one."""
        return f"{self.letters}: {self.header}" if self.header else self.letters


class SampleTable(Struct, frozen=True):
    """The columns of a sheet, and its rows of goods."""

    name: str | None
    columns: list[SampleColumn]
    rows: list[list[str]]

    def find(self, reference: str) -> SampleColumn | None:
        """Return the column that an option calls so, None without one."""
        for each in self.columns:
            if reference in {each.reference, each.header}:
                return each
        index = column_index(reference)
        return self.columns[index] if index is not None and index < len(self.columns) else None


class _Header(NamedTuple):
    first: int
    last: int
    titles: list[str]


def sample_table(sheet: SheetSample, references: Collection[str]) -> SampleTable:
    """Return the table of a sheet; `references` are names of columns, which its header has."""
    rows = [cells for _, cells in sheet.rows]
    names = {each for each in references if column_index(each) is None}
    header = _named_header(rows, names) or _likely_header(rows)
    if header is None:
        return _table(sheet.name, [], [], rows)
    goods = rows[header.last + 1 :]
    shown = rows[header.first : header.last + 1]
    if header.first and header.first == header.last and _is_header(rows[header.first - 1]):
        shown = [rows[header.first - 1], *shown]
    if goods and _continues(goods[0], rows[header.last], goods[1:]):
        shown, goods = [*shown, goods[0]], goods[1:]
    return _table(sheet.name, header.titles if names else [], _titles(shown), goods)


def read_table(sheet: SheetSample, found: Mapping[str, Any]) -> SampleTable:
    """Return the table of a readable price list, whose first row is that of the header."""
    headers = list(found.get("headers", ()))
    rows = [cells for _, cells in sheet.rows[1 if found.get("header_row", 1) else 0 :]]
    return _table(sheet.name, headers, headers, rows)


def _table(name: str | None, titles: _Row, headers: _Row, rows: list[list[str]]) -> SampleTable:
    """Return a table; a title that is unique is the name of its column."""
    widest = max((len(_filled(cells)) for cells in rows), default=0)
    goods = [cells for cells in rows if 2 * len(_filled(cells)) > widest] or rows
    width = max(len(headers), max(map(len, goods), default=0))
    columns: list[SampleColumn] = []
    for index in range(width):
        title = titles[index] if index < len(titles) else ""
        is_unique = bool(title) and list(titles).count(title) == 1
        letters = column_letters(index)
        cells = [each[index].strip() for each in goods if index < len(each)]
        columns.append(
            SampleColumn(
                letters,
                headers[index] if index < len(headers) else "",
                list(filter(None, cells)),
                title if is_unique else f"column {letters}",
            )
        )
    return SampleTable(name, columns, goods)


def _named_header(rows: Sequence[_Row], names: set[str]) -> _Header | None:
    """Return the rows whose joined cells have the most of the names."""
    best, found = 0, None
    for last in range(len(rows)):
        for first in range(last, max(-1, last - _MAX_HEADER_ROWS), -1):
            titles = _titles(rows[first : last + 1])
            known = len(names.intersection(titles))
            if known > best:
                best, found = known, _Header(first, last, titles)
    return found


def _likely_header(rows: Sequence[_Row]) -> _Header | None:
    """Return the first row of short texts that is about as wide as the widest row."""
    widest = max((len(_filled(cells)) for cells in rows), default=0)
    for index, cells in enumerate(rows):
        if 5 * len(_filled(cells)) >= 4 * widest and _is_header(cells):
            return _Header(index, index, _titles([cells]))
    return None


def _is_header(cells: _Row) -> bool:
    filled = _filled(cells)
    is_short = all(len(cells[index]) <= _MAX_TITLE for index in filled)
    return len(filled) > 1 and is_short and not has_numeric_cell(cells)


def _continues(cells: _Row, header: _Row, below: Sequence[_Row]) -> bool:
    """Return whether a row is the second one of a header: it lacks what each row of goods has."""
    if not _is_header(cells):
        return False
    wide = [set(_filled(each)) for each in below if len(_filled(each)) > 1]
    common = set(_filled(header)).intersection(*wide) if wide else set[int]()
    return bool(common - set(_filled(cells)))


def _titles(rows: Sequence[_Row]) -> list[str]:
    if not rows:
        return []
    width = max(map(len, rows))
    titles, _ = merge_header_rows([[*cells, *[""] * (width - len(cells))] for cells in rows])
    return [" ".join(each.split()) for each in titles]


def _filled(cells: _Row) -> list[int]:
    return [index for index, cell in enumerate(cells) if cell.strip()]
