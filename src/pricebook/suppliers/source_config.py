"""The source configuration of a supplier, and the options of reading a price list."""

import codecs
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import doc
from pricebook.pricelists.schemas.read_config import (
    CurrencyCode,
    DiscountBase,
    DiscountChain,
    Field,
    HiddenColumns,
    HiddenRows,
    NetMarkTexts,
    PositiveQuantity,
    PricesIn,
    StruckOut,
    TitleDiscounts,
    UnitMeaning,
    vat_rate_problem,
)
from pricebook.suppliers.schedule import next_run_at

HTTPS_PATTERN = r"^https://\S+$"
DOUBLE_SCHEMES = ("https://https:/", "https://http:/")
ADDRESS_EXPECTED = "expected an address such as https://supplier.example/prices.csv"
NOT_HTTPS = (
    "does not begin with https://: price lists are fetched over encrypted connections only, which"
    " no setting changes; use the https address of the file, upload the file, or have it put into"
    " the folder UPLOADS_DIR of the server and name it as the file of the supplier (file_path)"
)
ShortText = Annotated[str, Meta(min_length=1, max_length=255)]
Address = Annotated[str, Meta(min_length=1, max_length=2000)]

COLUMN_MAPPING = doc(
    'Header of the column of each field: `{"price": "Net price"}`.',
    propertyNames={"enum": list(get_args(Field))},
)
SheetName = Annotated[ShortText | None, doc("Name of the sheet of a workbook.")]
HeaderRow = Annotated[
    Annotated[int, Meta(ge=0, le=10_000)] | None,
    doc("Number of the last row of the header, from 1; 0 for a price list without a header."),
]
Delimiter = Annotated[
    Annotated[str, Meta(min_length=1, max_length=1)] | None,
    doc("Character between the cells of a CSV file."),
]
EncodingName = Annotated[ShortText | None, doc("Text encoding of a CSV file, such as `cp1252`.")]
DecimalSeparator = Annotated[
    Literal[".", ","] | None, doc("Character before the decimals of a price.")
]
CharacteristicColumns = Annotated[
    Annotated[list[ShortText], Meta(max_length=200)] | None,
    doc("Columns that become characteristics of the items: headers, or `column D`."),
]
SheetNames = Annotated[
    Annotated[list[ShortText], Meta(max_length=1_000)] | None,
    doc("Names of the sheets that are read as one price list."),
]
IgnoredColumns = Annotated[
    Annotated[list[ShortText], Meta(max_length=200)] | None,
    doc("Headers of columns that hold no field, whatever their header seems to say."),
]
KeyColumns = Annotated[
    Annotated[list[ShortText], Meta(max_length=10)] | None,
    doc("Columns that together identify an article, as headers or `column D`; default the code."),
]
ListCurrency = Annotated[
    CurrencyCode | None, doc("Currency of the prices, ISO 4217; default what the list states.")
]
PriceQuantity = Annotated[
    PositiveQuantity | None, doc("Number of base units that a price is for: 100, 1000.")
]
PricesPerPack = Annotated[bool | None, doc("Whether a price is for the pack size of its row.")]
PricesInName = Annotated[
    PricesIn | None,
    doc(
        "What the prices are in that name no currency: `hundredths` or `thousands` of it, or"
        " `units`, the currency itself."
    ),
]
VatIncluded = Annotated[bool | None, doc("Whether the prices include value added tax.")]
VatRate = Annotated[
    Decimal | None, doc("Rate of value added tax in percent, for rows without one of their own.")
]
Discount = Annotated[
    DiscountChain | None,
    doc("Discount on every price in percent; `30+5` applies 30 and then 5 percent."),
]
DiscountGroups = Annotated[
    dict[ShortText, DiscountChain] | None,
    doc('Discount of each discount group: `{"A": "30+5"}`.'),
]
DiscountBaseName = Annotated[
    DiscountBase | None,
    doc("The price that discounts apply to; `none`: the prices include them already."),
]
NetMarks = Annotated[
    NetMarkTexts | None,
    doc(
        "Marks of the articles that take no discount, separated by commas: `N, *`; `none`: all"
        " articles take it."
    ),
]
IgnoredMarks = Annotated[
    NetMarkTexts | None,
    doc("Marks in price cells that change no price, separated by commas: `*, ¹`."),
]
UnitMeanings = Annotated[
    dict[ShortText, UnitMeaning] | None,
    doc('Meaning of cells of units and price quantities: `{"C": "100", "M": "m"}`.'),
]
PriceColumns = Annotated[
    Annotated[list[ShortText], Meta(min_length=1, max_length=10)] | None,
    doc(
        "Columns of the price: the first with a price counts; of columns for different units, a"
        " row may have one price only."
    ),
]
TitleDiscountsName = Annotated[
    TitleDiscounts | None,
    doc(
        "Whether discounts of section titles apply to the rows below; `optional`: a title without"
        " one means none, `required`: its rows are rejected."
    ),
]
HiddenRowsName = Annotated[
    HiddenRows | None,
    doc(
        "Whether rows that the sheet hides, by a filter for instance, are articles; `read`: they"
        " are, `skip`: they are left out. Absent: they are rejected."
    ),
]
HiddenColumnsName = Annotated[
    HiddenColumns | None,
    doc(
        "Whether columns that the sheet hides are read like the others; `read`: they are, `skip`:"
        " they are left out. Absent: they are left out, and those that a price may depend on refuse"
        " the list."
    ),
]
StruckOutName = Annotated[
    StruckOut | None,
    doc(
        "Whether rows whose code, name or price is struck out are articles; `read`: they are,"
        " `skip`: they are left out. Absent: they are rejected."
    ),
]
Mode = Annotated[
    Literal["full", "partial"] | None,
    doc("`full` (default): items that the list lacks become absent; `partial`: they stay."),
]


class SheetSettings(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """How the table of a sheet is read; absent options are detected."""

    column_mapping: Annotated[dict[Field, ShortText], COLUMN_MAPPING] = {}
    header_row: HeaderRow = None
    decimal_separator: DecimalSeparator = None
    characteristic_columns: CharacteristicColumns = None
    ignored_columns: IgnoredColumns = None
    key_columns: KeyColumns = None
    currency: ListCurrency = None
    price_quantity: PriceQuantity = None
    prices_per_pack: PricesPerPack = None
    prices_in: PricesInName = None
    vat_included: VatIncluded = None
    vat_rate: VatRate = None
    discount: Discount = None
    discount_groups: DiscountGroups = None
    discount_base: DiscountBaseName = None
    net_marks: NetMarks = None
    ignored_marks: IgnoredMarks = None
    unit_meanings: UnitMeanings = None
    price_columns: PriceColumns = None
    title_discounts: TitleDiscountsName = None
    hidden_rows: HiddenRowsName = None
    hidden_columns: HiddenColumnsName = None
    struck_out: StruckOutName = None


MAX_SHEETS = 100
SHEET_SETTINGS = doc(
    "Options that hold for one sheet only, before those of all sheets:"
    ' `{"Fittings": {"currency": "USD"}}`. A sheet with an entry, even an empty one, may differ'
    " from the others."
)
SettingsOfSheets = Annotated[dict[ShortText, SheetSettings], Meta(max_length=MAX_SHEETS)]


class SourceConfig(SheetSettings, frozen=True, kw_only=True):
    """The source of a supplier's price list and how to read it; absent options are detected."""

    spreadsheet_url: Annotated[Address | None, doc("Address of a Google spreadsheet.")] = None
    sheet_url: Annotated[Address | None, doc("Older name of `spreadsheet_url`.")] = None
    source_url: Annotated[Address | None, doc("Older name of `spreadsheet_url`.")] = None
    sheet_name: SheetName = None
    sheet_names: SheetNames = None
    sheet_settings: Annotated[SettingsOfSheets, SHEET_SETTINGS] = {}
    file_path: Annotated[
        Address | None, doc("Path of a file inside UPLOADS_DIR, relative to it.")
    ] = None
    url: Annotated[
        Address | None,
        doc("Address of a file to download, https only.", pattern=HTTPS_PATTERN),
    ] = None
    delimiter: Delimiter = None
    encoding: EncodingName = None
    mode: Mode = None
    row_price_factor: Annotated[
        Annotated[float, Meta(ge=1)] | None,
        doc(
            "Factor of the old price, up or down, beyond which a row of the price list is"
            " quarantined; by default that of the setting HOLD_ROW_PRICE_FACTOR."
        ),
    ] = None
    sync_every: Annotated[
        int | ShortText | None,
        doc("Sync schedule: an interval in minutes, or a cron expression of five fields in UTC."),
    ] = None
    late_after_days: Annotated[
        Annotated[float, Meta(ge=0, le=366)] | None,
        doc(
            "Days after its last price list from which the next one is late; 0: it never is. By"
            " default the sync schedule decides, or the intervals between the last lists."
        ),
    ] = None

    def __post_init__(self) -> None:
        """Move the spreadsheet's address to `spreadsheet_url`.

        Raises ValidationError for two different addresses, one without https, an unknown encoding,
        a rate that is no percentage or a bad schedule.
        """
        sent = [self.spreadsheet_url, self.sheet_url, self.source_url]
        addresses = {address for address in sent if address is not None}
        issues: list[FieldIssue] = []
        if len(addresses) > 1:
            issues.append(body_issue("source_config.spreadsheet_url", "has two different values"))
        if self.url is not None and (address_problem := _address_problem(self.url)):
            issues.append(body_issue("source_config.url", address_problem))
        if self.encoding is not None and not _is_encoding(self.encoding):
            issues.append(body_issue("source_config.encoding", "is not a known encoding"))
        if rate_problem := vat_rate_problem(self.vat_rate):
            issues.append(body_issue("source_config.vat_rate", rate_problem))
        issues += rate_issues("source_config.sheet_settings", self.sheet_settings)
        if self.sync_every is not None and (
            schedule_error := _schedule_error(str(self.sync_every))
        ):
            issues.append(body_issue("source_config.sync_every", schedule_error))
        if issues:
            raise validation_error(*issues)
        msgspec.structs.force_setattr(self, "spreadsheet_url", next(iter(addresses), None))
        msgspec.structs.force_setattr(self, "sheet_url", None)
        msgspec.structs.force_setattr(self, "source_url", None)


def rate_issues(field: str, settings: Mapping[str, SheetSettings]) -> list[FieldIssue]:
    """Return the issues of sheets whose rate is no percentage, below the name of their field."""
    return [
        body_issue(f"{field}.{sheet}.vat_rate", problem)
        for sheet, options in settings.items()
        if (problem := vat_rate_problem(options.vat_rate))
    ]


def _address_problem(url: str) -> str | None:
    """Return why an address cannot be fetched, and what to do; None if it can."""
    if not url.startswith("https://"):
        return NOT_HTTPS
    is_address = re.fullmatch(HTTPS_PATTERN, url) and not url.startswith(DOUBLE_SCHEMES)
    return None if is_address else ADDRESS_EXPECTED


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _schedule_error(rule: str) -> str | None:
    try:
        next_run_at(rule, datetime.now(UTC))
    except ValueError as error:
        return str(error)
    return None
