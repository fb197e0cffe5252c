"""The comparable cost of a listed price by the terms of its row."""

from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.facts.quantities import Quantity
from pricebook.pricelists.numbers import MAX_PRICE
from pricebook.pricelists.pricing import (
    NO_CONVERSION,
    NO_SURCHARGE,
    Surcharge,
    Vat,
    comparable_cost,
)
from pricebook.pricelists.row_fields import RowRejectedError

_MAX_DISCOUNT = Decimal(100)


class RowTerms(NamedTuple):
    """What the cells of a row beside its prices say about them."""

    currency: str
    quantity: Quantity
    unit_text: str | None
    pack_size: Decimal | None
    min_order_quantity: Decimal | None
    discounts: tuple[Decimal, ...]
    vat: Vat
    vat_factor: tuple[Decimal, Decimal]
    surcharge: Surcharge = NO_SURCHARGE


class ListedPrice(NamedTuple):
    """A price as listed and the discounts that apply to it."""

    price: Decimal
    discounts: tuple[Decimal, ...] = ()


def row_cost(listed: ListedPrice | None, terms: RowTerms) -> Decimal | None:
    """Return the comparable cost of a listed price; the price itself if nothing changes it."""
    if listed is None:
        return None
    price, discounts = listed
    is_plain = not discounts and terms.surcharge == NO_SURCHARGE
    if is_plain and terms.quantity.number == 1 and terms.vat_factor == NO_CONVERSION:
        return price
    cost = comparable_cost(
        price,
        discounts=discounts,
        surcharge=terms.surcharge,
        price_quantity=terms.quantity.number,
        vat_factor=terms.vat_factor,
    )
    is_free = any(discount == _MAX_DISCOUNT for discount in discounts)
    if price and not cost and not is_free:
        raise RowRejectedError(
            "price_too_precise",
            f"The price {price} for {terms.quantity.number} units is less than 0.000001 for one.",
        )
    if cost > MAX_PRICE:
        raise RowRejectedError("price_out_of_range", f"The price {cost} exceeds {MAX_PRICE}.")
    return cost
