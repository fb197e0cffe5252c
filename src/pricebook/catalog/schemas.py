from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache, cached_property
from typing import Annotated, ClassVar, Literal, TypeVar, cast
from uuid import UUID

from msgspec import Meta, Struct, defstruct

from pricebook.categories.subtree import INCLUDE_SUBCATEGORIES, subcategory_issues
from pricebook.errors import UNKNOWN_CURSOR, FieldIssue, query_issue, validation_error
from pricebook.http.cursor import MAX_CURSOR, Cursor, decode_cursor, encode_cursor
from pricebook.http.field_types import (
    MAX_PRICE,
    PRICE_SCHEMA,
    SearchText,
    doc,
    range_issues,
    search_issues,
    search_terms,
)
from pricebook.http.pagination import Page, PageNumber, PageSize, encode_query
from pricebook.settings import CatalogPrices

SIX_DECIMALS = Decimal("0.000001")
HIDDEN_PRICE = "prices are not public here, so products are neither filtered nor sorted by them"
UNLESS_HIDDEN = "refused where CATALOG_PRICES is `hidden`."

Sort = Literal["name", "-name", "price", "-price", "newest"]
PriceText = Annotated[str, PRICE_SCHEMA]
filter_struct = TypeVar("filter_struct", bound="CatalogFilter")

PriceBound = Annotated[
    Decimal,
    Meta(extra_json_schema={"minimum": 0, "maximum": float(MAX_PRICE)}),
]

# Ids and prices stay the text that PostgreSQL sends: nothing computes with them.
ProductId = Annotated[str, doc("Id of the product.", format="uuid")]
CategoryId = Annotated[str, doc("Id of the category.", format="uuid")]
NullableCategoryId = Annotated[
    Annotated[str, Meta(extra_json_schema={"format": "uuid"})] | None,
    doc("Id of the product's category; null without one."),
]
NullableLowestPrice = Annotated[
    PriceText | None,
    doc(
        "Lowest price of an active supplier in the currency of the catalog, 0.00 without one. By"
        " CATALOG_PRICES: `target` shows the target price, null without one; `hidden` shows null."
    ),
]
NullableHighestPrice = Annotated[
    PriceText | None,
    doc(
        "Highest price of an active supplier in the currency of the catalog, 0.00 without one. By"
        " CATALOG_PRICES: `target` shows the target price, null without one; `hidden` shows null."
    ),
]
NullableParentId = Annotated[
    Annotated[str, Meta(extra_json_schema={"format": "uuid"})] | None,
    doc("Id of the parent category; null at the root."),
]


class CatalogFilter(Struct, frozen=True, dict=True):
    """Filters and sort of the catalog; the filters combine with AND.

    The class attribute `prices` says what the catalog shows as price; see `with_prices`.
    """

    prices: ClassVar[CatalogPrices] = "supplier"

    category_id: Annotated[
        UUID | None,
        doc("Only products of this category; those of its subcategories by the next parameter."),
    ] = None
    include_subcategories: Annotated[bool, INCLUDE_SUBCATEGORIES] = False
    min_price: Annotated[
        PriceBound | None,
        doc(
            "Only products whose `min_price` is at least this, in the currency of the catalog;"
            f" {UNLESS_HIDDEN}"
        ),
    ] = None
    max_price: Annotated[
        PriceBound | None,
        doc(
            "Only products whose `min_price` is at most this, in the currency of the catalog;"
            f" {UNLESS_HIDDEN}"
        ),
    ] = None
    search: Annotated[
        SearchText | None,
        doc("Words that all occur in the name or the SKU; case and accents do not matter."),
    ] = None
    sort: Annotated[
        Sort,
        doc(
            "Sort key: name, `min_price`, or creation time (newest first), then id; `-` reverses"
            " the order. By price, products without a price come last in either order;"
            f" {UNLESS_HIDDEN}"
        ),
    ] = "name"

    def __post_init__(self) -> None:
        """Raise ValidationError naming the parameters whose values do not fit together."""
        if issues := self.issues():
            raise validation_error(*issues)

    def issues(self) -> list[FieldIssue]:
        """Return the issues that types alone do not show."""
        expected = f"expected a number from 0 to {MAX_PRICE}"
        return [
            *subcategory_issues(self.category_id, include=self.include_subcategories),
            *range_issues("price", self.min_price, self.max_price, _is_price, expected),
            *search_issues(self.search),
            *(self._hidden_price_issues() if self.prices == "hidden" else []),
        ]

    def _hidden_price_issues(self) -> list[FieldIssue]:
        """Return the issues of parameters that would show something of a hidden price."""
        given = {
            "min_price": self.min_price is not None,
            "max_price": self.max_price is not None,
            "sort": self.sort in {"price", "-price"},
        }
        return [query_issue(name, HIDDEN_PRICE) for name, is_given in given.items() if is_given]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)

    @cached_property
    def lowest(self) -> Decimal | None:
        """The lower bound rounded up to the six decimals of a price."""
        return None if self.min_price is None else _round(self.min_price, ROUND_CEILING)

    @cached_property
    def highest(self) -> Decimal | None:
        """The upper bound rounded down to the six decimals of a price."""
        return None if self.max_price is None else _round(self.max_price, ROUND_FLOOR)

    @cached_property
    def filters(self) -> str:
        """The filters as a part of a cache key; equal for filters that match the same products."""
        subtree = "/" if self.include_subcategories else ""
        return f"{self.category_id}{subtree}&{self.lowest}&{self.highest}&{' '.join(self.words)}"

    @cached_property
    def filter_values(self) -> tuple[object, ...]:
        """The values that decide which products match, independent of the sort."""
        subtree = ("subcategories",) if self.include_subcategories else ()
        return self.category_id, self.lowest, self.highest, self.words, *subtree


class CursorPosition(Struct, frozen=True, array_like=True):
    """The number of a page and the last product before it: its sort key, as text, and its id."""

    page: int
    key: str
    product_id: str


class CatalogQuery(CatalogFilter, frozen=True):
    """Filters and sort of the catalog, and the page: by number or by cursor."""

    page: PageNumber = 1
    limit: PageSize = 50
    cursor: Annotated[
        Cursor | None,
        doc(
            "Cursor from the Link header field of the previous page, to be sent with the same"
            " filters and sort; replaces `page`."
        ),
    ] = None

    def issues(self) -> list[FieldIssue]:
        """Return the issues that types alone do not show."""
        issues = super().issues()
        if issues or self.cursor is None:
            return issues
        if self.page != 1:
            return [query_issue("page", "cannot be combined with cursor")]
        if len(self.cursor) > MAX_CURSOR or self.after is None:
            return [UNKNOWN_CURSOR]
        return []

    @cached_property
    def after(self) -> CursorPosition | None:
        """The position at which the previous page ended; None without a valid cursor."""
        text = self.cursor
        return None if text is None else decode_cursor(text, CursorPosition, self._binding)

    @property
    def key(self) -> str:
        """The cache key, equal for all queries that have the same response."""
        return f"{self.limit}&{self.page}&{self.cursor}&{self.sort}&{self.filters}"

    def next_page(self, cursor: str) -> str:
        """Return the query string of the next page; equal for equal cache keys."""
        return encode_query(
            category_id=self.category_id,
            include_subcategories="true" if self.include_subcategories else None,
            min_price=_decimal_text(self.lowest),
            max_price=_decimal_text(self.highest),
            search=" ".join(self.words) or None,
            sort=self.sort,
            limit=self.limit,
            cursor=cursor,
        )

    @property
    def offset(self) -> int:
        """The number of products before the page."""
        return (self.page - 1) * self.limit

    @property
    def is_first(self) -> bool:
        """Return whether the page is the first one."""
        return self.page == 1 and self.cursor is None

    @property
    def page_number(self) -> int:
        """The number of the page, also of one that a cursor selects."""
        return self.after.page if self.after else self.page

    def cursor_after(self, key: str, product_id: str) -> str:
        """Return the cursor of the next page, after the product with this sort key and id."""
        return encode_cursor(CursorPosition(self.page_number + 1, key, product_id), self._binding)

    @property
    def _binding(self) -> tuple[object, ...]:
        """What a cursor belongs to: its position is none in a catalog of other prices."""
        prices = () if self.prices == "supplier" else (self.prices,)
        return *self.filter_values, self.sort, *prices


class ExportQuery(CatalogFilter, frozen=True):
    """Filters and sort of an export, and its format for clients older than /export/csv."""

    format: Annotated[
        Literal["ndjson", "csv"] | None,
        doc("JSON lines or CSV; the Accept field decides when this is absent."),
    ] = None


@cache
def with_prices(kind: type[filter_struct], prices: CatalogPrices) -> type[filter_struct]:
    """Return the query of a catalog that shows these prices."""
    if kind.prices == prices:
        return kind
    made = defstruct(kind.__name__, [], bases=(kind,), namespace={"prices": prices}, frozen=True)
    return cast("type[filter_struct]", made)


class CatalogProduct(Struct, frozen=True, gc=False):
    """An active product of the catalog."""

    id: ProductId
    internal_sku: Annotated[str, doc("The shop's own article code; unique.")]
    name: Annotated[str, doc("Name of the product.")]
    category_id: NullableCategoryId
    min_price: NullableLowestPrice
    max_price: NullableHighestPrice
    supplier_count: Annotated[int, doc("Number of active suppliers that offer the product.")]


class CatalogProductDetail(CatalogProduct, frozen=True, gc=False):
    """An active product of the catalog with the name of its category."""

    category_name: Annotated[str | None, doc("Name of the product's category; null without one.")]


class CatalogCategory(Struct, frozen=True):
    """A category with its number of active products."""

    id: CategoryId
    name: Annotated[str, doc("Name of the category.")]
    parent_id: NullableParentId
    product_count: Annotated[int, doc("Active products in it, without those of subcategories.")]


class CatalogPage(Page[CatalogProduct], frozen=True):
    """A page of the catalog."""


class CatalogCategoryPage(Page[CatalogCategory], frozen=True):
    """A page of the categories of the catalog."""


def _round(bound: Decimal, rounding: str) -> Decimal:
    """Round a bound, which is not negative, to six decimals; -0 becomes 0."""
    return abs(bound.quantize(SIX_DECIMALS, rounding=rounding))


def _decimal_text(bound: Decimal | None) -> str | None:
    return None if bound is None else f"{bound:f}"


def _is_price(bound: Decimal) -> bool:
    return bound.is_finite() and 0 <= bound <= MAX_PRICE
