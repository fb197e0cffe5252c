"""The SQL of the factor between two prices."""

from typing import LiteralString

_FACTOR: LiteralString = """
    CASE WHEN {old} = 0 OR {new} = 0 THEN 'Infinity'::numeric
        ELSE greatest({new} / {old}, {old} / {new}) END
"""


def price_factor(old: LiteralString, new: LiteralString) -> LiteralString:
    """Return the SQL of the factor, 1 or more: a price halved has changed as much as one doubled.

    `greatest` ignores NULL, so that 0 must be compared first.
    """
    return _FACTOR.format(old=old, new=new)
