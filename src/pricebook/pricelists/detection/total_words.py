"""Texts that are nothing but a word for totals: `Total`, `Summe netto`, `I alt`."""

import re

from pricebook.pricelists.detection.currencies import currencies_of_word
from pricebook.pricelists.detection.vocabulary import (
    PIECE_UNIT_WORDS,
    SUM_WORDS,
    TAX_WORDS,
    TOTAL_WORDS,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.text import split_header

TOTAL_KEYS = comparison_keys(TOTAL_WORDS)
LABEL_KEYS = TOTAL_KEYS | comparison_keys(TAX_WORDS | PIECE_UNIT_WORDS)
_SUMS = comparison_keys(SUM_WORDS)
_MAX_LENGTH = 60
# Two words of Danish and Norwegian.
_PHRASES = frozenset({("i", "alt")})
_has_digit = re.compile(r"\d").search


def is_total_label(text: str, currency: str) -> bool:
    """Return whether a text without digits is a word for totals; a currency may be beside it."""
    if _has_digit(text) or len(text) > _MAX_LENGTH:
        return False
    words = split_header(text)
    if tuple(words) in _PHRASES:
        return True
    return not _SUMS.isdisjoint(words) and LABEL_KEYS.issuperset(bare_words(words, currency))


def bare_words(words: list[str], currency: str) -> list[str]:
    """Return words without numbers and currencies."""
    return [word for word in words if not word.isdigit() and not currencies_of_word(word, currency)]
