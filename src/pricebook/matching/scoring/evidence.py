"""What speaks for and against an item and a product being one article."""

from operator import itemgetter
from os.path import commonprefix
from typing import NamedTuple

from pricebook.matching.scoring.measures import Comparison, compare_measures
from pricebook.matching.scoring.prepared import (
    NO_TRANSLATIONS,
    PreparedItem,
    PreparedProduct,
    Translations,
    WeightedWords,
)
from pricebook.matching.scoring.variants import conflicting_kinds, unshared_marks
from pricebook.matching.scoring.words import Coverage, cover

_MIN_PREFIX, _PREFIX_SHARE = 4, 0.6


class Numbers(NamedTuple):
    """Model numbers and codes that an item and a product have in common.

    `strong` are model numbers and part numbers of both, `weak` those that are short, put together
    of two words or only in other cells, `codes` those that are a supplier's code or the own SKU.
    `prefix` is the length of the longest common beginning of two numbers as a share of the longer.
    """

    strong: tuple[str, ...]
    weak: tuple[str, ...]
    codes: tuple[str, ...]
    prefix: float
    is_conflict: bool
    is_for_other: bool


class Evidence(NamedTuple):
    """What an item and a product have in common, and in what they differ.

    `price_ratio` is the item's price by the product's; None if either is unknown.
    """

    item_words: Coverage
    own_words: Coverage
    linked_share: float
    text_share: float
    numbers: Numbers
    gtin: bool | None
    mpn: bool | None
    brand: bool | None
    measures: Comparison
    measures_in_text: int
    variants: list[tuple[str, str, str]]
    shared_variants: int
    marks: list[str]
    price_ratio: float | None
    category_share: float | None


def compare(
    item: PreparedItem,
    product: PreparedProduct,
    translations: Translations = NO_TRANSLATIONS,
) -> Evidence:
    """Return what speaks for and against an item and a product being one article."""
    texts = item.texts
    measures = compare_measures(texts.measures, product.measures)
    own = _cover_name(product.words, item)
    return Evidence(
        item_words=_cover_item(item, product, translations),
        own_words=own,
        linked_share=max(
            (_cover_name(words, item).share for words, _ in product.linked), default=0.0
        ),
        text_share=_text_share(own, item),
        numbers=_numbers(item, product),
        gtin=_same(texts.gtins, product.gtins),
        mpn=(texts.mpn in product.mpns) if texts.mpn and product.mpns else None,
        brand=_brand(item, product),
        measures=measures,
        measures_in_text=_measures_in_text(measures, item),
        variants=conflicting_kinds(texts.variants, product.variants),
        shared_variants=len(texts.variants & product.variants),
        marks=unshared_marks(texts.variants, product.variants),
        price_ratio=_ratio(texts.price, product.reference_price),
        category_share=_category(item, product),
    )


def _cover_item(
    item: PreparedItem, product: PreparedProduct, translations: Translations
) -> Coverage:
    words = product.everything.words

    def translate(word: str) -> tuple[str, float] | None:
        known = translations.get(word)
        likely = [pair for pair in known.items() if pair[0] in words] if known else []
        return max(likely, key=itemgetter(1), default=None)

    return cover(item.words, product.everything, translate if item.meanings else None)


def _cover_name(words: WeightedWords, item: PreparedItem) -> Coverage:
    meanings = item.meanings

    def translate(word: str) -> tuple[str, float] | None:
        likelihood = meanings.get(word)
        return (word, likelihood) if likelihood else None

    return cover(words, item.known, translate if meanings else None)


def _measures_in_text(measures: Comparison, item: PreparedItem) -> int:
    """Return how many measures only the product's name has, but the item's other cells too."""
    others = item.texts.text.measures
    if not measures.only_second or not others:
        return 0
    return len(compare_measures(measures.only_second, others).agreeing)


def _text_share(own: Coverage, item: PreparedItem) -> float:
    """Return how much of what the name leaves out of a product's name the other cells have."""
    if not item.texts.text.words:
        return 0.0
    total = sum(weight for _, weight in own.missing)
    return sum(weight for word, weight in own.missing if word in item.texts.text.words) / total if total else 0.0


def _numbers(item: PreparedItem, product: PreparedProduct) -> Numbers:
    models = item.texts.models
    strong = item.numbers & product.numbers
    strong |= models.chunks & product.mpns
    if item.texts.mpn in product.chunks:
        strong |= {item.texts.mpn}
    weak = (item.weak_numbers & (product.numbers | product.weak_numbers)) | (
        item.numbers & product.weak_numbers
    )
    names = item.numbers | item.weak_numbers
    codes = {item.texts.code} & (product.numbers | product.codes | product.weak_numbers)
    codes |= names & product.codes
    is_shared = bool(strong or weak)
    prefix = 0.0 if is_shared else _longest_prefix(item, product)
    return Numbers(
        tuple(sorted(strong)),
        tuple(sorted(weak - strong)),
        tuple(sorted(codes - strong - {""})),
        prefix,
        bool(item.numbers and product.numbers) and not is_shared and prefix < _PREFIX_SHARE,
        bool(models.others & product.numbers or item.numbers & product.texts.models.others),
    )


def _longest_prefix(item: PreparedItem, product: PreparedProduct) -> float:
    best = 0.0
    for number in item.numbers | item.texts.models.numbers:
        for other in product.numbers | product.texts.models.numbers:
            length = len(commonprefix((number, other)))
            if length >= _MIN_PREFIX:
                best = max(best, length / max(len(number), len(other)))
    return best


def _same(first: frozenset[str], second: frozenset[str]) -> bool | None:
    return bool(first & second) if first and second else None


def _brand(item: PreparedItem, product: PreparedProduct) -> bool | None:
    """Whether both are of one brand; None if that is not known."""
    brand = item.texts.brand
    if product.brands:
        if product.brands & item.known.words:
            return True
        if brand:
            return False
        return None
    if brand and brand[0] in product.everything.words:
        return True
    return None


def _ratio(price: float | None, reference: float | None) -> float | None:
    return price / reference if price and reference else None


def _category(item: PreparedItem, product: PreparedProduct) -> float | None:
    if not item.texts.category or not product.texts.category:
        return None
    return cover([(word, 1.0) for word in item.texts.category], product.texts.category).share
