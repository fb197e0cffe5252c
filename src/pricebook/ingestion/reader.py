"""Opening a price list and reading it row by row, from bytes to articles.

The order is: bytes, encoding, delimiter, header, columns, number profile of the price column, rows.
The list is read twice: the first pass asks the whole price column how it writes numbers.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing

from pricebook.errors import PriceListError
from pricebook.full_disk import FULL_DISK
from pricebook.ingestion import detect, numbers, parsers
from pricebook.ingestion.column_names import column_letters
from pricebook.ingestion.detect import Table
from pricebook.ingestion.parsers.source import Source, head_of
from pricebook.ingestion.rows import RowReader
from pricebook.ingestion.schemas import Findings, ListOrder, ListRow, NumberProfile


class PriceList:
    """A list that is understood: what was found out about it, and its rows."""

    def __init__(self, source: Source, table: Table, findings: Findings) -> None:
        self.findings = findings
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

    def rows(self) -> Iterator[ListRow]:
        """Read every record of the file, once and in order, in constant memory.

        Raises PriceListError if the file has changed since it was opened.
        """
        found = self.findings
        read_price = numbers.price_reader(found.numbers, found.currency)
        read = RowReader(self._table, read_price, found.currency).read
        with closing(self._source.records()) as records:
            yield from map(read, records)


def open_list(order: ListOrder) -> PriceList:
    """Find out how to read a list; what its order says about it wins.

    Raises PriceListError, with one sentence for the user, if it cannot be understood as a whole.
    """
    config, currency = order.config, order.currency
    try:
        source = parsers.open_source(order)
        head = head_of(source, config)
        table = detect.find_table(head, config, currency, order.remembered)
        profile = _number_profile(source, table, order)
    except OSError as error:
        if error.errno in FULL_DISK:
            raise
        raise PriceListError(f"{error.filename} cannot be read: {error.strerror}.") from error
    findings = Findings(
        format=source.format,
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        header_row=table.header_row,
        columns={field: _named(table.headers, index) for field, index in table.columns.items()},
        headers=table.headers,
        kinds=table.kinds,
        by_content=table.by_content,
        characteristic_columns=tuple(title for title, _ in table.characteristics),
        currency=currency,
        numbers=profile,
    )
    return PriceList(source, table, findings)


def _named(headers: Sequence[str], index: int) -> str:
    """Name a column so that it can be found again: by its header if no other has the same."""
    header = headers[index]
    is_alone = header and headers.count(header) == 1
    return header if is_alone else f"column {column_letters(index)}"


def _number_profile(source: Source, table: Table, order: ListOrder) -> NumberProfile:
    if order.config.decimal_separator:
        return NumberProfile(decimal_separator=order.config.decimal_separator)
    column, above = table.columns["price"], table.starts_below
    with closing(source.records()) as records:
        cells = (
            cells[column]
            for number, cells, spoiled in records
            if len(cells) > column and number > above and not spoiled
        )
        profile = numbers.profile_of(cells, order.currency)
    remembered = order.remembered
    return numbers.with_memory(profile, remembered.numbers if remembered else None)
