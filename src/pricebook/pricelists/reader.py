"""Reading of one price list in the calling process, from bytes to typed rows.

Steps: format, encoding, delimiter or sheet, header row, columns, number profile, rows. The records
are read twice: the first pass collects the number notation of the whole price column.
"""

from datetime import UTC, datetime
from os import PathLike, fspath

import msgspec

from pricebook.errors import PriceListError, ValidationError
from pricebook.pricelists import formats
from pricebook.pricelists.corrected_rows import file_name, open_corrections, refuse_rejected_rows
from pricebook.pricelists.open_tables import open_sheets
from pricebook.pricelists.price_list import PriceList
from pricebook.pricelists.price_pass import read_price_columns
from pricebook.pricelists.profiles import profile_of_tables
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource, ReadLimits, ReadRequest
from pricebook.pricelists.sides import with_sides
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
        opened_tables = formats.open_tables(request)
        request = msgspec.structs.replace(
            request,
            group_tables=dict(opened_tables.group_tables),
            net_mark_texts=dict(opened_tables.net_mark_texts),
        )
        refuse_rejected_rows(opened_tables.files[0], file_name(request))
        files = with_sides(opened_tables.files, request)
        tables = open_sheets(files, request)
        number_profile, findings = read_price_columns(tables)
        if any(
            each.has_other_header and not opened.parts
            for each, opened in zip(findings, tables, strict=True)
        ):
            tables = open_sheets(
                files, request, [each._replace(later_notes=()) for each in findings]
            )
            number_profile, findings = read_price_columns(tables)
        if any(each.later_notes for each in findings):
            tables = open_sheets(files, request, findings)
            number_profile, _ = read_price_columns(tables)
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise
        raise PriceListError(f"{error.filename} cannot be read: {error.strerror}.") from error
    profile = profile_of_tables(tables, number_profile)
    profile = msgspec.structs.replace(
        profile,
        unread_sheets=opened_tables.unread_sheets,
        unread_goods=opened_tables.unread_goods,
    )
    return PriceList(tables, profile)
