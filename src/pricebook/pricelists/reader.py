"""Reading of one price list in the calling process, from bytes to typed rows.

Steps: format, encoding, delimiter or sheet, header row, columns, number profile, rows. The records
are read twice: the first pass collects the number notation of the whole price column.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from os import PathLike, fspath

import msgspec

from pricebook.errors import PriceListError, ValidationError
from pricebook.pricelists import formats, numbers
from pricebook.pricelists.corrected_rows import file_name, open_corrections, refuse_rejected_rows
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.notes import LaterNotes, Note
from pricebook.pricelists.detection.table import ignored_columns
from pricebook.pricelists.open_tables import OpenTable, open_sheets, with_sheets
from pricebook.pricelists.price_list import PriceList
from pricebook.pricelists.schemas.profile import DetectedProfile, NumberProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource, ReadLimits, ReadRequest
from pricebook.system.disk_errors import DISK_FULL_ERRNOS, translate_temporary_disk_full
from pricebook.system.refused_values import explain_refusal


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
        raise ValidationError(f"config: {explain_refusal(error, ReadConfig)}.") from error
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
        if request.corrections:
            return open_corrections(request, request.corrections)
        files, unread_sheets, group_tables = formats.open_tables(request)
        request = msgspec.structs.replace(request, group_tables=dict(group_tables))
        refuse_rejected_rows(files[0], file_name(request))
        tables = open_sheets(files, request)
        number_profile, later_notes = _read_price_columns(tables, request)
        if any(later_notes):
            tables = open_sheets(files, request, later_notes)
            number_profile, _ = _read_price_columns(tables, request)
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise
        raise PriceListError(f"{error.filename} cannot be read: {error.strerror}.") from error
    source, table, _ = tables[0]
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
        unread_sheets=unread_sheets,
        key_columns=_column_references(table.headers, table.key_columns),
        proposed_key_columns=_column_references(table.headers, table.proposed_key),
        ignored_columns=ignored_columns(request, with_positions=table.header_row == 0),
    )
    return PriceList(tables, with_sheets(profile, tables), request)


def _column_references(headers: Sequence[str], indices: Iterable[int]) -> tuple[str, ...]:
    return tuple(_column_reference(headers, index) for index in indices)


def _column_reference(headers: Sequence[str], index: int) -> str:
    """Return the header of a column if it is unique, else `column C`."""
    header = headers[index]
    is_unique = header and headers.count(header) == 1
    return header if is_unique else f"column {column_letters(index)}"


def _read_price_columns(
    tables: Sequence[OpenTable], request: ReadRequest
) -> tuple[NumberProfile, list[list[Note]]]:
    """Return the number profile of all prices, and the notes of each table below its sample."""
    collectors = [LaterNotes(opened.table.sampled_rows) for opened in tables]
    cells = chain.from_iterable(map(_price_cells, tables, collectors))
    number_profile = numbers.detect_number_profile(cells, tables[0].table.basis.currency)
    later_notes = [collector.notes for collector in collectors]
    if request.config.decimal_separator:
        separator = request.config.decimal_separator
        return NumberProfile(decimal_separator=separator), later_notes
    previous = request.previous_profile
    marks = numbers.with_previous_marks(number_profile, previous.numbers if previous else None)
    return marks, later_notes


def _price_cells(opened: OpenTable, later_notes: LaterNotes) -> Iterator[str]:
    """Yield the filled price cells below the header; collect the notes of rows without one."""
    column, rows_start_below = opened.table.columns["price"], opened.table.rows_start_below
    last_article = 0
    with closing(opened.file.records()) as records:
        for number, cells, malformed in records:
            if number <= rows_start_below or malformed:
                continue
            cell = cells[column] if len(cells) > column else ""
            if cell:
                last_article = number
                yield cell
            else:
                later_notes.add(number, cells)
    later_notes.last_article = last_article
