"""Tokens of articles as numbers, for an index that PostgreSQL keeps as int[]."""

from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

from pricebook.matching.scoring.measures import LABEL, PLAIN, Measure
from pricebook.matching.scoring.model_numbers import stem
from pricebook.matching.scoring.texts import MAX_LINKED, Article, Description, describe
from pricebook.matching.scoring.trade_words import meanings

# What texts become tokens; if it changes, the tokens of all products are read again.
TOKENS_VERSION = 2
# The kind of a token is in the lowest two bits of its id.
WORD, CODE, MEASURE, GRAM = range(4)
KINDS = 4
_GRAM = 3
# What the meaning of a word counts beside the word, and a word of another cell than the name.
_MEANING, _OTHER_CELL = 0.7, 0.3


def token_id(kind: int, token: str) -> int:
    """Return the id of a token, a signed number of 32 bits."""
    number = (crc32(token.encode()) & ~(KINDS - 1)) | kind
    return number - (1 << 32) if number >> 31 else number


def index_tokens(description: Description) -> set[int]:
    """Return the ids of the tokens of an article."""
    tokens = {token_id(WORD, word) for word in description.words}
    tokens.update(token_id(WORD, word) for word in description.brand)
    tokens.update(_meanings(description))
    tokens.update(token_id(CODE, code) for code in codes(description))
    tokens.update(token_id(MEASURE, text) for text in _measures(description.measures))
    tokens.update(token_id(GRAM, gram) for word in description.words for gram in grams(word))
    return tokens


def _meanings(description: Description) -> Iterator[int]:
    """Yield the ids of what the words of an article name, in whatever language."""
    for word in description.words:
        for meaning in meanings(word):
            yield token_id(WORD, meaning)


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


def search_tokens(description: Description) -> dict[int, float]:
    """Return the ids of the tokens of an item, and what each counts in a search.

    Words of other cells than the name count less; model numbers there count as those of the name.
    """
    tokens = dict.fromkeys(index_tokens(description), 1.0)
    tokens.update(dict.fromkeys(_meanings(description), _MEANING))
    for word in description.text.words:
        tokens.setdefault(token_id(WORD, word), _OTHER_CELL)
    for number in description.text.numbers:
        tokens.setdefault(token_id(CODE, number), 1.0)
    return tokens
