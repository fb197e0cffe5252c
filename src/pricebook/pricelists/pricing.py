"""The comparable cost of an article: what one base unit costs, from a price as listed.

The rules, in this order (docs/price-lists.md, "What a price is"):

1. The price as listed, or that of the tier that holds at the minimum order quantity.
2. Discounts apply one after another: 100 less 30 % less 5 % is 66.5.
3. A surcharge is added: a percentage of the result, or an amount.
4. The result is divided by the quantity that the price is for.
5. VAT is added or removed if the catalog has the other basis.
6. The result is rounded once, half up, to six decimals.

Everything is Decimal and exact before step 6. No function knows currencies: a cost is in the
currency of its price.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from pricebook.pricelists.schemas.price_list_rows import PriceTier
from pricebook.pricelists.schemas.read_config import CatalogVat

_SIX_DECIMALS = Decimal("0.000001")
_HUNDRED = Decimal(100)
_ONE = Decimal(1)
# Numerator and denominator of a price that is in the VAT basis of the catalog already.
NO_CONVERSION = (_ONE, _ONE)
# Ten discounts, surcharge, VAT rate and quantity of at most 15 digits each need fewer than 200
# digits, so that the quotient is further from half a unit than its last digit, unless it is exactly
# half.
_CONTEXT = Context(prec=400, rounding=ROUND_HALF_UP)


class Vat(NamedTuple):
    """What is known about the VAT of a price: whether it is included, the rate in percent."""

    included: bool | None = None
    rate: Decimal | None = None


# What titles state about VAT that state nothing else than their list.
VAT_OF_LIST = Vat()


class Surcharge(NamedTuple):
    """What is added to a price: percent of it, then an amount for the same quantity."""

    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


NO_SURCHARGE = Surcharge()


def comparable_cost(
    price: Decimal,
    *,
    discounts: Sequence[Decimal] = (),
    surcharge: Surcharge = NO_SURCHARGE,
    price_quantity: Decimal = _ONE,
    vat_factor: tuple[Decimal, Decimal] = NO_CONVERSION,
) -> Decimal:
    """Return the cost of one base unit, rounded half up to six decimals, without trailing zeros.

    `price` is at least 0 and for `price_quantity` base units, `discounts` are percentages from 0 to
    100, `vat_factor` is that of `vat_conversion`. The parts of `surcharge` are at least 0.
    """
    cost, scale = price, _ONE
    for discount in discounts:
        cost = _CONTEXT.multiply(cost, _HUNDRED - discount)
        scale = _CONTEXT.multiply(scale, _HUNDRED)
    if surcharge.percent:
        cost = _CONTEXT.multiply(cost, _HUNDRED + surcharge.percent)
        scale = _CONTEXT.multiply(scale, _HUNDRED)
    if surcharge.amount:
        cost = _CONTEXT.add(cost, _CONTEXT.multiply(surcharge.amount, scale))
    numerator, denominator = vat_factor
    divisor = _CONTEXT.multiply(_CONTEXT.multiply(scale, price_quantity), denominator)
    exact = _CONTEXT.divide(_CONTEXT.multiply(cost, numerator), divisor)
    return plain_decimal(_CONTEXT.quantize(exact, _SIX_DECIMALS))


def vat_conversion(vat: Vat, catalog_vat: CatalogVat) -> tuple[Decimal, Decimal] | None:
    """Return the fraction that turns a price into the basis of the catalog; None if unknown.

    From gross to net a price is divided by 1 + rate, from net to gross multiplied by it.
    """
    if catalog_vat == "as_listed" or vat.included is (catalog_vat == "gross"):
        return NO_CONVERSION
    if vat.included is None or vat.rate is None:
        return None
    with_vat = _CONTEXT.add(_HUNDRED, vat.rate)
    return (_HUNDRED, with_vat) if vat.included else (with_vat, _HUNDRED)


def tier_at(tiers: Sequence[PriceTier], quantity: Decimal) -> PriceTier:
    """Return the tier that holds at a quantity: the last one that begins at or below it.

    `tiers` ascend and are not empty. Nothing can be bought below the first tier, so that one holds
    there.
    """
    holding = tiers[0]
    for tier in tiers:
        if tier.quantity > quantity:
            break
        holding = tier
    return holding


def plain_decimal(number: Decimal) -> Decimal:
    """Return a number without trailing zeros and without exponent: 0.5, 1200."""
    return number.normalize(_CONTEXT) if number % 1 else number.quantize(_ONE)
