"""The rows of a price list: articles, rejected rows, ignored rows."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

RowErrorType = Literal[
    "malformed_row",
    "missing_sku",
    "sku_is_date",
    "missing_name",
    "missing_price",
    "price_not_a_number",
    "price_ambiguous",
    "not_calculated",
    "price_negative",
    "price_zero",
    "price_out_of_range",
    "price_too_precise",
    "other_currency",
    "price_on_request",
    "price_expired",
    "price_quantity_unknown",
    "pack_size_unknown",
    "discount_unknown",
    "discount_group_unknown",
    "surcharge_unknown",
    "deposit_unknown",
    "vat_unknown",
    "tier_unknown",
    "date_unknown",
    "currency_unknown",
    "cell_too_long",
    "nul_character",
    "too_many_cells",
    "hidden_row",
    "struck_out",
    "struck_cell",
    "discontinued",
]


class PriceTier(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A price from a quantity of base units on."""

    quantity: Decimal
    price: Decimal


class PriceDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How the price of an item was derived, and what else its row says about the article.

    `list_price` is the price as listed, for `price_quantity` base units. `unit` is a code of UN/ECE
    Recommendation 20; an unknown unit is kept in `unit_text`. `discounts` are percentages, applied
    in order; `surcharge` is added to the result for the same quantity, `surcharge_percent` is one
    in percent of it; `deposit` is taken off for the same quantity; `vat_rate` is percent.
    Prices are in the currency of the list.
    """

    list_price: Decimal | None = None
    price_quantity: Decimal | None = None
    unit: str | None = None
    unit_text: str | None = None
    pack_size: Decimal | None = None
    min_order_quantity: Decimal | None = None
    discounts: tuple[Decimal, ...] = ()
    discount_group: str | None = None
    surcharge: Decimal | None = None
    surcharge_percent: Decimal | None = None
    deposit: Decimal | None = None
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
