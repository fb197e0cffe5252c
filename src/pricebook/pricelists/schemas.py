"""The shapes of reading a price list: what may be set, what was found, what each row became."""

from decimal import Decimal
from typing import Annotated, Literal, Self

import msgspec

Field = Literal["sku", "name", "price", "category", "currency"]
DecimalMark = Literal[".", ","]
# What a column looks like: prices with cents, other decimals, whole numbers, codes, barcodes, texts
# of several words, single words.
ColumnKind = Literal["money", "decimals", "whole", "codes", "barcodes", "texts", "words"]
RowOutcome = Literal["item", "rejected", "ignored"]
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
    """The text of a cell that is a number already: digits, `.` and `-`.

    `shown` is how its sheet shows it, which is what counts for an article code.
    """

    __slots__ = ("shown",)
    shown: str

    def __new__(cls, digits: str, shown: str | None = None) -> Self:
        """Take the digits of the number and what its sheet shows, where that differs."""
        number = super().__new__(cls, digits)
        number.shown = digits if shown is None else shown
        return number


class UncalculatedFormula(str):
    """The text of a formula whose value nobody has calculated yet."""

    __slots__ = ()


# Number of the record as a spreadsheet shows it, its cells, and why it is no row of cells, if so.
Record = tuple[int, list[str], str | None]

# The last row of the header; 0 says that the list has none.
HeaderRowNumber = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class ReadConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What a user says about a list; whatever is not said is found out.

    A `partial` list names some of the supplier's items: the others are not absent.
    """

    mode: ImportMode = "full"
    sheet_name: str | None = None
    column_mapping: dict[Field, str] = {}
    header_row: HeaderRowNumber | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_separator: DecimalMark | None = None
    characteristic_columns: list[str] | None = None


class NumberProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How a column writes its numbers.

    `decimal_marks` and `grouping_marks` are those that some cell shows beyond doubt: a mark in both
    or in neither leaves a cell like `1,234` unreadable. `decimal_separator` is set by the user.
    `remembered` says that no cell of this list shows a mark, so that the supplier's earlier lists
    tell.
    """

    decimal_marks: tuple[str, ...] = ()
    grouping_marks: tuple[str, ...] = ()
    decimal_separator: DecimalMark | None = None
    remembered: bool = False


class DetectedProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about a list, to be shown and to be remembered with its supplier.

    Encoding and delimiter are those of a text, the sheet that of a workbook. `header_row` is the
    last row of the header, 0 where there is none. `headers` and `kinds` are those of all columns.
    `columns` maps a field to its header as the list writes it, or to `column C` where that column
    has no header of its own; `by_content` are the fields that no header named.
    """

    format: PriceListFormat
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int
    columns: dict[Field, str]
    headers: tuple[str, ...] = ()
    kinds: tuple[ColumnKind | None, ...] = ()
    by_content: tuple[Field, ...] = ()
    characteristic_columns: tuple[str, ...]
    currency: str
    numbers: NumberProfile


class ReadLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a list may take; a list that needs more is refused.

    `mebibytes` is the size of the file, `memory_mebibytes` that of the parsing process.
    """

    mebibytes: int = 200
    rows: int = 2_000_000
    columns: int = 1_000
    memory_mebibytes: int = 512
    seconds: int = 900


class FileSource(msgspec.Struct, frozen=True, tag="file"):
    """A list in a file, and what its sender calls it if that is not the name of the file."""

    path: str
    called: str | None = None


class GoogleSheetSource(msgspec.Struct, frozen=True, tag="google_sheets"):
    """A list in a Google spreadsheet, read with the key file of a service account."""

    url: str
    credentials_path: str | None = None
    api: str = "https://sheets.googleapis.com"


class HttpsSource(msgspec.Struct, frozen=True, tag="web"):
    """A list behind an https address; private addresses are refused unless allowed."""

    url: str
    allow_private: bool = False


class FetchedSheet(msgspec.Struct, frozen=True, tag="fetched_sheet"):
    """A Google spreadsheet as its API sent it, in a file, and the address that named it."""

    path: str
    url: str


PriceListSource = FileSource | GoogleSheetSource | HttpsSource
LocalSource = FileSource | FetchedSheet


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which list to read, in which currency, and what is said and remembered about it.

    A list that is elsewhere is fetched into a file before it is read.
    """

    source: PriceListSource | FetchedSheet
    currency: str
    config: ReadConfig = ReadConfig()
    remembered: DetectedProfile | None = None
    limits: ReadLimits = ReadLimits()


class FetchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which list to fetch, and the folder that it goes into."""

    source: GoogleSheetSource | HttpsSource
    limits: ReadLimits
    folder: str


class PriceListRow(msgspec.Struct, frozen=True, gc=False):
    """One record of the source and what became of it.

    An `item` has code, name and price; `rejected` has an error, its raw cells and its code if that
    could be read; `ignored` is letterhead, header, blank line, section or total. The characteristic
    of an empty cell is None.
    """

    row_number: int
    outcome: RowOutcome
    supplier_sku: str | None = None
    name: str | None = None
    price: Decimal | None = None
    category: str | None = None
    characteristics: dict[str, str | None] = {}
    error_type: RowErrorType | None = None
    error_message: str | None = None
    row_data: list[str] | None = None
