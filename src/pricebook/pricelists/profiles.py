"""The detected profile of a price list, and of each of its tables."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pricebook.pricelists.column_matching import match_columns
from pricebook.pricelists.detection.column_names import title_reference
from pricebook.pricelists.detection.column_options import ignored_columns
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.formats.table_file import TableFile
from pricebook.pricelists.numbers import with_previous_marks
from pricebook.pricelists.open_blocks import TablePart
from pricebook.pricelists.open_tables import (
    OpenTable,
    with_all_columns,
    with_sheets,
)
from pricebook.pricelists.schemas.profile import DetectedProfile, NumberProfile, TableProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest


def profile_of(
    file: TableFile, table: DetectedTable, numbers: NumberProfile, request: ReadRequest
) -> DetectedProfile:
    """Return how one table is read."""
    return DetectedProfile(
        format=file.format,
        encoding=file.encoding,
        delimiter=file.delimiter,
        sheet=file.sheet,
        header_row=table.header_row,
        columns={
            field: title_reference(table.headers, index) for field, index in table.columns.items()
        },
        headers=table.headers,
        kinds=table.kinds,
        inferred_fields=table.inferred_fields,
        characteristic_columns=tuple(title for title, _ in table.characteristics),
        currency=table.basis.currency,
        numbers=numbers,
        price_facts=dict(table.facts),
        tier_columns={
            format(quantity.normalize(), "f"): title_reference(table.headers, index)
            for quantity, index in table.tiers
        },
        basis=table.basis,
        key_columns=_column_references(table.headers, table.key_columns),
        proposed_key_columns=_column_references(table.headers, table.proposed_key),
        net_columns=_column_references(table.headers, table.net_columns),
        price_columns=_column_references(
            table.headers, (each.column for each in table.price_alternatives)
        ),
        price_currencies={
            title_reference(table.headers, each.column): each.currency
            for each in table.price_alternatives
            if each.currency
        },
        hidden_columns=_column_references(table.headers, table.hidden_columns),
        ignored_columns=ignored_columns(request, with_positions=table.header_row == 0),
    )


def profile_of_tables(
    tables: Sequence[OpenTable], number_profile: NumberProfile
) -> DetectedProfile:
    """Return how all tables of a price list are read, each sheet for itself if they differ.

    Raises PriceListError if more sheets differ than a profile can have.
    """
    profiles = [
        _profile_of_sheet(opened, number_profile)
        for opened in (tables if tables[0].differs else tables[:1])
    ]
    profile = with_all_columns(with_sheets(profiles, tables), tables)
    return msgspec.structs.replace(
        profile,
        sheet_columns={} if tables[0].differs else dict(_further_columns(profile, tables)),
        tables=tuple(_table_profiles(tables, number_profile)),
    )


def _further_columns(
    profile: DetectedProfile, tables: Sequence[OpenTable]
) -> Iterator[tuple[str, dict[Field, str]]]:
    """Yield the fields of each of several sheets that not all of them have."""
    for sheet, opened in zip(profile.sheets, tables, strict=False):
        columns = match_columns(opened.table.headers, profile.headers)
        further: dict[Field, str] = {
            field: title_reference(profile.headers, column)
            for field, index in opened.table.columns.items()
            if field not in profile.columns and (column := columns[index]) is not None
        }
        if further:
            yield sheet, further


def _profile_of_sheet(opened: OpenTable, number_profile: NumberProfile) -> DetectedProfile:
    numbers = _numbers_of(opened, number_profile)
    profile = profile_of(opened.file, opened.table, numbers, opened.request)
    return msgspec.structs.replace(
        with_all_columns(profile, [opened]),
        tables=tuple(_table_profiles([opened._replace(rows_before=0)], number_profile)),
    )


def _numbers_of(opened: OpenTable, number_profile: NumberProfile) -> NumberProfile:
    """Return the number profile of a sheet: the option for it, else that of all sheets."""
    request = opened.request
    if separator := request.config.decimal_separator:
        return NumberProfile(decimal_separator=separator)
    previous = request.previous_profile
    return with_previous_marks(number_profile, previous.numbers if previous else None)


def _table_profiles(
    tables: Sequence[OpenTable], number_profile: NumberProfile
) -> Iterator[TableProfile]:
    """Yield how each table is read if a sheet has several."""
    if any(opened.parts for opened in tables):
        for opened in tables:
            numbers = _numbers_of(opened, number_profile)
            for part in opened.layouts:
                yield _table_profile(opened, part, numbers)


def _table_profile(opened: OpenTable, part: TablePart, numbers: NumberProfile) -> TableProfile:
    return TableProfile(
        first_row=opened.rows_before + part.first_row,
        headers=part.headers,
        profile=part.table and profile_of(opened.file, part.table, numbers, opened.request),
        refused=part.problem and part.problem.message,
    )


def _column_references(headers: Sequence[str], indices: Iterable[int]) -> tuple[str, ...]:
    return tuple(title_reference(headers, index) for index in indices)
