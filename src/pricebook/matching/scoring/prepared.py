"""Items and products prepared for comparison with many others."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple, Protocol

from pricebook.matching.scoring.measures import Measure
from pricebook.matching.scoring.model_numbers import is_strong, shape
from pricebook.matching.scoring.texts import MAX_LINKED, Description
from pricebook.matching.scoring.trade_words import meanings
from pricebook.matching.scoring.words import WordSet

# The weight of a word that no product has: it may be of another language.
_UNKNOWN_WEIGHT = 0.5

# Which price of a product an item's is compared with: the median of its items, or its own.
SUPPLIER_PRICES, TARGET_PRICE = "the product's suppliers", "the target price"

WeightedWords = tuple[tuple[str, float], ...]
Words = tuple[str, ...]


class Corpus(Protocol):
    """How often words and codes occur in the products."""

    def word_weight(self, word: str) -> float:
        """Return how rare a word is, from 0 to 1; 0 if no product has it."""
        ...

    def code_frequency(self, code: str) -> int:
        """Return the number of products with a code or model number."""
        ...


class Context(NamedTuple):
    """What is known beside the texts of an item and a product.

    `translations` has the likely meanings of words of the supplier, `sections` the shares of
    categories among the links of a section of its price list.
    """

    corpus: Corpus
    translations: Mapping[str, Mapping[str, float]] = {}
    sections: Mapping[Words, Mapping[Words, float]] = {}


class PreparedItem(NamedTuple):
    """An item with the weights of its words.

    `numbers` are its strong model numbers, `meanings` what its words may mean.
    """

    texts: Description
    words: WeightedWords
    known: WordSet
    meanings: Mapping[str, float]
    numbers: frozenset[str]
    weak_numbers: frozenset[str]
    shapes: frozenset[str]


class PreparedProduct(NamedTuple):
    """A product and its linked items, with the weights of the words of its name."""

    texts: Description
    words: WeightedWords
    linked_words: tuple[WeightedWords, ...]
    everything: WordSet
    category: WordSet
    numbers: frozenset[str]
    weak_numbers: frozenset[str]
    shapes: frozenset[str]
    mpns: frozenset[str]
    codes: frozenset[str]
    chunks: frozenset[str]
    gtins: frozenset[str]
    measures: tuple[Measure, ...]
    variants: frozenset[tuple[str, str]]
    brands: frozenset[str]
    reference_price: float | None
    reference: str


def prepare_item(texts: Description, context: Context) -> PreparedItem:
    """Return an item with the weights of its words."""
    strong, weak = _numbers(texts)
    weak |= texts.text.numbers
    return PreparedItem(
        texts=texts,
        words=_weighted(texts.words, context),
        known=WordSet((*texts.words, *texts.brand)),
        meanings=_meanings(texts.words, context),
        numbers=strong,
        weak_numbers=weak,
        shapes=frozenset(map(shape, strong)),
    )


def prepare_product(
    texts: Description, linked: Sequence[Description], context: Context
) -> PreparedProduct:
    """Return a product and its linked items, with the weights of the words of its name."""
    linked = linked[:MAX_LINKED]
    everything = (texts, *linked)
    numbers = [_numbers(each) for each in everything]
    strong, weak = map(_union, zip(*numbers, strict=True))
    prices = [each.price for each in linked if each.price]
    return PreparedProduct(
        texts=texts,
        words=_weighted(texts.words, context),
        linked_words=tuple(_weighted(each.words, context) for each in linked),
        everything=WordSet(word for each in everything for word in (*each.words, *each.brand)),
        category=WordSet(texts.category),
        numbers=strong,
        weak_numbers=weak,
        shapes=frozenset(map(shape, strong)),
        mpns=frozenset(each.mpn for each in everything if each.mpn),
        codes=frozenset(each.code for each in everything if each.code),
        chunks=_union(each.models.chunks for each in everything),
        gtins=_union(each.gtins for each in everything),
        measures=_measures(texts, linked),
        variants=texts.variants or frozenset().union(*(each.variants for each in linked)),
        brands=_union(each.brand[:1] for each in everything),
        reference_price=median(prices) if prices else texts.price,
        reference=SUPPLIER_PRICES if prices else TARGET_PRICE,
    )


def _union(sets: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def _weighted(words: Iterable[str], context: Context) -> WeightedWords:
    return tuple((word, _weight(word, context.corpus)) for word in words)


def _weight(word: str, corpus: Corpus) -> float:
    """Return how rare a word is, or else what it names."""
    if weight := corpus.word_weight(word):
        return weight
    named = (weight for each in meanings(word) if (weight := corpus.word_weight(each)))
    return max(named, default=_UNKNOWN_WEIGHT)


def _meanings(words: Iterable[str], context: Context) -> dict[str, float]:
    """Return the meanings of words of another language, and how likely each is."""
    meanings = dict[str, float]()
    if context.translations:
        for word in words:
            for meaning, likelihood in context.translations.get(word, {}).items():
                meanings[meaning] = max(likelihood, meanings.get(meaning, 0.0))
    return meanings


def _numbers(texts: Description) -> tuple[frozenset[str], frozenset[str]]:
    """Return the strong and the weak model numbers of an article."""
    strong = {number for number in texts.models.numbers if is_strong(number)}
    if texts.mpn:
        strong.add(texts.mpn)
    return frozenset(strong), (texts.models.numbers | texts.models.joined) - strong


def _measures(texts: Description, linked: Sequence[Description]) -> tuple[Measure, ...]:
    """Return the measures of a product; dimensions that its name lacks are of linked items."""
    measures = list(texts.measures)
    dimensions = {measure.dimension for measure in measures}
    for each in linked:
        added = [measure for measure in each.measures if measure.dimension not in dimensions]
        measures += added
        dimensions.update(measure.dimension for measure in added)
    return tuple(measures)
