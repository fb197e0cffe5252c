"""Cells of a price and what it is for: `11,90 / kg`, `2,15/Stk`, `4.50 per kg`, `12 €/100 m`."""

import re
from functools import lru_cache

from pricebook.pricelists.facts.quantities import Quantity, parse_quantity

_MAX_LENGTH = 80
_MAY_HAVE_UNIT = re.compile(r"\d.*[^\W\d_]", re.DOTALL).search
_PARTS = re.compile(
    r"(?P<price>[^/\d]*+\d[^/]*?)"
    r"(?:/|(?<![^\W\d_])(?:per|pro|je|each|за|par|por|za|cada|för|voor|pr)(?![^\W\d_])\.?)"
    r"(?P<unit>[^/]+)",
    re.IGNORECASE | re.DOTALL,
).fullmatch
_MONEY = re.compile(r"[^\W\d_]|[^\s\w.,'+-]|\d[.,]\d{1,2}(?!\d)").search


def split_unit(cell: str) -> tuple[str, Quantity] | None:
    """Return the text of a price and the quantity that it is for; None for any other cell.

    A number behind the slash needs a price with a currency or with cents: `1/2 kg` is none.
    """
    if len(cell) > _MAX_LENGTH or not _MAY_HAVE_UNIT(cell):
        return None
    return _split(cell)


def without_unit(cell: str) -> str:
    """Return a cell without the unit that its price is for."""
    parts = split_unit(cell)
    return parts[0] if parts else cell


@lru_cache(maxsize=4096)
def _split(cell: str) -> tuple[str, Quantity] | None:
    match = _PARTS(cell.strip())
    if match is None:
        return None
    price, unit = match["price"].strip(), match["unit"].strip()
    if any(map(str.isdigit, unit)) and not _MONEY(price):
        return None
    quantity = parse_quantity(unit, ",") or parse_quantity(unit, ".")
    return (price, quantity) if quantity and quantity.unit else None
