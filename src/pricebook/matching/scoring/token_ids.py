"""Tokens of articles as numbers, for an index that PostgreSQL keeps as int[]."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

from pricebook.matching.scoring.measures import LABEL, PLAIN, Measure
from pricebook.matching.scoring.model_numbers import is_strong, stem
from pricebook.matching.scoring.texts import MAX_LINKED, MIN_CODE, Article, Description, describe
from pricebook.matching.scoring.trade_words import meanings

# What texts become tokens; if it changes, the tokens of all products are read again.
TOKENS_VERSION = 5
# The kind of a token is in the lowest two bits of its id.
WORD, CODE, MEASURE, GRAM = range(4)
KINDS = 4
_GRAM = 3
# What the meaning of a word counts beside the word, and a word of another cell than the name.
_MEANING, _OTHER_CELL = 0.7, 0.3


class Query(NamedTuple):
    """The ids of tokens of an item, what each counts in a search, and what words name.

    `meanings` has the ids of meanings by that of the word.
    """

    tokens: Mapping[int, float]
    meanings: Mapping[int, Sequence[int]]


def token_id(kind: int, token: str) -> int:
    """Return the id of a token, a signed number of 32 bits."""
    number = (crc32(token.encode()) & ~(KINDS - 1)) | kind
    return number - (1 << 32) if number >> 31 else number


def index_tokens(description: Description) -> set[int]:
    """Return the ids of the tokens of an article."""
    tokens = {token_id(WORD, word) for word in description.words}
    tokens.update(token_id(WORD, word) for word in description.brand)
    tokens.update(meaning for each in _meanings(description).values() for meaning in each)
    tokens.update(token_id(CODE, code) for code in codes(description))
    tokens.update(token_id(MEASURE, text) for text in _measures(description.measures))
    tokens.update(token_id(GRAM, gram) for word in description.words for gram in grams(word))
    return tokens


def _meanings(description: Description) -> dict[int, list[int]]:
    """Return the ids of words of an article, and of what they name in whatever language."""
    return {
        token_id(WORD, word): [token_id(WORD, meaning) for meaning in named]
        for word in description.words
        if (named := meanings(word))
    }


def product_tokens(article: Article, linked: Sequence[Article] = ()) -> list[int]:
    """Return the ids of the tokens of a product and the items linked to it, in order.

    Of many linked items the first five are read.
    """
    texts = map(describe, (article, *linked[:MAX_LINKED]))
    return sorted(set[int]().union(*map(index_tokens, texts)))


def codes(description: Description) -> Iterator[str]:
    """Yield the codes and model numbers of an article."""
    yield from description.models.numbers
    yield from description.models.joined
    yield from filter(None, map(stem, description.models.numbers))
    yield from description.gtins
    for code in (description.mpn, description.code):
        if code:
            yield code


def grams(word: str) -> Iterable[str]:
    """Return the sequences of three characters of a word with its ends."""
    padded = f" {word} "
    return (padded[start : start + _GRAM] for start in range(len(padded) - _GRAM + 1))


def _measures(measures: Iterable[Measure]) -> Iterator[str]:
    for measure in measures:
        if measure.dimension != PLAIN and not measure.dimension.startswith(LABEL):
            yield f"{measure.dimension} {measure.values[0]:.4g}"
        yield f"{measure.number:g}"


def search_tokens(description: Description) -> Query:
    """Return what to search for an item.

    Words of other cells than the name count less; model numbers there count as those of the name.
    """
    named = _meanings(description)
    tokens = dict.fromkeys(index_tokens(description), 1.0)
    tokens.update((meaning, _MEANING) for each in named.values() for meaning in each)
    for word in description.text.words:
        tokens.setdefault(token_id(WORD, word), _OTHER_CELL)
    for number in (*description.text.numbers, *identifying(description)):
        tokens.setdefault(token_id(CODE, number), 1.0)
    return Query(tokens, named)


def identifying(description: Description) -> Iterator[str]:
    """Yield the numbers of an item that may identify an article.

    These are its strong model numbers, its part number, and what else may be one: `VS-HW`.
    """
    yield from filter(is_strong, description.models.numbers)
    if description.mpn:
        yield description.mpn
    for chunk in description.models.chunks.difference(
        description.words, description.models.numbers
    ):
        if len(chunk) >= MIN_CODE:
            yield chunk
