"""What words of a supplier mean in the catalog, learnt from links."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.measures import STANDARDS
from pricebook.matching.scoring.texts import Description, split_words
from pricebook.matching.scoring.words import WordSet, word_similarity

# How likely a word has no counterpart, compared with the likelihoods of words given a meaning.
_NONE = 0.05
_PASSES = 4
# `count / (count + 2)`: a correspondence seen once is a guess.
_DOUBT = 2.0
_MIN_LINKS = 2
_MIN_LIKELIHOOD = 0.2
_MAX_WORDS = 16
_MIN_SECTION = 5

Link = tuple[Sequence[str], Sequence[str]]
_Counts = Mapping[tuple[str, str], float]


class WordPair(NamedTuple):
    """A word of a supplier, a word of the catalog, and in how many links they correspond.

    `links` need not be whole; `total` is the number of links with the supplier's word.
    """

    word: str
    meaning: str
    links: float
    total: int


def without_brands(links: Iterable[tuple[Description, Description]]) -> list[Link]:
    """Return the words of items and of their products without those that are brands.

    A brand that one of both has in a field of its own corresponds to no word of the other, nor
    does the name of a standard.
    """
    described = list(links)
    no_words = {word for link in described for each in link for word in each.brand} | STANDARDS
    return [
        (
            [word for word in item.words if word not in no_words],
            [word for word in product.words if word not in no_words],
        )
        for item, product in described
    ]


def learn_pairs(links: Iterable[Link]) -> list[WordPair]:
    """Return which words correspond in links of an item's words and the product's words.

    Words that resemble one of the other side are left out. The counts are those of IBM model 1.
    """
    unlike = [rest for link in links if all(rest := _unlike_words(link))]
    totals = Counter(word for words, _ in unlike for word in words)
    counts: _Counts = Counter(
        (word, meaning) for words, meanings in unlike for word in words for meaning in meanings
    )
    for _ in range(_PASSES):
        counts = _divide_counts(unlike, counts)
    return [
        WordPair(word, meaning, count, totals[word])
        for (word, meaning), count in counts.items()
        if count >= 1 and totals[word] >= _MIN_LINKS
    ]


def _unlike_words(link: Link) -> tuple[list[str], list[str]]:
    """Return the words of an item and of its product without those that resemble each other."""
    words, meanings = link[0][:_MAX_WORDS], link[1][:_MAX_WORDS]
    return _without_similar(words, WordSet(meanings)), _without_similar(meanings, WordSet(words))


def _without_similar(words: Sequence[str], others: WordSet) -> list[str]:
    return [
        word
        for word in words
        if not any(word_similarity(word, other) for other in others.resembling(word))
    ]


def _divide_counts(links: Sequence[Link], counts: _Counts) -> _Counts:
    """Return the counts after each word has divided one among the meanings in its link."""
    totals, divided = defaultdict[str, float](float), defaultdict[tuple[str, str], float](float)
    for (_, meaning), count in counts.items():
        totals[meaning] += count
    for words, meanings in links:
        for word in words:
            shares = [counts[word, meaning] / totals[meaning] for meaning in meanings]
            whole = sum(shares) + _NONE
            for meaning, share in zip(meanings, shares, strict=True):
                divided[word, meaning] += share / whole
    return divided


def translations(pairs: Iterable[WordPair]) -> dict[str, dict[str, float]]:
    """Return the likely meanings of words and how likely each is, from 0 to 1."""
    meanings = dict[str, dict[str, float]]()
    for word, meaning, links, total in pairs:
        likelihood = links / total * links / (links + _DOUBT)
        if likelihood >= _MIN_LIKELIHOOD:
            meanings.setdefault(word, {})[meaning] = likelihood
    return meanings


def learn_sections(
    links: Iterable[tuple[str | None, str | None]],
) -> dict[tuple[str, ...], dict[tuple[str, ...], float]]:
    """Return the shares of categories among the links of each section of a supplier.

    A link is the section of the item and the category path of the product, as texts. Sections
    with few links are left out.
    """
    counts = defaultdict[tuple[str, ...], Counter[tuple[str, ...]]](Counter)
    for section, category in links:
        if section and category:
            counts[split_words(fold(section))][split_words(fold(category))] += 1
    return {
        section: {category: links / known.total() for category, links in known.items()}
        for section, known in counts.items()
        if known.total() >= _MIN_SECTION
    }
