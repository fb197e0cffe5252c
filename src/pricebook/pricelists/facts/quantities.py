"""Quantities: `100`, `C`, `1 000`, `100 St`, `je 100 Stück`."""

from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.schemas import DecimalMark


class Quantity(NamedTuple):
    """A number of units and the code of the unit (UN/ECE Recommendation 20), if it is named."""

    number: Decimal
    unit: str | None = None


def parse_quantity(cell: str, decimal_mark: DecimalMark | None = None) -> Quantity | None:
    """Return the quantity over 0 that a whole cell names; None if there is none, or in doubt.

    `1.000` is 1000 if the price list has a decimal comma, else it is in doubt: `decimal_mark` is
    the decimal mark of the price list if that is known.
    """
    raise NotImplementedError(cell, decimal_mark)


def find_price_quantity(text: str) -> Quantity | None:
    """Return the quantity that a header or sentence gives a price for; None if it names none.

    `Preis je 100 Stück`, `Price per 1,000`, `EUR/100`, `цена за 1000 шт`, `Price / C`.
    """
    raise NotImplementedError(text)
