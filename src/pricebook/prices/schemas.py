from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.categories.subtree import INCLUDE_SUBCATEGORIES, subcategory_issues
from pricebook.errors import FieldIssue, query_issue, validation_error
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.field_types import Price, doc
from pricebook.http.pagination import Page, PageNumber, PageSize
from pricebook.prices.times import Moment, moment_issues, parse_moment

Direction = Literal["up", "down"]
ChangeSort = Literal["margin_loss", "margin_gain", "percent_up", "percent_down", "newest"]
ChangeState = Literal["counted", "undone", "restored"]

DEFAULT_DAYS = 7
MAX_PERCENT = Decimal(10) ** 18  # more than any two prices differ
EARLIEST = datetime.min.replace(tzinfo=UTC)
EXPORT_HEADER = (
    *("recorded_at", "supplier", "supplier_sku", "item", "internal_sku", "product"),
    *("old_price", "price", "change_percent", "margin_change", "margin_points"),
    *("margin_percentage", "margin_before", "margin_after", "currency", "state", "undone_by"),
    "task_id",
)
SUPPLIER_SUMS = (
    *("raised", "lowered", "median_percent", "weighted_percent", "margin_losses", "margin_gains"),
    "margin_change",
)
SUPPLIER_EXPORT_HEADER = ("supplier", *SUPPLIER_SUMS, "currency")

PriceDifference = Annotated[
    Decimal,
    Meta(
        description="Difference of two prices in the currency of the catalog.",
        extra_json_schema={
            "type": "string",
            "pattern": r"^-?\d+\.\d{2,6}$",
            "examples": ["-1.50"],
        },
    ),
]
SupplierId = Annotated[UUID, doc("Id of the supplier.")]
SupplierName = Annotated[str, doc("Name of the supplier.")]


class PriceChange(Struct, frozen=True):
    """A change of the price of a supplier item, and its effect on the margin of the product."""

    id: Annotated[UUID, doc("Id of the change.")]
    recorded_at: Annotated[datetime, doc("Time of the change, ISO 8601 UTC.")]
    supplier_id: SupplierId
    supplier_name: SupplierName
    supplier_item_id: Annotated[UUID, doc("Id of the supplier item.")]
    supplier_sku: Annotated[str, doc("The supplier's article code.")]
    name: Annotated[str, doc("Name of the article in the price list.")]
    product_id: Annotated[
        UUID | None,
        doc("Id of the product of the item at the time of the change; null: it had none."),
    ]
    internal_sku: Annotated[
        str | None, doc("The shop's own article code of the product; null: deleted since, or none.")
    ]
    product_name: Annotated[str | None, doc("Name of the product; null: deleted since, or none.")]
    old_price: Annotated[Price, doc("Price before, in the currency of the catalog.")]
    price: Annotated[Price, doc("Price after, in the currency of the catalog.")]
    change_percent: Annotated[
        float | None,
        doc("By how many percent the price changed, two decimals; null: it was 0 before."),
    ]
    margin_change: Annotated[
        PriceDifference | None,
        doc(
            "By how much the margin of the product changed, in the currency of the catalog: its"
            " lowest price before, minus that after. Below 0 is a loss, 0: another item stays the"
            " cheapest; null: no product, or one without a target price at the time."
        ),
    ]
    margin_points: Annotated[
        float | None,
        doc("The same in percentage points: of the target price at the time, two decimals."),
    ]
    margin_before: Annotated[
        float | None,
        doc(
            "Margin of the product before the change, in percent of its target price at the time;"
            " null: the change had no effect on it, or was recorded by a release before this field."
        ),
    ]
    margin_after: Annotated[
        float | None, doc("Margin of the product after the change, as `margin_before`.")
    ]
    margin_percentage: Annotated[
        float | None,
        doc(
            "Margin of the product today: (target price - lowest price) / target price * 100; null:"
            " no product, or one without a target price or a price."
        ),
    ]
    undone_by: Annotated[
        UUID | None,
        doc(
            "Id of the undo's task, for a change that was undone and the one that took it back;"
            " null: the change counts."
        ),
    ]
    state: Annotated[
        ChangeState,
        doc(
            "`counted`: the change counts; `undone`: an import made it that was undone later;"
            " `restored`: the undo took that one back by it."
        ),
    ]
    task_id: Annotated[
        UUID | None,
        doc("Id of the import that made the change; null: no import did, or it is not kept."),
    ]


class PriceChangeFilter(Struct, frozen=True, kw_only=True):
    """Filters of price changes; they combine with AND."""

    since: Annotated[
        Moment | None,
        doc(
            "Only changes from this time, ISO 8601, or this day (UTC) on, which is included; by"
            f" default of the {DEFAULT_DAYS} days before `until`, or before now."
        ),
    ] = None
    until: Annotated[
        Moment | None,
        doc("Only changes before this time, ISO 8601, or this day (UTC), which is not included."),
    ] = None
    import_id: Annotated[
        UUID | None,
        doc("Only changes of the import with this task id, of any time if `since` is not given."),
    ] = None
    supplier_id: Annotated[UUID | None, doc("Only changes of items of this supplier.")] = None
    category_id: Annotated[
        UUID | None, doc("Only changes whose product is of this category today.")
    ] = None
    include_subcategories: Annotated[bool, INCLUDE_SUBCATEGORIES] = False
    min_percent: Annotated[
        Decimal | None,
        doc("Only changes by at least so many percent, up or down, 0 or more.", minimum=0),
    ] = None
    direction: Annotated[
        Direction | None, doc("`up`: only higher prices than before, `down`: only lower ones.")
    ] = None
    linked: Annotated[
        bool | None,
        doc("`true`: only changes of items that had a product, `false`: only of the others."),
    ] = None
    unaddressed: Annotated[
        bool,
        doc(
            "`true`: only changes that lowered the margin of a product, by 0.01 percentage points"
            " or more, if its target price is still the same. At most 10,000 losses are looked at"
            " for a page: it may have fewer changes than `limit`, or none, and a `next_cursor`."
        ),
    ] = False
    undone: Annotated[
        bool,
        doc(
            "`true`: only changes of undone imports that were taken back, and those by which they"
            " were; `false`: only the others."
        ),
    ] = False

    def __post_init__(self) -> None:
        """Raise ValidationError naming the parameters whose values do not fit together."""
        if issues := self._issues():
            raise validation_error(*issues)

    def _issues(self) -> list[FieldIssue]:
        issues = [
            *moment_issues(since=self.since, until=self.until),
            *subcategory_issues(self.category_id, include=self.include_subcategories),
        ]
        least = self.min_percent
        if least is not None and not (least.is_finite() and 0 <= least < MAX_PERCENT):
            issues.append(query_issue("min_percent", "expected a number from 0"))
        if not issues and None not in {self.since, self.until} and self.begin > self.end:
            issues.append(query_issue("since", "is after until"))
        return issues

    @property
    def begin(self) -> datetime:
        """The time of the first change that passes."""
        begin = parse_moment(self.since) if self.since else None
        if begin is None and self.import_id is not None:
            return EARLIEST
        end = max(min(self.end, datetime.now(UTC)), EARLIEST + timedelta(days=DEFAULT_DAYS))
        return begin or end - timedelta(days=DEFAULT_DAYS)

    @property
    def end(self) -> datetime:
        """The time before which the changes are."""
        return (parse_moment(self.until) if self.until else None) or datetime.max.replace(
            tzinfo=UTC
        )


class ChangePosition(Struct, frozen=True, array_like=True):
    """The last change of a page: its sort key (None: its time), time and id."""

    key: Decimal | None
    recorded_at: datetime
    id: UUID


class PriceChangeQuery(PriceChangeFilter, CursorQuery[ChangePosition], frozen=True, kw_only=True):
    """Filters of price changes, their order, and where the page begins."""

    position_type = ChangePosition

    sort: Annotated[
        ChangeSort,
        doc(
            "`margin_loss`: by `margin_points`, the largest loss first; `margin_gain`: the largest"
            " gain first; `percent_up`, `percent_down`: by `change_percent`, the largest rise or"
            " the largest fall first; `newest`: by time."
        ),
    ] = "margin_loss"
    limit: PageSize = 50
    cursor: Annotated[
        Cursor | None,
        doc("Value of `next_cursor` of the page before, with the same filters and sort."),
    ] = None

    def _issues(self) -> list[FieldIssue]:
        return super()._issues() or self.cursor_issues()


class PriceChangeExport(PriceChangeFilter, frozen=True, kw_only=True):
    """Filters of price changes, and their order in the file."""

    sort: Annotated[ChangeSort, doc("Order of the changes, as in the list.")] = "margin_loss"


class SupplierChangeQuery(PriceChangeFilter, frozen=True, kw_only=True):
    """Filters of price changes, and which page of their suppliers to return."""

    page: PageNumber = 1
    limit: PageSize = 50


class PriceChangePage(Struct, frozen=True):
    """A page of price changes."""

    limit: Annotated[int, doc("Changes per page, at most.")]
    next_cursor: Annotated[str | None, doc("Cursor of the next page; null on the last one.")]
    data: Annotated[list[PriceChange], doc("The changes of this page.")]


class ChangeTotals(Struct, frozen=True):
    """Price changes, summed up as those of a supplier are."""

    changes: int
    raised: int
    lowered: int
    median_percent: float | None
    weighted_percent: float | None
    margin_losses: int
    margin_gains: int
    margin_change: Decimal


class SupplierChanges(Struct, frozen=True):
    """The price changes of a supplier, counted."""

    supplier_id: SupplierId
    supplier_name: SupplierName
    raised: Annotated[int, doc("Number of changes to a higher price.")]
    lowered: Annotated[int, doc("Number of changes to a lower price.")]
    median_percent: Annotated[
        float | None,
        doc("Median of the changes in percent; null: all prices were 0 before."),
    ]
    weighted_percent: Annotated[
        float | None,
        doc(
            "Change in percent of the sum of these prices, so that dear articles weigh more;"
            " null: the prices were 0 before."
        ),
    ]
    margin_losses: Annotated[int, doc("Number of changes that lowered the margin of a product.")]
    margin_gains: Annotated[int, doc("Number of changes that raised the margin of a product.")]
    margin_change: Annotated[
        PriceDifference,
        doc("Sum of the changes of margins in the currency of the catalog; below 0 is a loss."),
    ]


class SupplierChangesPage(Page[SupplierChanges], frozen=True):
    """A page of suppliers with their price changes, the highest weighted rise first."""
