"""Several sheets as one price list: detection of each, numbers and places of their rows.

The number of a row is its number in its sheet plus the rows of the sheets before it, so that it is
unique in the price list. Messages name the sheet and the row of the sheet.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import sheets
from pricebook.pricelists.detection import table as detect
from pricebook.pricelists.detection.layout import normalized_title
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.sheets import SheetTable
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.formats.table_file import TableFile, read_sample
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import PriceListRow, RejectedRow
from pricebook.pricelists.schemas.profile import ColumnKind, DetectedProfile
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote


class OpenTable(NamedTuple):
    """A table file, the table that was detected in it, and the number of rows of those before."""

    file: TableFile
    table: DetectedTable
    rows_before: int = 0

    @property
    def shifted_table(self) -> DetectedTable:
        """The table with row numbers of the price list instead of the sheet."""
        return self.table._replace(rows_start_below=self.table.rows_start_below + self.rows_before)

    def records(self) -> Generator[Record, None, None]:
        """Yield the records with row numbers of the price list."""
        if not self.rows_before:
            return self.file.records()
        return self._shifted_records()

    def _shifted_records(self) -> Generator[Record, None, None]:
        rows_before = self.rows_before
        for number, cells, malformed in self.file.records():
            yield number + rows_before, cells, malformed


def open_sheets(
    files: Sequence[TableFile], request: ReadRequest, later_notes: Sequence[Sequence[Note]] = ()
) -> Sequence[OpenTable]:
    """Detect the table of each file; several files are the sheets of one price list.

    `later_notes` are the texts about prices of each file below its sample, once these are known.

    Raises PriceListError if a table is not found or in doubt, or if sheets differ.
    """
    found = _detect_all(files, request, later_notes or [()] * len(files))
    sheets.check_one_price_list(found)
    tables: list[OpenTable] = []
    rows_before = 0
    for file, each in zip(files, found, strict=True):
        tables.append(OpenTable(file, each.table, rows_before))
        rows_before += file.rows_total or 0
    return tables


def with_sheets(profile: DetectedProfile, tables: Sequence[OpenTable]) -> DetectedProfile:
    """Return the profile of the first table completed by the others, if there are several."""
    if len(tables) == 1:
        return profile
    headers, kinds = _all_columns(tables)
    titles = dict.fromkeys(title for each in tables for title, _ in each.table.characteristics)
    in_all = {
        field: name
        for field, name in profile.columns.items()
        if all(field in each.table.columns for each in tables)
    }
    return msgspec.structs.replace(
        profile,
        columns=in_all,
        headers=headers,
        kinds=kinds,
        characteristic_columns=tuple(titles),
        sheets=tuple(each.file.sheet or "" for each in tables),
        sheet_rows=tuple(each.file.rows_total or 0 for each in tables),
    )


def place_rows(
    rows: Iterable[PriceListRow], opened: OpenTable, profile: DetectedProfile
) -> Iterator[PriceListRow]:
    """Yield the rows of a sheet; rejected ones name it and have their cells under `headers`."""
    order = _column_order(opened, profile)
    for row in rows:
        yield _placed(row, opened, order) if isinstance(row, RejectedRow) else row


def order_cells(cells: list[str], opened: OpenTable, profile: DetectedProfile) -> list[str]:
    """Return the cells of a row of a sheet in the order of `headers`."""
    return _ordered(cells, opened, _column_order(opened, profile)) if profile.sheets else cells


def locate_row(profile: DetectedProfile, row_number: int) -> tuple[str | None, int]:
    """Return the sheet of a row of a price list, and the number of the row in its sheet.

    The sheet is None if the price list has none.
    """
    for sheet, rows in zip(profile.sheets, profile.sheet_rows, strict=False):
        if row_number <= rows:
            return sheet, row_number
        row_number -= rows
    return profile.sheet, row_number


def _detect_all(
    files: Sequence[TableFile], request: ReadRequest, later_notes: Sequence[Sequence[Note]]
) -> Sequence[SheetTable]:
    """Detect all tables; PriceListError names the sheet of each reason if there are several."""
    found: list[SheetTable] = []
    errors: dict[str, PriceListError] = {}
    for file, notes in zip(files, later_notes, strict=True):
        sample = read_sample(file, request.config)
        name = file.sheet or ""
        try:
            table = detect.detect_table(sample, request, notes)
            found.append(SheetTable(name, table, sample))
        except PriceListError as error:
            if len(files) == 1:
                raise
            errors[name] = error
    if errors:
        raise sheets.refused_sheets(errors, [file.sheet or "" for file in files])
    return found


def _all_columns(
    tables: Sequence[OpenTable],
) -> tuple[tuple[str, ...], tuple[ColumnKind | None, ...]]:
    """Return the headers and kinds of the columns of all sheets, those of the first one first.

    A kind that sheets disagree about is None.
    """
    headers, kinds = list(tables[0].table.headers), list(tables[0].table.kinds)
    for _, other, _ in tables[1:]:
        columns = match_columns(other.headers, headers)
        for title, kind, column in zip(other.headers, other.kinds, columns, strict=True):
            if column is None:
                headers.append(title)
                kinds.append(kind)
            elif kinds[column] != kind:
                kinds[column] = None
    return tuple(headers), tuple(kinds)


def match_columns(titles: Sequence[str], headers: Sequence[str]) -> list[int | None]:
    """Return the column of each title among headers, each column once, None if it has none.

    Columns without a header match by their position.
    """
    columns: dict[str, list[int]] = {}
    for index, header in enumerate(headers):
        columns.setdefault(normalized_title(header) or str(index), []).insert(0, index)
    matching = (
        columns.get(normalized_title(title) or str(index)) for index, title in enumerate(titles)
    )
    return [indices.pop() if indices else None for indices in matching]


def _column_order(opened: OpenTable, profile: DetectedProfile) -> Sequence[int | None]:
    """Return the column of a sheet for each of `headers`, nothing if the sheet has them so."""
    order = match_columns(profile.headers, opened.table.headers)
    own = list(range(len(opened.table.headers)))
    return [] if order[: len(own)] == own else order


def _ordered(cells: list[str], opened: OpenTable, order: Sequence[int | None]) -> list[str]:
    if not order:
        return cells
    width = len(opened.table.headers)
    named = {column for column in order if column is not None}
    rest = [cell for index, cell in enumerate(cells) if index >= width or index not in named]
    ordered = [
        cells[column] if column is not None and column < len(cells) else "" for column in order
    ]
    return [*ordered, *filter(None, rest)]


def _placed(row: RejectedRow, opened: OpenTable, order: Sequence[int | None]) -> RejectedRow:
    sheet, number = quote(opened.file.sheet or ""), row.row_number - opened.rows_before
    return msgspec.structs.replace(
        row,
        error_message=f"Sheet {sheet}, row {number}: {row.error_message}",
        row_data=_ordered(row.row_data, opened, order),
    )
