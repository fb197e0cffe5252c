"""Rows whose prices contradict each other: over their list price, or far from the next one."""

from datetime import date
from decimal import Decimal
from math import prod

from pricebook.pricelists.detection.list_price_sample import MOST_OF_LIST_PRICE
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.pricing import plain_decimal
from pricebook.pricelists.row_costs import ListedPrice
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_terms import RowTerms

_HUNDRED = Decimal(100)
# No price of an article changes so much; with another decimal mark it does.
_MAX_CHANGE = 5


class PriceLimit:
    """Checks the prices of a table against the list prices beside them."""

    def __init__(self, table: DetectedTable, fields: RowFields) -> None:
        self._is_limit = table.basis.list_price_is_limit
        self._fields = fields

    def check(self, listed: ListedPrice, recommended: Decimal, terms: RowTerms) -> None:
        """Raise RowRejectedError for a price over the list price.

        One for a pack or another quantity than one is not compared.
        """
        is_other_quantity = terms.quantity.number != 1 or listed.pack_size is not None
        if not (self._is_limit and recommended) or is_other_quantity:
            return
        price = listed.price * prod(1 - discount / _HUNDRED for discount in listed.discounts)
        if price <= recommended * MOST_OF_LIST_PRICE:
            return
        raise RowRejectedError(
            "price_out_of_range",
            f"The price {listed.price} ({self._fields.label('price')}) is over the list price "
            f"{recommended} ({self._fields.label('list_price')}), unlike the other prices: correct "
            "one of them, or clear the list price if the price is right.",
        )


def check_next_cost(cost: Decimal | None, next_cost: Decimal | None, day: date | None) -> None:
    """Raise RowRejectedError for a cost from a later day on that is far from the one of today."""
    if not (cost and next_cost) or cost / _MAX_CHANGE <= next_cost <= cost * _MAX_CHANGE:
        return
    raise RowRejectedError(
        "price_out_of_range",
        f"The price {plain_decimal(cost)} and the later one {plain_decimal(next_cost)} from {day} "
        f"on differ more than {_MAX_CHANGE}-fold: correct one of them, or clear the later one.",
    )
