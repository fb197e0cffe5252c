"""VAT rates in percent: `19`, `19 %`, `без НДС`."""

import re
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.vocabulary import TAX_WORDS
from pricebook.pricelists.facts.numerals import displayed
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.text import normalize_marks

_MAX_RATE = Decimal(50)
_EXEMPT = frozenset(
    (
        *("exempt", "vat exempt", "no vat", "without vat", "zero rated", "zero-rated", "tax free"),
        *("steuerfrei", "befreit", "mwst-frei", "mehrwertsteuerfrei", "без ндс", "не облагается"),
        *("ндс не облагается", "exonéré", "exonérée", "exento", "exenta", "zw", "zw.", "np", "np."),
        *("zwolniony", "zwolnione", "без пдв", "не оподатковується", "звільнено"),
    )
)
_RATE = re.compile(
    r"(?P<before>[^0-9]*?)\s*(?P<number>[0-9]{1,2}(?:[.,][0-9]{1,3})?)\s*%?(?P<after>[^0-9%]*)"
).fullmatch
_WORD = re.compile(r"[^\W\d_]+")


def parse_vat_rate(cell: str) -> Decimal | None:
    """Return the VAT rate of a cell in percent, 0 for exempt; None if in doubt.

    A number between 0 and 1 without a percent sign is in doubt: 0.19 may be 19 percent.
    """
    if isinstance(cell, NumberCell):
        rate, is_percentage = Decimal(cell), "%" in displayed(cell)
        return _checked(rate * 100 if is_percentage else rate, is_percentage=is_percentage)
    return _parse_text(cell)


@lru_cache(maxsize=1024)
def _parse_text(cell: str) -> Decimal | None:
    text = normalize_marks(cell).casefold()
    if text in _EXEMPT:
        return Decimal(0)
    match = _RATE(text)
    words = _WORD.findall(match["before"] + match["after"]) if match else []
    if not match or not TAX_WORDS.issuperset(words) or _is_negative(match["before"]):
        return None
    return _checked(Decimal(match["number"].replace(",", ".")), is_percentage="%" in text)


def _is_negative(before: str) -> bool:
    return before.endswith(("-", "–"))


def _checked(rate: Decimal, *, is_percentage: bool) -> Decimal | None:
    is_share = 0 < rate < 1 and not is_percentage
    return None if is_share or not 0 <= rate <= _MAX_RATE else rate
