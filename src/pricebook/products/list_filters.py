"""The filters of the staff list of products and of its export."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated
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
from pricebook.http.pagination import PageNumber, PageSize
from pricebook.products.schemas import ProductStatus

# Every margin lies inside: highest price over lowest target price is below 10^17 percent.
MARGIN_LIMIT = Decimal(10) ** 18
HUNDREDTH = Decimal("0.01")


class StaffProductFilter(Struct, frozen=True):
    """Filters of products; they combine with AND."""

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
    include_subcategories: Annotated[bool, INCLUDE_SUBCATEGORIES] = False
    search: Annotated[
        SearchText | None,
        doc(
            "Words that all occur in the name or the SKU, or codes: the SKU, GTIN, MPN or the code"
            " of an item. Case and accents do not matter. Other forms of the words follow; if"
            " nothing is found, misspelt words are replaced."
        ),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError naming the parameters whose values do not fit together."""
        if issues := self.issues():
            raise validation_error(*issues)

    def issues(self) -> list[FieldIssue]:
        """Return the issues of values that do not fit together."""
        bounds = (self.min_margin, self.max_margin)
        return [
            *range_issues("margin", *bounds, Decimal.is_finite, "expected a number"),
            *subcategory_issues(self.category_id, include=self.include_subcategories),
            *search_issues(self.search),
        ]

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)

    @property
    def lowest_margin(self) -> Decimal | None:
        """The lower bound in percent, rounded up to the two decimals of a margin."""
        return None if self.min_margin is None else _hundredths(self.min_margin, ROUND_CEILING)

    @property
    def highest_margin(self) -> Decimal | None:
        """The upper bound in percent, rounded down to the two decimals of a margin."""
        return None if self.max_margin is None else _hundredths(self.max_margin, ROUND_FLOOR)


class StaffProductQuery(StaffProductFilter, frozen=True):
    """Filters of products, and which page of the matching products to return."""

    page: PageNumber = 1
    limit: PageSize = 50

    @property
    def offset(self) -> int:
        """The number of products before the page."""
        return (self.page - 1) * self.limit


def _hundredths(bound: Decimal, rounding: str) -> Decimal:
    return max(-MARGIN_LIMIT, min(MARGIN_LIMIT, bound)).quantize(HUNDREDTH, rounding=rounding)
