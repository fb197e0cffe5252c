"""What responses show of an item from a plain price list, whose price says nothing more."""

from typing import Any


def plain_terms(cost: str) -> dict[str, Any]:
    """Return these fields of an item with this price in the currency of the catalog."""
    return {
        "currency": "USD",
        "cost": cost,
        "exchange_rate": None,
        "rate_date": None,
        "next_price": None,
        "next_from": None,
        "price_outdated_since": None,
        "details": None,
        "availability": None,
    }
