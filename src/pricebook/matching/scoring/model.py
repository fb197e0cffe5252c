"""The model of a match: a logistic regression on features with names."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import exp, log
from operator import mul

import msgspec

from pricebook.matching.scoring.features import NAMES

_MAX_LOGIT = 30.0
# Of pairs that clearly differ hardly any is a match, even if no other product is like the item.
_MOST_IF_CONTRADICTED = 0.5
# How far ahead of its competitors a pair can be, in logits.
_MAX_LEAD = 6.0


class Model(msgspec.Struct, frozen=True):
    """Weights of features, and of what competition says.

    `trained_on` names the data. A pair's strength is its logit from its features alone; the score
    also depends on its leads: how far its strength is above that of the item's other products, and
    of the product's other items of the supplier; on the lesser lead; and on whether both are
    positive, so that the pair is the best both ways. A pair that clearly differs has half of it.
    """

    version: str
    trained_on: Sequence[str]
    bias: float
    weights: Mapping[str, float]
    strength_weight: float
    product_lead_weight: float
    item_lead_weight: float
    least_lead_weight: float
    best_weight: float
    score_bias: float

    def vector(self) -> tuple[float, ...]:
        """Return the weights in the order of the names of features, then the bias."""
        return (*(self.weights.get(name, 0.0) for name in NAMES), self.bias)

    def strength(self, features: Sequence[float], vector: Sequence[float]) -> float:
        """Return the logit of a pair from its features alone; `vector` is that of the model."""
        return vector[-1] + sum(map(mul, features, vector[:-1]))

    def score(
        self, strength: float, product_lead: float, item_lead: float, *, is_contradicted: bool
    ) -> float:
        """Return the probability of a match, from 0 to 1; below a half if both clearly differ."""
        logit = (
            self.strength_weight * strength
            + self.product_lead_weight * clip_lead(product_lead)
            + self.item_lead_weight * clip_lead(item_lead)
            + self.least_lead_weight * clip_lead(min(product_lead, item_lead))
            + self.best_weight * (product_lead > 0 and item_lead > 0)
            + self.score_bias
        )
        return probability(logit) * (_MOST_IF_CONTRADICTED if is_contradicted else 1.0)

    def contributions(self, features: Sequence[float]) -> dict[str, float]:
        """Return what each feature adds to the logit, those that add something, largest first."""
        parts = {
            name: self.weights.get(name, 0.0) * value
            for name, value in zip(NAMES, features, strict=False)
        }
        by_size = sorted(parts.items(), key=lambda part: -abs(part[1]))
        return {name: part for name, part in by_size if part}


def clip_lead(lead: float) -> float:
    """Return a lead within its limits."""
    return max(-_MAX_LEAD, min(_MAX_LEAD, lead))


def probability(logit: float) -> float:
    """Return the probability of a logit."""
    return 1 / (1 + exp(-max(-_MAX_LOGIT, min(_MAX_LOGIT, logit))))


def logit(chance: float) -> float:
    """Return the logit of a probability between 0 and 1."""
    return log(chance / (1 - chance))


def load_shipped() -> Model:
    """Return the model in the package."""
    data = files("pricebook.matching.scoring").joinpath("weights.json").read_bytes()
    return msgspec.json.decode(data, type=Model)
