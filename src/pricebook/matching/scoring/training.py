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
# How firmly decisions are held to the shipped weights: one decision moves a logit by at most
# about a fifth, a hundred can change what matters.
_FIRMNESS = 40.0


class Decision(NamedTuple):
    """The features of a suggestion by name, and whether a person accepted it."""

    features: Mapping[str, float]
    is_accepted: bool


def train(decisions: Sequence[Decision], shipped: Model, version: str) -> Model:
    """Return the shipped model adapted to decisions; without any, its weights."""
    if not decisions:
        return msgspec.structs.replace(shipped, version=version)
    inputs = np.array([unnamed(each.features) for each in decisions], dtype=np.float64)
    targets = np.array([each.is_accepted for each in decisions], dtype=np.float64)
    prior = np.array(shipped.vector(), dtype=np.float64)
    vector = fit_signed(inputs, targets, prior=prior, firmness=np.full(len(prior), _FIRMNESS))
    return msgspec.structs.replace(
        shipped,
        version=version,
        trained_on=[*shipped.trained_on, f"{len(decisions)} decisions"],
        bias=float(vector[-1]),
        weights=dict(zip(NAMES, map(float, vector), strict=False)),
    )


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
    held, firm = prior.copy(), firmness.copy()
    while True:
        vector = fit(inputs, targets, prior=held, firmness=firm, sample_weights=sample_weights)
        is_wrong = vector * signs < -_NEGLIGIBLE
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
    vector = prior.copy()
    for _ in range(_MAX_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(matrix @ vector, -30, 30)))
        gradient = matrix.T @ (sizes * (chances - targets)) + firmness * (vector - prior)
        curvature = (matrix * (sizes * chances * (1 - chances))[:, None]).T @ matrix
        step = np.linalg.solve(curvature + np.diag(firmness + 1e-9), gradient)
        vector -= step
        if np.abs(step).max() < _CONVERGED:
            break
    return vector
