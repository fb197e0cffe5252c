from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import doc, search_issues
from pricebook.http.pagination import CursorPage
from pricebook.matching.schemas import (
    MAX_DECISIONS,
    Action,
    BatchKind,
    CreatedBy,
    ItemId,
    MatchFilter,
    Outcome,
    ProductId,
)

MAX_FILTERED = 10_000


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """A decision about an item and a product."""

    supplier_item_id: ItemId
    product_id: ProductId
    action: Annotated[
        Action, doc("`accept` links the item; `reject`: the pair is never suggested again.")
    ]


class FilteredDecision(MatchFilter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision about the best suggestion of each item that passes the filters."""

    action: Annotated[Action, doc("What is decided for each best suggestion.")]
    expected_count: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_FILTERED)],
        doc("Number of these items, at most 10,000; with another number nothing is done."),
    ]

    def __post_init__(self) -> None:
        """Raise ValidationError for a search text that is blank or too long."""
        if issues := search_issues(self.search):
            raise validation_error(*(body_issue("filter.search", each.issue) for each in issues))


class BulkDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decisions about pairs of items and products: a list of them, or one for a filter."""

    decisions: Annotated[
        Annotated[list[Decision], Meta(min_length=1, max_length=MAX_DECISIONS)] | None,
        doc("1 to 1,000 decisions; not with `filter`."),
    ] = None
    filter: Annotated[FilteredDecision | None, doc("Items to decide by their best suggestion.")] = (
        None
    )

    def __post_init__(self) -> None:
        """Raise ValidationError unless exactly one of both is given, each item accepted once."""
        issues: list[FieldIssue] = []
        if (self.decisions is None) == (self.filter is None):
            issues.append(body_issue("decisions", "expected one of decisions and filter"))
        accepted = [
            each.supplier_item_id for each in self.decisions or [] if each.action == "accept"
        ]
        pairs = {(each.supplier_item_id, each.product_id) for each in self.decisions or []}
        if len(set(accepted)) < len(accepted) or len(pairs) < len(self.decisions or []):
            issues.append(
                body_issue("decisions", "an item is accepted twice, or a pair is decided twice")
            )
        if issues:
            raise validation_error(*issues)


class DecisionOutcome(Struct, frozen=True):
    """What became of a decision."""

    supplier_item_id: ItemId
    product_id: ProductId
    outcome: Annotated[
        Outcome,
        doc("`linked`, `rejected`, `unchanged`: it was so before; `refused`: see the reason."),
    ]
    reason: Annotated[str | None, doc("Why nothing was done; null otherwise.")]


class DecidedBatch(Struct, frozen=True):
    """The result of decisions; all of them can be taken back by the id of the batch."""

    batch_id: Annotated[UUID, doc("Id of the batch, by which it can be undone.")]
    linked: Annotated[int, doc("Items that were linked.")]
    rejected: Annotated[int, doc("Pairs that were rejected.")]
    unchanged: Annotated[int, doc("Decisions that changed nothing.")]
    refused: Annotated[int, doc("Decisions that could not be carried out.")]
    outcomes: Annotated[list[DecisionOutcome], doc("The outcome of each decision, in order.")]


class LeftLink(Struct, frozen=True):
    """A link of a batch that was not taken back."""

    supplier_item_id: ItemId
    product_id: ProductId
    reason: Annotated[str, doc("Why it was left as it is.")]


class UndoneBatch(Struct, frozen=True):
    """What the undo of a batch did."""

    batch_id: Annotated[UUID, doc("Id of the batch.")]
    unlinked: Annotated[int, doc("Links that were taken back.")]
    restored: Annotated[int, doc("Rejected pairs that may be suggested again.")]
    left: Annotated[list[LeftLink], doc("Links that somebody changed since, left as they are.")]


class MatchBatch(Struct, frozen=True):
    """A batch of decisions."""

    id: Annotated[UUID, doc("Id of the batch.")]
    kind: Annotated[
        BatchKind,
        doc("`decisions` of a person, `auto_link` of a run, `new_product` of a cluster."),
    ]
    created_by: CreatedBy
    created_at: Annotated[datetime, doc("Time of the first decision, ISO 8601 UTC.")]
    undone_by: Annotated[str | None, doc("Name of the user who took it back; or null.")]
    undone_at: Annotated[datetime | None, doc("Time at which it was taken back; or null.")]
    linked: Annotated[int, doc("Links of the batch.")]
    rejected: Annotated[int, doc("Rejected pairs of the batch.")]


class BatchPage(CursorPage[MatchBatch], frozen=True):
    """A page of batches."""
