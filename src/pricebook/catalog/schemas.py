from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.errors import refuse
from pricebook.web.fields import (
    MAX_PRICE,
    Price,
    SearchWords,
    range_issues,
    search_issues,
    words_of,
)
from pricebook.web.paging import Paging

FOUR_DECIMALS = Decimal("0.0001")

PriceBound = Annotated[
    Decimal,
    Meta(extra_json_schema={"minimum": 0, "maximum": float(MAX_PRICE)}),
]


class CatalogQuery(Paging, frozen=True):
    """What a visitor asks the catalog for; the filters combine with AND."""

    category_id: Annotated[UUID | None, Meta(description="Products of this very category.")] = None
    min_price: Annotated[
        PriceBound | None, Meta(description="The product's lowest price is at least this.")
    ] = None
    max_price: Annotated[
        PriceBound | None, Meta(description="The product's lowest price is at most this.")
    ] = None
    search: Annotated[
        SearchWords | None,
        Meta(description="Every word occurs in the name or the SKU, whatever case and accents."),
    ] = None

    def __post_init__(self) -> None:
        """Check what a type alone cannot say.

        Raises ValidationError naming the parameters.
        """
        expected = f"expected a number from 0 to {MAX_PRICE}"
        issues = [
            *range_issues("price", self.min_price, self.max_price, _is_price, expected),
            *search_issues(self.search),
        ]
        if issues:
            raise refuse(*issues)

    @property
    def words(self) -> tuple[str, ...]:
        """The words to search for, each once."""
        return words_of(self.search)

    @property
    def lowest(self) -> Decimal | None:
        """The lower bound at the four decimals of a price; no price lies between the two."""
        return None if self.min_price is None else _at_four_decimals(self.min_price, ROUND_CEILING)

    @property
    def highest(self) -> Decimal | None:
        """The upper bound at the four decimals of a price; no price lies between the two."""
        return None if self.max_price is None else _at_four_decimals(self.max_price, ROUND_FLOOR)


class CatalogProduct(Struct, frozen=True):
    """A product as the public sees it; prices are 0.00 while no supplier offers it."""

    id: UUID
    internal_sku: str
    name: str
    category_id: UUID | None
    min_price: Price
    max_price: Price
    supplier_count: int


class CatalogProductDetail(CatalogProduct, frozen=True):
    """A product with the name of its category."""

    category_name: str | None


class CategoryCount(Struct, frozen=True):
    """A category and how many active products it holds itself."""

    id: UUID
    name: str
    parent_id: UUID | None
    product_count: int


def _at_four_decimals(bound: Decimal, rounding: str) -> Decimal:
    return bound.quantize(FOUR_DECIMALS, rounding=rounding)


def _is_price(bound: Decimal) -> bool:
    return bound.is_finite() and 0 <= bound <= MAX_PRICE
