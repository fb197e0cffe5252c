"""The margin that a target price gives, as the database computes that of each product."""

from decimal import Decimal

HUNDREDTH = Decimal("0.01")


def margin_percentage(target: Decimal, lowest: Decimal) -> Decimal:
    """Return (target - lowest) / target in percent, to two places, halves away from zero.

    In whole hundredths, as in db/sql/product_margin.sql: a quotient would be rounded twice.
    """
    difference = target - lowest
    hundredths = (abs(difference) * 20000 + target) // (target * 2)
    return hundredths * HUNDREDTH * (1 if difference > 0 else -1)
