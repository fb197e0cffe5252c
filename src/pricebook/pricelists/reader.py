"""Reading of one price list in the calling process, from bytes to typed rows.

Steps: format, encoding, delimiter or sheet, header row, columns, number profile, rows. The records
are read twice: the first pass collects the number notation of the whole price column.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from os import PathLike, fspath

import msgspec

from pricebook.errors import PriceListError, ValidationError, as_issue_text
from pricebook.pricelists import formats, numbers
from pricebook.pricelists.detection import table as detect
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.formats.table_file import TableFile, read_sample
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.schemas import (
    DetectedProfile,
    FileSource,
    NumberProfile,
    PriceListRow,
    ReadConfig,
    ReadLimits,
    ReadRequest,
)
from pricebook.system.disk_errors import DISK_FULL_ERRNOS, translate_temporary_disk_full


class PriceList:
    """An open price list: its detected profile and its rows."""

    def __init__(
        self,
        source: TableFile,
        table: DetectedTable,
        profile: DetectedProfile,
        request: ReadRequest,
    ) -> None:
        self.profile = profile
        self._source = source
        self._table = table
        self._request = request

    @property
    def rows_total(self) -> int | None:
        """Number of rows of a workbook; None for CSV."""
        return self._source.rows_total

    @property
    def progress(self) -> float:
        """Fraction of the price list that the latest pass has read, 0 to 1."""
        return self._source.progress

    def rows(self) -> Iterator[PriceListRow]:
        """Yield one row per record of the file, in order; each call starts a new pass.

        Raises PriceListError if the file has changed since it was opened.
        """
        read_row = RowReader(self._table, self.profile.numbers, self._request).read
        with closing(self._source.records()) as records:
            yield from map(read_row, records)


def read(
    path: str | PathLike[str],
    *,
    currency: str = "USD",
    config: ReadConfig | None = None,
    previous_profile: DetectedProfile | None = None,
    limits: ReadLimits | None = None,
) -> PriceList:
    """Open a price list in this process; its rows are read lazily.

    `currency` is the ISO 4217 code of the catalog, in which prices are unless the price list names
    another one. `config` sets what is not to be detected. With `previous_profile`, a price list
    whose columns have moved is refused. An untrusted file should be read through the parser process
    instead, which limits memory and time.

    Raises ValidationError if an option is invalid, PriceListError if the file cannot be read as a
    price list, StorageFullError if a temporary file finds no room.
    """
    try:
        config = msgspec.convert(msgspec.to_builtins(config or ReadConfig()), ReadConfig)
    except msgspec.ValidationError as error:
        raise ValidationError(f"config: {as_issue_text(str(error))}.") from error
    request = ReadRequest(
        source=FileSource(fspath(path)),
        currency=currency,
        config=config,
        previous_profile=previous_profile,
        limits=limits or ReadLimits(),
    )
    with translate_temporary_disk_full():
        return open_price_list(request)


def open_price_list(request: ReadRequest) -> PriceList:
    """Open a local price list and detect its profile; options of the request take precedence.

    Raises PriceListError if the file cannot be read as a price list, OSError if a temporary file
    finds no room.
    """
    if request.today is None:
        request = msgspec.structs.replace(request, today=datetime.now(UTC).date())
    try:
        source = formats.open_table_file(request)
        table = detect.detect_table(read_sample(source, request.config), request)
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
        inferred_fields=table.inferred_fields,
        characteristic_columns=tuple(title for title, _ in table.characteristics),
        currency=table.basis.currency,
        numbers=number_profile,
        price_facts=dict(table.facts),
        tier_columns={
            format(quantity.normalize(), "f"): _column_reference(table.headers, index)
            for quantity, index in table.tiers
        },
        basis=table.basis,
    )
    return PriceList(source, table, profile, request)


def _column_reference(headers: Sequence[str], index: int) -> str:
    """Return the header of a column if it is unique, else `column C`."""
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
        number_profile = numbers.detect_number_profile(cells, table.basis.currency)
    previous = request.previous_profile
    return numbers.with_previous_marks(number_profile, previous.numbers if previous else None)
