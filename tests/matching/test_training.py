"""Models: shipped weights, scores, and what decisions change."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.features import NAMES, named, unnamed
from pricebook.matching.scoring.model import Model, load_shipped
from pricebook.matching.scoring.training import Decision, train

FEATURES = st.lists(st.floats(0, 1), min_size=len(NAMES), max_size=len(NAMES))


@pytest.fixture(scope="module")
def shipped() -> Model:
    return load_shipped()


def strength(model: Model, features: Sequence[float]) -> float:
    return model.strength(features, model.vector())


def test_shipped_model_has_a_weight_for_every_feature(shipped: Model) -> None:
    assert set(shipped.weights) == set(NAMES)
    assert shipped.trained_on


def test_without_decisions_the_weights_are_the_shipped_ones(shipped: Model) -> None:
    assert train([], shipped, "2").weights == shipped.weights


@given(st.builds(Decision, FEATURES.map(named), st.booleans()))
def test_one_decision_changes_next_to_nothing(decision: Decision) -> None:
    shipped = load_shipped()
    model = train([decision], shipped, "2")
    features = unnamed(decision.features)
    change = strength(model, features) - strength(shipped, features)
    assert abs(change) < 1
    assert change >= -1e-6 if decision.is_accepted else change <= 1e-6


def test_many_decisions_change_a_weight(shipped: Model) -> None:
    neutral = dict.fromkeys(NAMES, 0.5)
    decisions = [
        Decision(neutral | {"colour_conflict": 1.0}, is_accepted=True),
        Decision(neutral | {"colour_conflict": 0.0}, is_accepted=False),
    ] * 100
    model = train(decisions, shipped, "2")
    assert model.weights["colour_conflict"] > shipped.weights["colour_conflict"]


@given(FEATURES)
def test_contributions_add_up_to_the_strength(features: list[float]) -> None:
    model = load_shipped()
    total = sum(model.contributions(features).values()) + model.bias
    assert total == pytest.approx(strength(model, features))


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50))
def test_scores_are_probabilities(strength: float, first: float, second: float) -> None:
    assert 0 <= load_shipped().score(strength, first, second) <= 1
