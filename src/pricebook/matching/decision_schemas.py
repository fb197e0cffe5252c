from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import doc, search_issues
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.matching.schemas import (
    MAX_DECISIONS,
    Action,
    BatchKind,
    CreatedBy,
    FilterAction,
    InternalSku,
    ItemId,
    MatchFilter,
    Outcome,
    ProductId,
    SupplierSku,
)

MAX_FILTERED = 10_000
MAX_WITHOUT = 200


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """A decision about an item and a product, or about an item that no product fits."""

    supplier_item_id: ItemId
    action: Annotated[
        Action,
        doc(
            "`accept` links the item; `reject`: the pair is never suggested again; `unlink` takes"
            " the link back, and auto-link never sets it again; `none`: no product fits the item,"
            " all its suggestions are rejected, and it comes back with a new product only."
        ),
    ]
    product_id: Annotated[UUID | None, doc("Id of the product; not with `none`.")] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a product with `none`, or another action without one."""
        if (self.action == "none") != (self.product_id is None):
            raise validation_error(
                body_issue("product_id", "expected with each action but none, and not with none")
            )


class FilteredDecision(MatchFilter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision about the best suggestion of each item that passes the filters."""

    action: Annotated[FilterAction, doc("What is decided for each best suggestion.")]
    expected_count: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_FILTERED)],
        doc("Number of these items, at most 10,000; with another number nothing is done."),
    ]
    without_items: Annotated[
        Annotated[list[UUID], Meta(max_length=MAX_WITHOUT)],
        doc("Ids of items that are left out and not counted, at most 200."),
    ] = msgspec.field(default_factory=list[UUID])

    def __post_init__(self) -> None:
        """Raise ValidationError for a refused search text, or an action without a suggestion."""
        issues = [body_issue("filter.search", each.issue) for each in search_issues(self.search)]
        if self.band == "none" and self.action != "none":
            issues.append(body_issue("filter.action", "expected none with the band none"))
        if issues:
            raise validation_error(*issues)


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
        wanted = self.decisions or []
        items = [each.supplier_item_id for each in wanted if each.action != "reject"]
        pairs = {(each.supplier_item_id, each.product_id) for each in wanted}
        if len(set(items)) < len(items) or len(pairs) < len(wanted):
            issues.append(
                body_issue("decisions", "an item is accepted twice, or a pair is decided twice")
            )
        if issues:
            raise validation_error(*issues)


class DecisionOutcome(Struct, frozen=True):
    """What became of a decision."""

    supplier_item_id: ItemId
    product_id: Annotated[UUID | None, doc("Id of the product; null for `dismissed`.")]
    outcome: Annotated[
        Outcome,
        doc(
            "`linked`, `rejected`, `unlinked`, `dismissed`: no product fits; `unchanged`: it was"
            " so before; `refused`: see the reason."
        ),
    ]
    reason: Annotated[str | None, doc("Why nothing was done; null otherwise.")]
    supplier_sku: SupplierSku = None
    internal_sku: InternalSku = None
    remark: Annotated[
        str | None, doc("What to look at after a link that was made; null without a remark.")
    ] = None


class DecidedBatch(Struct, frozen=True):
    """The result of decisions; all of them can be taken back by the id of the batch."""

    batch_id: Annotated[
        UUID | None, doc("Id of the batch, by which it can be undone; null if nothing was done.")
    ]
    linked: Annotated[int, doc("Items that were linked.")]
    rejected: Annotated[int, doc("Pairs that were rejected.")]
    unlinked: Annotated[int, doc("Links that were taken back.")]
    dismissed: Annotated[int, doc("Items that no product fits.")]
    unchanged: Annotated[int, doc("Decisions that changed nothing.")]
    refused: Annotated[int, doc("Decisions that could not be carried out.")]
    outcomes: Annotated[list[DecisionOutcome], doc("The outcome of each decision, in order.")]


class LeftLink(Struct, frozen=True):
    """A decision of a batch that was not taken back."""

    supplier_item_id: ItemId
    product_id: Annotated[UUID | None, doc("Id of the product; null for none.")]
    reason: Annotated[str, doc("Why it was left as it is.")]
    supplier_sku: SupplierSku = None
    internal_sku: InternalSku = None


class MadeProductState(Struct, frozen=True):
    """What an undo did with the product that its batch had made."""

    product_id: ProductId
    internal_sku: InternalSku
    outcome: Annotated[
        Literal["archived", "kept"],
        doc("`archived`; `kept`: it has other items, or was changed since."),
    ]


class UndoneBatch(Struct, frozen=True):
    """What the undo of a batch did."""

    batch_id: Annotated[UUID, doc("Id of the batch.")]
    unlinked: Annotated[int, doc("Links that were taken back.")]
    restored: Annotated[int, doc("Rejected pairs and dismissed items that may be suggested again.")]
    relinked: Annotated[int, doc("Links that the batch had taken back and that are made again.")]
    rejected_again: Annotated[
        int, doc("Rejections that links of the batch had replaced and that hold again.")
    ]
    left: Annotated[list[LeftLink], doc("What somebody changed since, left as it is.")]
    made_product: Annotated[
        MadeProductState | None, doc("The product that the batch had made; null without one.")
    ] = None


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
    unlinked: Annotated[int, doc("Links that the batch took back.")]
    dismissed: Annotated[int, doc("Items that no product fits, by the batch.")]
    undone: Annotated[int, doc("Decisions of the batch that its undo took back.")]
    changed: Annotated[int, doc("Links of the batch that somebody changed since.")]


class BatchQuery(CursorPaging, frozen=True, kw_only=True):
    """Which batches of decisions to return, and which page of them."""

    several: Annotated[bool, doc("Only batches of more than one decision.")] = False


class BatchPage(CursorPage[MatchBatch], frozen=True):
    """A page of batches."""
