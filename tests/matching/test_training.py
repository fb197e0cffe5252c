"""Models: shipped weights, scores, and what decisions change."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.features import ALL_NAMES, NAMES, named
from pricebook.matching.scoring.model import Model, load_shipped
from pricebook.matching.scoring.training import Decision, train

SOME = [0.5] * len(ALL_NAMES)
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


@given(st.lists(st.builds(Decision, st.just(named(SOME)), st.booleans()), max_size=4))
def test_a_few_decisions_change_nothing(decisions: list[Decision]) -> None:
    shipped = load_shipped()
    assert train(decisions, shipped, "2").weights == shipped.weights


@given(st.lists(st.booleans(), min_size=40, max_size=40))
def test_decisions_without_a_pattern_change_little(outcomes: list[bool]) -> None:
    shipped = load_shipped()
    model = train([Decision(named(SOME), outcome) for outcome in outcomes], shipped, "2")
    change = strength(model, SOME[: len(NAMES)]) - strength(shipped, SOME[: len(NAMES)])
    assert abs(change) < 15


@pytest.mark.parametrize("rejected", [0, 4])
def test_accepting_what_is_sure_says_nothing_of_the_rest(shipped: Model, rejected: int) -> None:
    sure = dict.fromkeys(NAMES, 0.2) | {"item_words": 0.8, "measures_agree": 0.8}
    decisions = [Decision(sure, is_accepted=True)] * 600
    decisions += [Decision(dict.fromkeys(NAMES, 0.1), is_accepted=False)] * rejected
    model = train(decisions, shipped, "2")
    assert (model.weights, model.score_bias) == (shipped.weights, shipped.score_bias)


def test_no_decisions_turn_an_objection_into_a_reason(shipped: Model) -> None:
    decisions = [
        Decision(dict.fromkeys(NAMES, 0.2) | {"colour_conflict": 1.0}, is_accepted=True),
        Decision(dict.fromkeys(NAMES, 0.2), is_accepted=False),
    ] * 500
    assert train(decisions, shipped, "2").weights["colour_conflict"] <= 0


def test_many_decisions_change_a_weight(shipped: Model) -> None:
    neutral = dict.fromkeys(NAMES, 0.3)
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
    assert 0 <= load_shipped().score(strength, first, second, is_contradicted=False) <= 1
