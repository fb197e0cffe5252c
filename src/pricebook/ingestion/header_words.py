"""What the words of a header say: a field, a price that is another one, or something else."""

from collections.abc import Sequence
from functools import lru_cache

from pricebook.ingestion.currencies import meant_by, named_in
from pricebook.ingestion.normalise import key_of, words_of
from pricebook.ingestion.other_words import MEASURE_WORDS, OLD_WORDS, OTHER_WORDS
from pricebook.ingestion.schemas import Field
from pricebook.ingestion.vocabulary import FIELD_WORDS, TAX_WORDS, UNIT_WORDS

LONGEST_HEADER = 100
_SHORTEST_WORD = 2

_RANKS: dict[Field, dict[str, int]] = {
    # From the worst rank to the best, so that the best stays for a word in two of them.
    field: {
        key_of(word): rank for rank, words in reversed(list(enumerate(ranks))) for word in words
    }
    for field, ranks in FIELD_WORDS.items()
}
_QUALIFIERS = frozenset(key_of(word) for word in TAX_WORDS | UNIT_WORDS)
_OTHERS = frozenset(map(key_of, OTHER_WORDS))
_ANOTHER_PRICE = frozenset(map(key_of, OLD_WORDS | MEASURE_WORDS))
_ENDS_OF_PRICE = (
    *("price", "prices", "preis", "preise", "цена", "цены", "prix", "precio", "precios"),
    *("cena", "ceny", "ціна", "ціни"),
)
_BRACKETS = str.maketrans("()[]{}", "      ")

# Field to the rank of a header in its vocabulary, 0 the best.
Ranks = dict[Field, int]


@lru_cache(maxsize=4096)
def ranks_of(cell: str, currency: str) -> Ranks:
    """Look a header up in the vocabulary of every field."""
    if not cell or len(cell) > LONGEST_HEADER:
        return {}
    words = words_of(cell)
    key = "".join(words)
    found: Ranks = {field: ranks[key] for field, ranks in _RANKS.items() if key in ranks}
    rank = _RANKS["price"].get(_without_qualifiers(words, currency))
    if rank is not None:
        found.setdefault("price", rank)
    if "price" in found and names_another_price(cell):
        del found["price"]
    return found


def ranks_of_parts(cell: str, parts: Sequence[str], currency: str) -> Ranks:
    """Rank a column by its whole header, else by the last row of it, a price by the first too."""
    ranks = dict(ranks_of(cell, currency))
    if len(parts) <= 1:
        return ranks
    upper, lower = parts[0], parts[-1]
    for field, rank in ranks_of(lower, currency).items():
        if field != "price" or not (rank and says_something_else(upper, currency)):
            ranks.setdefault(field, rank)
    above = ranks_of(upper, currency)
    if "price" in above and not says_something_else(lower, currency):
        ranks.setdefault("price", above["price"])
    if names_another_price(cell) or _has_digit(lower):
        ranks.pop("price", None)
    return ranks


def says_price(cell: str) -> bool:
    """Tell whether a header speaks of a price, maybe of another one than that of a piece today."""
    return any(word.endswith(_ENDS_OF_PRICE) for word in all_words(cell))


def says_another_price(cell: str) -> bool:
    """Tell whether a header speaks of an old price, or of that of more or less than a piece."""
    return names_another_price(cell) or _has_digit(cell)


def names_another_price(cell: str) -> bool:
    """Tell whether a header has a word for what is old, or is more or less than a piece."""
    return not _ANOTHER_PRICE.isdisjoint(all_words(cell))


def says_something_else(cell: str, currency: str) -> bool:
    """Tell whether a header names a field, a quantity or another thing that has a word."""
    if not cell or says_price(cell):
        return False
    words = words_of(cell)
    keys = {"".join(words), _without_qualifiers(words, currency), *words}
    return bool(ranks_of(cell, currency)) or not _OTHERS.isdisjoint(keys)


def explains(cell: str, currency: str) -> bool:
    """Tell whether a cell below a header belongs to it: `EUR`, `net`, `pcs`, `Price`."""
    words = words_of(cell)
    if named_in(cell, currency) is not None:
        return True
    if len("".join(words)) < _SHORTEST_WORD:
        return False
    says_nothing_else = not _without_qualifiers(words, currency)
    return says_nothing_else or says_price(cell) or says_something_else(cell, currency)


def _without_qualifiers(words: Sequence[str], currency: str) -> str:
    """Leave `preis` of `Preis netto in EUR`: the other words do not make it another price."""
    return "".join(
        word for word in words if word not in _QUALIFIERS and not meant_by(word, currency)
    )


def all_words(cell: str) -> list[str]:
    """Split a header into its words, those in brackets too."""
    return words_of(cell.translate(_BRACKETS)) if len(cell) <= LONGEST_HEADER else []


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, "".join(all_words(cell))))
