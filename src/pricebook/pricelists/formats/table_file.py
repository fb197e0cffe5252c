"""The interface that every file format implements, and the limits common to all of them."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import NamedTuple, Protocol

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.header_location import HEADER_SEARCH_ROWS
from pricebook.pricelists.detection.table_sample import CONTENT_SAMPLE_ROWS
from pricebook.pricelists.formats.struck_cells import StruckCells
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import PriceListFormat
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import ReadLimits

MAX_SAMPLE_CHARACTERS = 4 * 1024 * 1024


class TableFile(Protocol):
    """A table in a local file that can be read repeatedly from its first row."""

    @property
    def format(self) -> PriceListFormat:
        """The file format."""
        ...

    @property
    def encoding(self) -> str | None:
        """The encoding of a text file; None for other formats."""
        ...

    @property
    def delimiter(self) -> str | None:
        """The delimiter of a text file; None for other formats."""
        ...

    @property
    def sheet(self) -> str | None:
        """The name of the sheet that is read; None for a text file."""
        ...

    @property
    def rows_total(self) -> int | None:
        """The number of rows; None if the format does not provide it."""
        ...

    @property
    def hidden_rows(self) -> Sequence[int]:
        """The numbers of the rows that the sheet hides, ascending."""
        ...

    @property
    def hidden_columns(self) -> Sequence[int]:
        """The 0-based columns that the sheet hides, ascending."""
        ...

    @property
    def struck_cells(self) -> StruckCells:
        """The cells that are struck out."""
        ...

    @property
    def progress(self) -> float:
        """The fraction that the latest pass has read (0 to 1)."""
        ...

    def records(self) -> Generator[Record, None, None]:
        """Yield the records from the first on; raises PriceListError if the file is damaged."""
        ...


class DerivedTable:
    """A table with the properties of a file; subclasses yield records made of those of the file."""

    def __init__(self, file: TableFile) -> None:
        self._file = file

    @property
    def format(self) -> PriceListFormat:
        """The format of the file."""
        return self._file.format

    @property
    def encoding(self) -> str | None:
        """The encoding of the file."""
        return self._file.encoding

    @property
    def delimiter(self) -> str | None:
        """The delimiter of the file."""
        return self._file.delimiter

    @property
    def sheet(self) -> str | None:
        """The sheet of the file."""
        return self._file.sheet

    @property
    def rows_total(self) -> int | None:
        """The number of rows of the file."""
        return self._file.rows_total

    @property
    def hidden_rows(self) -> Sequence[int]:
        """The hidden rows of the file."""
        return self._file.hidden_rows

    @property
    def hidden_columns(self) -> Sequence[int]:
        """The hidden columns of the file."""
        return self._file.hidden_columns

    @property
    def struck_cells(self) -> StruckCells:
        """The struck-out cells of the file."""
        return self._file.struck_cells

    @property
    def progress(self) -> float:
        """The fraction of the file that the latest pass has read (0 to 1)."""
        return self._file.progress


class OpenedTables(NamedTuple):
    """The tables of a price list in their order: one text file, or one or more sheets.

    `unread_sheets` are the sheets with cells that are not read, `group_tables` the discounts by
    group that they state, `unread_goods` those of them that may be goods, `net_mark_texts` the text
    of each that names marks of articles without discounts.
    """

    files: Sequence[TableFile]
    unread_sheets: tuple[str, ...] = ()
    group_tables: Mapping[str, dict[str, str]] = {}
    unread_goods: tuple[str, ...] = ()
    net_mark_texts: Mapping[str, str] = {}


def check_dimensions(
    number: int, cells: list[str], limits: ReadLimits, max_rows: int | None = None
) -> None:
    """Raise PriceListError if a row number or the filled columns of a row exceed a limit.

    `max_rows` is the number of rows that other sheets leave of the limit.
    """
    if number > (limits.rows if max_rows is None else max_rows):
        raise PriceListError(f"The price list has more than {limits.rows:,} rows.")
    if any(map(str.strip, cells[limits.columns :])):
        raise PriceListError(f"Row {number} has more than {limits.columns:,} columns.")


def read_sample(table_file: TableFile, config: ReadConfig) -> list[Record]:
    """Return the first records: enough to detect the header row and the columns."""
    max_records = max(HEADER_SEARCH_ROWS, config.header_row or 0) + CONTENT_SAMPLE_ROWS
    sample: list[Record] = []
    characters = 0
    with closing(table_file.records()) as records:
        for record in islice(records, max_records):
            sample.append(record)
            characters += sum(map(len, record[1]))
            if characters > MAX_SAMPLE_CHARACTERS:
                break
    return sample
