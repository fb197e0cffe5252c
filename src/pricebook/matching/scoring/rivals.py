"""Rivals of a pair: other pairs of its item or of its product that are about as likely."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

Id = TypeVar("Id", bound=Hashable)
ItemId = TypeVar("ItemId", bound=Hashable)
ProductId = TypeVar("ProductId", bound=Hashable)

# A pair that is so much stronger than another one, in logits, is clearly the likelier one.
MARGIN = 2.5
MAX_RIVALS = 5


class Contender(NamedTuple, Generic[Id]):
    """One of the pairs of an item, by its product, or one of those of a product, by its item.

    `strength` is that of the model, in logits; with `is_exact`, a GTIN or model number that no
    other product has is that of both.
    """

    id: Id
    strength: float
    is_exact: bool
    has_objections: bool


def in_order(contenders: Iterable[Contender[Id]]) -> list[Contender[Id]]:
    """Return contenders without those that have objections, the likeliest first."""
    without = (each for each in contenders if not each.has_objections)
    return sorted(without, key=lambda each: (each.is_exact, each.strength), reverse=True)


def find_rivals(own: Contender[Id], others: Iterable[Contender[Id]]) -> list[Id]:
    """Return the ids of those of others, in their order, that are about as likely or likelier.

    `others` are as `in_order` returns them, with or without the contender itself. A number that
    identifies an article comes before strength. At most `MAX_RIVALS` are returned; of contenders
    without objections, one at most has no rival.
    """
    found = list[Id]()
    for each in others:
        is_near = each.is_exact > own.is_exact or each.strength > own.strength - MARGIN
        if len(found) == MAX_RIVALS or each.is_exact < own.is_exact or not is_near:
            break
        if each.id != own.id:
            found.append(each.id)
    return found


class Rivals(Generic[ItemId, ProductId]):
    """The rivals of pairs among all pairs of the items of one supplier."""

    def __init__(self, pairs: Mapping[ItemId, Sequence[Contender[ProductId]]]) -> None:
        self._by_item = {
            item_id: {each.id: each for each in contenders} for item_id, contenders in pairs.items()
        }
        by_product = defaultdict[ProductId, list[Contender[ItemId]]](list)
        for item_id, contenders in pairs.items():
            for each in contenders:
                by_product[each.id].append(_named(item_id, each))
        self._by_product = {key: in_order(contenders) for key, contenders in by_product.items()}

    def products(self, item_id: ItemId, ranked: Sequence[ProductId]) -> list[list[ProductId]]:
        """Return the rivals of each product of an item among those that come after it.

        A product that comes before is none: once it is rejected, the rest stands as it is.
        """
        contenders, behind = self._by_item[item_id], list[Contender[ProductId]]()
        rivals = list[list[ProductId]]()
        for product_id in reversed(ranked):
            rivals.append(find_rivals(contenders[product_id], behind))
            behind = in_order([*behind, contenders[product_id]])
        return rivals[::-1]

    def items(self, item_id: ItemId, product_id: ProductId) -> list[ItemId]:
        """Return the other items that a product of an item may be."""
        own = _named(item_id, self._by_item[item_id][product_id])
        return find_rivals(own, self._by_product[product_id])


def _named(other: Id, contender: Contender[ProductId]) -> Contender[Id]:
    return Contender(other, contender.strength, contender.is_exact, contender.has_objections)
