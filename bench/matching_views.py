"""Views of data sets: the items of one supplier against the products, as a run compares them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matching_data import DataSet, linked_items

from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.dictionary import learn_pairs, translations, without_brands
from pricebook.matching.scoring.model import Model
from pricebook.matching.scoring.prepared import Context
from pricebook.matching.scoring.ranking import Pair
from pricebook.matching.scoring.suggesting import MAX_CANDIDATES, CatalogProduct, Run
from pricebook.matching.scoring.texts import describe
from pricebook.matching.scoring.token_ids import product_tokens


class View(NamedTuple):
    """The items of one supplier of a set against its products, some with linked items."""

    data: DataSet
    supplier: str
    pairs: Mapping[str, Sequence[Pair[str]]]

    @property
    def truth(self) -> dict[str, str]:
        """The products of items, those that are hidden included."""
        return {item: self.data.truth[item] for item in self.pairs if item in self.data.truth}

    def tested_pairs(self) -> list[tuple[str, Pair[str], bool]]:
        """Return the pairs of items with truth, and whether each is a match."""
        return [
            (item, pair, self.data.truth[item] == pair.product_id)
            for item, pairs in self.pairs.items()
            if item in self.data.truth
            for pair in pairs
        ]


def views(data: DataSet, model: Model, limit: int = MAX_CANDIDATES) -> Iterator[View]:
    """Yield each supplier of a set as the first one, and as a new one beside linked ones."""
    for supplier in data.suppliers:
        yield collect(data, supplier, {}, (model, limit))
        if len(data.suppliers) > 1:
            yield collect(data, supplier, linked_items(data, supplier), (model, limit))


def collect(
    data: DataSet, supplier: str, linked: Mapping[str, Sequence[str]], how: tuple[Model, int]
) -> View:
    """Return the candidates of the items of a supplier and their features."""
    articles = {
        product: [data.items[item].article for item in linked.get(product, ())]
        for product in data.products
    }
    index = ProductIndex(
        (product, product_tokens(own, articles[product])) for product, own in data.products.items()
    )
    links = without_brands(
        (describe(each), describe(data.products[product]))
        for product, others in articles.items()
        for each in others
    )
    context = Context(index, translations(learn_pairs(links)))
    run = Run[str, str](index, context, *how)
    items = {key: each.article for key, each in data.items.items() if each.supplier == supplier}
    run.find(items)
    run.compare(
        list(items),
        {product: CatalogProduct(own, articles[product]) for product, own in data.products.items()},
    )
    return View(data, supplier, run.pairs)
