"""Training of models: from data, and from the decisions of an installation.

This module loads numpy, so that only the worker imports it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from pricebook.matching.scoring.features import NAMES, sign, unnamed
from pricebook.matching.scoring.model import Model

_Floats = NDArray[np.float64]
_MAX_STEPS = 50
_CONVERGED = 1e-6
_NEGLIGIBLE, _FIXED = 1e-4, 1e9
# How firmly decisions are held to the shipped weights of features, of leads, and to the bias:
# one decision changes next to nothing, a hundred can change what matters.
_FIRMNESS, _LEAD_FIRMNESS, _BIAS_FIRMNESS = 40.0, 100.0, 10.0
# Decisions are tried in parts; trained weights must be better by so many standard errors.
_PARTS, _MIN_GAIN = 5, 2.0
# Who accepts what is sure, all at once, says nothing of what is wrong: so many rejections are
# needed, and for each of them so many acceptances are learnt from, the newest.
_MIN_REJECTED, _ACCEPTED_EACH = 5, 20


class Decision(NamedTuple):
    """The features of a suggestion by name, and whether a person accepted it."""

    features: Mapping[str, float]
    is_accepted: bool


def train(decisions: Sequence[Decision], shipped: Model, version: str) -> Model:
    """Return the shipped model adapted to decisions, oldest first.

    Its weights are the shipped ones if the decisions are too few to show that others are better:
    models trained on four fifths of them must surprise less on the rest, beyond chance.
    """
    decisions = _balanced(decisions)
    if not decisions:
        return msgspec.structs.replace(shipped, version=version)
    features = np.array([unnamed(each.features) for each in decisions], dtype=np.float64)
    targets = np.array([each.is_accepted for each in decisions], dtype=np.float64)
    inputs = _inputs(features, shipped)
    if not _is_better(inputs, targets, shipped):
        return msgspec.structs.replace(shipped, version=version)
    vector = _fit_decisions(inputs, targets, shipped)
    count = len(NAMES)
    bias = shipped.strength_weight * shipped.bias
    return msgspec.structs.replace(
        shipped,
        version=version,
        trained_on=[*shipped.trained_on, f"{len(decisions)} decisions"],
        weights=dict(zip(NAMES, map(float, vector[:count]), strict=True)),
        product_lead_weight=float(vector[count]),
        item_lead_weight=float(vector[count + 1]),
        least_lead_weight=float(vector[count + 2]),
        score_bias=float(vector[-1] - bias),
    )


def _balanced(decisions: Sequence[Decision]) -> list[Decision]:
    """Return decisions with no more acceptances than the rejections allow, in their order."""
    accepted = [place for place, each in enumerate(decisions) if each.is_accepted]
    rejected = len(decisions) - len(accepted)
    if rejected < _MIN_REJECTED:
        return []
    left_out = set(accepted[: -rejected * _ACCEPTED_EACH])
    return [each for place, each in enumerate(decisions) if place not in left_out]


def _inputs(features: _Floats, shipped: Model) -> _Floats:
    """Return what the weights of a score are multiplied with, in the order of _prior()."""
    count = len(NAMES)
    product, item = features[:, count], features[:, count + 1]
    strength = shipped.strength_weight * features[:, :count]
    is_best = ((product > 0) & (item > 0)).astype(np.float64)
    return np.column_stack([strength, product, item, np.minimum(product, item), is_best])


def _prior(shipped: Model) -> _Floats:
    """Return the weights of features, of leads, of being best, and the bias of the score."""
    leads = shipped.product_lead_weight, shipped.item_lead_weight, shipped.least_lead_weight
    bias = shipped.strength_weight * shipped.bias + shipped.score_bias
    return np.array([*shipped.vector()[:-1], *leads, shipped.best_weight, bias])


def _fit_decisions(inputs: _Floats, targets: _Floats, shipped: Model) -> _Floats:
    count = len(NAMES)
    scale = shipped.strength_weight**2
    firmness = [_FIRMNESS * scale] * count + [_LEAD_FIRMNESS] * 3 + [_FIXED, _BIAS_FIRMNESS]
    signs = np.array([*map(sign, NAMES), 1, 1, 1, 0, 0])
    return _fit_with_signs(inputs, targets, _prior(shipped), (np.array(firmness), signs))


def _is_better(inputs: _Floats, targets: _Floats, shipped: Model) -> bool:
    """Whether models trained on some decisions surprise less on others than the shipped one."""
    if len(targets) < _PARTS:
        return False
    gains = list[_Floats]()
    for part in np.array_split(np.arange(len(targets)), _PARTS):
        is_other = np.ones(len(targets), dtype=np.bool_)
        is_other[part] = False
        vector = _fit_decisions(inputs[is_other], targets[is_other], shipped)
        before = _surprise(inputs[part], targets[part], _prior(shipped))
        gains.append(before - _surprise(inputs[part], targets[part], vector))
    gain = np.concatenate(gains)
    return bool(gain.sum() > _MIN_GAIN * np.sqrt((gain**2).sum()))


def _surprise(inputs: _Floats, targets: _Floats, vector: _Floats) -> _Floats:
    """Return the negative logarithm of the chance that a vector gives to each outcome."""
    logits = inputs @ vector[:-1] + vector[-1]
    return np.logaddexp(0.0, logits) - targets * logits


def fit_signed(
    inputs: _Floats,
    targets: _Floats,
    *,
    prior: _Floats,
    firmness: _Floats,
    sample_weights: _Floats | None = None,
) -> _Floats:
    """Return what fit() returns for features in the order of NAMES, each with its sign or 0.

    What speaks against a match never becomes a reason for it, whatever the data are.
    """
    signs = np.array([*map(sign, NAMES), 0])
    return _fit_with_signs(inputs, targets, prior, (firmness, signs), sample_weights)


def _fit_with_signs(
    inputs: _Floats,
    targets: _Floats,
    prior: _Floats,
    limits: tuple[_Floats, NDArray[np.int64]],
    sample_weights: _Floats | None = None,
) -> _Floats:
    """Return what fit() returns if no weight may have another sign than given; 0 leaves it free."""
    held, firm, signs = prior.copy(), limits[0].copy(), limits[1]
    while True:
        vector = fit(inputs, targets, prior=held, firmness=firm, sample_weights=sample_weights)
        is_wrong = (vector * signs < -_NEGLIGIBLE) & (firm < _FIXED)
        if not is_wrong.any():
            return np.where(vector * signs < 0, 0.0, vector)
        held[is_wrong], firm[is_wrong] = 0.0, _FIXED


def fit(
    inputs: _Floats,
    targets: _Floats,
    *,
    prior: _Floats,
    firmness: _Floats,
    sample_weights: _Floats | None = None,
) -> _Floats:
    """Return the weights and the bias of a logistic regression held to prior ones.

    `firmness` is the precision of each prior weight: 0 leaves it free.
    """
    matrix = np.column_stack([inputs, np.ones(len(inputs))])
    sizes = np.ones(len(inputs)) if sample_weights is None else sample_weights

    def loss(vector: _Floats) -> float:
        logits = matrix @ vector
        surprise = np.logaddexp(0.0, logits) - targets * logits
        return float(sizes @ surprise + firmness @ (vector - prior) ** 2 / 2)

    vector, least = prior.copy(), loss(prior)
    for _ in range(_MAX_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(matrix @ vector, -30, 30)))
        gradient = matrix.T @ (sizes * (chances - targets)) + firmness * (vector - prior)
        curvature = (matrix * (sizes * chances * (1 - chances))[:, None]).T @ matrix
        step = np.linalg.solve(curvature + np.diag(firmness + 1e-9), gradient)
        # Newton's step is too long where chances are next to 0 or 1.
        while (reached := loss(vector - step)) > least and np.abs(step).max() > _CONVERGED:
            step /= 2
        if reached > least:
            break
        vector, least = vector - step, reached
        if np.abs(step).max() < _CONVERGED:
            break
    return vector
