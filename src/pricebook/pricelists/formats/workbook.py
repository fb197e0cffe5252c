"""Lists in workbooks, whatever their format: which sheet is read, and its merged cells."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Literal, NamedTuple, Protocol

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import table
from pricebook.pricelists.formats.row_spool import NumberedRows, RowSpool
from pricebook.pricelists.formats.table_file import MAX_SAMPLE_CHARACTERS
from pricebook.pricelists.schemas import ReadRequest, Record
from pricebook.pricelists.text import quote, quote_list

_MAX_SHEETS = 1_000


class Sheet(NamedTuple):
    """A sheet of a workbook."""

    name: str
    is_hidden: bool


class MergedRange(NamedTuple):
    """Cells merged into one: the first row and column, from 1 and from 0, and the last row."""

    first_row: int
    column: int
    last_row: int


class Workbook(Protocol):
    """An open workbook of some format."""

    @property
    def format(self) -> Literal["xlsx", "xls", "ods"]:
        """The format of the file."""
        ...

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The sheets that hold cells, in their order."""
        ...

    def rows(self, sheet: str) -> NumberedRows:
        """Read the rows of a sheet in their order, those without a value left out.

        Raises PriceListError if that cannot be done.
        """
        ...

    def merged_ranges(self, sheet: str) -> Sequence[MergedRange]:
        """List the merged cells of a sheet whose rows have been read."""
        ...


class WorkbookFile:
    """One sheet of a workbook; read once, kept in a temporary file."""

    encoding = None
    delimiter = None

    def __init__(self, book: Workbook, sheet: str, request: ReadRequest) -> None:
        self.format: Literal["xlsx", "xls", "ods"] = book.format
        self.sheet = sheet
        self._spool = RowSpool(sheet, request.limits)
        with closing(book.rows(sheet)) as rows:
            self._spool.fill(rows)
        self._merged_ranges = sorted(
            each for each in book.merged_ranges(sheet) if each.last_row > each.first_row
        )

    @property
    def rows_total(self) -> int:
        """The number of the last row that has a value."""
        return self._spool.rows_total

    @property
    def progress(self) -> float:
        """The part of the sheet that the latest pass has read."""
        return self._spool.progress

    def records(self) -> Generator[Record, None, None]:
        """Read the sheet row by row; what is merged downwards stands in each of its rows."""
        if self._merged_ranges:
            yield from _fill_merged_cells(self._spool.records(), self._merged_ranges)
        else:
            yield from self._spool.records()


def open_workbook(book: Workbook, request: ReadRequest) -> WorkbookFile:
    """Open the sheet of a workbook that is named, or that holds the price list.

    Raises PriceListError if there is none, or more than one.
    """
    if len(book.sheets) > _MAX_SHEETS:
        raise PriceListError(f"The workbook has more than {_MAX_SHEETS:,} sheets.")
    return WorkbookFile(book, _select_sheet(book, request), request)


def _select_sheet(book: Workbook, request: ReadRequest) -> str:
    names = [sheet.name for sheet in book.sheets]
    wanted = request.config.sheet_name
    if wanted is not None:
        return _find_sheet(names, wanted)
    visible = [sheet.name for sheet in book.sheets if not sheet.is_hidden] or names
    if not visible:
        raise PriceListError("The workbook has no sheet with cells.")
    if len(visible) == 1:
        return visible[0]
    return table.choose_sheet(
        {name: _read_sheet_sample(book, name, request) for name in visible},
        request.config,
        request.currency,
    )


def _find_sheet(names: Sequence[str], wanted: str) -> str:
    """Find a sheet by its name, else by its name in any case."""
    folded = wanted.strip().casefold()
    matching = [name for name in names if name == wanted] or [
        name for name in names if name.strip().casefold() == folded
    ]
    if not matching:
        raise PriceListError(
            f"The workbook has no sheet {quote(wanted)}; its sheets are "
            f"{quote_list(names) or 'all empty'}."
        )
    return matching[0]


def _read_sheet_sample(book: Workbook, sheet: str, request: ReadRequest) -> list[Record]:
    """Read the rows of a sheet that show what it holds."""
    max_rows = (
        max(table.HEADER_SEARCH_ROWS, request.config.header_row or 0) + table.CONTENT_SAMPLE_ROWS
    )
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
    """Put the value of cells merged downwards into each of their rows, in their first column."""
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
