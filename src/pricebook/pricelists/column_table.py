"""Reads a table whose columns have known titles: nothing about its columns is guessed.

The file is opened as price lists are. A title that is not known refuses the file, as a column that
is passed over in silence would.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.pricelists import formats
from pricebook.pricelists.formats.csv import DELIMITERS, CsvFile
from pricebook.pricelists.formats.table_file import TableFile
from pricebook.pricelists.formula_guard import unguarded
from pricebook.pricelists.numbers import RowProblem, detect_number_profile, price_cell_reader
from pricebook.pricelists.schemas.cells import NumberCell, UncalculatedFormula
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.schemas.table_rows import TableRequest, TableRow
from pricebook.pricelists.text import quote, quote_list

_HEADER_SEARCH_ROWS = 10

# The column of each cell of the header row: None for one without a title, "" for an ignored one.
_Header = list[str | None]


class _Found(NamedTuple):
    """A file, the number of its header row, and the titles of that."""

    file: TableFile
    row_number: int
    titles: Sequence[str]


class ColumnTable:
    """An open table; `columns` are those that it has, in their order."""

    def __init__(self, file: TableFile, header_row: int, header: _Header) -> None:
        self.columns = [column for column in header if column]
        self.rows_total = file.rows_total
        self._file = file
        self._header_row = header_row
        self._header = header

    def rows(self, number_column: str | None, currency: str) -> Generator[TableRow]:
        """Yield the rows that are not blank; raises PriceListError if the file is damaged."""
        read_amount = self._amount_reader(number_column, currency)
        amount_index = self.columns.index(number_column) if number_column in self.columns else None
        for number, cells, malformed in self._records():
            own = self._own_cells(cells)
            read = read_amount(own[amount_index]) if amount_index is not None else None
            yield TableRow(
                number,
                [_text(cell) for cell in own],
                amount=read if isinstance(read, Decimal) else None,
                amount_problem=read.message if isinstance(read, RowProblem) else None,
                problem=malformed or self._problem_of(cells),
            )

    def _records(self) -> Iterator[tuple[int, list[str], str | None]]:
        with closing(self._file.records()) as records:
            for number, cells, malformed in records:
                if number > self._header_row and (malformed or any(map(str.strip, cells))):
                    yield number, list(map(_restored, cells)), malformed

    def _own_cells(self, cells: Sequence[str]) -> list[str]:
        padded = [*cells, *[""] * (len(self._header) - len(cells))]
        return [cell for cell, column in zip(padded, self._header, strict=False) if column]

    def _problem_of(self, cells: Sequence[str]) -> str | None:
        width = len(self._header)
        if isinstance(self._file, CsvFile) and len(cells) < width:
            return f"The row has {len(cells)} cells, the header row {width}: cells are missing."
        for index, cell in enumerate(cells):
            if cell.strip() and (index >= width or self._header[index] is None):
                return f"The cell {quote(cell)} is in no column of the header row."
            if isinstance(cell, UncalculatedFormula):
                return (
                    f"The formula {quote(cell)} has no value: open and save the file, or type it."
                )
            if "\0" in cell:
                return f"The cell {quote(cell)} has a NUL character."
        return None

    def _amount_reader(
        self, column: str | None, currency: str
    ) -> Callable[[str], Decimal | RowProblem | None]:
        """Return the reader of amounts; the notation is that of the whole column."""
        cells: Iterator[str] = iter(())
        if column in self.columns:
            index = self.columns.index(column)
            cells = (self._own_cells(each)[index] for _, each, _ in self._records())
        read = price_cell_reader(detect_number_profile(filter(None, cells), currency), currency)
        return lambda cell: read(cell) if cell.strip() else None


def open_column_table(request: TableRequest) -> ColumnTable:
    """Open a table; raises PriceListError if its header row is missing or has unknown titles."""
    name = Path(request.source.path).name
    known = _columns_by_title(request)
    found = [each for file in _candidates(request) if (each := _find_header(file, known, request))]
    if not found:
        raise PriceListError(
            f"{name} has no header row with {' or '.join(request.key_columns)} in its first"
            f" {_HEADER_SEARCH_ROWS} rows; the columns are {', '.join(request.titles)}."
        )
    if isinstance(found[0].file, CsvFile):
        best = max(found, key=lambda each: sum(_key(title) in known for title in each.titles))
    elif len(found) > 1:
        raise PriceListError(
            f"{name} has these columns on the sheets"
            f" {quote_list(each.file.sheet or '' for each in found)}; name the one to read with"
            " sheet_name."
        )
    else:
        (best,) = found
    return ColumnTable(best.file, best.row_number, _header_of(best, known, name, request))


def _candidates(request: TableRequest) -> Sequence[TableFile]:
    """Return the sheets of a workbook, or a CSV file with each delimiter."""
    config = ReadConfig(sheet_name=request.sheet_name, delimiter=DELIMITERS[0])
    source, limits = request.source, request.limits
    opened = formats.open_tables(
        ReadRequest(source=source, currency=request.currency, config=config, limits=limits)
    )
    first = opened.files[0]
    if not isinstance(first, CsvFile):
        return opened.files
    path = Path(source.path)
    return [CsvFile(path, first.encoding, delimiter, limits) for delimiter in DELIMITERS]


def _columns_by_title(request: TableRequest) -> dict[str, str]:
    """Return the column of each title; "" for those that are not read."""
    known = {_key(title): column for column, titles in request.titles.items() for title in titles}
    return {**dict.fromkeys(map(_key, request.ignored_titles), ""), **known}


def _find_header(file: TableFile, known: dict[str, str], request: TableRequest) -> _Found | None:
    with closing(file.records()) as records:
        for number, cells, _ in islice(records, _HEADER_SEARCH_ROWS):
            titles = [_restored(cell).strip() for cell in cells]
            if {known.get(_key(title)) for title in titles} & set(request.key_columns):
                return _Found(file, number, titles)
    return None


def _header_of(found: _Found, known: dict[str, str], name: str, request: TableRequest) -> _Header:
    unknown = [title for title in found.titles if title and _key(title) not in known]
    if unknown:
        raise PriceListError(
            f"{name} has the unknown columns {quote_list(unknown)} in row {found.row_number};"
            f" the columns are {', '.join(request.titles)}."
        )
    header = [known[_key(title)] if title else None for title in found.titles]
    named = [column for column in header if column]
    repeated = sorted({column for column in named if named.count(column) > 1})
    if repeated:
        raise PriceListError(f"{name} has the column {repeated[0]} more than once.")
    return header


def _key(title: str) -> str:
    return "_".join(title.casefold().replace("-", " ").replace("_", " ").split())


def _restored(cell: str) -> str:
    """Return a cell without the apostrophes of the formula guard; other cells stay as they are."""
    return unguarded(cell) if type(cell) is str else cell


def _text(cell: str) -> str:
    return (cell.displayed if isinstance(cell, NumberCell) else str(cell)).strip()
