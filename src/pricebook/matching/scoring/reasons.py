"""Reasons for and objections against a match, as texts that a person can check."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pricebook.matching.scoring.evidence import Evidence, SharedNumber
from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.measures import COUNT, LABEL, Measure
from pricebook.matching.scoring.model_numbers import compact
from pricebook.matching.scoring.texts import Article

_MAX_WORDS = 4
_RARE = 0.3
_MAX_PRICE_CHANGE = 1.0


def reasons(evidence: Evidence, item: Article, product: Article) -> list[str]:
    """Return what an item and a product have in common, the most distinctive first."""
    numbers = evidence.numbers
    texts = [
        *(["same GTIN"] if evidence.gtin else []),
        *_numbers("same model number", numbers.strong, item),
        *_numbers("same number", numbers.weak, item),
        *_numbers("same code", numbers.codes, item),
        *([f"model number but for its end {numbers.stem.upper()}"] if numbers.stem else []),
        *_measures(evidence),
        *([f"brand {item.brand or product.brand}"] if evidence.brand else []),
        *_words(evidence, item),
    ]
    if evidence.price_ratio is not None and abs(evidence.price_ratio - 1) <= _MAX_PRICE_CHANGE:
        texts.append(f"price {_percent(evidence.price_ratio)}")
    return texts


def objections(evidence: Evidence, item: Article, product: Article) -> list[str]:
    """Return in what an item and a product differ, the most distinctive first."""
    ratio = evidence.price_ratio
    texts = [
        *(["another GTIN"] if evidence.gtin is False else []),
        *([f"part number {item.mpn}, product {product.mpn}"] if evidence.mpn is False else []),
        *(["another model number"] if evidence.numbers.is_conflict else []),
        *(["one is made for the other"] if evidence.numbers.is_for_other else []),
        *(
            f"{_show(mine)}, product {_show(other)}"
            for mine, other in evidence.measures.conflicting
        ),
        *_counts(evidence),
        *(f"{kind} {mine}, product {other}" for kind, mine, other in evidence.variants),
        *(f"only one is {mark}" for mark in evidence.marks),
        *([f"brand {item.brand}, product {product.brand}"] if evidence.brand is False else []),
    ]
    if ratio is not None and abs(ratio - 1) > _MAX_PRICE_CHANGE:
        texts.append(f"price × {ratio:.1f}")
    return texts


def _numbers(title: str, numbers: Iterable[SharedNumber], item: Article) -> Iterator[str]:
    for shared in numbers:
        yield f"{title} {_as_written(shared.number, item)}"


def _as_written(number: str, item: Article) -> str:
    """Return a number as the item writes it, where that is found."""
    for text in (item.mpn or "", item.code, *item.name.split(), *item.text.split()):
        if compact(fold(text)) == number:
            return text.strip(",;()")
    return number.upper()


def _measures(evidence: Evidence) -> Iterator[str]:
    for measure, _ in evidence.measures.agreeing:
        if measure.dimension:
            yield f"{_show(measure)} in both"


def _show(measure: Measure) -> str:
    if measure.dimension == COUNT:
        return f"pack of {measure.number:g}"
    if measure.dimension.startswith(LABEL):
        return measure.text.upper()
    return measure.text


def _counts(evidence: Evidence) -> Iterator[str]:
    for measure in evidence.measures.only_first:
        if measure.dimension == COUNT:
            yield f"pack of {measure.number:g}, product is single"
    for measure in evidence.measures.only_second:
        if measure.dimension == COUNT:
            yield f"single, product is a pack of {measure.number:g}"


def _words(evidence: Evidence, item: Article) -> Iterator[str]:
    """Yield the rarest words in common as the item writes them, and the meanings of others."""
    written = _written(item.name)
    shared = sorted(evidence.item_words.same, key=lambda each: -each[2])[:_MAX_WORDS]
    equal = [
        written.get(word, word)
        for word, other, weight in shared
        if word == other and weight > _RARE
    ]
    if equal:
        yield f"same words: {', '.join(equal)}"
    for word, other, _ in shared:
        if word != other:
            yield f"{written.get(word, word)} for {other}"


@lru_cache(maxsize=1 << 10)
def _written(name: str) -> dict[str, str]:
    """Return the words of a name as it writes them, by their folded forms."""
    words = [word.strip(",;:()") for word in name.split()]
    return {fold(word): word for word in words}


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+.0f} %"
