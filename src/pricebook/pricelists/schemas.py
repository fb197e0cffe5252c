"""Types of price-list reading: options, the detected profile, sources and rows."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

import msgspec

Field = Literal["sku", "name", "price", "category", "currency"]
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

# 1-based number of the last header row; 0: the price list has no header.
HeaderRowNumber = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class ReadConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Options for reading a price list; each one that is not set is detected.

    `mode` is used by imports only: a `partial` price list leaves the items that it does not
    contain present; default `full`. `header_row` is 1-based, 0 for no header. `column_mapping`
    maps a field to a header or to `column C`.
    """

    mode: ImportMode | None = None
    sheet_name: str | None = None
    column_mapping: dict[Field, str] = {}
    header_row: HeaderRowNumber | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_separator: DecimalMark | None = None
    characteristic_columns: list[str] | None = None


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


class DetectedProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How a price list is read; stored with its supplier as the previous profile of the next one.

    `encoding` and `delimiter` are set for CSV, `sheet` for workbooks. `header_row` is the 1-based
    number of the last header row, 0 for no header. `headers` and `kinds` have one entry per
    column. `columns` maps a field to its header, or to `column C` if that header is empty or not
    unique; `inferred_fields` are those assigned by content inference instead of a header.
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


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One price list to read. A remote source is fetched into a local file first.

    `currency` is the ISO 4217 code of the catalog. `previous_profile` is the profile of the
    supplier's previous price list, whose columns must not have moved.
    """

    source: PriceListSource | FetchedSheet
    currency: str
    config: ReadConfig = ReadConfig()
    previous_profile: DetectedProfile | None = None
    limits: ReadLimits = ReadLimits()


class FetchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One remote price list to fetch into a folder."""

    source: GoogleSheetSource | HttpsSource
    limits: ReadLimits
    folder: str


class ItemRow(msgspec.Struct, frozen=True, gc=False):
    """A row with an article: code, name and price in the currency of the catalog.

    `characteristics` maps the titles of the other columns to their text, None if the cell is empty.
    """

    outcome: ClassVar[Literal["item"]] = "item"
    row_number: int
    supplier_sku: str
    name: str
    price: Decimal
    category: str | None
    characteristics: dict[str, str | None]


class RejectedRow(msgspec.Struct, frozen=True, gc=False):
    """A row with an error: its cells, and its code if that was readable."""

    outcome: ClassVar[Literal["rejected"]] = "rejected"
    row_number: int
    error_type: RowErrorType
    error_message: str
    row_data: list[str]
    supplier_sku: str | None = None


class IgnoredRow(msgspec.Struct, frozen=True, gc=False):
    """A letterhead, header, blank, section or total row."""

    outcome: ClassVar[Literal["ignored"]] = "ignored"
    row_number: int


# `row_number` is 1-based, as a spreadsheet shows it.
PriceListRow = ItemRow | RejectedRow | IgnoredRow
