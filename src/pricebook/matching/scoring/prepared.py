"""Items and products prepared for comparison with many others."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple, Protocol

from pricebook.matching.scoring.measures import Measure
from pricebook.matching.scoring.model_numbers import is_strong
from pricebook.matching.scoring.texts import Description
from pricebook.matching.scoring.words import WordSet

# The weight of a word that no product has: it may be of another language.
_UNKNOWN_WEIGHT = 0.5
_MAX_LINKED = 5

WeightedWords = tuple[tuple[str, float], ...]
Translations = Mapping[str, Mapping[str, float]]
NO_TRANSLATIONS: Translations = {}


class Corpus(Protocol):
    """How often words and codes occur in the products."""

    def word_weight(self, word: str) -> float:
        """Return how rare a word is, from 0 to 1; 0 if no product has it."""
        ...

    def code_frequency(self, code: str) -> int:
        """Return the number of products with a code or model number."""
        ...


class PreparedItem(NamedTuple):
    """An item with the weights of its words; `numbers` are its strong model numbers."""

    texts: Description
    words: WeightedWords
    known: WordSet
    meanings: Mapping[str, float]
    numbers: frozenset[str]
    weak_numbers: frozenset[str]


class PreparedProduct(NamedTuple):
    """A product and its linked items, with the weights of the words of its name."""

    texts: Description
    words: WeightedWords
    linked: tuple[tuple[WeightedWords, Description], ...]
    everything: WordSet
    numbers: frozenset[str]
    weak_numbers: frozenset[str]
    mpns: frozenset[str]
    codes: frozenset[str]
    chunks: frozenset[str]
    gtins: frozenset[str]
    measures: tuple[Measure, ...]
    variants: frozenset[tuple[str, str]]
    brands: frozenset[str]
    reference_price: float | None


def prepare_item(
    texts: Description, corpus: Corpus, translations: Translations = NO_TRANSLATIONS
) -> PreparedItem:
    """Return an item with the weights of its words."""
    meanings = dict[str, float]()
    for word in texts.words:
        for meaning, likelihood in translations.get(word, {}).items():
            meanings[meaning] = max(likelihood, meanings.get(meaning, 0.0))
    words = _weighted(texts.words, corpus)
    numbers, weak = _numbers(texts)
    return PreparedItem(
        texts=texts,
        words=words,
        known=WordSet((*texts.words, *texts.brand)),
        meanings=meanings,
        numbers=numbers,
        weak_numbers=weak | texts.text.numbers,
    )


def prepare_product(
    texts: Description, linked: Sequence[Description], corpus: Corpus
) -> PreparedProduct:
    """Return a product and its linked items, with the weights of the words of its name."""
    linked = linked[:_MAX_LINKED]
    all_texts = (texts, *linked)
    numbers = [_numbers(each) for each in all_texts]
    prices = [each.price for each in linked if each.price]
    return PreparedProduct(
        texts=texts,
        words=_weighted(texts.words, corpus),
        linked=tuple((_weighted(each.words, corpus), each) for each in linked),
        everything=WordSet(word for each in all_texts for word in (*each.words, *each.brand)),
        numbers=frozenset().union(*(strong for strong, _ in numbers)),
        weak_numbers=frozenset().union(*(weak for _, weak in numbers)),
        mpns=frozenset(each.mpn for each in all_texts if each.mpn),
        codes=frozenset(each.code for each in all_texts if each.code),
        chunks=frozenset().union(*(each.models.chunks for each in all_texts)),
        gtins=frozenset().union(*(each.gtins for each in all_texts)),
        measures=_measures(texts, linked),
        variants=texts.variants or frozenset().union(*(each.variants for each in linked)),
        brands=frozenset().union(*(each.brand[:1] for each in all_texts)),
        reference_price=median(prices) if prices else texts.price,
    )


def _weighted(words: Iterable[str], corpus: Corpus) -> WeightedWords:
    return tuple((word, corpus.word_weight(word) or _UNKNOWN_WEIGHT) for word in words)


def _numbers(texts: Description) -> tuple[frozenset[str], frozenset[str]]:
    """Return the strong and the weak model numbers of an article."""
    strong = {number for number in texts.models.numbers if is_strong(number)}
    if texts.mpn:
        strong.add(texts.mpn)
    return frozenset(strong), (texts.models.numbers | texts.models.joined) - strong


def _measures(texts: Description, linked: Sequence[Description]) -> tuple[Measure, ...]:
    """Return the measures of a product; what its name leaves out is taken from linked items."""
    dimensions = {measure.dimension for measure in texts.measures}
    measures = list(texts.measures)
    for each in linked:
        added = [measure for measure in each.measures if measure.dimension not in dimensions]
        measures += added
        dimensions.update(measure.dimension for measure in added)
    return tuple(measures)
