"""Suggestions of products for the items of one supplier.

A run takes three steps, so that the caller loads what it needs from the database in between:
`find` the products that each item may be, `compare` the items with these, and `finish`.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from pricebook.matching.scoring.bands import Band, band_of, is_identified, vetoes
from pricebook.matching.scoring.candidates import Candidate, ProductIndex
from pricebook.matching.scoring.evidence import Evidence, compare
from pricebook.matching.scoring.features import Standing, features
from pricebook.matching.scoring.model import Model
from pricebook.matching.scoring.prepared import Context, prepare_item, prepare_product
from pricebook.matching.scoring.reasons import objections, reasons
from pricebook.matching.scoring.texts import Article, Description, describe
from pricebook.matching.scoring.token_ids import search_tokens

ItemId = TypeVar("ItemId", bound=Hashable)
ProductId = TypeVar("ProductId", bound=Hashable)

MAX_CANDIDATES = 20
MAX_SUGGESTIONS = 10
_NONE = -10.0


class CatalogProduct(NamedTuple):
    """A product and the items that are linked to it."""

    article: Article
    linked: Sequence[Article] = ()
    has_item_of_supplier: bool = False


class Suggestion(NamedTuple, Generic[ProductId]):
    """A product that an item may be, and why."""

    product_id: ProductId
    score: float
    band: Band
    reasons: Sequence[str]
    objections: Sequence[str]
    features: Sequence[float]


class _Pair(NamedTuple, Generic[ProductId]):
    product_id: ProductId
    strength: float
    is_proven: bool
    reasons: Sequence[str]
    objections: Sequence[str]
    features: Sequence[float]


class Run(Generic[ItemId, ProductId]):
    """A run over unmatched items of one supplier.

    All unmatched items of the supplier that may compete for a product belong in one run.
    """

    def __init__(self, index: ProductIndex[ProductId], context: Context, model: Model) -> None:
        self._index, self._context, self._model = index, context, model
        self._vector = model.vector()
        self._items = dict[ItemId, tuple[Article, Description]]()
        self._candidates = dict[ItemId, list[Candidate[ProductId]]]()
        self._numbers = Counter[str]()
        self._pairs = dict[ItemId, list[_Pair[ProductId]]]()
        self._by_product = defaultdict[ProductId, list[float]](list)

    def find(self, items: Mapping[ItemId, Article]) -> dict[ItemId, list[ProductId]]:
        """Return the products that each item may be, by similarity of their texts."""
        for item_id, article in items.items():
            texts = describe(article)
            self._items[item_id] = article, texts
            self._numbers.update(texts.models.numbers | texts.gtins | {texts.mpn} - {""})
            found = self._index.search(search_tokens(texts), MAX_CANDIDATES)
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
            pairs = list[_Pair[ProductId]]()
            for standing, product_id in self._standings(item_id):
                if product_id not in prepared:
                    continue
                evidence = compare(item, prepared[product_id], self._context)
                pairs.append(self._pair(product_id, evidence, standing, article, products))
            pairs.sort(key=lambda pair: -pair.strength)
            self._pairs[item_id] = pairs[:MAX_SUGGESTIONS]

    def _standings(self, item_id: ItemId) -> list[tuple[Standing, ProductId]]:
        """Return how the candidates of an item stand among others by similarity."""
        candidates = self._candidates[item_id]
        best = [candidate.similarity for candidate in candidates[:2]]
        standings = list[tuple[Standing, ProductId]]()
        for rank, (product_id, similarity) in enumerate(candidates, start=1):
            next_product = best[0] if rank > 1 else best[1] if len(best) > 1 else 0.0
            others = sorted(self._by_product[product_id], reverse=True)[:2]
            next_item = others[0] if others[0] != similarity else (*others[1:], 0.0)[0]
            standings.append((Standing(similarity, rank, next_product, next_item), product_id))
        return standings

    def _pair(
        self,
        product_id: ProductId,
        evidence: Evidence,
        standing: Standing,
        item: Article,
        products: Mapping[ProductId, CatalogProduct],
    ) -> _Pair[ProductId]:
        product = products[product_id]
        numbers = features(evidence, standing)
        return _Pair(
            product_id,
            self._model.strength(numbers, self._vector),
            self._is_proven(evidence, product),
            reasons(evidence, item, product.article),
            objections(evidence, item, product.article),
            numbers,
        )

    def _is_proven(self, evidence: Evidence, product: CatalogProduct) -> bool:
        """Whether a match is proven, but for other items and products with the same number."""
        is_only = all(self._numbers[each.number] <= 1 for each in evidence.numbers.strong)
        is_free = not product.has_item_of_supplier
        return is_free and is_only and is_identified(evidence) and not any(vetoes(evidence))

    def finish(self) -> dict[ItemId, list[Suggestion[ProductId]]]:
        """Return the suggestions of each item that was compared, best first."""
        strengths = defaultdict[ProductId, list[float]](list)
        proven = Counter[ProductId]()
        for pairs in self._pairs.values():
            for pair in pairs:
                strengths[pair.product_id].append(pair.strength)
                proven[pair.product_id] += pair.is_proven
        best = {product: sorted(each, reverse=True)[:2] for product, each in strengths.items()}
        return {
            item_id: sorted(
                (self._suggestion(pair, pairs, best[pair.product_id], proven) for pair in pairs),
                key=lambda suggestion: -suggestion.score,
            )
            for item_id, pairs in self._pairs.items()
        }

    def _suggestion(
        self,
        pair: _Pair[ProductId],
        pairs: Sequence[_Pair[ProductId]],
        best: Sequence[float],
        proven: Counter[ProductId],
    ) -> Suggestion[ProductId]:
        others = [each.strength for each in pairs if each is not pair]
        rivals = best[1:] if pair.strength == best[0] else best[:1]
        score = self._model.score(
            pair.strength,
            pair.strength - max(others, default=_NONE),
            pair.strength - max(rivals, default=_NONE),
        )
        is_only = sum(each.is_proven for each in pairs) == 1 and proven[pair.product_id] == 1
        band = band_of(score, is_proven=pair.is_proven and is_only)
        return Suggestion(
            pair.product_id, score, band, pair.reasons, pair.objections, pair.features
        )
