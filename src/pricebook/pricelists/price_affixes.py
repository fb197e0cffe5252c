"""The text before and behind the number of a price cell: currencies, words for taxes and signs."""

import re
from functools import lru_cache

from pricebook.pricelists.detection.currencies import WORD_OR_SIGN, currencies_of_word
from pricebook.pricelists.detection.vocabulary import TAX_WORDS

_AFFIX = re.compile(rf"(?:\s*+(?>{WORD_OR_SIGN.pattern})[.,]?+)*+\s*+").fullmatch


@lru_cache(maxsize=4096)
def currencies_around(before: str, after: str, currency: str) -> frozenset[str] | None:
    """Return the ISO codes that the text around a number may mean, empty without a currency.

    None if the text contains other words than currencies and tax words, or contradicts itself.
    """
    before = before.replace("+", "", 1)
    possible_codes: frozenset[str] = frozenset()
    for part in (before, after):
        if not _AFFIX(part) or part.count("(") != part.count(")"):
            return None
        for word in WORD_OR_SIGN.findall(part):
            word_codes = currencies_of_word(word, currency)
            if word_codes:
                possible_codes = possible_codes & word_codes if possible_codes else word_codes
            if (word_codes and not possible_codes) or not (
                word_codes or word in "()" or word.casefold() in TAX_WORDS
            ):
                return None
    return possible_codes


def is_negative(before: str, after: str) -> bool:
    """Return whether the text around a number is a minus sign or a bracket before it."""
    signs = (before.strip()[:1], before.strip()[-1:], after.strip()[:1])
    return any(sign in {"-", "–"} for sign in signs) or "(" in before
