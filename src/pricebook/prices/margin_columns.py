"""The margin of a product before and after a price change, in SQL.

A price that rose had been the lowest one; one that fell is the lowest one.
"""

from typing import LiteralString

_LOWEST_BEFORE: LiteralString = """
    CASE WHEN change.margin_change < 0 THEN change.{old_price}
        ELSE change.price + change.margin_change END
"""
_LOWEST_AFTER: LiteralString = """
    CASE WHEN change.margin_change < 0 THEN change.{old_price} - change.margin_change
        ELSE change.price END
"""
# As db/sql/product_margin.sql computes that of today.
_MARGIN: LiteralString = """
    CASE WHEN change.margin_change <> 0 THEN (
        SELECT sign(target - lowest) * div(abs(target - lowest) * 20000 + target, target * 2) * 0.01
        FROM (SELECT change.target_price AS target, {lowest} AS lowest) AS prices
    ) END
"""


def margins(old_price: LiteralString) -> tuple[LiteralString, LiteralString]:
    """Return the margins of a `change` before and after, by its column of the price before."""
    return (
        _MARGIN.format(lowest=_LOWEST_BEFORE.format(old_price=old_price)),
        _MARGIN.format(lowest=_LOWEST_AFTER.format(old_price=old_price)),
    )
