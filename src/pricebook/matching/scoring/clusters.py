"""Clusters of unmatched items of several suppliers that are one article."""

from collections.abc import Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item", bound=Hashable)


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
