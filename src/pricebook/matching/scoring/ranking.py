"""Scores and bands of pairs, in competition with each other."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from pricebook.matching.scoring.bands import PRICE, Band, band_of
from pricebook.matching.scoring.features import identifies, is_contradicted, shares_number
from pricebook.matching.scoring.model import Model, clip_lead
from pricebook.matching.scoring.rivals import Contender, Rivals

ItemId = TypeVar("ItemId", bound=Hashable)
ProductId = TypeVar("ProductId", bound=Hashable)

# Suggestions that are less likely are not shown, unless a number is the same.
LEAST_SCORE = 0.02
# The strength of a competitor where there is none, in logits.
_NO_COMPETITOR = -10.0


class Pair(NamedTuple, Generic[ProductId]):
    """A product that an item may be.

    `is_proven` is what `certain` takes of the pair alone, `vetoes` names what keeps it from that.
    """

    product_id: ProductId
    features: Sequence[float]
    is_proven: bool
    vetoes: Sequence[str] = ()
    reasons: Sequence[str] = ()
    objections: Sequence[str] = ()


class Suggestion(NamedTuple, Generic[ProductId]):
    """A product that an item may be, how likely, and why.

    `vetoes` are names of conflicts, as vetoes() of bands.py has them; `features` are in the order
    of ALL_NAMES of features.py. `rivals` are products behind this one that the item may be about
    as well, `rival_items` other items of the supplier that may be this product.
    """

    product_id: ProductId
    score: float
    band: Band
    reasons: Sequence[str]
    objections: Sequence[str]
    vetoes: Sequence[str]
    features: Sequence[float]
    rivals: Sequence[ProductId] = ()
    rival_items: Sequence[Hashable] = ()

    @property
    def is_shown(self) -> bool:
        """Whether the match is likely enough to be shown, or both have a number in common."""
        return self.score >= LEAST_SCORE or shares_number(self.features)

    @property
    def is_contested(self) -> bool:
        """Whether something speaks against the match: an objection or a rival."""
        return bool(self.objections or self.rivals or self.rival_items)


def rank_pairs(
    pairs: Mapping[ItemId, Sequence[Pair[ProductId]]], model: Model
) -> dict[ItemId, list[Suggestion[ProductId]]]:
    """Return the suggestions of each item, best first; all items are of one supplier."""
    leads = pair_leads(pairs, model)
    proven = Counter(pair.product_id for each in pairs.values() for pair in each if pair.is_proven)
    ranked = dict[ItemId, list[Suggestion[ProductId]]]()
    contenders = dict[ItemId, list[Contender[ProductId]]]()
    for item_id, each in pairs.items():
        is_one = sum(pair.is_proven for pair in each) == 1
        suggestions = [
            _suggestion(
                pair,
                model.score(*leads_of_pair, is_contradicted=is_contradicted(pair.features)),
                leads_of_pair[1:],
                is_only=is_one and proven[pair.product_id] == 1,
            )
            for pair, leads_of_pair in zip(each, leads[item_id], strict=True)
        ]
        contenders[item_id] = [
            _contender(suggestion, strength)
            for suggestion, (strength, *_) in zip(suggestions, leads[item_id], strict=True)
            if suggestion.is_shown
        ]
        ranked[item_id] = sorted(suggestions, key=lambda suggestion: -suggestion.score)
    rivals = Rivals(contenders)
    return {item_id: _with_rivals(item_id, each, rivals) for item_id, each in ranked.items()}


def _contender(suggestion: Suggestion[ProductId], strength: float) -> Contender[ProductId]:
    is_exact, has_objections = identifies(suggestion.features), bool(suggestion.objections)
    return Contender(suggestion.product_id, strength, is_exact, has_objections)


def _with_rivals(
    item_id: ItemId, ranked: Sequence[Suggestion[ProductId]], rivals: Rivals[ItemId, ProductId]
) -> list[Suggestion[ProductId]]:
    shown = [each.product_id for each in ranked if each.is_shown]
    products = dict(zip(shown, rivals.products(item_id, shown), strict=True))
    return [
        _contested(each, products[each.product_id], rivals.items(item_id, each.product_id))
        if each.is_shown
        else each
        for each in ranked
    ]


def _contested(
    suggestion: Suggestion[ProductId], rivals: Sequence[ProductId], items: Sequence[Hashable]
) -> Suggestion[ProductId]:
    """Return a suggestion with its rivals; one that has any is not certain."""
    is_likely = suggestion.band == "certain" and (rivals or items)
    band = "likely" if is_likely else suggestion.band
    return suggestion._replace(band=band, rivals=rivals, rival_items=items)


def pair_leads(
    pairs: Mapping[ItemId, Sequence[Pair[ProductId]]], model: Model
) -> dict[ItemId, list[tuple[float, float, float]]]:
    """Return the strength of each pair of an item, and its two leads.

    These are over the item's other products, and over the product's other items.
    """
    vector = model.vector()
    strengths = {
        item_id: [model.strength(pair.features, vector) for pair in each]
        for item_id, each in pairs.items()
    }
    rivals = defaultdict[ProductId, list[float]](list)
    for item_id, each in pairs.items():
        for pair, strength in zip(each, strengths[item_id], strict=True):
            rivals[pair.product_id].append(strength)
    best = {product_id: _best_two(each) for product_id, each in rivals.items()}
    leads = dict[ItemId, list[tuple[float, float, float]]]()
    for item_id, each in pairs.items():
        own = _best_two(strengths[item_id])
        leads[item_id] = [
            (strength, _lead(strength, own), _lead(strength, best[pair.product_id]))
            for pair, strength in zip(each, strengths[item_id], strict=True)
        ]
    return leads


def _best_two(strengths: Sequence[float]) -> tuple[float, float]:
    first, second = sorted((*strengths, _NO_COMPETITOR, _NO_COMPETITOR), reverse=True)[:2]
    return first, second


def _lead(strength: float, best: tuple[float, float]) -> float:
    """Return how far a strength is above the best of its competitors."""
    first, second = best
    return strength - (second if strength == first else first)


def _suggestion(
    pair: Pair[ProductId], score: float, leads: tuple[float, float], *, is_only: bool
) -> Suggestion[ProductId]:
    band = band_of(score, is_proven=pair.is_proven and is_only, is_price_far=PRICE in pair.vetoes)
    return Suggestion(
        pair.product_id,
        score,
        band,
        pair.reasons,
        pair.objections,
        pair.vetoes,
        (*pair.features, *map(clip_lead, leads)),
    )
