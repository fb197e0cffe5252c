"""Stock and lead time: `12`, `>50`, `в наличии`, `2-3 days`, `1 Woche`."""

from decimal import Decimal
from typing import NamedTuple


class Stock(NamedTuple):
    """The quantity that is at least in stock, and the text unless that is the bare quantity."""

    quantity: Decimal | None = None
    text: str | None = None


def parse_stock(cell: str) -> Stock:
    """Return what a stock cell says; a text without a quantity is kept as text."""
    raise NotImplementedError(cell)


def parse_lead_time_days(cell: str, unit_days: int = 1) -> int | None:
    """Return a lead time in days, of a range the longer one; None if it is not understood.

    `unit_days` is the unit of a number without one.
    """
    raise NotImplementedError(cell, unit_days)


def find_time_unit_days(header: str) -> int | None:
    """Return the days of the unit that a header names, 7 for `Lead time (weeks)`; else None."""
    raise NotImplementedError(header)
