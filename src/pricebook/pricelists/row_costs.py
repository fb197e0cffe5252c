"""The comparable cost of a listed price by the terms of its row."""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from pricebook.pricelists.numbers import MAX_PRICE, RowProblem
from pricebook.pricelists.price_problems import zero_price
from pricebook.pricelists.pricing import comparable_cost
from pricebook.pricelists.row_fields import RowRejectedError
from pricebook.pricelists.row_terms import RowTerms
from pricebook.pricelists.schemas.price_list_rows import PriceTier

NO_PRICE = frozenset({"", "-", "–", "—"})
_MAX_DISCOUNT = Decimal(100)

ReadPrice = Callable[[str], Decimal | RowProblem]


class ListedPrice(msgspec.Struct, frozen=True, gc=False):
    """A price as listed, the discounts that apply to it, the pack size if it is that of a pack.

    `unit` is the code of the unit if only the price cell names it.
    """

    price: Decimal
    discounts: tuple[Decimal, ...] = ()
    pack_size: Decimal | None = None
    unit: str | None = None


def holds_for_packs(price: Decimal | None, terms: RowTerms) -> bool:
    """Return whether the price of a pack holds beside that of a piece: for orders of a pack on."""
    if terms.pack_price is None or price is None:
        return terms.pack_price is not None
    order = terms.min_order_quantity
    return order is not None and terms.pack_size is not None and order >= terms.pack_size


def pack_tiers(price: Decimal | None, terms: RowTerms) -> tuple[PriceTier, ...]:
    """Return the price of a piece and that in a pack as tiers, none if a row has not both."""
    if price is None or terms.pack_price is None or terms.pack_size is None:
        return ()
    of_quantity = terms.pack_price * terms.quantity.number
    in_pack = comparable_cost(of_quantity, price_quantity=terms.pack_size)
    return PriceTier(Decimal(1), price), PriceTier(terms.pack_size, in_pack)


def _check_deposit(deposit: Decimal, listed: ListedPrice, terms: RowTerms) -> None:
    """Raise RowRejectedError for a deposit that cannot be taken off the price."""
    if deposit >= listed.price:
        detail = f"is not less than the price {listed.price}: correct one of them"
    elif listed.discounts or terms.surcharge.percent or listed.pack_size:
        detail = (
            "is beside a percentage or the price of a pack, which may include it or not: write "
            "the price without it and clear its cell"
        )
    else:
        return
    raise RowRejectedError("deposit_unknown", f"The deposit {deposit} {detail}.")


def row_cost(listed: ListedPrice | None, terms: RowTerms) -> Decimal | None:
    """Return the comparable cost of a listed price; the price itself if nothing changes it."""
    if listed is None:
        return None
    price, discounts = listed.price, listed.discounts
    if not price:
        raise RowRejectedError(*zero_price())
    if not (discounts or listed.pack_size or terms.is_converted):
        return price
    quantity = listed.pack_size or terms.quantity.number
    deposit = terms.details.deposit
    if deposit:
        _check_deposit(deposit, listed, terms)
    cost = comparable_cost(
        price - (deposit or 0),
        discounts=discounts,
        surcharge=terms.surcharge,
        price_quantity=quantity,
        vat_factor=terms.vat_factor,
    )
    if not cost and _MAX_DISCOUNT in discounts:
        raise RowRejectedError(*zero_price("after its discounts"))
    if not cost:
        raise RowRejectedError(
            "price_too_precise",
            f"The price {price} for {quantity} units is less than 0.000001 for one.",
        )
    if cost > MAX_PRICE:
        raise RowRejectedError("price_out_of_range", f"The price {cost} exceeds {MAX_PRICE}.")
    return cost


def checked_price(price: Decimal | RowProblem) -> Decimal:
    """Return a price; raises RowRejectedError with its problem if it is not understood."""
    if isinstance(price, RowProblem):
        raise RowRejectedError(*price)
    return price
