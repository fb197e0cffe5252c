"""What speaks for and against an item and a product being one article."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from pricebook.matching.scoring.letter_sizes import Variants, with_letters
from pricebook.matching.scoring.measures import Comparison, Measure, compare_measures
from pricebook.matching.scoring.model_numbers import NumberPair, pair_by_stem
from pricebook.matching.scoring.number_endings import with_colours
from pricebook.matching.scoring.prepared import (
    Context,
    PreparedItem,
    PreparedProduct,
    WeightedWords,
)
from pricebook.matching.scoring.variants import conflicting_kinds, unshared_marks
from pricebook.matching.scoring.words import Coverage, common_prefix, cover

_MIN_PREFIX = 4


class SharedNumber(NamedTuple):
    """A number without separators, and how many products have it."""

    number: str
    frequency: int


class Numbers(NamedTuple):
    """Model numbers and codes that an item and a product have in common.

    `strong` are model numbers and part numbers of both; `weak` those that are short, put together
    of two words or only in other cells; `codes` those that are a supplier's code or the own SKU.
    `almost` are numbers of both that differ in letters at their ends. `prefix` is the longest
    common beginning of two numbers as a share of the longer one. There is a conflict if both have
    strong numbers and none in common; it is one of the same shape if numbers of both look alike.
    Without a conflict, `is_other` says that their short numbers have nothing in common either.
    With `are_same`, neither name has a number that the other one has not.
    """

    strong: tuple[SharedNumber, ...]
    weak: tuple[SharedNumber, ...]
    codes: tuple[SharedNumber, ...]
    almost: NumberPair | None
    prefix: float
    is_conflict: bool
    is_same_shape: bool
    is_for_other: bool
    is_other: bool
    are_same: bool


class Evidence(NamedTuple):
    """What an item and a product have in common, and in what they differ.

    `gtin`, `mpn` and `brand` say whether they agree, None if one of both is unknown. `variants`
    are kinds with the item's and the product's variant, `price_ratio` is the item's price by the
    product's, and `price_of` says which price of the product that is. `own_measures_missing` are
    measures of the product's own name that the item has not.
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
    own_measures_missing: Sequence[Measure]
    variants: list[tuple[str, str, str]]
    shared_variants: Sequence[tuple[str, str]]
    marks: list[str]
    price_ratio: float | None
    price_of: str
    category_share: float | None


def compare(item: PreparedItem, product: PreparedProduct, context: Context) -> Evidence:
    """Return what speaks for and against an item and a product being one article."""
    texts = item.texts
    measures = compare_measures(texts.measures, product.measures)
    numbers = _numbers(item, product, context)
    variants, others = _variants(numbers.almost, item, product)
    own = _cover_name(product.words, item)
    linked = (_cover_name(words, item).share for words in product.linked_words)
    return Evidence(
        item_words=_cover_item(item, product, context),
        own_words=own,
        linked_share=max(linked, default=0.0),
        text_share=_text_share(own, item),
        numbers=numbers,
        gtin=bool(texts.gtins & product.gtins) if texts.gtins and product.gtins else None,
        mpn=texts.mpn in product.mpns if texts.mpn and product.mpns else None,
        brand=_brand(item, product),
        measures=measures,
        measures_in_text=_measures_in_text(measures, item),
        own_measures_missing=[
            each for each in measures.only_second if each in product.texts.measures
        ],
        variants=conflicting_kinds(variants, others),
        shared_variants=sorted(variants & others),
        marks=unshared_marks(texts.variants, product.texts.variants, product.variants),
        price_ratio=_ratio(texts.price, product.reference_price),
        price_of=product.reference,
        category_share=_category(item, product, context),
    )


def _variants(
    almost: NumberPair | None, item: PreparedItem, product: PreparedProduct
) -> tuple[Variants, Variants]:
    """Return the variants of both, with those that only both together have."""
    variants, others = with_colours(almost, item.texts.variants, product.variants)
    return with_letters(variants, item.texts.size_letters, others, product.texts.size_letters)


def _cover_item(item: PreparedItem, product: PreparedProduct, context: Context) -> Coverage:
    words = product.everything.words

    def translate(word: str) -> tuple[str, float] | None:
        known = context.translations.get(word)
        likely = [pair for pair in known.items() if pair[0] in words] if known else []
        return max(likely, key=itemgetter(1), default=None)

    return cover(item.words, product.everything, translate if item.meanings else None)


def _cover_name(words: WeightedWords, item: PreparedItem) -> Coverage:
    meanings = item.meanings

    def translate(word: str) -> tuple[str, float] | None:
        likelihood = meanings.get(word)
        return (word, likelihood) if likelihood else None

    return cover(words, item.known, translate if meanings else None)


def _text_share(own: Coverage, item: PreparedItem) -> float:
    """Return how much of what an item's name lacks of a product's name its other cells have."""
    others = item.texts.text.words
    if not others or not own.missing:
        return 0.0
    found = sum(weight for word, weight in own.missing if word in others)
    return found / sum(weight for _, weight in own.missing)


def _measures_in_text(measures: Comparison, item: PreparedItem) -> int:
    """Return how many measures only the product's name has, but the item's other cells too."""
    others = item.texts.text.measures
    if not measures.only_second or not others:
        return 0
    return len(compare_measures(measures.only_second, others).agreeing)


def _numbers(item: PreparedItem, product: PreparedProduct, context: Context) -> Numbers:
    models = item.texts.models
    strong = item.numbers & product.numbers | models.chunks & product.mpns
    if item.texts.mpn in product.chunks:
        strong |= {item.texts.mpn}
    weak = item.weak_numbers & (product.numbers | product.weak_numbers)
    weak |= item.numbers & product.weak_numbers
    codes = (item.numbers | item.weak_numbers) & product.codes
    if item.texts.code in product.numbers | product.codes | product.weak_numbers:
        codes |= {item.texts.code}
    is_one = bool(strong or weak)
    almost = None if is_one else _pair_by_stem(item, product)
    prefix = 0.0 if is_one else _longest_prefix(item, product)
    is_conflict = bool(item.numbers and product.numbers) and not is_one and not almost
    return Numbers(
        strong=_with_frequencies(strong, context),
        weak=_with_frequencies(weak - strong, context),
        codes=_with_frequencies(codes - strong, context),
        almost=almost,
        prefix=prefix,
        is_conflict=is_conflict,
        is_same_shape=not is_one and bool(item.shapes & product.shapes),
        is_for_other=bool(
            models.others & product.numbers or item.numbers & product.texts.models.others
        ),
        is_other=not (is_one or almost or is_conflict or codes) and _have_others(item, product),
        are_same=models.numbers == product.texts.models.numbers,
    )


def _have_others(item: PreparedItem, product: PreparedProduct) -> bool:
    """Whether both have numbers of letters and digits, none of which the other's texts have.

    Numbers of digits alone may be those of another list: they contradict no model number.
    """
    numbers = item.texts.models.numbers
    others = product.texts.models.numbers
    if not numbers or not others or any(map(str.isdigit, numbers | others)):
        return False
    return not (numbers & product.chunks or others & item.texts.models.chunks)


def _with_frequencies(numbers: Iterable[str], context: Context) -> tuple[SharedNumber, ...]:
    return tuple(
        SharedNumber(number, context.corpus.code_frequency(number))
        for number in sorted(numbers)
        if number
    )


def _pair_by_stem(item: PreparedItem, product: PreparedProduct) -> NumberPair | None:
    """Return the numbers of both with the most in common that differ in letters at their ends."""
    pairs = (
        pair_by_stem(number, other)
        for number in item.numbers | item.weak_numbers
        for other in product.numbers | product.weak_numbers
    )
    return max(filter(None, pairs), key=_length, default=None)


def _length(pair: NumberPair) -> tuple[int, NumberPair]:
    return len(pair.stem), pair


def _longest_prefix(item: PreparedItem, product: PreparedProduct) -> float:
    best = 0.0
    for number in item.numbers | item.texts.models.numbers:
        for other in product.numbers | product.texts.models.numbers:
            length = common_prefix(number, other)
            if length >= _MIN_PREFIX:
                best = max(best, length / max(len(number), len(other)))
    return best


def _brand(item: PreparedItem, product: PreparedProduct) -> bool | None:
    """Return whether both are of one brand, None if that is not known."""
    brand = item.texts.brand
    if product.brands & item.known.words or (brand[:1] and brand[0] in product.everything.words):
        return True
    return False if brand and product.brands else None


def _ratio(price: float | None, reference: float | None) -> float | None:
    return price / reference if price and reference else None


def _category(item: PreparedItem, product: PreparedProduct, context: Context) -> float | None:
    """Return how well a supplier's section fits a category, from 0 to 1; None if unknown."""
    section, category = item.texts.category, product.texts.category
    if not section or not category:
        return None
    if known := context.sections.get(section):
        return known.get(category, 0.0)
    return cover(((word, 1.0) for word in section), product.category).share
