"""Sums of orders in headers of prices: `Опт (от 15 000 руб.)`."""

import re

from pricebook.pricelists.detection.currencies import currencies_of_word

_SUM_OF_ORDER = re.compile(
    r"(?:(?<![^\W\d_])(?:от|до|свыше|ab|über|bis|from|over|up to|dès|desde|hasta|od|від|понад|do)"
    r"|[<>≥])\s*(?!\d{1,2}[./]\d{1,2}[./]\d{2})\d[\d .,'\u00a0\u202f]*"
    r"(?:(?:тыс|тис|т|tys|tsd|k)\.?\s*)?(?P<unit>[^\W\d_]+|[^\w\s])",
    re.IGNORECASE,
).sub


def without_order_sums(cell: str) -> str:
    """Return a header without sums of orders, which are no quantities: `от 15 тыс. руб.`.

    A day is none: `до 01.10.2027, $/л`.
    """

    def replace(match: re.Match[str]) -> str:
        return " " if currencies_of_word(match["unit"], "") else match[0]

    return _SUM_OF_ORDER(replace, cell)
