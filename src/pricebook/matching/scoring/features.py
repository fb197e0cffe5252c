"""Evidence as numbers with names, for the model."""

from collections.abc import Mapping, Sequence
from math import log, log2
from typing import NamedTuple

from pricebook.matching.scoring.evidence import Evidence, SharedNumber
from pricebook.matching.scoring.folding import word_set
from pricebook.matching.scoring.measures import COUNT, PLAIN, Measure
from pricebook.matching.scoring.names import is_same_name
from pricebook.matching.scoring.variants import COLOUR

_MAX_WORDS = 4.0
_MAX_LEAD = 1.5
_UNKNOWN = 0.5

NAMES = (
    # How alike the texts are, compared with the item's other products and the product's others.
    *("similarity", "rank", "ahead_of_products", "ahead_of_items", "best_both_ways"),
    # Words: shares of the item's and of the product's, and what is missing.
    *("item_words", "product_words", "rare_words", "item_missing", "product_missing"),
    *("item_missing_all", "product_missing_all", "other_cells", "name_same"),
    # Model numbers and codes, by how rare they are.
    *("model_number", "weak_number", "code", "number_stem", "number_prefix"),
    *("number_conflict", "number_other", "for_another"),
    # Fields of their own.
    *("gtin_same", "gtin_differs", "mpn_differs", "brand_same", "brand_differs", "category"),
    # Measures.
    *("measures_item", "measures_product", "measures_agree", "measures_conflict"),
    *("plain_conflict", "count_conflict", "count_missing", "only_item", "only_product"),
    "measures_other_cells",
    # Variants and prices.
    *("colour_conflict", "variant_conflict", "variants_same", "marks"),
    *("price_known", "price_near", "price_far"),
)

# Features that speak against a match, and one that says nothing by itself.
AGAINST = word_set(
    "item_missing product_missing item_missing_all product_missing_all number_conflict "
    "number_other for_another gtin_differs mpn_differs brand_differs measures_conflict "
    "plain_conflict count_conflict count_missing only_item only_product colour_conflict "
    "variant_conflict marks price_far"
)
NEUTRAL = "price_known"


# How far the pair is ahead of the item's other products, and of the product's other items.
LEADS = ("product_lead", "item_lead")
ALL_NAMES = (*NAMES, *LEADS)


def sign(name: str) -> int:
    """Return 1 for a feature that speaks for a match, -1 for one against it, 0 for another."""
    return 0 if name == NEUTRAL else -1 if name in AGAINST else 1


def named(features: Sequence[float]) -> dict[str, float]:
    """Return the features of a suggestion, leads included, by their names, without zeros."""
    return {name: value for name, value in zip(ALL_NAMES, features, strict=True) if value}


def unnamed(features: Mapping[str, float]) -> tuple[float, ...]:
    """Return named features in the order of ALL_NAMES; unknown names are left out."""
    return tuple(features.get(name, 0.0) for name in ALL_NAMES)


# A size, a pack or a variant that differs is no typing error, whatever else agrees.
_CONTRADICTIONS = word_set("measures_conflict count_conflict colour_conflict variant_conflict")
_CONTRADICTING = [NAMES.index(name) for name in sorted(_CONTRADICTIONS)]
_IDENTIFYING = [NAMES.index(name) for name in ("gtin_same", "model_number")]


def is_contradicted(features: Sequence[float]) -> bool:
    """Whether an item and a product clearly differ, and have no number that is theirs alone."""
    return not identifies(features) and any(features[place] for place in _CONTRADICTING)


def identifies(features: Sequence[float]) -> bool:
    """Whether a GTIN, or a model number that no other product has, is that of both."""
    return any(features[place] >= 1 for place in _IDENTIFYING)


def shares_number(features: Sequence[float]) -> bool:
    """Whether an item and a product have a model number or a GTIN in common, however rare."""
    return any(features[place] for place in _IDENTIFYING)


class Standing(NamedTuple):
    """How a candidate stands among others by similarity; ranks begin with 1.

    `next_product` is the similarity of the item's best other product, `next_item` that of the
    product's best other item of the supplier; 0 if there is none.
    """

    similarity: float
    rank: int
    next_product: float
    next_item: float


def features(evidence: Evidence, standing: Standing) -> tuple[float, ...]:
    """Return the features of a pair in the order of NAMES."""
    return (
        *_standing(standing),
        *_words(evidence),
        *_numbers(evidence),
        *_fields(evidence),
        *_measures(evidence),
        *_variants(evidence),
        *_prices(evidence),
    )


def _standing(standing: Standing) -> tuple[float, ...]:
    ahead = _lead(standing.similarity, standing.next_product)
    ahead_of_items = _lead(standing.similarity, standing.next_item)
    return (
        standing.similarity,
        1 / standing.rank,
        ahead,
        ahead_of_items,
        float(ahead > 0 and ahead_of_items > 0),
    )


def _lead(similarity: float, other: float) -> float:
    """Return the logarithm of the ratio of two similarities, within limits."""
    return max(-_MAX_LEAD, min(_MAX_LEAD, log((similarity + 0.02) / (other + 0.02))))


def _words(evidence: Evidence) -> tuple[float, ...]:
    item, own = evidence.item_words, evidence.own_words
    item_missing = [weight for _, weight in item.missing]
    own_missing = [weight for _, weight in own.missing]
    return (
        item.share,
        max(own.share, evidence.linked_share),
        _capped(sum(each.weight for each in own.same)),
        max(item_missing, default=0.0),
        max(own_missing, default=0.0),
        _capped(sum(item_missing)),
        _capped(sum(own_missing)),
        evidence.text_share,
        float(is_same_name(evidence)),
    )


def _capped(weight: float) -> float:
    return min(_MAX_WORDS, weight) / _MAX_WORDS


def _numbers(evidence: Evidence) -> tuple[float, ...]:
    numbers = evidence.numbers
    return (
        _rarity(numbers.strong),
        _rarity(numbers.weak),
        _rarity(numbers.codes),
        float(bool(numbers.almost)),
        numbers.prefix,
        float(numbers.is_conflict and numbers.is_same_shape),
        float(numbers.is_conflict and not numbers.is_same_shape),
        float(numbers.is_for_other),
    )


def _rarity(numbers: tuple[SharedNumber, ...]) -> float:
    return max((1 / max(1, each.frequency) for each in numbers), default=0.0)


def _fields(evidence: Evidence) -> tuple[float, ...]:
    return (
        float(evidence.gtin is True),
        float(evidence.gtin is False),
        float(evidence.mpn is False),
        float(evidence.brand is True),
        float(evidence.brand is False),
        evidence.category_share or 0.0,
    )


def _measures(evidence: Evidence) -> tuple[float, ...]:
    measures = evidence.measures
    agreeing = len(measures.agreeing)
    conflicts = [measure.dimension for measure, _ in measures.conflicting]
    of_item = agreeing + len(conflicts) + len(measures.only_first)
    of_product = agreeing + len(conflicts) + len(measures.only_second)
    return (
        agreeing / of_item if of_item else _UNKNOWN,
        agreeing / of_product if of_product else _UNKNOWN,
        min(agreeing, 4) / 4,
        min(sum(each not in {PLAIN, COUNT} for each in conflicts), 2) / 2,
        float(PLAIN in conflicts),
        float(COUNT in conflicts),
        float(any(map(_is_count, (*measures.only_first, *measures.only_second)))),
        min(len(measures.only_first), 3) / 3,
        min(len(measures.only_second), 3) / 3,
        min(evidence.measures_in_text, 2) / 2,
    )


def _is_count(measure: Measure) -> bool:
    return measure.dimension == COUNT


def _variants(evidence: Evidence) -> tuple[float, ...]:
    kinds = {kind for kind, _, _ in evidence.variants}
    return (
        float(COLOUR in kinds),
        float(bool(kinds - {COLOUR})),
        min(len(evidence.shared_variants), 2) / 2,
        float(bool(evidence.marks)),
    )


def _prices(evidence: Evidence) -> tuple[float, ...]:
    if evidence.price_ratio is None:
        return 0.0, 0.0, 0.0
    distance = abs(log2(evidence.price_ratio))
    return 1.0, max(0.0, 1 - distance), float(distance > 1)
