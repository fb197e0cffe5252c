"""Opening a price list and reading it row by row, from bytes to articles.

The order is: bytes, encoding, delimiter, header, columns, number profile of the price column, rows.
The list is read twice: the first pass asks the whole price column how it writes numbers.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing

from pricebook.errors import PriceListError
from pricebook.pricelists import formats, numbers
from pricebook.pricelists.detection import table as detect
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.formats.table_file import TableFile, read_sample
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.schemas import DetectedProfile, NumberProfile, PriceListRow, ReadRequest
from pricebook.system.disk_errors import DISK_FULL_ERRNOS


class PriceList:
    """A list that is understood: what was found out about it, and its rows."""

    def __init__(self, source: TableFile, table: DetectedTable, profile: DetectedProfile) -> None:
        self.profile = profile
        self._source = source
        self._table = table

    @property
    def rows_total(self) -> int | None:
        """How many rows there are, where the format tells."""
        return self._source.rows_total

    @property
    def progress(self) -> float:
        """Which part of the list the latest pass has read, 0 to 1."""
        return self._source.progress

    def rows(self) -> Iterator[PriceListRow]:
        """Read every record of the file, once and in order, in constant memory.

        Raises PriceListError if the file has changed since it was opened.
        """
        profile = self.profile
        read_price = numbers.price_cell_reader(profile.numbers, profile.currency)
        read = RowReader(self._table, read_price, profile.currency).read
        with closing(self._source.records()) as records:
            yield from map(read, records)


def open_price_list(request: ReadRequest) -> PriceList:
    """Find out how to read a list; what its order says about it wins.

    Raises PriceListError, with one sentence for the user, if it cannot be understood as a whole.
    """
    config, currency = request.config, request.currency
    try:
        source = formats.open_table_file(request)
        first_records = read_sample(source, config)
        table = detect.detect_table(first_records, config, currency, request.remembered)
        number_profile = _number_profile(source, table, request)
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise
        raise PriceListError(f"{error.filename} cannot be read: {error.strerror}.") from error
    profile = DetectedProfile(
        format=source.format,
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        header_row=table.header_row,
        columns={
            field: _column_reference(table.headers, index) for field, index in table.columns.items()
        },
        headers=table.headers,
        kinds=table.kinds,
        by_content=table.by_content,
        characteristic_columns=tuple(title for title, _ in table.characteristics),
        currency=currency,
        numbers=number_profile,
    )
    return PriceList(source, table, profile)


def _column_reference(headers: Sequence[str], index: int) -> str:
    """Name a column so that it can be found again: by its header if no other has the same."""
    header = headers[index]
    is_unique = header and headers.count(header) == 1
    return header if is_unique else f"column {column_letters(index)}"


def _number_profile(source: TableFile, table: DetectedTable, request: ReadRequest) -> NumberProfile:
    if request.config.decimal_separator:
        return NumberProfile(decimal_separator=request.config.decimal_separator)
    column, rows_start_below = table.columns["price"], table.rows_start_below
    with closing(source.records()) as records:
        cells = (
            cells[column]
            for number, cells, malformed in records
            if len(cells) > column and number > rows_start_below and not malformed
        )
        number_profile = numbers.detect_number_profile(cells, request.currency)
    remembered = request.remembered
    return numbers.with_previous_marks(number_profile, remembered.numbers if remembered else None)
