"""Discounts in percent: `30`, `30 %`, `30+5`."""

from decimal import Decimal


def parse_discounts(cell: str) -> tuple[Decimal, ...] | None:
    """Return the chain of percentages of a cell, empty for no discount; None if in doubt.

    A number between 0 and 1 is a percentage only with a percent sign; with a percent format, the
    number 0.3 is 30 percent.
    """
    raise NotImplementedError(cell)
