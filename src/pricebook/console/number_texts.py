"""Prices and percentages as texts."""

from decimal import Decimal

MIN_DECIMALS = 2


def price_text(price: Decimal | None) -> str | None:
    """Return a price with two decimals, or as many as it needs, as the API writes it."""
    if price is None:
        return None
    text = f"{price:f}".rstrip("0") if "." in f"{price:f}" else f"{price:f}."
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(MIN_DECIMALS, '0')}"


def plain(number: Decimal) -> str:
    """Return a number without zeros at the end of its decimals."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
