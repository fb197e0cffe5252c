"""Suggestions of products for the items of one supplier.

A run takes three steps, so that the caller loads what it needs from the database in between:
`find` the products that each item may be, `compare` the items with these, and `suggestions`.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from pricebook.matching.scoring.bands import is_identified, vetoes
from pricebook.matching.scoring.candidates import Candidate, ProductIndex
from pricebook.matching.scoring.evidence import Evidence, compare
from pricebook.matching.scoring.features import Standing, features
from pricebook.matching.scoring.match_reasons import objections, reasons
from pricebook.matching.scoring.model import Model
from pricebook.matching.scoring.prepared import Context, prepare_item, prepare_product
from pricebook.matching.scoring.ranking import Pair, Suggestion, rank_pairs
from pricebook.matching.scoring.texts import Article, Description, describe
from pricebook.matching.scoring.token_ids import identifying, search_tokens

ItemId = TypeVar("ItemId", bound=Hashable)
ProductId = TypeVar("ProductId", bound=Hashable)

MAX_CANDIDATES = 20
# After the first candidates, those less similar than this share of the best are not compared.
_FIRST, _LEAST_SHARE = 5, 0.3
MAX_SUGGESTIONS = 10


class CatalogProduct(NamedTuple):
    """A product and the items that are linked to it.

    With `has_item_of_supplier`, an item of the supplier of the run is linked to it already.
    """

    article: Article
    linked: Sequence[Article] = ()
    has_item_of_supplier: bool = False


def _similar_enough(candidates: list[Candidate[ProductId]]) -> list[Candidate[ProductId]]:
    """Return candidates, best first, without those far behind."""
    least = _LEAST_SHARE * candidates[0].similarity if candidates else 0.0
    rest = (candidate for candidate in candidates[_FIRST:] if candidate.similarity >= least)
    return [*candidates[:_FIRST], *rest]


class Run(Generic[ItemId, ProductId]):
    """A run over unmatched items of one supplier.

    All unmatched items of the supplier that compete for a product belong in one run: with some
    changed items, those that have one of their candidates among their suggestions.
    """

    def __init__(
        self,
        index: ProductIndex[ProductId],
        context: Context,
        model: Model,
        limit: int = MAX_SUGGESTIONS,
    ) -> None:
        self._index, self._context, self._model, self._limit = index, context, model, limit
        self._vector = model.vector()
        self._items = dict[ItemId, tuple[Article, Description]]()
        self._candidates = dict[ItemId, list[Candidate[ProductId]]]()
        self._numbers = Counter[str]()
        self._by_product = defaultdict[ProductId, list[float]](list)
        self._best_items = dict[ProductId, tuple[float, float]]()
        self.pairs = dict[ItemId, list[Pair[ProductId]]]()

    def find(
        self,
        items: Mapping[ItemId, Article],
        rejected: Mapping[ItemId, Container[ProductId]] | None = None,
    ) -> dict[ItemId, list[ProductId]]:
        """Return the products that each item may be, best first, but for those rejected.

        It may be called several times before the first items are compared.
        """
        for item_id, article in items.items():
            texts = describe(article)
            self._items[item_id] = article, texts
            self._numbers.update(texts.models.numbers | texts.gtins | {texts.mpn} - {""})
            found = self._identified_first(
                texts, self._index.search(search_tokens(texts), MAX_CANDIDATES)
            )
            found = _similar_enough(found)
            if rejected and (no := rejected.get(item_id)):
                found = [candidate for candidate in found if candidate.product_id not in no]
            self._candidates[item_id] = found
            for candidate in found:
                self._by_product[candidate.product_id].append(candidate.similarity)
        return {
            item_id: [candidate.product_id for candidate in self._candidates[item_id]]
            for item_id in items
        }

    def compare(
        self, item_ids: Sequence[ItemId], products: Mapping[ProductId, CatalogProduct]
    ) -> None:
        """Compare items with the products that they may be; unknown products are left out.

        All items must have been found before the first are compared.
        """
        prepared = {
            product_id: prepare_product(
                describe(product.article), [*map(describe, product.linked)], self._context
            )
            for product_id, product in products.items()
        }
        for item_id in item_ids:
            article, texts = self._items[item_id]
            item = prepare_item(texts, self._context)
            pairs = list[tuple[float, Pair[ProductId], Evidence]]()
            for standing, product_id in self._standings(item_id):
                if product_id in prepared:
                    evidence = compare(item, prepared[product_id], self._context)
                    pair = self._pair(product_id, products[product_id], evidence, standing)
                    pairs.append(
                        (self._model.strength(pair.features, self._vector), pair, evidence)
                    )
            pairs.sort(key=lambda each: -each[0])
            self.pairs[item_id] = [
                pair._replace(
                    reasons=reasons(evidence, article, products[pair.product_id].article),
                    objections=objections(evidence, article, products[pair.product_id].article),
                )
                for _, pair, evidence in pairs[: self._limit]
            ]

    def _identified_first(
        self, texts: Description, found: list[Candidate[ProductId]]
    ) -> list[Candidate[ProductId]]:
        """Return candidates with that first which alone has a model number of the item.

        Its similarity is added to that of the best other one: words that linked items have in
        common with the item, as all of a supplier's do, are no match for its number.
        """
        products = {self._index.product_with(number) for number in identifying(texts)}
        own = [each for each in found if each.product_id in products]
        if len(own) != 1 or own[0] is found[0]:
            return found
        first = own[0]._replace(similarity=found[0].similarity + own[0].similarity)
        return [first, *(each for each in found if each is not own[0])]

    def _standings(self, item_id: ItemId) -> list[tuple[Standing, ProductId]]:
        """Return how the candidates of an item stand among others by similarity."""
        candidates = self._candidates[item_id]
        best = [candidate.similarity for candidate in (*candidates[:2], Candidate(None, 0.0))]
        standings = list[tuple[Standing, ProductId]]()
        for rank, (product_id, similarity) in enumerate(candidates, start=1):
            first, second = self._best_two(product_id)
            next_item = second if similarity == first else first
            standing = Standing(similarity, rank, best[0 if rank > 1 else 1], next_item)
            standings.append((standing, product_id))
        return standings

    def _best_two(self, product_id: ProductId) -> tuple[float, float]:
        """Return the similarities of the two items most like a product, 0 where there is none."""
        if (best := self._best_items.get(product_id)) is None:
            first, second, *_ = sorted((*self._by_product[product_id], 0.0, 0.0), reverse=True)
            best = self._best_items[product_id] = first, second
        return best

    def _pair(
        self,
        product_id: ProductId,
        product: CatalogProduct,
        evidence: Evidence,
        standing: Standing,
    ) -> Pair[ProductId]:
        """Return a pair; it is proven, but for other items and products with the same number."""
        is_only = all(self._numbers[each.number] <= 1 for each in evidence.numbers.strong)
        is_free = is_only and not product.has_item_of_supplier
        against = tuple(vetoes(evidence))
        is_proven = is_free and is_identified(evidence) and not against
        return Pair(product_id, features(evidence, standing), is_proven, against)

    def suggestions(self) -> dict[ItemId, list[Suggestion[ProductId]]]:
        """Return the suggestions of each item that was compared, best first."""
        return rank_pairs(self.pairs, self._model)
