"""Measures matching on data with truth: `python bench/matching.py FOLDER... [options]`.

FOLDER... are data sets as matching_data.py describes, or folders of such folders; the project's
demo is added. Each is tested with the weights of the package. Options:

  --train FILE   write weights trained on the sets to FILE (the package has them as weights.json)
  --scale        measure 10,000 items against 500,000 products instead
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
from matching_data import DataSet, hide_half, load_demo, load_folder
from matching_scale import measure_scale
from matching_training import fit_model, null_model
from matching_views import View, views

from pricebook.matching.scoring.assignment import ScoredPair, assign
from pricebook.matching.scoring.features import named
from pricebook.matching.scoring.model import Model, load_shipped
from pricebook.matching.scoring.ranking import Suggestion, rank_pairs
from pricebook.matching.scoring.training import Decision, train

DECISIONS = (0, 10, 50, 200, 500)
# The items that are left to test after the decisions.
MIN_TESTED = 50
THRESHOLD = 0.5
Ranked = Mapping[str, Sequence[Suggestion[str]]]


class Figures(NamedTuple):
    """What a view shows, as shares from 0 to 1.

    `accepted` are the first suggestions that are certain or likely and against which nothing
    speaks, no rival either, which a person accepts all at once; `accepted_right` is the share of
    matches among them.
    """

    recall_5: float
    recall_10: float
    f1: float
    linked: int
    precision: float
    share: float
    accepted: int
    accepted_right: float
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
    accepted = [
        (item, ranked[item][0].product_id)
        for item in truth
        if ranked[item] and ranked[item][0].band != "possible" and not ranked[item][0].is_contested
    ]
    wrong = [(item, product) for item, product in certain if truth[item] != product]
    return Figures(
        recall_5=recall(visible, ranked, 5),
        recall_10=recall(visible, ranked, 10),
        f1=2 * right / max(len(chosen) + len(visible), 1),
        linked=len(certain),
        precision=1 - len(wrong) / max(len(certain), 1),
        share=len(certain) / max(len(visible), 1),
        accepted=len(accepted),
        accepted_right=sum(truth[item] == product for item, product in accepted)
        / max(len(accepted), 1),
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
    print(
        "view                            decisions    @5   @10     F1 before linked precision share"
        " accepted  right"
    )
    for view in kept:
        for count in DECISIONS:
            adapted, used = decide(view, model, count, seed=count)
            ranked = rank_pairs(view.pairs, adapted)
            rest = view.truth.keys() - used
            if len(rest) < MIN_TESTED:
                continue
            before = judge(view, rank_pairs(view.pairs, model), rest)
            figures = judge(view, ranked, rest)
            print(
                f"{view.data.name[-20:]:20} {view.supplier[:11]:11} {count:9} "
                f"{figures.recall_5:6.1%} {figures.recall_10:6.1%} {figures.f1:6.1%} "
                f"{before.f1:6.1%} {figures.linked:6} {figures.precision:8.2%} {figures.share:6.1%}"
                f"{figures.accepted:8} {figures.accepted_right:7.2%}"
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
    """Print the tables of all sets, train weights, or print the measurement of scale."""
    if "--scale" in arguments:
        measure_scale(load_shipped())
        return
    folders = [folder for each in arguments for folder in data_folders(Path(each))]
    sets = [load_folder(folder) for folder in folders]
    if "--train" in arguments:
        path = Path(arguments[arguments.index("--train") + 1])
        kept = [view for data in both_ways(sets) for view in views(data, null_model())]
        model = fit_model(kept, [data.name for data in sets], "1")
        path.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")
        return
    shipped = load_shipped()
    for data in (*sets, load_demo()):
        kept = [view for each in both_ways([data]) for view in views(each, shipped)]
        print_tables(data, kept, shipped)


def data_folders(path: Path) -> list[Path]:
    """Return the folders with data sets at a path."""
    return sorted(truth.parent for truth in path.rglob("gt*.csv")) if path.is_dir() else []


def both_ways(sets: Iterable[DataSet]) -> Iterator[DataSet]:
    """Yield each set as it is, and without half of its products."""
    for data in sets:
        yield data
        yield hide_half(data)


if __name__ == "__main__":
    main(sys.argv[1:])
