"""How a price list is read, and what it says about its prices."""

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from pricebook.pricelists.schemas.read_config import (
    DecimalMark,
    DiscountBase,
    Field,
    TitleDiscounts,
)

# Where a fact about a price comes from, strongest first; `table`: another table of the sheet says
# it, `assumed`: nothing does.
FactOrigin = Literal[
    "setting", "column", "cell", "header", "sentence", "table", "previous", "assumed"
]
# The content of a column: numbers with one or two decimals, numbers with more, integers, article
# codes, GTINs, texts of several words, single words.
ColumnKind = Literal["money", "decimals", "whole", "codes", "barcodes", "texts", "words"]
# The value of the fact of a surcharge that a list bills separately from its prices.
BILLED_SEPARATELY = "billed separately"
PriceListFormat = Literal["csv", "xlsx", "xls", "ods", "google_sheets"]


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

    `currency` is ISO 4217; with `currency_source`, the text beside the currency column that says
    it, rows in other currencies contradict it; with `in_hundredths` or `in_thousands`, price cells
    are in these, except those that name a currency, in their header or beside them. A price is for
    `price_quantity` base units, with `prices_per_pack` for the pack size of its row;
    `unit` is the code of the base unit. With `needs_quantity`, rows have different quantities, so
    that an empty cell leaves it in doubt. In rows whose unit is one of `unit_packs` a price is for
    the pack size of the row.
    `vat_included` None: not stated; `vat_rate` is percent. `discounts` and those of a
    `discount_groups` entry are percentages, applied in order to `discount_base`; rows with one of
    `net_marks` take none; `ignored_marks` beside a price change nothing; `unit_meanings` has what
    cells of units and price quantities mean; the prices of those with one of `tax_marks` are not in
    the tax basis of the list. `title_discounts` is the option of that name. `valid_from` is the day
    after today from which all prices hold, `next_from` the day from which the column of
    `next_price` holds.
    `day_first` decides between day and month in a date such as `01/12/2026`; None: such a date is
    in doubt. `promotion_from` and `promotion_until` are the days of the promotion prices by a text.
    `list_price_is_limit`: hardly a price is over the list price beside it, so that one is in doubt.
    """

    currency: str
    currency_source: str = ""
    price_quantity: Decimal = Decimal(1)
    needs_quantity: bool = False
    in_hundredths: bool = False
    in_thousands: bool = False
    prices_per_pack: bool = False
    unit: str | None = None
    unit_packs: tuple[str, ...] = ()
    vat_included: bool | None = None
    vat_rate: Decimal | None = None
    discounts: tuple[Decimal, ...] = ()
    discount_groups: dict[str, tuple[Decimal, ...]] = {}
    discount_base: DiscountBase = "price"
    net_marks: tuple[str, ...] = ()
    ignored_marks: tuple[str, ...] = ()
    unit_meanings: dict[str, str] = {}
    tax_marks: tuple[str, ...] = ()
    title_discounts: TitleDiscounts | None = None
    valid_from: date | None = None
    next_from: date | None = None
    day_first: bool | None = None
    promotion_from: date | None = None
    promotion_until: date | None = None
    list_price_is_limit: bool = False


class AppliedRate(msgspec.Struct, frozen=True):
    """What one unit of a currency was worth in the currency of the catalog, and on which day."""

    rate: Decimal
    rate_date: date
    catalog_currency: str


class TableProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of several tables of a sheet: how it is read, or why its rows are rejected.

    `first_row` is the number of the first row of its titles and header in the price
    list. `headers` are its own.
    """

    first_row: int
    headers: tuple[str, ...] = ()
    profile: "DetectedProfile | None" = None
    refused: str | None = None


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
    further ones of the others, and `columns` the fields that all of them have; `sheet_columns` are
    the further ones of each sheet that is else read like the others. `sheet_profiles` are
    the profiles of the sheets if their columns or prices differ. `whole_sheets` has the sheet of
    each entry of `sheets` if some are tables side by side. `unread_sheets` are the other
    sheets with cells, `unread_goods` those of them that may be goods.
    `proposed_key_columns` would identify an article where its code does not. `exchange_rates` are
    those by which an import converted the prices, by currency.
    `ignored_columns` is the option of that name; for a table with a header without positions.
    `net_columns` are those whose cells may be `net_marks`, `price_columns` those of the price if
    there are several, `price_currencies` the currencies of those of them that have their own.
    `hidden_columns` are those that the sheet hides, whether they are read or not.
    `unread_cells` counts the cells of a field, such as units, that are kept as text because they
    are not understood, `unread_texts` has up to ten of each field; both are known once the price
    list was read to its end.
    `tables` are set if a sheet has several tables, each with its own header. Then `headers` are
    those of the first table followed by further ones of the others; all else is of the first.
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
    sheet_profiles: dict[str, "DetectedProfile"] = {}
    sheet_columns: dict[str, dict[Field, str]] = {}
    whole_sheets: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    unread_goods: tuple[str, ...] = ()
    key_columns: tuple[str, ...] = ()
    tier_columns: dict[str, str] = {}
    basis: PriceBasis | None = None
    proposed_key_columns: tuple[str, ...] = ()
    price_facts: dict[str, Fact] = {}
    exchange_rates: dict[str, AppliedRate] = {}
    unread_cells: dict[Field, int] = {}
    ignored_columns: tuple[str, ...] = ()
    net_columns: tuple[str, ...] = ()
    tables: tuple[TableProfile, ...] = ()
    price_columns: tuple[str, ...] = ()
    price_currencies: dict[str, str] = {}
    hidden_columns: tuple[str, ...] = ()
    unread_texts: dict[Field, tuple[str, ...]] = {}


def convert_profile(stored: object) -> DetectedProfile | None:
    """Return a stored profile; None without one, or if an earlier release wrote it otherwise."""
    try:
        return msgspec.convert(stored, DetectedProfile | None)
    except msgspec.ValidationError:
        return None
