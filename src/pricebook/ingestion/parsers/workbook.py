"""Lists in workbooks, whatever their format: which sheet is read, and its merged cells."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Literal, NamedTuple, Protocol

from pricebook.errors import PriceListError
from pricebook.ingestion import detect
from pricebook.ingestion.normalise import shown, shown_list
from pricebook.ingestion.parsers.source import LONGEST_HEAD
from pricebook.ingestion.parsers.spool import NumberedRows, Spool
from pricebook.ingestion.schemas import ListOrder, Record

_MOST_SHEETS = 1_000


class Sheet(NamedTuple):
    """A sheet of a workbook."""

    name: str
    is_hidden: bool


class Merged(NamedTuple):
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

    def merged(self, sheet: str) -> Sequence[Merged]:
        """List the merged cells of a sheet whose rows have been read."""
        ...


class WorkbookSource:
    """One sheet of a workbook; read once, kept in a temporary file."""

    encoding = None
    delimiter = None

    def __init__(self, book: Workbook, sheet: str, order: ListOrder) -> None:
        self.format: Literal["xlsx", "xls", "ods"] = book.format
        self.sheet = sheet
        self._spool = Spool(sheet, order.limits)
        with closing(book.rows(sheet)) as rows:
            self._spool.fill(rows)
        self._merged = sorted(each for each in book.merged(sheet) if each.last_row > each.first_row)

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
        if self._merged:
            yield from _spread(self._spool.records(), self._merged)
        else:
            yield from self._spool.records()


def open_workbook(book: Workbook, order: ListOrder) -> WorkbookSource:
    """Open the sheet of a workbook that is named, or that holds the price list.

    Raises PriceListError if there is none, or more than one.
    """
    if len(book.sheets) > _MOST_SHEETS:
        raise PriceListError(f"The workbook has more than {_MOST_SHEETS:,} sheets.")
    return WorkbookSource(book, _chosen(book, order), order)


def _chosen(book: Workbook, order: ListOrder) -> str:
    names = [sheet.name for sheet in book.sheets]
    wanted = order.config.sheet_name
    if wanted is not None:
        return _named(names, wanted)
    visible = [sheet.name for sheet in book.sheets if not sheet.is_hidden] or names
    if not visible:
        raise PriceListError("The workbook has no sheet with cells.")
    if len(visible) == 1:
        return visible[0]
    return detect.choose_sheet(
        {name: _head(book, name, order) for name in visible}, order.config, order.currency
    )


def _named(names: Sequence[str], wanted: str) -> str:
    """Find a sheet by its name, else by its name in any case."""
    folded = wanted.strip().casefold()
    same = [name for name in names if name == wanted] or [
        name for name in names if name.strip().casefold() == folded
    ]
    if not same:
        raise PriceListError(
            f"The workbook has no sheet {shown(wanted)}; its sheets are "
            f"{shown_list(names) or 'all empty'}."
        )
    return same[0]


def _head(book: Workbook, sheet: str, order: ListOrder) -> list[Record]:
    """Read the rows of a sheet that show what it holds."""
    most = max(detect.ROWS_LOOKED_AT, order.config.header_row or 0) + detect.ROWS_OF_CONTENT
    head: list[Record] = []
    characters = 0
    with closing(book.rows(sheet)) as rows:
        for number, cells in islice(rows, most):
            head.append((number, cells, None))
            characters += sum(map(len, cells))
            if characters > LONGEST_HEAD:
                break
    return head


def _spread(records: Iterator[Record], merged: Sequence[Merged]) -> Generator[Record, None, None]:
    """Put the value of cells merged downwards into each of their rows, in their first column."""
    waiting = iter(merged)
    coming = next(waiting, None)
    values: dict[int, tuple[int, str]] = {}
    for number, cells, spoiled in records:
        for column in [column for column, (last, _) in values.items() if last < number]:
            del values[column]
        for column, (_, value) in values.items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = cells[column] or value
        while coming and coming.first_row <= number:
            _, column, last = coming
            if coming.first_row == number and column < len(cells) and cells[column]:
                values[column] = last, cells[column]
            coming = next(waiting, None)
        yield number, cells, spoiled
