"""Reasons for and objections against a match, as texts that a person can check."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase

from pricebook.matching.scoring.bands import is_identified
from pricebook.matching.scoring.evidence import Evidence, SharedNumber
from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.measures import COUNT, LABEL, PLAIN, Measure
from pricebook.matching.scoring.model_numbers import compact
from pricebook.matching.scoring.names import is_alike, missing_of_product, other_things
from pricebook.matching.scoring.texts import Article, describe
from pricebook.matching.scoring.unit_dimensions import LENGTH, UNITS
from pricebook.matching.scoring.variants import MARK, variant_of
from pricebook.matching.scoring.words import common_prefix

_MAX_WORDS = 4
_RARE = 0.3
_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
# What follows the first of two numbers with one unit: `40` of `40-200 Nm`.
_NEXT_NUMBER = r"[^\w]{1,3}(?:\w{1,3}\s)?[\d.,]+\s?([^\W\d_]+)"
_TENFOLD = 10
_TIMES = "xX\u0445\u0425\u00d7"
_LENGTHS = {1.0: "mm", 10.0: "cm", 25.4: "in", 1000.0: "m"}
_SIGNS = ",;:()[]"
_INCHES = re.compile(r"\s?-?\s?(?:in|\"|'')\.?$", re.IGNORECASE)
# Words that begin alike are forms of one word; others are of two languages.
_MIN_STEM = 4
# A meaning learnt from links that is less likely is no reason that a person would accept.
_LEARNT = 0.5
# A price within the first factor is a reason, one beyond the last an objection. Beyond the one
# between, it is an objection if the product's name has more than the item's.
_NEAR_PRICE, _OTHER_PRICE, _MAX_PRICE = 1.25, 1.5, 2.0


def reasons(evidence: Evidence, item: Article, product: Article) -> list[str]:
    """Return what an item and a product have in common, the most distinctive first."""
    numbers = evidence.numbers
    texts = [
        *(["same GTIN"] if evidence.gtin else []),
        *_numbers("same model number", numbers.strong, item),
        *_numbers("same number", _without_measures(evidence, item), item),
        *_numbers("same code", numbers.codes, item),
        *_almost_same(evidence),
        *_measures(evidence, item),
        *_variants(evidence, item, product),
        *_brand(item, product, is_same=evidence.brand is True),
        *_words(evidence, item, product),
    ]
    if evidence.price_ratio is not None and _is_within(evidence.price_ratio, _NEAR_PRICE):
        texts.append(_price(evidence.price_ratio, evidence.price_of))
    return list(dict.fromkeys(texts))


def objections(evidence: Evidence, item: Article, product: Article) -> list[str]:
    """Return in what an item and a product differ, the most distinctive first."""
    texts = [
        *(["another GTIN"] if evidence.gtin is False else []),
        *([f"part number {item.mpn}, {_of_product(product.mpn)}"] if evidence.mpn is False else []),
        *(["another model number"] if evidence.numbers.is_conflict else []),
        *_other_numbers(evidence, item, product),
        *(["one is made for the other"] if evidence.numbers.is_for_other else []),
        *_conflicts(evidence, item, product),
        *_counts(evidence),
        *(f"{kind} {mine}, product {other}" for kind, mine, other in evidence.variants),
        *_marks(evidence, item, product),
        *([f"brand {item.brand}, {_of_product(product.brand)}"] if evidence.brand is False else []),
        *_different_names(evidence, item, product),
        *_far_price(evidence, product),
    ]
    return list(dict.fromkeys(texts))


def _different_names(evidence: Evidence, item: Article, product: Article) -> Iterator[str]:
    """Yield in what two names are of different things."""
    if things := other_things(evidence):
        mine, other = map(_quoted, things, (item, product))
        yield f"{mine}, product {other}"
    elif not is_alike(evidence):
        yield "few words in common" if evidence.item_words.same else "no word in common"


def _quoted(words: Sequence[str], article: Article) -> str:
    written = _written(article.name)
    return ", ".join(f"“{written.get(word, word)}”" for word in words[:_MAX_WORDS])


def _far_price(evidence: Evidence, product: Article) -> Iterator[str]:
    """Yield a price that is far off, or less far beside a name that fits in part only."""
    ratio = evidence.price_ratio
    if ratio is None:
        return
    if not _is_within(ratio, _MAX_PRICE):
        factor = f"{ratio:.2g}" if ratio < _TENFOLD else f"{ratio:.0f}"
        yield f"price × {factor} of {evidence.price_of}"
    elif not _is_within(ratio, _OTHER_PRICE) and not is_identified(evidence):
        words, measures = missing_of_product(evidence)
        missing = [_quoted(words, product)] if words else []
        missing += [_show(measure, product) for measure in measures[:_MAX_WORDS]]
        if missing:
            texts = ", ".join(missing)
            yield f"{texts} in the product only, {_price(ratio, evidence.price_of)}"


def _other_numbers(evidence: Evidence, item: Article, product: Article) -> Iterator[str]:
    """Yield the short numbers of both, unless the same GTIN says more."""
    if evidence.numbers.is_other and not evidence.gtin:
        mine, other = (
            _as_written(min(describe(each).models.numbers), each) for each in (item, product)
        )
        yield f"number {mine}, product {other}"


def _of_product(value: str | None) -> str:
    """Return what a field of a product says, or that it is known from the linked items only."""
    return f"product {value}" if value else "another in the linked items"


def _is_within(ratio: float, factor: float) -> bool:
    return 1 / factor <= ratio <= factor


def _brand(item: Article, product: Article, *, is_same: bool) -> list[str]:
    brand = item.brand or product.brand
    return [f"brand {brand}" if brand else "same brand"] if is_same else []


def _numbers(title: str, numbers: Iterable[SharedNumber], item: Article) -> Iterator[str]:
    for shared in numbers:
        yield f"{title} {_as_written(shared.number, item)}"


def _almost_same(evidence: Evidence) -> Iterator[str]:
    if evidence.numbers.almost:
        yield f"model number but for its end {evidence.numbers.almost.stem.upper()}"


def _without_measures(evidence: Evidence, item: Article) -> Iterator[SharedNumber]:
    """Yield the weak numbers but for a word and a measure behind it: `LG 25.0` of `25.0 cu. ft`."""
    measured = {
        compact(number[0])
        for mine, _ in evidence.measures.agreeing
        if mine.dimension != PLAIN and (number := _NUMBER.search(mine.text))
    }
    for shared in evidence.numbers.weak:
        is_joined = " " in _as_written(shared.number, item)
        if not (is_joined and shared.number.lstrip(ascii_lowercase) in measured):
            yield shared


def _as_written(number: str, item: Article) -> str:
    """Return a number as the item writes it, where that is found, in one word or in two."""
    words = item.name.split()
    pairs = map(" ".join, pairwise(words))
    for text in (item.mpn or "", item.code, *words, *pairs, *item.text.split()):
        if compact(fold(text.strip(_SIGNS))) == number:
            return text.strip(_SIGNS)
    return number.upper()


def _measures(evidence: Evidence, item: Article) -> Iterator[str]:
    numbers = list[str]()
    for mine, other in evidence.measures.agreeing:
        if mine.dimension != other.dimension:
            # `L200` and `200`, `SW 13` and `13 mm` have no more than the number in common.
            numbers.append(f"{mine.number:.9g}")
        elif mine.dimension == PLAIN:
            numbers.append(mine.text)
        else:
            yield f"{_show(mine, item)} in both"
    numbers = list(dict.fromkeys(numbers))
    if numbers:
        title = "numbers" if numbers[1:] else "number"
        yield f"{title} {', '.join(numbers)} in both"


def _conflicts(evidence: Evidence, item: Article, product: Article) -> Iterator[str]:
    for mine, other in evidence.measures.conflicting:
        title = "number " if mine.dimension == PLAIN else ""
        yield f"{title}{_show(mine, item)}, product {_show(other, product)}"


def _variants(evidence: Evidence, item: Article, product: Article) -> Iterator[str]:
    """Yield the variants that both name in other words; the same word is one of the same words."""
    for kind, variant in evidence.shared_variants:
        named = [
            {word for word in _written(each.name) if variant_of(word) == (kind, variant)}
            for each in (item, product)
        ]
        if variant.replace("-", "").isalpha() and not named[0] & named[1]:
            yield f"{kind} {variant} in both"


def _marks(evidence: Evidence, item: Article, product: Article) -> Iterator[str]:
    """Yield the marks that one of both has, as it writes them."""
    for mark in evidence.marks:
        of_item, of_product = _marked(item, mark), _marked(product, mark)
        if of_item and not of_product:
            yield f"“{of_item}” in the item only"
        elif of_product and not of_item:
            yield f"“{of_product}” in the product only"
        else:
            yield f"“{mark}” in one of them only"


def _marked(article: Article, mark: str) -> str:
    words = _written(article.name).items()
    return next((written for word, written in words if variant_of(word) == (MARK, mark)), "")


def _show(measure: Measure, article: Article) -> str:
    """Return a measure as an article writes it, where that is found; inches in words."""
    text = _as_measured(measure, article)
    if measure.dimension == LENGTH and _INCHES.search(text):
        return f"{_INCHES.sub('', text)} inch"
    return text


def _as_measured(measure: Measure, article: Article) -> str:
    if measure.dimension == COUNT:
        return f"pack of {measure.number:g}"
    if measure.dimension == PLAIN:
        return measure.text
    number = _NUMBER.search(measure.text)
    if number is None or measure.dimension.startswith(LABEL):
        return measure.text.upper()
    pattern = rf"(?<![\w.,]){re.escape(number[0])}\s?-?([^\W\d_]+)"
    for written in re.finditer(pattern, article.name):
        if written[1] in _TIMES:
            return _with_unit(number[0], measure, article.name)
        if fold(written[1]) in UNITS:
            return written[0]
    is_bare = measure.text == number[0]
    return _with_unit(measure.text, measure, article.name) if is_bare else measure.text


def _with_unit(number: str, measure: Measure, name: str) -> str:
    """Return a number of several that have one unit, such as `19` of `19 x 50 mm`."""
    if measure.dimension != LENGTH:
        behind = re.search(rf"(?<![\w.,]){re.escape(number)}{_NEXT_NUMBER}", name)
        return f"{number} {behind[1]}" if behind and fold(behind[1]) in UNITS else number
    unit = _LENGTHS.get(measure.values[0] / measure.number) if measure.number else None
    return f"{number} {unit}" if unit else number


def _counts(evidence: Evidence) -> Iterator[str]:
    for measure in evidence.measures.only_first:
        if measure.dimension == COUNT:
            yield f"pack of {measure.number:g}, product is single"
    for measure in evidence.measures.only_second:
        if measure.dimension == COUNT:
            yield f"single, product is a pack of {measure.number:g}"


def _words(evidence: Evidence, item: Article, product: Article) -> Iterator[str]:
    """Yield the rarest words in common as the item writes them, then words that correspond."""
    mine, others = _written(item.name), _written(product.name)
    own = {each.other: each.word for each in evidence.own_words.same}
    shared = sorted(evidence.item_words.same, key=lambda each: -each.weight)[:_MAX_WORDS]
    equal = [
        mine.get(each.word, each.word)
        for each in shared
        if each.word == each.other and each.weight > _RARE
    ]
    if equal:
        yield f"same words: {', '.join(equal)}"
    named = set(evidence.shared_variants)
    for word, other, _, likeness in shared:
        if word != other and likeness >= _LEARNT and variant_of(word) not in named:
            # Words of linked items are not shown: a word of the name that means the same is.
            known = other if other in others else own.get(word)
            if known:
                yield f"“{mine.get(word, word)}” {_verb(word, known)} “{others.get(known, known)}”"


def _verb(word: str, other: str) -> str:
    is_form = common_prefix(word, other) >= _MIN_STEM or word in other or other in word
    return "like" if is_form else "means"


@lru_cache(maxsize=1 << 10)
def _written(name: str) -> dict[str, str]:
    """Return the words of a name as it writes them, by their folded forms."""
    return {fold(word): word for word in _WORD.findall(name)}


def _price(ratio: float, price_of: str) -> str:
    change = round((ratio - 1) * 100)
    return f"price {change:+d} % to {price_of}" if change else f"same price as {price_of}"
