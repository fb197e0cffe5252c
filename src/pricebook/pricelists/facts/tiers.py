"""Headers of price tiers: `10+`, `ab 10`, `от 10 шт`, `10-99`."""

import re
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.currencies import currencies_of_word
from pricebook.pricelists.detection.vocabulary import PIECE_UNIT_WORDS, TAX_WORDS
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.text import normalize_marks

_MAX_LENGTH = 100
_ONE = Decimal(1)
# `from 2026` names a year.
_YEARS = range(2020, 2040)
_FROM_WORDS = (
    *("from", "ab", "от", "à partir de", "a partir de", "dès", "desde", "od", "від", "min", "mind"),
    *(">=", "≥", "=>", "qty", "menge", "bei", "при"),
)
_OVER_WORDS = (">", "over", "über", "свыше", "более", "больше", "понад", "plus de", "más de")
_UP_TO_WORDS = ("up to", "bis", "до", "jusqu'à", "hasta", "<")
_SEPARATOR = r"(?:-|–|—|\.{2,3}|…|bis|to|до|à|a|do)"
_NUMBER = r"[1-9][0-9]{0,2}(?:[., ][0-9]{3})+|[1-9][0-9]{0,6}"
_TIER = re.compile(
    r"(?P<before>.*?)"
    rf"(?:(?<![^\W\d_])(?P<word>{'|'.join((*_FROM_WORDS, *_OVER_WORDS, *_UP_TO_WORDS))})[. ]*"
    r"|(?<![\w.,/-]))"
    rf"(?P<first>{_NUMBER})(?P<after>\s?(?:\+|{_SEPARATOR}\s?(?P<last>{_NUMBER}))?)"
    r"(?P<rest>(?![.,/-]*[0-9])[^0-9]*)",
    re.IGNORECASE,
).fullmatch
_MORE_WORDS = frozenset(
    ["more", "up", "mehr", "plus", "более", "más", "więcej", "більше", "выше", "вище"]
)
_OTHER_WORDS = frozenset(
    (
        *("price", "prices", "preis", "preise", "цена", "цены", "prix", "precio", "precios"),
        *("cena", "ceny", "ціна", "ціни", "staffel", "staffelpreis", "tier", "break", "unit"),
        *("заказе", "количестве", "abnahme", "quantity", "кол", "во", "for", "опт", "vk", "ek"),
        *("stückpreis", "einzelpreis", "nettopreis", "bruttopreis", "and", "und", "et", "y", "и"),
        *("і", "i", "min", "minimum", "mind", "qty", "menge", "bei", "при", "order", "заказ"),
    )
)
_PRICE_PER = frozenset(("per", "pro", "je", "за", "por", "za", "par"))
_ALLOWED_WORDS = (_OTHER_WORDS | _MORE_WORDS | TAX_WORDS | PIECE_UNIT_WORDS) - _PRICE_PER
_WORD = re.compile(r"[^\W\d_]+[²³]?|[^\w\s.,:;()\[\]+/-]")
_GROUPING_MARK = re.compile(r"[., ]")
# Before a currency: `от 50 тыс. руб.`, `от 50 т.р.`.
_THOUSANDS = re.compile(r"^(?:т|тыс|тис|k|к|tsd|tys|mille?)(?:\.\s?|\s)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def parse_tier(header: str) -> Decimal | None:
    """Return the quantity from which the prices of a column hold; None for another header.

    `up to 9` holds from 1 on. A number alone is no tier, since it may be anything; neither is
    `per 100`, a date or a sum of money.
    """
    match = _TIER(normalize_marks(header)) if len(header) <= _MAX_LENGTH else None
    if not match:
        return None
    word, after, rest = (match["word"] or "").casefold(), match["after"].strip(), match["rest"]
    words = [word.casefold() for word in _WORD.findall(f"{match['before']} {rest}")]
    if not (word or after or "+" in rest or not _MORE_WORDS.isdisjoint(words)):
        return None
    if _is_sum_of_money(after, rest) or not all(map(_may_stand_beside, words)):
        return None
    first, last = _whole_number(match["first"]), _whole_number(match["last"] or match["first"])
    if last < first or (first in _YEARS and not after):
        return None
    if word in _UP_TO_WORDS:
        return _ONE
    return first + 1 if word in _OVER_WORDS else first


def _is_sum_of_money(after: str, rest: str) -> bool:
    """Return whether a currency follows the number: `от 50 000 руб`, but not `10+ EUR`."""
    following = _WORD.match(_THOUSANDS.sub("", rest.strip()))
    is_sign = after[:1] in {"+", "-", "–", "—"}
    return not is_sign and following is not None and _is_currency(following[0])


def _may_stand_beside(word: str) -> bool:
    is_unit = word not in _PRICE_PER and parse_unit(word) is not None
    return word in _ALLOWED_WORDS or is_unit or _is_currency(word)


def _is_currency(word: str) -> bool:
    return currencies_of_word(word, "") is not None


def _whole_number(digits: str) -> Decimal:
    return Decimal(_GROUPING_MARK.sub("", digits))
