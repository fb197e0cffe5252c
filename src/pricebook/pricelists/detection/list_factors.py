"""Sentences that make net prices of list prices: `Netto = Liste x 0,42`, `LP - 40 %`."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.discount_words import (
    FACTOR_WORDS,
    GROSS_PRICE_WORDS,
    MULTIPLIER_WORDS,
)
from pricebook.pricelists.detection.letterhead_words import DISCOUNT_LABEL_WORDS
from pricebook.pricelists.detection.price_words import LIST_PRICE_WORDS
from pricebook.pricelists.detection.statement_words import PRICE_NOUNS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.discounts import parse_discounts, parse_multiplier
from pricebook.pricelists.text import comparison_key, split_header

_MAX_LENGTH = 300
_FACTOR = r"(?P<number>\d?[.,]\d{1,4}(?!\d)|\d{1,2}(?:[.,]\d{1,2})?\s?%)"
_TIMES = r"\s*(?:[x×х*·✕]|\b(?:times|mal|fois|por|razy|multiplied by|multipliziert mit)\b)\s*"
_AFTER_LIST = re.compile(rf"(?P<base>[^=:;\d]+?){_TIMES}{_FACTOR}", re.IGNORECASE)
_BEFORE_LIST = re.compile(rf"(?<![\d.,]){_FACTOR}{_TIMES}(?P<base>[^=:;\d]+)", re.IGNORECASE)
_PERCENT = r"\d{1,2}(?:[.,]\d{1,2})?\s?%?"
_LESS = re.compile(
    rf"(?i:(?P<base>[^=:;\d]+?)(?:[-−–]|\bminus\b))\s*(?P<chain>{_PERCENT}(?:\s*[-−–+/]\s*{_PERCENT})*)"
)
_LABELS = comparison_keys((*FACTOR_WORDS, *MULTIPLIER_WORDS))
_LABELLED = re.compile(r"[^\d.,]+(?P<number>[01]?[.,]\d{1,4})\s*")
_LIST_WORDS = comparison_keys(
    (
        *GROSS_PRICE_WORDS,
        *(word for rank in LIST_PRICE_WORDS for word in rank),
        *("pricelist", "preisliste", "listenpreise", "list prices", "прайса", "прайс лист", "lp"),
        *("прайс листа", "tarifs", "cennika", "ceny katalogowej", "listpreis", "preis laut liste"),
    )
)
_LABEL_WORDS = _LABELS | _LIST_WORDS | PRICE_NOUNS | DISCOUNT_LABEL_WORDS
# Words of a list price, such as `prix public conseillé`.
_COUNTS = (1, 2, 3)


@lru_cache(maxsize=4096)
def list_discounts(text: str) -> tuple[Decimal, ...] | None:
    """Return the percentages that a sentence takes off list prices, one after another.

    None if it states no such relation, empty if that is not understood, as with a factor over 1.
    """
    if len(text) > _MAX_LENGTH or not any(map(str.isdigit, text)):
        return None
    if factor := _factor(text):
        return parse_multiplier(factor) or ()
    for match in _LESS.finditer(text):
        if "%" in match["chain"] and _ends_with_list(match["base"]):
            return parse_discounts(re.sub(r"[-−–]", "+", match["chain"])) or ()
    return None


def _factor(text: str) -> str:
    """Return the factor of list prices that a sentence states, empty without one."""
    for match in _AFTER_LIST.finditer(text):
        if _ends_with_list(match["base"]):
            return match["number"]
    for match in _BEFORE_LIST.finditer(text):
        words = split_header(match["base"])
        if _names_list(words[start : start + count] for start in (0, 1) for count in _COUNTS):
            return match["number"]
    label = _LABELLED.fullmatch(text)
    return label["number"] if label and _is_label(text) else ""


def _ends_with_list(text: str) -> bool:
    words = split_header(text)
    return _names_list(words[-count:] for count in _COUNTS)


def _names_list(phrases: Iterator[Sequence[str]]) -> bool:
    return any("".join(words) in _LIST_WORDS for words in phrases if words)


def _is_label(text: str) -> bool:
    """Return whether a text has words of a factor of prices only: `Ihr Faktor: 0,42`."""
    words = {comparison_key(word) for word in re.findall(r"[^\W\d_]+", text)}
    return not _LABELS.isdisjoint(words) and words <= _LABEL_WORDS
