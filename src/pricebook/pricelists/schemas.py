"""Types of price-list reading: options, the detected profile, sources and rows."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

import msgspec

Field = Literal[
    "sku",
    "name",
    "price",
    "category",
    "currency",
    "list_price",
    "next_price",
    "valid_from",
    "price_quantity",
    "unit",
    "pack_size",
    "min_order_quantity",
    "discount",
    "discount_group",
    "vat_rate",
    "gtin",
    "mpn",
    "brand",
    "stock",
    "lead_time",
]
CatalogVat = Literal["as_listed", "net", "gross"]
# Where a fact about a price comes from, strongest first; `assumed`: nothing says it.
FactOrigin = Literal["setting", "column", "cell", "header", "sentence", "previous", "assumed"]
_MAX_VAT_RATE = 100
DecimalMark = Literal[".", ","]
# The content of a column: numbers with one or two decimals, numbers with more, integers, article
# codes, GTINs, texts of several words, single words.
ColumnKind = Literal["money", "decimals", "whole", "codes", "barcodes", "texts", "words"]
RowErrorType = Literal[
    "malformed_row",
    "missing_sku",
    "missing_name",
    "missing_price",
    "price_not_a_number",
    "price_ambiguous",
    "not_calculated",
    "price_negative",
    "price_out_of_range",
    "price_too_precise",
    "other_currency",
    "price_on_request",
    "price_quantity_unknown",
    "pack_size_unknown",
    "discount_unknown",
    "discount_group_unknown",
    "vat_unknown",
    "tier_unknown",
    "date_unknown",
    "currency_unknown",
    "cell_too_long",
    "nul_character",
    "too_many_cells",
]

ImportMode = Literal["full", "partial"]
PriceListFormat = Literal["csv", "xlsx", "xls", "ods", "google_sheets"]


class NumberCell(str):
    """A numeric cell: its value in digits, `.` and `-`.

    `displayed` is the value as the number format of the sheet displays it, for example `00042`.
    """

    __slots__ = ("displayed",)
    displayed: str

    def __new__(cls, digits: str, displayed: str | None = None) -> Self:
        """Create a cell from its value and its displayed text (default: the value)."""
        number = super().__new__(cls, digits)
        number.displayed = digits if displayed is None else displayed
        return number


class UncalculatedFormula(str):
    """The text of a formula for which the workbook stores no value."""

    __slots__ = ()


# 1-based row number as a spreadsheet shows it, cells, and the parse error of a malformed record.
Record = tuple[int, list[str], str | None]

CurrencyCode = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
PositiveQuantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
# Percentages that apply one after the other: `30`, `30+5`, `12,5 %`.
DiscountChain = Annotated[
    str,
    msgspec.Meta(
        max_length=100,
        pattern=r"^ *[0-9]{1,2}([.,][0-9]{1,4})? *%?( *\+ *[0-9]{1,2}([.,][0-9]{1,4})? *%?)* *$",
    ),
]
DiscountBase = Literal["price", "list_price", "none"]
# 1-based number of the last header row; 0: the price list has no header.
HeaderRowNumber = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class ReadConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Options for reading a price list; each one that is not set is detected.

    `mode` is used by imports only: a `partial` price list leaves the items that it does not
    contain present; default `full`. `sheet_names` reads several sheets as one price list.
    `header_row` is 1-based, 0 for no header. `column_mapping` maps a field to a header or to
    `column C`; `ignored_columns` are columns that name no field. `key_columns` are the columns
    whose cells together identify an article, default the code.

    What the prices are: `currency` (ISO 4217), `price_quantity` (base units that a price is for),
    `prices_per_pack` (a price is for the pack size), `vat_included`, `vat_rate` (percent),
    `discount` (a chain of percentages such as `30+5`, for every row), `discount_groups` (group to
    chain), `discount_base` (the price that discounts apply to, `none`: they are included already).
    """

    mode: ImportMode | None = None
    sheet_name: str | None = None
    sheet_names: list[str] | None = None
    column_mapping: dict[Field, str] = {}
    header_row: HeaderRowNumber | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_separator: DecimalMark | None = None
    characteristic_columns: list[str] | None = None
    ignored_columns: list[str] | None = None
    key_columns: list[str] | None = None
    currency: CurrencyCode | None = None
    price_quantity: PositiveQuantity | None = None
    prices_per_pack: bool | None = None
    vat_included: bool | None = None
    vat_rate: Decimal | None = None
    discount: DiscountChain | None = None
    discount_groups: dict[str, DiscountChain] | None = None
    discount_base: DiscountBase | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a rate that is no percentage of a tax."""
        if problem := vat_rate_problem(self.vat_rate):
            raise ValueError(f"vat_rate {problem}")


def vat_rate_problem(rate: Decimal | None) -> str | None:
    """Return why a rate in percent is refused, None if it is not."""
    is_valid = rate is None or (rate.is_finite() and 0 <= rate < _MAX_VAT_RATE)
    return None if is_valid else f"is a percentage from 0 to below {_MAX_VAT_RATE}"


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that a price list says about its prices, its origin and the text that says it.

    `source` quotes the column, sentence or setting, for a person who checks it.
    """

    value: str
    origin: FactOrigin
    source: str = ""


class NumberProfile(msgspec.Struct, frozen=True, kw_only=True):
    """The number notation of the price column.

    `decimal_marks` and `grouping_marks` are the marks that at least one unambiguous cell uses. A
    mark in both or in neither leaves a cell such as `1,234` ambiguous. `decimal_separator` is the
    option of that name. `from_previous_profile`: no cell of this price list uses a mark, so the
    marks are those of the supplier's previous price list.
    """

    decimal_marks: tuple[str, ...] = ()
    grouping_marks: tuple[str, ...] = ()
    decimal_separator: DecimalMark | None = None
    from_previous_profile: bool = msgspec.field(default=False, name="remembered")


class PriceBasis(msgspec.Struct, frozen=True, kw_only=True):
    """What the prices of a whole price list are, unless a row says otherwise.

    `currency` is ISO 4217. A price is for `price_quantity` base units, with `prices_per_pack` for
    the pack size of its row; `unit` is the code of the base unit. `vat_included` None: not stated;
    `vat_rate` is percent. `discounts` and those of a `discount_groups` entry are percentages,
    applied in order to `discount_base`. `valid_from` is the day after today from which all prices
    hold, `next_from` the day from which the column of `next_price` holds. `day_first` decides
    between day and month in a date such as `01/12/2026`; None: such a date is in doubt.
    """

    currency: str
    price_quantity: Decimal = Decimal(1)
    prices_per_pack: bool = False
    unit: str | None = None
    vat_included: bool | None = None
    vat_rate: Decimal | None = None
    discounts: tuple[Decimal, ...] = ()
    discount_groups: dict[str, tuple[Decimal, ...]] = {}
    discount_base: DiscountBase = "price"
    valid_from: date | None = None
    next_from: date | None = None
    day_first: bool | None = None


class AppliedRate(msgspec.Struct, frozen=True):
    """What one unit of a currency was worth in the currency of the catalog, and on which day."""

    rate: Decimal
    rate_date: date
    catalog_currency: str


class DetectedProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How a price list is read; stored with its supplier as the previous profile of the next one.

    `encoding` and `delimiter` are set for CSV, `sheet` for workbooks. `header_row` is the 1-based
    number of the last header row, 0 for no header. `headers` and `kinds` have one entry per
    column. `columns` maps a field to its header, or to `column C` if that header is empty or not
    unique; `inferred_fields` are those assigned by content inference instead of a header.
    `tier_columns` maps the quantity from which the prices of a column hold to that column.

    `sheets` are set if several sheets are one price list, with the number of rows of each in
    `sheet_rows`: the number of a row is its number in its sheet plus the rows of the sheets before.
    `header_row` is then that of the first sheet, `headers` are those of the first sheet followed by
    further ones of the others, and `columns` the fields that all of them have. `unread_sheets` are
    the other sheets with cells. `proposed_key_columns` would identify an article where its code
    does not. `exchange_rates` are those by which an import converted the prices, by currency.
    """

    format: PriceListFormat
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int
    columns: dict[Field, str]
    headers: tuple[str, ...] = ()
    kinds: tuple[ColumnKind | None, ...] = ()
    inferred_fields: tuple[Field, ...] = msgspec.field(default=(), name="by_content")
    characteristic_columns: tuple[str, ...]
    currency: str
    numbers: NumberProfile
    sheets: tuple[str, ...] = ()
    sheet_rows: tuple[int, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    key_columns: tuple[str, ...] = ()
    tier_columns: dict[str, str] = {}
    basis: PriceBasis | None = None
    proposed_key_columns: tuple[str, ...] = ()
    price_facts: dict[str, Fact] = {}
    exchange_rates: dict[str, AppliedRate] = {}


def convert_profile(stored: object) -> DetectedProfile | None:
    """Return a stored profile; None without one, or if an earlier release wrote it otherwise."""
    try:
        return msgspec.convert(stored, DetectedProfile | None)
    except msgspec.ValidationError:
        return None


class ReadLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one price list; one that exceeds a limit is refused.

    `mebibytes` is the file size. `memory_mebibytes` and `seconds` (of processor time, and since the
    start) limit the parser process only.
    """

    mebibytes: int = 200
    rows: int = 2_000_000
    columns: int = 1_000
    memory_mebibytes: int = 512
    seconds: int = 900


class FileSource(msgspec.Struct, frozen=True, tag="file"):
    """A price list in a local file; messages use `display_name`, or the file name if not set."""

    path: str
    display_name: str | None = None


class GoogleSheetSource(msgspec.Struct, frozen=True, tag="google_sheets"):
    """A price list in a Google spreadsheet, fetched with the key file of a service account."""

    url: str
    credentials_path: str | None = None
    api: str = "https://sheets.googleapis.com"


class HttpsSource(msgspec.Struct, frozen=True, tag="web"):
    """A price list at an https URL; private addresses are refused unless `allow_private`."""

    url: str
    allow_private: bool = False


class FetchedSheet(msgspec.Struct, frozen=True, tag="fetched_sheet"):
    """A local file with the Google Sheets API response, and the URL of the spreadsheet."""

    path: str
    url: str


PriceListSource = FileSource | GoogleSheetSource | HttpsSource
LocalSource = FileSource | FetchedSheet


class CorrectionRequest(msgspec.Struct, frozen=True):
    """The id of a task whose rejected rows a file has, and the profile that they are read with."""

    task_id: str
    profile: DetectedProfile


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One price list to read. A remote source is fetched into a local file first.

    `currency` is the ISO 4217 code of the catalog, `catalog_vat` the VAT basis of its prices.
    `previous_profile` is the profile of the supplier's previous price list, whose columns must not
    have moved. `today` decides between a present and an upcoming price; default the date in UTC.
    With `corrections`, the file has corrected rows of a task.
    """

    source: PriceListSource | FetchedSheet
    currency: str
    catalog_vat: CatalogVat = "as_listed"
    today: date | None = None
    config: ReadConfig = ReadConfig()
    previous_profile: DetectedProfile | None = None
    limits: ReadLimits = ReadLimits()
    corrections: CorrectionRequest | None = None


class RowCellsRequest(msgspec.Struct, frozen=True):
    """Rows of a price list that was read whose cells are requested."""

    row_numbers: list[int]


class FetchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One remote price list to fetch into a folder."""

    source: GoogleSheetSource | HttpsSource
    limits: ReadLimits
    folder: str


class PriceTier(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A price from a quantity of base units on."""

    quantity: Decimal
    price: Decimal


class PriceDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How the price of an item was derived, and what else its row says about the article.

    `list_price` is the price as listed, for `price_quantity` base units. `unit` is a code of UN/ECE
    Recommendation 20; an unknown unit is kept in `unit_text`. `discounts` are percentages, applied
    in order; `vat_rate` is percent. Prices are in the currency of the list.
    """

    list_price: Decimal | None = None
    price_quantity: Decimal | None = None
    unit: str | None = None
    unit_text: str | None = None
    pack_size: Decimal | None = None
    min_order_quantity: Decimal | None = None
    discounts: tuple[Decimal, ...] = ()
    discount_group: str | None = None
    recommended_price: Decimal | None = None
    vat_included: bool | None = None
    vat_rate: Decimal | None = None
    price_tiers: tuple[PriceTier, ...] = ()
    gtin: str | None = None
    gtin_text: str | None = None
    mpn: str | None = None
    brand: str | None = None


class Availability(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a row says about stock and lead time: the quantity at least in stock, and the text.

    All are None if the price list has such columns and their cells are empty.
    """

    stock: Decimal | None = None
    stock_text: str | None = None
    lead_time_days: int | None = None


class ItemRow(msgspec.Struct, frozen=True, gc=False):
    """A row with an article: code, name and comparable cost.

    `price` is the comparable cost of one base unit in `currency`, None for the currency of the
    catalog; None if the price only holds from `next_from` on. `characteristics` maps the titles of
    the other columns to their text, None if the cell is empty.
    """

    outcome: ClassVar[Literal["item"]] = "item"
    row_number: int
    supplier_sku: str
    name: str
    price: Decimal | None
    category: str | None
    characteristics: dict[str, str | None]
    currency: str | None = None
    details: PriceDetails | None = None
    availability: Availability | None = None
    next_price: Decimal | None = None
    next_from: date | None = None


class RejectedRow(msgspec.Struct, frozen=True, gc=False):
    """A row with an error: its cells, its code if that was readable, and the section it is in."""

    outcome: ClassVar[Literal["rejected"]] = "rejected"
    row_number: int
    error_type: RowErrorType
    error_message: str
    row_data: list[str]
    supplier_sku: str | None = None
    section: str | None = None


class IgnoredRow(msgspec.Struct, frozen=True, gc=False):
    """A letterhead, header, blank, section or total row."""

    outcome: ClassVar[Literal["ignored"]] = "ignored"
    row_number: int


# `row_number` is 1-based, as a spreadsheet shows it.
PriceListRow = ItemRow | RejectedRow | IgnoredRow
