"""Matching of header words: fields, other prices (old, per pack) and non-field headers."""

from collections.abc import Sequence
from functools import lru_cache

from pricebook.pricelists.detection.currencies import currencies_in_text, currencies_of_word
from pricebook.pricelists.detection.non_field_headers import (
    NON_FIELD_HEADERS,
    OLD_PRICE_WORDS,
    OTHER_QUANTITY_WORDS,
)
from pricebook.pricelists.detection.vocabulary import FIELD_WORDS, PIECE_UNIT_WORDS, TAX_WORDS
from pricebook.pricelists.schemas import Field
from pricebook.pricelists.text import comparison_key, split_header

MAX_HEADER_LENGTH = 100
_MIN_WORD_LENGTH = 2

_FIELD_RANKS: dict[Field, dict[str, int]] = {
    # From the worst rank to the best, so that a word in several ranks gets the best.
    field: {
        comparison_key(word): rank
        for rank, words in reversed(list(enumerate(ranks)))
        for word in words
    }
    for field, ranks in FIELD_WORDS.items()
}
_PRICE_QUALIFIERS = frozenset(comparison_key(word) for word in TAX_WORDS | PIECE_UNIT_WORDS)
_NON_FIELD_HEADERS = frozenset(map(comparison_key, NON_FIELD_HEADERS))
_OTHER_PRICE_WORDS = frozenset(map(comparison_key, OLD_PRICE_WORDS | OTHER_QUANTITY_WORDS))
_PRICE_SUFFIXES = (
    *("price", "prices", "preis", "preise", "цена", "цены", "prix", "precio", "precios"),
    *("cena", "ceny", "ціна", "ціни"),
)
_BRACKETS = str.maketrans("()[]{}", "      ")

# Field to the rank of the header in the vocabulary of the field, 0 the best.
FieldRanks = dict[Field, int]


@lru_cache(maxsize=4096)
def field_ranks(cell: str, currency: str) -> FieldRanks:
    """Return the fields that a header names, with their ranks."""
    if not cell or len(cell) > MAX_HEADER_LENGTH:
        return {}
    words = split_header(cell)
    key = "".join(words)
    matches: FieldRanks = {
        field: ranks[key] for field, ranks in _FIELD_RANKS.items() if key in ranks
    }
    rank = _FIELD_RANKS["price"].get(_without_qualifiers(words, currency))
    if rank is not None:
        matches.setdefault("price", rank)
    if "price" in matches and has_other_price_word(cell):
        del matches["price"]
    return matches


def composed_field_ranks(cell: str, parts: Sequence[str], currency: str) -> FieldRanks:
    """Return the ranks of a merged header: as a whole, else its last row, for a price its first."""
    ranks = dict(field_ranks(cell, currency))
    if len(parts) <= 1:
        return ranks
    upper, lower = parts[0], parts[-1]
    for field, rank in field_ranks(lower, currency).items():
        if field != "price" or not (rank and is_known_non_price_header(upper, currency)):
            ranks.setdefault(field, rank)
    above = field_ranks(upper, currency)
    if "price" in above and not is_known_non_price_header(lower, currency):
        ranks.setdefault("price", above["price"])
    if has_other_price_word(cell) or _has_digit(lower):
        ranks.pop("price", None)
    return ranks


def mentions_price(cell: str) -> bool:
    """Return whether a header mentions a price of any kind, also an old one or one per pack."""
    return any(word.endswith(_PRICE_SUFFIXES) for word in split_header_with_brackets(cell))


def is_other_price(cell: str) -> bool:
    """Return whether a header names an old price or a price of another quantity than a piece."""
    return has_other_price_word(cell) or _has_digit(cell)


def has_other_price_word(cell: str) -> bool:
    """Return whether a header has a word for an old price or another quantity than a piece."""
    return not _OTHER_PRICE_WORDS.isdisjoint(split_header_with_brackets(cell))


def is_known_non_price_header(cell: str, currency: str) -> bool:
    """Return whether a header is a known one without a price: a field or a non-field header."""
    if not cell or mentions_price(cell):
        return False
    words = split_header(cell)
    keys = {"".join(words), _without_qualifiers(words, currency), *words}
    return bool(field_ranks(cell, currency)) or not _NON_FIELD_HEADERS.isdisjoint(keys)


def is_header_continuation(cell: str, currency: str) -> bool:
    """Return whether a cell below a header belongs to it: `EUR`, `net`, `pcs`, `Price`."""
    words = split_header(cell)
    if currencies_in_text(cell, currency) is not None:
        return True
    if len("".join(words)) < _MIN_WORD_LENGTH:
        return False
    has_only_qualifiers = not _without_qualifiers(words, currency)
    return has_only_qualifiers or mentions_price(cell) or is_known_non_price_header(cell, currency)


def _without_qualifiers(words: Sequence[str], currency: str) -> str:
    """Return the words without tax, unit and currency words: `preis` of `Preis netto in EUR`."""
    return "".join(
        word
        for word in words
        if word not in _PRICE_QUALIFIERS and not currencies_of_word(word, currency)
    )


def split_header_with_brackets(cell: str) -> list[str]:
    """Return all words of a header, those in brackets too."""
    return split_header(cell.translate(_BRACKETS)) if len(cell) <= MAX_HEADER_LENGTH else []


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, "".join(split_header_with_brackets(cell))))
