"""Clusters of unmatched items of several suppliers that are one article."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Generic, NamedTuple, TypeVar

from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.measures import LABEL
from pricebook.matching.scoring.model import Model
from pricebook.matching.scoring.prepared import TARGET_PRICE, Context
from pricebook.matching.scoring.ranking import Suggestion
from pricebook.matching.scoring.suggesting import CatalogProduct, Run
from pricebook.matching.scoring.texts import Article, describe
from pricebook.matching.scoring.token_ids import product_tokens
from pricebook.matching.scoring.variants import SIZE

Item = TypeVar("Item", bound=Hashable)
_LEAST_SCORE = 0.5
# Of `size 9`, `Gr. 9` and `taille 9`.
_SIZE_LABELS = frozenset(
    LABEL + word
    for word in [
        "size",
        "gr",
        "groesse",
        "grosse",
        "taille",
        "talla",
        "taglia",
        "razmer",
        "rozmiar",
    ]
)
# Tools for work on live parts, by the word or by the voltage of the standard.
_INSULATED = re.compile(
    r"(?<![a-z])(?:insulated|isoliert|vde|izolirovan|dielektrich|izolowan|isolee?s?|aislad|isolat[oaie])"
)
_INSULATION_VOLTAGE = 1000.0


class Unmatched(NamedTuple):
    """An unmatched item: its supplier, and what is known of it."""

    supplier: Hashable
    article: Article


class Cluster(NamedTuple, Generic[Item]):
    """Items that are likely one article, the least score of a pair, and why the best pair is."""

    items: list[Item]
    score: float
    reasons: Sequence[str]


def find_clusters(items: Mapping[Item, Unmatched], model: Model) -> list[Cluster[Item]]:
    """Return the clusters of unmatched items, at most one item of a supplier in each.

    Items with a conflict, of size, variant or pack for example, are never in one cluster, nor are
    those of which one only has a size that is worn, or is insulated.
    """
    found = _suggestions(items, model)
    demands = {item: _demands(each.article) for item, each in items.items()}
    pairs = list[Likeness[Item]]()
    why = dict[frozenset[Item], tuple[float, Sequence[str]]]()
    for (first, second), suggestion in found.items():
        other = found.get((second, first))
        if (
            other
            and not other.vetoes
            and not suggestion.vetoes
            and demands[first] == demands[second]
        ):
            score = min(suggestion.score, other.score)
            suppliers = items[first].supplier, items[second].supplier
            pairs.append(Likeness((first, second), suppliers, score))
            # The other item stands for a product: its price is not a target price.
            reasons = [each.replace(TARGET_PRICE, "the other item") for each in suggestion.reasons]
            why[frozenset((first, second))] = score, reasons
    clusters = list[Cluster[Item]]()
    for group in cluster(pairs, _LEAST_SCORE):
        known = [why[pair] for pair in map(frozenset, combinations(group, 2))]
        clusters.append(Cluster(group, min(known)[0], max(known)[1]))
    return sorted(clusters, key=lambda each: -each.score)


def _demands(article: Article) -> frozenset[str]:
    """Return what an article has that another one must have too: a size, insulation."""
    texts = describe(article)
    names = {kind for kind, _ in texts.variants if kind == SIZE}
    names |= {
        f"{SIZE} {measure.number:g}"
        for measure in texts.measures
        if measure.dimension in _SIZE_LABELS
    }
    is_insulated = _INSULATED.search(fold(article.name)) or any(
        measure.dimension == "voltage" and _INSULATION_VOLTAGE in measure.values
        for measure in texts.measures
    )
    return frozenset([*names, *(["insulated"] if is_insulated else [])])


def _suggestions(
    items: Mapping[Item, Unmatched], model: Model
) -> dict[tuple[Item, Item], Suggestion[Item]]:
    """Return how likely items are one article with each item of other suppliers."""
    by_supplier = dict[Hashable, dict[Item, Article]]()
    for item, (supplier, article) in items.items():
        by_supplier.setdefault(supplier, {})[item] = article
    tokens = {item: product_tokens(each.article) for item, each in items.items()}
    found = dict[tuple[Item, Item], Suggestion[Item]]()
    for supplier, own in by_supplier.items():
        others = {item: each for item, each in items.items() if each.supplier != supplier}
        index = ProductIndex((item, tokens[item]) for item in others)
        run = Run[Item, Item](index, Context(index), model)
        for item, candidates in run.find(own).items():
            run.compare([item], {each: CatalogProduct(others[each].article) for each in candidates})
        for item, suggestions in run.suggestions().items():
            found.update({(item, each.product_id): each for each in suggestions})
    return found


class Likeness(NamedTuple, Generic[Item]):
    """Two items, their suppliers, and how likely they are one article."""

    items: tuple[Item, Item]
    suppliers: tuple[Hashable, Hashable]
    score: float


def cluster(pairs: Iterable[Likeness[Item]], least_score: float) -> list[list[Item]]:
    """Return groups of items that are likely one article, at most one item of a supplier each.

    The likeliest pairs are joined first. Two groups are joined only if every pair between them has
    at least the score, so that a chain of similar items does not become one article.
    """
    scores = dict[frozenset[Item], float]()
    members, suppliers = dict[Item, list[Item]](), dict[Item, Hashable]()
    likely = [pair for pair in pairs if pair.score >= least_score]
    for pair in likely:
        scores[frozenset(pair.items)] = pair.score
        for item, supplier in zip(pair.items, pair.suppliers, strict=True):
            members[item] = [item]
            suppliers[item] = supplier
    for pair in sorted(likely, key=lambda pair: -pair.score):
        first, second = (members[item] for item in pair.items)
        is_one = first is second
        if not is_one and _fit(first, second, suppliers) and _all_likely(first, second, scores):
            first.extend(second)
            members.update(dict.fromkeys(second, first))
    groups = {id(group): group for group in members.values() if len(group) > 1}
    return list(groups.values())


def _fit(first: list[Item], second: list[Item], suppliers: dict[Item, Hashable]) -> bool:
    return not {suppliers[item] for item in first} & {suppliers[item] for item in second}


def _all_likely(
    first: list[Item], second: list[Item], scores: dict[frozenset[Item], float]
) -> bool:
    return all(frozenset((one, other)) in scores for one in first for other in second)
