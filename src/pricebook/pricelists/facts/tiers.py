"""Headers of price tiers: `10+`, `ab 10`, `от 10 шт`, `10-99`."""

from decimal import Decimal


def parse_tier(header: str) -> Decimal | None:
    """Return the quantity from which the prices of a column hold; None for another header.

    A number alone is no tier, since it may be anything; neither is `per 100` or a date.
    """
    raise NotImplementedError(header)
