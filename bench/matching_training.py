"""Training of the weights that the package has, from data sets with truth."""

from collections.abc import Sequence

import msgspec
import numpy as np
from matching_views import View
from numpy.typing import NDArray

from pricebook.matching.scoring.features import NAMES, is_contradicted
from pricebook.matching.scoring.model import Model, clip_lead
from pricebook.matching.scoring.ranking import pair_leads
from pricebook.matching.scoring.training import fit, fit_signed

_Floats = NDArray[np.float64]
# What is known without data, as logits; fields like these are rare in any data.
KNOWN = {
    "gtin_same": 5.0,
    "gtin_differs": -3.0,
    "mpn_differs": -2.0,
    "model_number": 3.0,
    "name_same": 3.0,
    "for_another": -2.0,
    "count_missing": -1.0,
}
FIRMNESS = 30.0


def null_model() -> Model:
    """Return a model that says nothing, to collect all candidates."""
    return Model("0", [], 0.0, {}, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def fit_model(views: Sequence[View], names: Sequence[str], version: str) -> Model:
    """Return a model trained on views of sets, of which each set counts the same."""
    inputs, targets, sizes = examples(views)
    prior = np.array([*(KNOWN.get(name, 0.0) for name in NAMES), 0.0])
    firmness = np.array([FIRMNESS] * len(NAMES) + [0.01])
    vector = fit_signed(inputs, targets, prior=prior, firmness=firmness, sample_weights=sizes)
    model = msgspec.structs.replace(
        null_model(),
        version=version,
        trained_on=list(names),
        weights={name: rounded(each) for name, each in zip(NAMES, vector, strict=False)},
        bias=rounded(vector[-1]),
    )
    return with_competition(model, views, targets, sizes)


def examples(views: Sequence[View]) -> tuple[_Floats, _Floats, _Floats]:
    """Return features, whether each pair is a match, and what each counts.

    Items without truth are left out.
    """
    inputs, targets, sizes = list[Sequence[float]](), list[bool](), list[float]()
    for view in views:
        pairs = view.tested_pairs()
        matches = [is_match for _, _, is_match in pairs]
        inputs += [pair.features for _, pair, _ in pairs]
        targets += matches
        views_of_set = sum(each.data.base == view.data.base for each in views)
        sizes += [4000 / max(sum(matches), 1) / views_of_set] * len(pairs)
    return np.array(inputs), np.array(targets, dtype=np.float64), np.array(sizes)


def with_competition(
    model: Model, views: Sequence[View], targets: _Floats, sizes: _Floats
) -> Model:
    """Return a model with the weights of leads, trained on the strengths that it gives.

    It is the mean of one with the strength and the leads, and one with the leads alone: the first
    is better if products are missing, the second if texts say little. Pairs that clearly differ
    are left out: no lead makes them likely.
    """
    rows = np.vstack([leads_of(view, model) for view in views])
    is_open = rows[:, -1] == 0
    leads, targets, sizes = rows[is_open, :-1], targets[is_open], sizes[is_open]
    first, second = leads[:, :3], leads[:, 1:]
    strength, *both = fit_leads(first, targets, sizes)
    other = fit_leads(second, targets, sizes)
    return msgspec.structs.replace(
        model,
        strength_weight=rounded(strength / 2),
        product_lead_weight=rounded((both[0] + other[0]) / 2),
        item_lead_weight=rounded((both[1] + other[1]) / 2),
        least_lead_weight=rounded(other[2] / 2),
        best_weight=rounded(other[3] / 2),
        score_bias=rounded((both[2] + other[4]) / 2),
    )


def fit_leads(leads: _Floats, targets: _Floats, sizes: _Floats) -> list[float]:
    """Return the weights of leads and the bias."""
    count = leads.shape[1]
    firmness = np.array([1.0] * count + [0.01])
    prior = np.zeros(count + 1)
    return list(fit(leads, targets, prior=prior, firmness=firmness, sample_weights=sizes))


def leads_of(view: View, model: Model) -> _Floats:
    """Return what the score of each pair depends on, in the order of examples().

    That is the strength, both leads, the lesser one, whether the pair is best, and whether both
    clearly differ.
    """
    leads = pair_leads(view.pairs, model)
    rows = [
        (*each, is_contradicted(pair.features))
        for item, pairs in view.pairs.items()
        if item in view.data.truth
        for each, pair in zip(leads[item], pairs, strict=True)
    ]
    return np.array(
        [
            (
                strength,
                clip_lead(product),
                clip_lead(item),
                clip_lead(min(product, item)),
                product > 0 and item > 0,
                is_against,
            )
            for strength, product, item, is_against in rows
        ]
    )


def rounded(weight: float) -> float:
    """Return a weight with four digits behind the point."""
    return round(float(weight), 4)
