from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.errors import body_issue, validation_error
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage, PageSize
from pricebook.product_batches.change_schemas import ProductChanges
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.schemas import (
    CategoryId,
    InternalSku,
    Margin,
    NullablePrice,
    ProductId,
    ProductName,
    Status,
)

BatchKind = Literal["bulk", "pricing_rules"]
BatchState = Literal["previewed", "applying", "applied", "undoing", "undone"]
Outcome = Literal["applied", "skipped", "undone", "left"]
CurrentValues = Literal["as_changed", "set_back", "changed"]
ChangeSort = Literal["increase", "decrease"]

MAX_PRODUCTS = 10_000


class ProductSelection(StaffProductFilter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of products; all products that pass are selected."""

    expected_count: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        doc("Number of the products that pass; with another number nothing is done."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError naming the fields whose values do not fit together."""
        issues = [body_issue(f"filter.{each.field}", each.issue) for each in self.issues()]
        if issues:
            raise validation_error(*issues)


ProductIds = Annotated[
    Annotated[list[UUID], Meta(min_length=1, max_length=MAX_PRODUCTS)] | None,
    doc("Ids of 1 to 10,000 products; not with `filter`."),
]
Selected = Annotated[
    ProductSelection | None, doc("All products that pass these filters; not with `product_ids`.")
]

OnlyRaises = Annotated[bool, doc("Whether target prices that would fall stay as they are.")]


class NewBatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of products by their ids, or of those that pass filters."""

    changes: Annotated[ProductChanges, doc("What is changed of each product.")]
    product_ids: ProductIds = None
    filter: Selected = None
    only_raises: OnlyRaises = False

    def __post_init__(self) -> None:
        """Raise ValidationError unless exactly one of product_ids and filter is given.

        Or if other fields than target prices are changed with `only_raises`.
        """
        require_one_selection(self.product_ids, self.filter)
        if self.only_raises and self.changes.fields != ("target_price",):
            issue = "is for target prices only: change the rest separately"
            raise validation_error(body_issue("only_raises", issue))


def require_one_selection(
    product_ids: list[UUID] | None, selected: ProductSelection | None
) -> None:
    """Raise ValidationError unless exactly one of both is given."""
    if (product_ids is None) == (selected is None):
        raise validation_error(body_issue("product_ids", "expected one of product_ids and filter"))


class BatchRequest(Struct, frozen=True, kw_only=True):
    """What a batch was requested to change, and of which products."""

    changes: Annotated[
        ProductChanges | None, doc("What is changed of each product; null for pricing rules.")
    ] = None
    filter: Annotated[
        ProductSelection | None, doc("The filters of the products; null without any.")
    ] = None
    product_count: Annotated[
        int | None, doc("Number of the products that were named by their ids; or null.")
    ] = None
    only_raises: OnlyRaises = False


def requested(
    changes: ProductChanges | None,
    product_ids: list[UUID] | None,
    selected: ProductSelection | None,
    *,
    only_raises: bool = False,
) -> BatchRequest:
    """Return what a batch is requested to change, without the ids of its products."""
    count = None if product_ids is None else len(product_ids)
    return BatchRequest(
        changes=changes, filter=selected, product_count=count, only_raises=only_raises
    )


class LeftOut(Struct, frozen=True):
    """The numbers of selected products that a batch does not change, by the first reason."""

    archived: Annotated[int, doc("Archived products: these change only with their status.")] = 0
    without_cost: Annotated[
        int, doc("Products that no supplier has a price for, from which the new one follows.")
    ] = 0
    without_target: Annotated[
        int, doc("Products without a target price that a change in percent could change.")
    ] = 0
    without_rule: Annotated[int, doc("Products that no active pricing rule fits.")] = 0
    unchanged: Annotated[
        int,
        doc(
            "Products that have the new values already, or would get a target price over"
            " 9,999,999,999.9999."
        ),
    ] = 0
    lowered: Annotated[
        int, doc("Products whose target price would fall or be removed, with `only_raises`.")
    ] = 0


class Effect(Struct, frozen=True):
    """The changes of a batch by what they do."""

    products: Annotated[
        int,
        doc(
            "Products that change; the others have these values already, are archived, or would get"
            " a target price over 9,999,999,999.9999."
        ),
    ]
    raised: Annotated[int, doc("Target prices that rise.")]
    lowered: Annotated[int, doc("Target prices that fall.")]
    first_priced: Annotated[int, doc("Products that get their first target price.")]
    unpriced: Annotated[int, doc("Products that lose their target price.")]
    below_cost: Annotated[
        int, doc("Products whose new target price is under the lowest price of their suppliers.")
    ]
    margin_before: Annotated[
        float | None,
        doc("Mean margin in percent before, of products with a margin before and after."),
    ]
    margin_after: Annotated[float | None, doc("Mean margin in percent of the same products after.")]
    pending: Annotated[int, doc("Changes that are neither applied nor skipped.")]
    applied: Annotated[int, doc("Changes that were applied, those undone included.")]
    skipped: Annotated[int, doc("Changes that were not applied; each has its reason.")]
    undone: Annotated[int, doc("Changes that were taken back.")]
    left: Annotated[int, doc("Changes that were not taken back; each has its reason.")]


class BatchHead(Struct, frozen=True):
    """A batch of changes of products, without its effect."""

    id: Annotated[UUID, doc("Id of the batch.")]
    kind: Annotated[BatchKind, doc("`bulk` by a request, `pricing_rules` by pricing rules.")]
    state: Annotated[
        BatchState,
        doc(
            "`previewed`: nothing is changed yet; `applying` and `undoing`: repeat the request to"
            " go on."
        ),
    ]
    fields: Annotated[list[str], doc("The fields of products that are changed.")]
    created_by: Annotated[str, doc("Name of the user who requested it.")]
    created_at: Annotated[datetime, doc("Time of the preview, ISO 8601 UTC.")]
    applied_by: Annotated[str | None, doc("Name of the user who applied it; or null.")]
    applied_at: Annotated[datetime | None, doc("Time at which it was applied; or null.")]
    undone_by: Annotated[str | None, doc("Name of the user who took it back; or null.")]
    undone_at: Annotated[datetime | None, doc("Time at which it was taken back; or null.")]
    request: Annotated[
        BatchRequest | None, doc("What was requested; null for batches of earlier versions.")
    ]
    without_cost: Annotated[
        int | None,
        doc(
            "Products that were left out, as no supplier has a price for them; null if the new"
            " prices do not follow from the lowest ones."
        ),
    ]
    left_out: Annotated[
        LeftOut | None,
        doc(
            "Selected products that are not changed, by reason; null for batches of earlier"
            " versions."
        ),
    ]


class ProductBatch(BatchHead, frozen=True):
    """A batch of changes of products, with its effect."""

    effect: Annotated[Effect, doc("What the changes do.")]


class ProductBatchPage(CursorPage[BatchHead], frozen=True):
    """A page of batches."""


class BatchChange(Struct, frozen=True):
    """A change of one product."""

    product_id: ProductId
    internal_sku: InternalSku
    name: ProductName
    lowest_price: NullablePrice
    old_status: Status
    new_status: Status
    old_category_id: CategoryId
    new_category_id: CategoryId
    old_target_price: NullablePrice
    new_target_price: NullablePrice
    price_change: Annotated[
        float | None,
        doc("Change of the target price in percent; null without a price before and after."),
    ]
    old_margin: Margin
    new_margin: Margin
    rule: Annotated[str | None, doc("Name of the pricing rule; or null.")]
    outcome: Annotated[Outcome | None, doc("What became of it; null as long as nothing did.")]
    reason: Annotated[str | None, doc("Why it was not applied or not taken back; or null.")]
    current: Annotated[
        CurrentValues | None,
        doc(
            "What the product of an applied change has now, in the fields that were changed:"
            " `as_changed`: the new values, `set_back`: the old ones, `changed`: others; null"
            " unless `outcome` is `applied`."
        ),
    ]
    current_target_price: NullablePrice


class Standing(Struct, frozen=True):
    """What became of the products of an applied batch since."""

    set_back: int
    changed: int
    margin: float | None


class OutdatedProduct(Struct, frozen=True):
    """A product that was changed since a preview, why it is skipped, and how many are."""

    product_id: UUID
    name: str
    reason: str
    total_count: int


class ChangePosition(Struct, frozen=True, array_like=True):
    """The last change of a page of a batch."""

    batch_id: UUID
    price_change: Decimal
    product_id: UUID


class ChangeQuery(Struct, CursorQuery[ChangePosition], frozen=True, kw_only=True):
    """Which changes of a batch, and where the page begins."""

    position_type = ChangePosition

    outcome: Annotated[Outcome | None, doc("Only changes with this outcome.")] = None
    sort: Annotated[
        ChangeSort,
        doc("`increase`: the largest increase of the target price first; `decrease`: the fall."),
    ] = "increase"
    limit: PageSize = 50
    cursor: Annotated[
        Cursor | None, doc("Value of `next_cursor` of the page before, with the same filters.")
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a cursor that cannot be used."""
        if issues := self.cursor_issues():
            raise validation_error(*issues)


class BatchChangePage(Struct, frozen=True):
    """A page of the changes of a batch."""

    total_count: Annotated[int, doc("Changes of all pages together; exact.")]
    limit: Annotated[int, doc("Changes per page, at most.")]
    next_cursor: Annotated[str | None, doc("Cursor of the next page; null on the last one.")]
    data: Annotated[list[BatchChange], doc("The changes of this page.")]
