"""The options for reading a price list."""

from decimal import Decimal
from typing import Annotated, Literal

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
    "valid_until",
    "price_quantity",
    "unit",
    "pack_size",
    "pack_price",
    "min_order_quantity",
    "discount",
    "second_discount",
    "third_discount",
    "discount_group",
    "surcharge",
    "deposit",
    "vat_rate",
    "gtin",
    "mpn",
    "brand",
    "stock",
    "lead_time",
]
CatalogVat = Literal["as_listed", "net", "gross"]
DecimalMark = Literal[".", ","]
ImportMode = Literal["full", "partial"]
CURRENCY_PATTERN = "^[A-Z]{3}$"
CurrencyCode = Annotated[str, msgspec.Meta(pattern=CURRENCY_PATTERN)]
PositiveQuantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
# Percentages that apply one after the other: `30`, `30+5`, `12,5 %`.
DISCOUNT_PATTERN = r"^ *[0-9]{1,2}([.,][0-9]{1,4})? *%?( *\+ *[0-9]{1,2}([.,][0-9]{1,4})? *%?)* *$"
DiscountChain = Annotated[str, msgspec.Meta(max_length=100, pattern=DISCOUNT_PATTERN)]
# The columns of discounts, in the order in which they apply.
DISCOUNT_FIELDS: tuple[Field, ...] = ("discount", "second_discount", "third_discount")
PricesIn = Literal["hundredths", "units", "thousands"]
TitleDiscounts = Literal["required", "optional"]
HiddenRows = Literal["read", "skip"]
HiddenColumns = Literal["read", "skip"]
StruckOut = Literal["read", "skip"]
# The value of `net_marks` by which all articles take the discount.
NO_NET_MARKS = "none"
NET_MARK_PATTERN = r"[^\s,]"
NetMarkTexts = Annotated[str, msgspec.Meta(max_length=100, pattern=NET_MARK_PATTERN)]
# A quantity or a unit, as cells have them: `100`, `m`, `100 pcs`.
UNIT_MEANING_PATTERN = r"\S"
UnitMeaning = Annotated[str, msgspec.Meta(max_length=40, pattern=UNIT_MEANING_PATTERN)]
DiscountBase = Literal["price", "list_price", "none"]
# 1-based number of the last header row; 0: the price list has no header.
HeaderRowNumber = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
# Codes of articles that one import leaves out; more than that is another price list.
LeftOutCodes = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=255)]], msgspec.Meta(max_length=1_000)
]
_MAX_VAT_RATE = 100


class SheetConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Options for reading the table of one sheet; each one that is not set is detected.

    `header_row` is 1-based, 0 for no header. `column_mapping` maps a field to a header or to
    `column C`; `ignored_columns` are columns that name no field. `key_columns` are the columns
    whose cells together identify an article, default the code.

    What the prices are: `currency` (ISO 4217), `price_quantity` (base units that a price is for),
    `prices_per_pack` (a price is for the pack size), `prices_in` (hundredths or thousands of the
    currency, `units`: the currency itself), `vat_included`, `vat_rate` (percent),
    `discount` (a chain of percentages such as `30+5`, for every row), `discount_groups` (group to
    chain), `discount_base` (the price that discounts apply to, `none`: they are included already),
    `net_marks` (the marks of articles without these discounts, `N, *`; `none`: all take them),
    `ignored_marks` (marks in price cells that change nothing), `unit_meanings` (what the cells of
    units and price quantities mean: `{"C": "100", "M": "m"}`), `price_columns` (the first of them
    with a price has that of a row; columns for different units exclude each other),
    `title_discounts` (those of section titles apply to the rows below; `optional`: a title without
    one means none, `required`: its rows are rejected).

    `hidden_rows` decides whether the rows that a sheet hides are articles, `hidden_columns` whether
    its hidden columns are read like the others, `struck_out` whether the rows whose code, name or
    price is struck out are articles.
    """

    column_mapping: dict[Field, str] = {}
    header_row: HeaderRowNumber | None = None
    decimal_separator: DecimalMark | None = None
    characteristic_columns: list[str] | None = None
    ignored_columns: list[str] | None = None
    key_columns: list[str] | None = None
    currency: CurrencyCode | None = None
    price_quantity: PositiveQuantity | None = None
    prices_per_pack: bool | None = None
    prices_in: PricesIn | None = None
    vat_included: bool | None = None
    vat_rate: Decimal | None = None
    discount: DiscountChain | None = None
    discount_groups: dict[str, DiscountChain] | None = None
    discount_base: DiscountBase | None = None
    net_marks: NetMarkTexts | None = None
    ignored_marks: NetMarkTexts | None = None
    unit_meanings: dict[str, UnitMeaning] | None = None
    price_columns: list[str] | None = None
    title_discounts: TitleDiscounts | None = None
    hidden_rows: HiddenRows | None = None
    hidden_columns: HiddenColumns | None = None
    struck_out: StruckOut | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a rate that is no percentage of a tax."""
        if problem := vat_rate_problem(self.vat_rate):
            raise ValueError(f"vat_rate {problem}")


class ReadConfig(SheetConfig, frozen=True, kw_only=True):
    """Options for reading a price list; each one that is not set is detected.

    `mode` and `left_out_codes` are used by imports only: a `partial` price list leaves the items
    that it does not contain present (default `full`); the articles of the codes are not imported,
    and their rows are rejected. `sheet_names` reads several sheets as one price list.
    `sheet_settings` are options that hold for one sheet only, before those of all sheets; a sheet
    that has an entry, even an empty one, may differ from the others.
    """

    mode: ImportMode | None = None
    left_out_codes: LeftOutCodes | None = None
    sheet_name: str | None = None
    sheet_names: list[str] | None = None
    sheet_settings: dict[str, SheetConfig] = {}
    delimiter: str | None = None
    encoding: str | None = None


# The options that a sheet may have of its own.
SHEET_OPTIONS: tuple[str, ...] = SheetConfig.__struct_fields__


def vat_rate_problem(rate: Decimal | None) -> str | None:
    """Return why a rate in percent is refused, None if it is not."""
    is_valid = rate is None or (rate.is_finite() and 0 <= rate < _MAX_VAT_RATE)
    return None if is_valid else f"is a percentage from 0 to below {_MAX_VAT_RATE}"
