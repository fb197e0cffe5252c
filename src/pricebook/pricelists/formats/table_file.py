"""What a list is read from, whatever its format."""

from collections.abc import Generator
from contextlib import closing
from itertools import islice
from typing import Protocol

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import table
from pricebook.pricelists.schemas import PriceListFormat, ReadConfig, ReadLimits, Record

MAX_SAMPLE_CHARACTERS = 4 * 1024 * 1024


class TableFile(Protocol):
    """A list that can be read from its first row, any number of times."""

    @property
    def format(self) -> PriceListFormat:
        """The kind of source."""
        ...

    @property
    def encoding(self) -> str | None:
        """The encoding of a text."""
        ...

    @property
    def delimiter(self) -> str | None:
        """What separates the cells of a text."""
        ...

    @property
    def sheet(self) -> str | None:
        """The sheet of a workbook that is read."""
        ...

    @property
    def rows_total(self) -> int | None:
        """How many rows there are, where the format tells."""
        ...

    @property
    def progress(self) -> float:
        """The part that the latest pass has read, 0 to 1."""
        ...

    def records(self) -> Generator[Record, None, None]:
        """Read the list record by record; raises PriceListError if that cannot go on."""
        ...


def check_dimensions(number: int, cells: list[str], limits: ReadLimits) -> None:
    """Raise PriceListError if a list has more rows or filled columns than are read."""
    if number > limits.rows:
        raise PriceListError(f"The list has more than {limits.rows:,} rows.")
    if any(map(str.strip, cells[limits.columns :])):
        raise PriceListError(f"Row {number} has more than {limits.columns} columns.")


def read_sample(table_file: TableFile, config: ReadConfig) -> list[Record]:
    """Read the records among which the header of the table and its first articles must be."""
    max_records = max(table.HEADER_SEARCH_ROWS, config.header_row or 0) + table.CONTENT_SAMPLE_ROWS
    sample: list[Record] = []
    characters = 0
    with closing(table_file.records()) as records:
        for record in islice(records, max_records):
            sample.append(record)
            characters += sum(map(len, record[1]))
            if characters > MAX_SAMPLE_CHARACTERS:
                break
    return sample
