from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.errors import validation_error
from pricebook.http.field_types import doc
from pricebook.http.pagination import (
    CursorPage,
    CursorPaging,
    ExactCount,
    KeysetQuery,
    NextCursor,
    PageNumber,
    PageSize,
)
from pricebook.matching.decision_schemas import MatchBatch
from pricebook.matching.schemas import Action, BatchKind, CreatedBy, ItemId


class DecisionQuery(Struct, KeysetQuery, frozen=True, kw_only=True):
    """Filters of decisions, which combine with AND, and which page of them to return."""

    batch_id: Annotated[UUID | None, doc("Only decisions of this batch.")] = None
    supplier_id: Annotated[UUID | None, doc("Only decisions about items of this supplier.")] = None
    supplier_item_id: Annotated[UUID | None, doc("Only decisions about this item.")] = None
    product_id: Annotated[UUID | None, doc("Only decisions about this product.")] = None
    page: PageNumber = 1
    limit: PageSize = 50
    cursor: NextCursor = None
    exact_count: ExactCount = False

    def __post_init__(self) -> None:
        """Raise ValidationError for a cursor that cannot be used."""
        if issues := self.cursor_issues():
            raise validation_error(*issues)


class BatchDecisionPaging(CursorPaging, frozen=True):
    """Which page of the decisions of a batch to return."""


class LoggedDecision(Struct, frozen=True):
    """A decision: who linked, unlinked or rejected what, and when."""

    number: Annotated[int, doc("Number of the decision; later ones have greater numbers.")]
    batch_id: Annotated[UUID, doc("Id of its batch, by which it can be undone.")]
    kind: Annotated[BatchKind, doc("Kind of the batch.")]
    decided_by: CreatedBy
    decided_at: Annotated[datetime, doc("Time of the batch, ISO 8601 UTC.")]
    action: Annotated[Action, doc("What was decided; `accept` is a link.")]
    state: Annotated[
        Literal["in_effect", "changed", "undone"],
        doc("`changed`: somebody decided otherwise since; `undone` with its batch."),
    ]
    supplier_item_id: ItemId
    supplier_id: Annotated[UUID, doc("Id of the supplier.")]
    supplier_name: Annotated[str, doc("Name of the supplier.")]
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    item_name: Annotated[str, doc("Name of the article in the price list.")]
    product_id: Annotated[UUID | None, doc("Id of the product; null with `none`.")]
    internal_sku: Annotated[str | None, doc("The shop's own article code; null with `none`.")]
    product_name: Annotated[str | None, doc("Name of the product; null with `none`.")]
    changed_at: Annotated[
        datetime | None,
        doc("Time at which somebody decided otherwise or undid it, ISO 8601 UTC; null in effect."),
    ]
    changed_by: Annotated[
        str | None, doc("Who did, null in effect or if the audit log no longer has it.")
    ]
    changed_batch_id: Annotated[
        UUID | None, doc("Id of the batch that changed it; null for a change of one item alone.")
    ]
    new_product_id: Annotated[
        UUID | None,
        doc(
            "Id of the product that the item was linked to instead; null for none, or if the audit"
            " log no longer has it."
        ),
    ]
    new_internal_sku: Annotated[
        str | None, doc("The shop's own article code of that product; null for none.")
    ]


class DecisionPage(CursorPage[LoggedDecision], frozen=True):
    """A page of decisions."""


class BatchDetail(MatchBatch, frozen=True):
    """A batch with a page of its decisions."""

    decisions: Annotated[DecisionPage, doc("The decisions of the batch, the newest first.")]
