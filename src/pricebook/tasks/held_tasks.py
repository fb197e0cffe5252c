"""Tasks whose price list is held: as they are applied or refused, and since when others wait."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc
from pricebook.pricelists.schemas.read_config import LeftOutCodes
from pricebook.tasks.reasons import ReasonText
from pricebook.tasks.schemas import TaskState


class TaskToApply(Struct, frozen=True):
    """A held price list that a user has requested to apply.

    `keeps_thresholds`: prices of the supplier changed, and this one is only compared again.
    """

    id: UUID
    supplier_name: str
    create_products: bool
    request_id: str | None
    keeps_thresholds: bool = False


class HeldTask(Struct, frozen=True):
    """A held task; `is_latest` when no later price list of its supplier was imported."""

    id: UUID
    supplier_id: UUID | None
    supplier_name: str
    state: TaskState
    source_config: dict[str, Any]
    count_ignored: int
    found: dict[str, Any] | None
    corrections_of: UUID | None
    is_latest: bool


class EarlierHeld(Struct, frozen=True):
    """Since when earlier price lists of a supplier are held, and how many."""

    since: datetime
    held_lists: int


class Application(Struct, frozen=True):
    """Which articles of a held price list are not applied."""

    left_out_codes: Annotated[
        LeftOutCodes,
        doc(
            "Supplier codes of articles that are left out, such as one whose new price is"
            " doubtful: their rows are rejected (`left_out`), and the others are applied."
        ),
    ] = []


class Refusal(Struct, frozen=True):
    """Why a held price list is refused."""

    reason: Annotated[ReasonText | None, doc("Sentence for people: why it is refused.")] = None
