"""Measures matching on data with truth: `python bench/matching.py FOLDER... [options]`.

FOLDER... are data sets as matching_data.py describes; the project's demo is added. Each set is
tested with weights that were trained on the other sets. Options:

  --train FILE   write weights trained on all sets to FILE (the package has them as weights.json)
  --scale        measure 10,000 items against 500,000 products instead
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import numpy as np
from matching_data import DataSet, hide_half, linked_items, load_demo, load_folder
from matching_scale import measure_scale

from pricebook.matching.scoring.assignment import ScoredPair, assign
from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.dictionary import learn_pairs, translations
from pricebook.matching.scoring.features import NAMES, named
from pricebook.matching.scoring.model import Model, clip_lead, load_shipped
from pricebook.matching.scoring.prepared import Context
from pricebook.matching.scoring.ranking import Pair, Suggestion, rank_pairs
from pricebook.matching.scoring.suggesting import MAX_CANDIDATES, CatalogProduct, Run
from pricebook.matching.scoring.texts import describe
from pricebook.matching.scoring.token_ids import product_tokens
from pricebook.matching.scoring.training import Decision, fit, train

DECISIONS = (0, 50, 200, 500)
THRESHOLD = 0.5
Ranked = Mapping[str, Sequence[Suggestion[str]]]


class View(NamedTuple):
    """The items of one supplier of a set against its products, some with linked items."""

    data: DataSet
    supplier: str
    pairs: Mapping[str, Sequence[Pair[str]]]

    @property
    def truth(self) -> dict[str, str]:
        """The products of items, those that are hidden included."""
        return {item: self.data.truth[item] for item in self.pairs if item in self.data.truth}


def null_model() -> Model:
    """Return a model that says nothing, to collect all candidates."""
    return Model("0", [], 0.0, {}, 1.0, 0.0, 0.0, 0.0)


def collect(data: DataSet, supplier: str, *, with_links: bool) -> View:
    """Return the candidates of the items of a supplier and their features."""
    linked = linked_items(data, supplier) if with_links else {}
    articles = {
        product: [data.items[item].article for item in linked.get(product, ())]
        for product in data.products
    }
    index = ProductIndex(
        (product, product_tokens(own, articles[product])) for product, own in data.products.items()
    )
    links = (
        (describe(each).words, describe(data.products[product]).words)
        for product, others in articles.items()
        for each in others
    )
    context = Context(index, translations(learn_pairs(links)))
    run = Run[str, str](index, context, null_model(), MAX_CANDIDATES)
    run.find({key: each.article for key, each in data.items.items() if each.supplier == supplier})
    items = [key for key, each in data.items.items() if each.supplier == supplier]
    run.compare(
        items,
        {product: CatalogProduct(own, articles[product]) for product, own in data.products.items()},
    )
    return View(data, supplier, run.pairs)


def views(data: DataSet) -> Iterator[View]:
    """Yield each supplier of a set as the first one, and as a new one beside linked ones."""
    for supplier in data.suppliers:
        yield collect(data, supplier, with_links=False)
        if len(data.suppliers) > 1:
            yield collect(data, supplier, with_links=True)


def examples(view: View) -> tuple[list[Sequence[float]], list[bool]]:
    """Return the features of the pairs of a view, and whether each is a match."""
    inputs, targets = list[Sequence[float]](), list[bool]()
    for item, pairs in view.pairs.items():
        for pair in pairs:
            inputs.append(pair.features)
            targets.append(view.data.truth.get(item) == pair.product_id)
    return inputs, targets


def fit_model(some: Sequence[View], names: Sequence[str], version: str) -> Model:
    """Return a model trained on views, each of which counts the same."""
    inputs, targets, sizes = list[Sequence[float]](), list[bool](), list[float]()
    for view in some:
        more, matches = examples(view)
        inputs += more
        targets += matches
        sizes += [1000 / max(sum(matches), 1)] * len(more)
    arrays = np.array(inputs), np.array(targets, dtype=float), np.array(sizes)
    prior = np.zeros(len(NAMES) + 1)
    firmness = np.array([3.0] * len(NAMES) + [0.01])
    vector = fit(arrays[0], arrays[1], prior=prior, firmness=firmness, sample_weights=arrays[2])
    model = msgspec.structs.replace(
        null_model(),
        version=version,
        trained_on=list(names),
        weights=dict(zip(NAMES, map(float, vector), strict=False)),
        bias=float(vector[-1]),
    )
    return with_competition(model, some, arrays[1], arrays[2])


def with_competition(
    model: Model, some: Sequence[View], targets: np.ndarray, sizes: np.ndarray
) -> Model:
    """Return a model with the weights of leads, trained on the strengths that it gives."""
    leads = np.array([row for view in some for row in leads_of(view, model)])
    prior = np.array([0.5, 0.25, 0.25, 0.0])
    vector = fit(leads, targets, prior=prior, firmness=np.full(4, 1.0), sample_weights=sizes)
    return msgspec.structs.replace(
        model,
        strength_weight=float(vector[0]),
        product_lead_weight=float(vector[1]),
        item_lead_weight=float(vector[2]),
        score_bias=float(vector[3]),
    )


def leads_of(view: View, model: Model) -> Iterator[tuple[float, float, float]]:
    """Yield the strength and the leads of each pair of a view, in the order of its examples."""
    vector = model.vector()
    strengths = {
        item: [model.strength(pair.features, vector) for pair in pairs]
        for item, pairs in view.pairs.items()
    }
    rivals = dict[str, list[float]]()
    for item, pairs in view.pairs.items():
        for pair, strength in zip(pairs, strengths[item], strict=True):
            rivals.setdefault(pair.product_id, []).append(strength)
    for item, pairs in view.pairs.items():
        for pair, strength in zip(pairs, strengths[item], strict=True):
            first = lead(strength, strengths[item])
            second = lead(strength, rivals[pair.product_id])
            yield strength, clip_lead(first), clip_lead(second)


def lead(strength: float, others: Iterable[float]) -> float:
    """Return how far a strength is above the best of the others."""
    rest = sorted((*others, -10.0), reverse=True)
    rest.remove(strength)
    return strength - rest[0]


class Figures(NamedTuple):
    """What a view shows, as shares from 0 to 1."""

    recall_5: float
    recall_10: float
    f1: float
    linked: int
    precision: float
    share: float
    wrong: list[tuple[str, str]]


def judge(view: View, ranked: Ranked, tested: Iterable[str]) -> Figures:
    """Return the figures of the items tested. Hidden products count as unmatched items."""
    truth = {item: view.truth[item] for item in tested}
    visible = {item: product for item, product in truth.items() if product in view.data.products}
    pairs = [
        ScoredPair(item, view.supplier, each.product_id, each.score)
        for item, suggestions in ranked.items()
        for each in suggestions
    ]
    chosen = [pair for pair in assign(pairs, THRESHOLD) if pair.item in truth]
    right = sum(truth[str(pair.item)] == pair.product for pair in chosen)
    certain = [
        (item, each.product_id) for item in truth for each in ranked[item] if each.band == "certain"
    ]
    wrong = [(item, product) for item, product in certain if truth[item] != product]
    return Figures(
        recall_5=recall(visible, ranked, 5),
        recall_10=recall(visible, ranked, 10),
        f1=2 * right / max(len(chosen) + len(visible), 1),
        linked=len(certain),
        precision=1 - len(wrong) / max(len(certain), 1),
        share=len(certain) / max(len(visible), 1),
        wrong=wrong,
    )


def recall(truth: Mapping[str, str], ranked: Ranked, depth: int) -> float:
    """Return the share of items whose product is among the first suggestions."""
    found = sum(
        any(each.product_id == product for each in ranked[item][:depth])
        for item, product in truth.items()
    )
    return found / max(len(truth), 1)


def decide(view: View, model: Model, count: int, seed: int) -> tuple[Model, set[str]]:
    """Return a model that has learnt from a number of decisions, and the items of these.

    The decisions are those of a person who looks at one item after the other, accepts its product
    if it is suggested, and rejects what is suggested above it, three products at most.
    """
    random, decisions, items = Random(seed), list[Decision](), set[str]()
    ranked = rank_pairs(view.pairs, model)
    order = sorted(view.truth)
    random.shuffle(order)
    for item in order:
        if len(decisions) >= count:
            break
        items.add(item)
        for suggestion in ranked[item][:3]:
            is_match = suggestion.product_id == view.truth[item]
            decisions.append(Decision(named(suggestion.features), is_match))
            if is_match:
                break
    return train(decisions[:count], model, f"{count} decisions"), items


def print_tables(data: DataSet, kept: Sequence[View], model: Model) -> None:
    """Print the table of a set with a model that was trained without it."""
    print(f"\n{data.name}: weights trained on {', '.join(model.trained_on)}")
    print("view                            decisions    @5   @10    F1  linked precision share")
    for view in kept:
        for count in DECISIONS:
            adapted, used = decide(view, model, count, seed=count)
            ranked = rank_pairs(view.pairs, adapted)
            figures = judge(view, ranked, view.truth.keys() - used)
            print(
                f"{view.data.name[-20:]:20} {view.supplier[:11]:11} {count:9} "
                f"{figures.recall_5:6.1%} {figures.recall_10:6.1%} {figures.f1:5.1%} "
                f"{figures.linked:6} {figures.precision:8.2%} {figures.share:6.1%}"
            )
            if count == 0:
                print_wrong(view, figures.wrong)


def print_wrong(view: View, wrong: Sequence[tuple[str, str]]) -> None:
    """Print each wrong pair that is certain, for a look by hand."""
    for item, product in wrong:
        hidden = view.truth[item]
        print(f"    certain: {view.data.items[item].article.name}")
        print(f"         is: {view.data.products[product].name}")
        print(f"      truth: {hidden}" + (" (hidden)" if hidden not in view.data.products else ""))


def main(arguments: Sequence[str]) -> None:
    """Print the tables of all sets, or the measurement of scale."""
    if "--scale" in arguments:
        measure_scale(load_shipped())
        return
    path = arguments[arguments.index("--train") + 1] if "--train" in arguments else None
    folders = [Path(each) for each in arguments if Path(each).is_dir()]
    sets = [*map(load_folder, folders), load_demo()]
    kept = {
        data.name: [view for each in (data, hide_half(data)) for view in views(each)]
        for data in sets
    }
    for data in sets:
        others = [other.name for other in sets if other is not data]
        model = fit_model([view for name in others for view in kept[name]], others, "transfer")
        print_tables(data, kept[data.name], model)
    if path:
        names = [data.name for data in sets]
        shipped = fit_model([view for name in names for view in kept[name]], names, "1")
        text = msgspec.json.format(msgspec.json.encode(shipped), indent=2)
        Path(path).write_bytes(text + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
