from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from pricebook.http.field_types import doc
from pricebook.matching.schemas import CreatedBy


class MatchModel(Struct, frozen=True):
    """Weights that were learnt from decisions."""

    version: Annotated[int, doc("Number of the weights; 0 are those of the release.")]
    decisions: Annotated[int, doc("Decisions of people from which they were learnt.")]
    is_active: Annotated[bool, doc("Whether runs use them.")]
    created_by: CreatedBy
    created_at: Annotated[
        datetime | None, doc("Time at which they were learnt, ISO 8601 UTC; null: the release.")
    ]
    weights: Annotated[
        dict[str, float], doc("What each feature of a pair adds to the logit of its score.")
    ]


class MatchModels(Struct, frozen=True):
    """The weights of the release and those learnt, newest first."""

    data: Annotated[list[MatchModel], doc("The weights.")]


class ModelChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """The weights that runs are to use."""

    version: Annotated[
        Annotated[int, Meta(ge=0)], doc("Number of the weights; 0 are those of the release.")
    ]
