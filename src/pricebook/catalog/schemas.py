from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.catalog.cursor import CursorPosition, decode_cursor, encode_cursor
from pricebook.errors import FieldIssue, query_issue, validation_error
from pricebook.http.field_types import (
    MAX_PRICE,
    PRICE_SCHEMA,
    SearchText,
    range_issues,
    search_issues,
    search_terms,
)
from pricebook.http.pagination import PageNumber, PageSize, encode_query

FOUR_DECIMALS = Decimal("0.0001")
MAX_CURSOR = 4096
UNKNOWN_CURSOR = "is none of this list: other filters, another sort, or changed on its way"

Sort = Literal["name", "-name", "price", "-price", "newest"]
Cursor = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_CURSOR})]
UuidText = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
PriceText = Annotated[str, PRICE_SCHEMA]

PriceBound = Annotated[
    Decimal,
    Meta(extra_json_schema={"minimum": 0, "maximum": float(MAX_PRICE)}),
]


class CatalogFilter(Struct, frozen=True):
    """What a visitor asks the catalog for, and in which order; the filters combine with AND."""

    category_id: Annotated[UUID | None, Meta(description="Products of this very category.")] = None
    min_price: Annotated[
        PriceBound | None, Meta(description="The product's lowest price is at least this.")
    ] = None
    max_price: Annotated[
        PriceBound | None, Meta(description="The product's lowest price is at most this.")
    ] = None
    search: Annotated[
        SearchText | None,
        Meta(description="Every word occurs in the name or the SKU, whatever case and accents."),
    ] = None
    sort: Annotated[
        Sort,
        Meta(
            description="By name, lowest price or age, then by id; - turns it around. What nobody"
            " offers is last by price either way."
        ),
    ] = "name"

    def __post_init__(self) -> None:
        """Check what a type alone cannot say.

        Raises ValidationError naming the parameters.
        """
        if issues := self.issues():
            raise validation_error(*issues)

    def issues(self) -> list[FieldIssue]:
        """Say what is wrong beyond the types."""
        expected = f"expected a number from 0 to {MAX_PRICE}"
        return [
            *range_issues("price", self.min_price, self.max_price, _is_price, expected),
            *search_issues(self.search),
        ]

    @property
    def words(self) -> tuple[str, ...]:
        """The words to search for, each once."""
        return search_terms(self.search)

    @property
    def lowest(self) -> Decimal | None:
        """The lower bound at the four decimals of a price; no price lies between the two."""
        return (
            None
            if self.min_price is None
            else _round_to_four_decimals(self.min_price, ROUND_CEILING)
        )

    @property
    def highest(self) -> Decimal | None:
        """The upper bound at the four decimals of a price; no price lies between the two."""
        return (
            None if self.max_price is None else _round_to_four_decimals(self.max_price, ROUND_FLOOR)
        )

    @property
    def filters(self) -> str:
        """The filters as a part of a cache key, one for all that let the same products pass."""
        return f"{self.category_id}&{self.lowest}&{self.highest}&{' '.join(self.words)}"

    @property
    def filter_values(self) -> tuple[object, ...]:
        """What decides which products there are, whatever their order."""
        return self.category_id, self.lowest, self.highest, self.words


class CatalogQuery(CatalogFilter, frozen=True):
    """Which page of it: by its number, or after the last product of another page."""

    page: PageNumber = 1
    limit: PageSize = 50
    cursor: Annotated[
        Cursor | None,
        Meta(
            description="Out of the Link field of the page before, with the same filters and sort;"
            " in place of page."
        ),
    ] = None

    def issues(self) -> list[FieldIssue]:
        """Say what is wrong beyond the types."""
        issues = super().issues()
        if issues or self.cursor is None:
            return issues
        if self.page != 1:
            return [query_issue("page", "is not given together with cursor")]
        if len(self.cursor) > MAX_CURSOR or self.after is None:
            return [query_issue("cursor", UNKNOWN_CURSOR)]
        return []

    @property
    def after(self) -> CursorPosition | None:
        """Where the page before ended."""
        return None if self.cursor is None else decode_cursor(self.cursor, self._binding)

    @property
    def key(self) -> str:
        """The cache key of all queries with the same answer, however they are written."""
        return f"{self.limit}&{self.page}&{self.cursor}&{self.sort}&{self.filters}"

    def next_page(self, cursor: str) -> str:
        """Return the query string of the page after this one, the same for equal keys."""
        return encode_query(
            category_id=self.category_id,
            min_price=_decimal_text(self.lowest),
            max_price=_decimal_text(self.highest),
            search=" ".join(self.words) or None,
            sort=self.sort,
            limit=self.limit,
            cursor=cursor,
        )

    @property
    def offset(self) -> int:
        """The number of products to pass over."""
        return (self.page - 1) * self.limit

    @property
    def is_first(self) -> bool:
        """Whether nothing stands before the page."""
        return self.page == 1 and self.cursor is None

    @property
    def page_number(self) -> int:
        """The number of the page, also when a cursor leads to it."""
        return self.after.page if self.after else self.page

    def cursor_after(self, key: str, product_id: str) -> str:
        """Make the cursor that leads to the page after this one."""
        return encode_cursor(CursorPosition(self.page_number + 1, key, product_id), self._binding)

    @property
    def _binding(self) -> tuple[object, ...]:
        return *self.filter_values, self.sort


class ExportQuery(CatalogFilter, frozen=True):
    """What of the catalog to write into a file."""

    format: Annotated[
        Literal["ndjson", "csv"] | None,
        Meta(description="A JSON object a line, or a table; Accept tells if this does not."),
    ] = None


class CatalogProduct(Struct, frozen=True, gc=False):
    """A product as the public sees it; prices are 0.00 while no supplier offers it.

    What PostgreSQL writes as text stays text: nobody here computes with it.
    """

    id: UuidText
    internal_sku: str
    name: str
    category_id: UuidText | None
    min_price: PriceText
    max_price: PriceText
    supplier_count: int


class CatalogProductDetail(CatalogProduct, frozen=True, gc=False):
    """A product with the name of its category."""

    category_name: str | None


class CategoryCount(Struct, frozen=True):
    """A category and how many active products it holds itself."""

    id: UuidText
    name: str
    parent_id: UuidText | None
    product_count: int


def _round_to_four_decimals(bound: Decimal, rounding: str) -> Decimal:
    """Round a bound, which is not negative; 0 and -0 are one."""
    return abs(bound.quantize(FOUR_DECIMALS, rounding=rounding))


def _decimal_text(bound: Decimal | None) -> str | None:
    return None if bound is None else f"{bound:f}"


def _is_price(bound: Decimal) -> bool:
    return bound.is_finite() and 0 <= bound <= MAX_PRICE
