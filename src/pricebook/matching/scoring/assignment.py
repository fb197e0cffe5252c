"""Assignment of products to the items of a supplier, each to one item at most."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple


class ScoredPair(NamedTuple):
    """A suggestion: an item, its supplier, a product, and the score."""

    item: Hashable
    supplier: Hashable
    product: Hashable
    score: float


def assign(pairs: Iterable[ScoredPair], least_score: float) -> list[ScoredPair]:
    """Return the pairs with at least a score, best first, without the items and products taken.

    Of the items of a supplier, one at most gets a product.
    """
    items, products = set[Hashable](), set[tuple[Hashable, Hashable]]()
    chosen = list[ScoredPair]()
    for pair in sorted(pairs, key=lambda pair: -pair.score):
        product = pair.product, pair.supplier
        if pair.score < least_score:
            break
        if pair.item not in items and product not in products:
            items.add(pair.item)
            products.add(product)
            chosen.append(pair)
    return chosen
