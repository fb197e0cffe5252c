from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage
from pricebook.matching.schemas import MAX_DECISIONS, CreatedBy, RunState


class RunRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which unmatched items a run examines: all, those of a supplier, or some by their ids."""

    supplier_id: Annotated[UUID | None, doc("Only items of this supplier.")] = None
    supplier_item_ids: Annotated[
        Annotated[list[UUID], Meta(min_length=1, max_length=MAX_DECISIONS)] | None,
        doc("Only these items, 1 to 1,000; not with `supplier_id`."),
    ] = None
    with_unchanged: Annotated[
        bool, doc("Also items that did not change since they were examined.")
    ] = True

    def __post_init__(self) -> None:
        """Raise ValidationError if both selections are given."""
        if self.supplier_id is not None and self.supplier_item_ids is not None:
            raise validation_error(
                body_issue("supplier_item_ids", "cannot be combined with supplier_id")
            )


class MatchRun(Struct, frozen=True):
    """A run that suggests products for unmatched items."""

    id: Annotated[UUID, doc("Id of the run.")]
    supplier_id: Annotated[UUID | None, doc("Supplier whose items are examined; null: all.")]
    supplier_item_ids: Annotated[
        list[UUID] | None,
        doc(
            "Items that are examined; null: all unmatched ones; none: only those that new or"
            " changed products may be, which each run examines, too."
        ),
    ]
    with_unchanged: Annotated[bool, doc("Whether also items that did not change are examined.")]
    state: Annotated[RunState, doc("`queued`, `running`, then `succeeded` or `failed`.")]
    requested_by: CreatedBy
    created_at: Annotated[datetime, doc("Time of the request, ISO 8601 UTC.")]
    started_at: Annotated[datetime | None, doc("Time of the start, ISO 8601 UTC, or null.")]
    completed_at: Annotated[datetime | None, doc("Time of the end, ISO 8601 UTC, or null.")]
    items_total: Annotated[int | None, doc("Items to examine; null before they are counted.")]
    items_done: Annotated[int, doc("Items examined so far.")]
    certain: Annotated[int, doc("Items whose best suggestion is certain.")]
    likely: Annotated[int, doc("Items whose best suggestion is likely.")]
    possible: Annotated[int, doc("Items whose best suggestion is possible.")]
    linked: Annotated[int, doc("Items that the run has linked to certain products.")]
    creates_products: Annotated[
        bool,
        doc("Whether certain matches are linked and items without a likely one become products."),
    ]
    created: Annotated[int, doc("Products that the run has made of items.")]
    error: Annotated[str | None, doc("Why the run failed; null otherwise.")]
    weights: Annotated[
        int | None, doc("Version of the weights in use; 0: of the release; null before the start.")
    ]


class AcceptedRun(Struct, frozen=True):
    """A run that was requested."""

    task_id: Annotated[UUID, doc("Id of the run.")]
    status: Annotated[RunState, doc("State of the run: `queued`.")]
    enqueued_at: Annotated[datetime, doc("Time of the request, ISO 8601 UTC.")]


class RunPage(CursorPage[MatchRun], frozen=True):
    """A page of runs."""
