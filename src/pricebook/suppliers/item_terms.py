"""The terms of a supplier item: how its price was derived, and what else its row says."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, LiteralString
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from pricebook.http.field_types import PRICE_SCHEMA, doc
from pricebook.pricelists.schemas.price_list_rows import Availability, PriceDetails

# The columns of `item` that responses show, in the order of the last fields of SupplierItem. JSON
# is read as text, because its numbers are decimals.
TERM_COLUMNS: LiteralString = """
    coalesce(item.currency, (SELECT currency FROM catalog_settings)) AS currency,
    coalesce(item.cost, item.current_price) AS cost, item.exchange_rate, item.rate_date,
    item.next_cost AS next_price, item.next_from, item.price_outdated_since,
    item.price_details::text AS details, item.availability::text AS availability
"""
# The same in the lines of a CSV export.
EXPORTED_TERM_COLUMNS: LiteralString = """
    CASE WHEN item.id IS NOT NULL
        THEN coalesce(item.currency, (SELECT currency FROM catalog_settings)) END AS currency,
    coalesce(item.cost, item.current_price) AS cost, item.exchange_rate, item.rate_date,
    item.price_details ->> 'list_price', item.price_details ->> 'price_quantity',
    coalesce(item.price_details ->> 'unit', item.price_details ->> 'unit_text'),
    item.price_details ->> 'pack_size', item.price_details ->> 'min_order_quantity',
    replace(btrim(item.price_details ->> 'discounts', '[]'), ', ', '+'),
    item.price_details ->> 'vat_included', item.price_details ->> 'vat_rate',
    item.price_details ->> 'price_tiers', item.next_cost, item.next_from,
    coalesce(item.price_details ->> 'gtin', item.price_details ->> 'gtin_text'),
    item.price_details ->> 'mpn', item.price_details ->> 'brand',
    coalesce(item.availability ->> 'stock_text', item.availability ->> 'stock'),
    item.availability ->> 'lead_time_days', item.price_outdated_since
"""
EXPORTED_TERMS = (
    *("currency", "cost", "exchange_rate", "rate_date", "list_price", "price_quantity", "unit"),
    *("pack_size", "min_order_quantity", "discounts", "vat_included", "vat_rate", "price_tiers"),
    *("next_price", "next_from", "gtin", "mpn", "brand", "stock", "lead_time_days"),
    "price_outdated_since",
)

# What `price_details` says of a price that an upcoming one replaces.
OLD_PRICE_KEYS = ["list_price", "discounts", "discount_group", "price_tiers"]

CENT = Decimal("0.01")

ListedPrice = Annotated[Decimal, PRICE_SCHEMA]
Quantity = Annotated[
    Decimal, Meta(extra_json_schema={"type": "string", "pattern": r"^\d+(\.\d+)?$"})
]
# An amount with as many decimals as listed.
Amount = Quantity
Percent = Annotated[
    Decimal, Meta(extra_json_schema={"type": "string", "pattern": r"^\d+(\.\d+)?$"})
]


class ItemPriceTier(Struct, frozen=True):
    """A price from a quantity of base units on."""

    quantity: Annotated[Quantity, doc("Smallest quantity for which the price holds, base units.")]
    price: Annotated[ListedPrice, doc("Price as listed, in the currency of the price list.")]


class ItemDetails(Struct, frozen=True, kw_only=True):
    """How the price of an item was derived, and what else its row says about the article."""

    list_price: Annotated[
        ListedPrice | None,
        doc("Price as listed, for `price_quantity` units, in the currency of the price list."),
    ] = None
    recommended_price: Annotated[
        ListedPrice | None,
        doc("Retail price that the supplier recommends, in the currency of the price list."),
    ] = None
    price_quantity: Annotated[
        Quantity | None, doc("Number of base units that the listed price is for; null: one.")
    ] = None
    unit: Annotated[
        str | None, doc("Base unit as a code of UN/ECE Recommendation 20, such as C62; or null.")
    ] = None
    unit_text: Annotated[
        str | None, doc("Base unit as listed, where no code of a unit is known for it; or null.")
    ] = None
    pack_size: Annotated[Quantity | None, doc("Number of base units in a pack; or null.")] = None
    min_order_quantity: Annotated[
        Quantity | None, doc("Smallest quantity that can be ordered, base units; or null.")
    ] = None
    discounts: Annotated[
        list[Percent], doc("Discounts in percent, each applied to the result of the one before.")
    ] = []
    discount_group: Annotated[str | None, doc("Discount group of the article; or null.")] = None
    surcharge: Annotated[
        Amount | None,
        doc("Amount added to the discounted price, for `price_quantity` units; or null."),
    ] = None
    surcharge_percent: Annotated[
        Percent | None, doc("Surcharge in percent of the discounted price; or null.")
    ] = None
    deposit: Annotated[
        Amount | None,
        doc("Deposit taken off the listed price, for `price_quantity` units; or null."),
    ] = None
    vat_included: Annotated[
        bool | None, doc("Whether the listed price includes VAT; null where nothing says it.")
    ] = None
    vat_rate: Annotated[Percent | None, doc("VAT rate in percent; null where none is known.")] = (
        None
    )
    price_tiers: Annotated[
        list[ItemPriceTier], doc("Prices by quantity, the smallest quantity first.")
    ] = []
    gtin: Annotated[str | None, doc("GTIN (EAN, UPC) with a correct check digit; or null.")] = None
    gtin_text: Annotated[
        str | None, doc("GTIN as listed, where its check digit is wrong; or null.")
    ] = None
    mpn: Annotated[str | None, doc("Article number of the manufacturer; or null.")] = None
    brand: Annotated[str | None, doc("Brand or manufacturer; or null.")] = None


class ItemAvailability(Struct, frozen=True):
    """What a price list says about stock and lead time."""

    stock: Annotated[
        Quantity | None, doc("Quantity at least in stock, in base units; null where unknown.")
    ] = None
    stock_text: Annotated[str | None, doc("Stock as listed, such as `>50`; or null.")] = None
    lead_time_days: Annotated[int | None, doc("Days until delivery; null where unknown.")] = None


def decode_details(text: str | None) -> ItemDetails | None:
    """Return the details that are stored as JSON."""
    if text is None:
        return None
    details = msgspec.json.decode(text, type=PriceDetails)
    fields = msgspec.structs.asdict(details)
    for name in ("list_price", "recommended_price"):
        fields[name] = None if fields[name] is None else _as_price(fields[name])
    fields["discounts"] = [*details.discounts]
    fields["price_tiers"] = [
        ItemPriceTier(tier.quantity, _as_price(tier.price)) for tier in details.price_tiers
    ]
    return ItemDetails(**fields)


def decode_availability(text: str | None) -> ItemAvailability | None:
    """Return the availability that is stored as JSON."""
    if text is None:
        return None
    availability = msgspec.json.decode(text, type=Availability)
    return ItemAvailability(**msgspec.structs.asdict(availability))


class SupplierItemRow(Struct, frozen=True):
    """The fields of SupplierItem as columns; details and availability are JSON."""

    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    current_price: Decimal
    characteristics: dict[str, Any]
    last_ingested_at: datetime
    absent_since: datetime | None
    currency: str
    cost: Decimal
    exchange_rate: Decimal | None
    rate_date: date | None
    next_price: Decimal | None
    next_from: date | None
    price_outdated_since: datetime | None
    details: str | None
    availability: str | None


def with_decoded_terms(row: Struct) -> dict[str, Any]:
    """Return the fields of a row, with `details` and `availability` decoded from JSON."""
    fields = msgspec.structs.asdict(row)
    fields["details"] = decode_details(fields["details"])
    fields["availability"] = decode_availability(fields["availability"])
    return fields


def _as_price(price: Decimal) -> Decimal:
    """Return a price with at least two decimals."""
    rounded = price.quantize(CENT)
    return rounded if rounded == price else price
