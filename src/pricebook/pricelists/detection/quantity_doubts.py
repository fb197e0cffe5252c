"""Which numbers, letters and words of quantity in a header or a sentence are not understood."""

from collections.abc import Collection, Sequence

from pricebook.pricelists.detection.price_words import MONTH_WORDS
from pricebook.pricelists.detection.quantity_phrases import QUANTITY_LETTERS
from pricebook.pricelists.detection.statement_tokens import Token, is_year, number_of
from pricebook.pricelists.detection.statement_words import (
    ONLY_PER_WORDS,
    PRICE_NOUNS,
    SCALE_PREPOSITIONS,
    SCALE_WORDS,
)
from pricebook.pricelists.text import comparison_key

# A single digit in a header numbers prices: `Price 2`.
_MAX_ORDINAL = 9
_MONTHS = frozenset(map(comparison_key, MONTH_WORDS))


def names_scale(tokens: Sequence[Token], used: Collection[int]) -> bool:
    """Return whether numbers are multiples of a currency that are not read: `in millions`."""
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        is_scale = token.key in SCALE_WORDS or _is_large_number_word(token)
        if is_scale and index not in used and before and before.key in SCALE_PREPOSITIONS:
            return True
    return False


def is_unclear_header(tokens: Sequence[Token], used: Collection[int]) -> bool:
    """Return whether a price header has a number, letter or word of quantity that is not read.

    `used` are the positions of what is understood. A header that states a quantity may have other
    numbers; so may one with a date.
    """
    unread = [index for index in range(len(tokens)) if index not in used]
    has_day = any(token.kind == "date" or token.key in _MONTHS for token in tokens)
    for index in unread:
        token, before = tokens[index], tokens[index - 1] if index else None
        is_per_unknown = before is not None and before.key in ONLY_PER_WORDS
        is_word = token.key in SCALE_WORDS or _is_large_number_word(token)
        is_letter = token.text in QUANTITY_LETTERS
        if is_word or is_letter or (is_per_unknown and token.kind == "word"):
            return True
        if token.text in {"%", "‰"} and (before is None or before.kind != "number"):
            return True
        if token.kind == "number" and not has_day and _is_unread_number(token):
            return True
    return False


def _is_unread_number(token: Token) -> bool:
    number = number_of(token)
    return number is None or not (number <= _MAX_ORDINAL or is_year(number))


def _is_large_number_word(token: Token) -> bool:
    """Return whether a word is a number over 1 and no word for prices, such as `cen`."""
    is_number = token.kind == "word" and (number_of(token) or 0) > 1
    return is_number and token.key not in PRICE_NOUNS
