"""Reads workbooks independently of their format: selects the sheets and fills merged cells."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import islice
from typing import Literal, NamedTuple, Protocol

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import sheets
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.group_tables import MAX_TABLE_ROWS, find_group_tables
from pricebook.pricelists.detection.header_location import HEADER_SEARCH_ROWS
from pricebook.pricelists.detection.sheet_settings import check_settings, request_of_sheet
from pricebook.pricelists.detection.table_sample import CONTENT_SAMPLE_ROWS
from pricebook.pricelists.detection.undiscounted import names_marks
from pricebook.pricelists.formats.row_spool import NumberedRows, RowSpool, SpoolFile
from pricebook.pricelists.formats.struck_cells import StruckCells
from pricebook.pricelists.formats.table_file import MAX_SAMPLE_CHARACTERS, OpenedTables
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest

_MAX_SHEETS = 1_000
_MAX_GROUP_SHEETS = 50


class Sheet(NamedTuple):
    """A sheet of a workbook."""

    name: str
    is_hidden: bool


class MergedRange(NamedTuple):
    """A merged range: first and last row, counted from 1, and first column, counted from 0."""

    first_row: int
    column: int
    last_row: int


class Workbook(Protocol):
    """An open workbook, as each workbook format implements it."""

    @property
    def format(self) -> Literal["xlsx", "xls", "ods"]:
        """The file format."""
        ...

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The sheets with cells, in their order."""
        ...

    def rows(self, sheet: str) -> NumberedRows:
        """Yield the rows of a sheet in their order, without blank rows.

        Raises PriceListError if the file is damaged.
        """
        ...

    def merged_ranges(self, sheet: str) -> Sequence[MergedRange]:
        """Return the merged ranges of a sheet; its rows must have been read before."""
        ...

    def hidden_rows(self, sheet: str) -> Sequence[int]:
        """Return the numbers of the hidden rows of a sheet; its rows must have been read before.

        Those of a collapsed outline are not hidden: whoever opens the sheet sees the outline.
        """
        ...

    def hidden_columns(self, sheet: str) -> Sequence[int]:
        """Return the 0-based hidden columns of a sheet; its rows must have been read before.

        Those without a width are hidden, and those of a collapsed outline: no article is lost.
        """
        ...

    def struck_cells(self, sheet: str) -> StruckCells:
        """Return the struck-out cells of a sheet; its rows must have been read before."""
        ...


class WorkbookFile:
    """One sheet of a workbook; parsed once and spooled to a temporary file."""

    encoding = None
    delimiter = None

    def __init__(self, book: Workbook, sheet: str, spool_file: SpoolFile) -> None:
        self.format: Literal["xlsx", "xls", "ods"] = book.format
        self.sheet = sheet
        with closing(book.rows(sheet)) as rows:
            self._spool = RowSpool(spool_file, sheet, rows)
        self.hidden_rows = book.hidden_rows(sheet)
        self.hidden_columns = book.hidden_columns(sheet)
        self._merged_ranges = sorted(
            each for each in book.merged_ranges(sheet) if each.last_row > each.first_row
        )
        self.struck_cells = book.struck_cells(sheet)
        if self.struck_cells and self._merged_ranges:
            self.struck_cells = self.struck_cells.filled_down(self._merged_ranges, self.rows_total)

    @property
    def rows_total(self) -> int:
        """The number of the last row with a value."""
        return self._spool.rows_total

    @property
    def progress(self) -> float:
        """The fraction of the sheet that the latest pass has read (0 to 1)."""
        return self._spool.progress

    def records(self) -> Generator[Record, None, None]:
        """Yield the rows of the sheet; each row of a merged range has its value."""
        if self._merged_ranges:
            yield from _fill_merged_cells(self._spool.records(), self._merged_ranges)
        else:
            yield from self._spool.records()


def open_workbook(book: Workbook, request: ReadRequest) -> OpenedTables:
    """Open the configured sheets of a workbook, else those that hold the price list.

    Raises PriceListError if no sheet has cells, a configured one is missing, or it is in doubt
    which sheets are the price list.
    """
    if len(book.sheets) > _MAX_SHEETS:
        raise PriceListError(f"The workbook has more than {_MAX_SHEETS:,} sheets.")
    names = list(dict.fromkeys(sheet.name for sheet in book.sheets))
    check_settings(request.config, names, "workbook")
    selected = _select_sheets(book, names, request)
    spool_file = SpoolFile(request.limits)
    files = [WorkbookFile(book, sheet, spool_file) for sheet in selected]
    unread = tuple(name for name in names if name not in selected)
    goods = tuple(_sheets_of_goods(book, unread, request))
    first_rows = _first_rows(book, unread)
    groups, marks = dict(_group_tables(first_rows)), dict(_net_mark_texts(first_rows))
    return OpenedTables(files, unread, groups, goods, marks)


def _select_sheets(book: Workbook, names: Sequence[str], request: ReadRequest) -> Sequence[str]:
    if configured := sheets.configured_sheets(request.config):
        return sheets.find_sheets(names, configured, "workbook")
    visible = [sheet.name for sheet in book.sheets if not sheet.is_hidden] or names
    if not visible:
        raise PriceListError("The workbook has no sheet with cells.")
    if len(visible) == 1:
        return visible
    samples = {name: _read_sheet_sample(book, name, request) for name in visible}
    return sheets.choose_sheets(samples, request)


def _first_rows(book: Workbook, names: Sequence[str]) -> dict[str, list[list[str]]]:
    """Return the first rows of sheets that are not read; damaged ones have none."""
    found: dict[str, list[list[str]]] = {}
    for name in names[:_MAX_GROUP_SHEETS]:
        with suppress(PriceListError), closing(book.rows(name)) as rows:
            found[name] = [cells for _, cells in islice(rows, MAX_TABLE_ROWS)]
    return found


def _group_tables(
    sheets_rows: Mapping[str, Sequence[Sequence[str]]],
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the discounts by group of sheets, of several customers with the title of each."""
    for name, rows in sheets_rows.items():
        for column, groups in find_group_tables(rows).items():
            yield (f"{name}: {column}" if column else name), groups


def _net_mark_texts(
    sheets_rows: Mapping[str, Sequence[Sequence[str]]],
) -> Iterator[tuple[str, str]]:
    """Yield the first text of each sheet that names marks of articles without discounts."""
    for name, rows in sheets_rows.items():
        texts = (display_text(cell) for cells in rows for cell in cells)
        found = next((text for text in texts if text and names_marks(text)), "")
        if found:
            yield name, found


def _sheets_of_goods(book: Workbook, names: Sequence[str], request: ReadRequest) -> Iterator[str]:
    """Yield the sheets that are not read and look like goods; damaged ones do not."""
    plain = msgspec.structs.replace(request, config=ReadConfig(), previous_profile=None)
    for name in names[:_MAX_GROUP_SHEETS]:
        try:
            if sheets.looks_like_goods(_read_sheet_sample(book, name, plain), plain):
                yield name
        except PriceListError:
            continue


def _read_sheet_sample(book: Workbook, sheet: str, request: ReadRequest) -> list[Record]:
    """Return the first rows of a sheet: enough to detect the header row and the columns."""
    header_row = request_of_sheet(request, sheet).config.header_row or 0
    max_rows = max(HEADER_SEARCH_ROWS, header_row) + CONTENT_SAMPLE_ROWS
    sample: list[Record] = []
    characters = 0
    with closing(book.rows(sheet)) as rows:
        for number, cells in islice(rows, max_rows):
            sample.append((number, cells, None))
            characters += sum(map(len, cells))
            if characters > MAX_SAMPLE_CHARACTERS:
                break
    return sample


def _fill_merged_cells(
    records: Iterator[Record], merged_ranges: Sequence[MergedRange]
) -> Generator[Record, None, None]:
    """Copy the value of each merged range into all of its rows, in its first column."""
    remaining = iter(merged_ranges)
    next_range = next(remaining, None)
    values: dict[int, tuple[int, str]] = {}
    for number, cells, malformed in records:
        for column in [column for column, (last, _) in values.items() if last < number]:
            del values[column]
        for column, (_, value) in values.items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = cells[column] or value
        while next_range and next_range.first_row <= number:
            _, column, last = next_range
            if next_range.first_row == number and column < len(cells) and cells[column]:
                values[column] = last, cells[column]
            next_range = next(remaining, None)
        yield number, cells, malformed
