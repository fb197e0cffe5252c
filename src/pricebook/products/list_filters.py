"""The filters of the staff list of products and of its export."""

from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.categories.subtree import INCLUDE_SUBCATEGORIES, subcategory_issues
from pricebook.errors import FieldIssue, validation_error
from pricebook.http.field_types import (
    SearchText,
    doc,
    range_issues,
    search_issues,
    search_terms,
)
from pricebook.http.pagination import (
    ExactCount,
    KeysetQuery,
    NextCursor,
    PageNumber,
    PageSize,
)
from pricebook.prices.times import Moment, moment_issues, parse_moment
from pricebook.products.schemas import ProductStatus

# Every margin lies inside: highest price over lowest target price is below 10^17 percent.
MARGIN_LIMIT = Decimal(10) ** 18
HUNDREDTH = Decimal("0.01")


Sort = Literal[
    "name", "-name", "margin", "-margin", "price_change", "-price_change", "updated", "-updated"
]


class StaffProductFilter(Struct, frozen=True):
    """Filters and sort of products; the filters combine with AND."""

    status: Annotated[ProductStatus | None, doc("Only products of this status.")] = None
    min_margin: Annotated[
        Decimal | None, doc("Only products whose margin is at least this, in percent.")
    ] = None
    max_margin: Annotated[
        Decimal | None, doc("Only products whose margin is at most this, in percent.")
    ] = None
    supplier_id: Annotated[
        UUID | None, doc("Only products with an item of this supplier, each with all its items.")
    ] = None
    category_id: Annotated[
        UUID | None,
        doc("Only products of this category; those of its subcategories by the next parameter."),
    ] = None
    is_priced: Annotated[
        bool | None,
        doc("`false`: only products without a target price, `true`: only those with one."),
    ] = None
    include_subcategories: Annotated[bool, INCLUDE_SUBCATEGORIES] = False
    search: Annotated[
        SearchText | None,
        doc(
            "Words that all occur in the name or the SKU, or codes: the SKU, GTIN, MPN or the code"
            " of an item. Case and accents do not matter. Other forms of the words follow; if"
            " nothing is found, misspelt words are replaced."
        ),
    ] = None

    updated_since: Annotated[
        Moment | None,
        doc(
            "Only products that changed, prices too, at this time or later, ISO 8601, or on this"
            " day (UTC) or later: with `changed_at` of an event `prices.changed` its products, and"
            " those that changed since."
        ),
    ] = None

    sort: Annotated[
        Sort | None,
        doc(
            "Sort key: name, `margin_percentage`, `price_change_percentage` or `updated_at`, then"
            " id; `-` reverses the order; products without a value come last in either. By default"
            " the name, and in a search what it names comes first."
        ),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError naming the parameters that cannot be used."""
        if issues := self.issues():
            raise validation_error(*issues)

    def issues(self) -> list[FieldIssue]:
        """Return the issues that types alone do not show."""
        bounds = (self.min_margin, self.max_margin)
        return [
            *range_issues("margin", *bounds, Decimal.is_finite, "expected a number"),
            *subcategory_issues(self.category_id, include=self.include_subcategories),
            *search_issues(self.search),
            *moment_issues(updated_since=self.updated_since),
        ]

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)

    @property
    def earliest_update(self) -> datetime | None:
        """The time of the earliest change that passes."""
        return None if self.updated_since is None else parse_moment(self.updated_since)

    @property
    def lowest_margin(self) -> Decimal | None:
        """The lower bound in percent, rounded up to the two decimals of a margin."""
        return None if self.min_margin is None else _hundredths(self.min_margin, ROUND_CEILING)

    @property
    def highest_margin(self) -> Decimal | None:
        """The upper bound in percent, rounded down to the two decimals of a margin."""
        return None if self.max_margin is None else _hundredths(self.max_margin, ROUND_FLOOR)


class StaffProductQuery(StaffProductFilter, KeysetQuery, frozen=True):
    """Filters and sort of products, and which page of the matching products to return."""

    page: PageNumber = 1
    limit: PageSize = 50
    cursor: NextCursor = None
    exact_count: ExactCount = False

    def issues(self) -> list[FieldIssue]:
        """Return the issues that types alone do not show."""
        return super().issues() or self.cursor_issues()


def _hundredths(bound: Decimal, rounding: str) -> Decimal:
    return max(-MARGIN_LIMIT, min(MARGIN_LIMIT, bound)).quantize(HUNDREDTH, rounding=rounding)
