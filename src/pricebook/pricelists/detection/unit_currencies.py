"""Unit cells that name the currency of a price and its unit: `руб/кг`, `EUR per 100 pcs`."""

import re
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.detection.currencies import currencies_of_word, currency_of_cell
from pricebook.pricelists.facts.hundredths import hundredth_codes, is_money_of_unit

_MONEY_PER_UNIT = re.compile(
    r"(?P<money>[^\W\d_]+\$?\.?|[^\w\s]{1,2})\s*(?:/|\b(?:per|for|pro|je|za|за|par|pour|por)\b)"
    r"\s*(?P<unit>[^/]+)"
).fullmatch


class MoneyPerUnit(NamedTuple):
    """The ISO codes that the currency of a unit cell may mean, and the text of its unit.

    With `in_hundredths` it names the hundredth of the currency: `öre/st`.
    """

    codes: frozenset[str]
    unit: str
    in_hundredths: bool = False


@lru_cache(maxsize=4096)
def read_money_per_unit(cell: str, catalog_currency: str) -> MoneyPerUnit | None:
    """Return what a cell such as `руб./т` names, None for a cell without a currency."""
    match = _MONEY_PER_UNIT(cell.strip())
    if match is None:
        return None
    money = match["money"]
    codes = currency_of_cell(money, catalog_currency)
    codes = codes or currencies_of_word(money.rstrip("."), catalog_currency)
    is_hundredth = not codes and is_money_of_unit(money, match["unit"])
    hundredths = hundredth_codes(money) if is_hundredth else None
    named = codes or hundredths
    return MoneyPerUnit(named, match["unit"].strip(), bool(hundredths)) if named else None
