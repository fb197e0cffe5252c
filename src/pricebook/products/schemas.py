from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import (
    MAX_PRICE,
    Price,
    SearchText,
    normalise_text,
    range_issues,
    search_issues,
    search_terms,
    text_schema,
)
from pricebook.http.pagination import Paging
from pricebook.suppliers.schemas import SupplierItem

ProductStatus = Literal["draft", "active", "archived"]

MAX_NAME = 500
MAX_SKU = 100
# No margin lies outside: the highest price over the lowest target is below 10^17 per cent.
MARGIN_LIMIT = Decimal(10) ** 18
HUNDREDTH = Decimal("0.01")

ProductName = Annotated[str, Meta(extra_json_schema=text_schema(MAX_NAME))]
InternalSku = Annotated[str, Meta(extra_json_schema=text_schema(MAX_SKU))]
TargetPrice = Annotated[
    Decimal,
    Meta(
        description="More than 0, at most four decimals; text or number.",
        extra_json_schema={
            "type": ["string", "number"],
            "examples": ["19.90"],
            "exclusiveMinimum": 0,
            "maximum": float(MAX_PRICE),
            "pattern": r"^\d+(\.\d{1,4})?$",
        },
    ),
]
Margin = Annotated[
    float,
    Meta(description="(target price - lowest price) / target price * 100, to two places."),
]

# What the columns of the export are called.
EXPORT_HEADER = (
    "id",
    "internal_sku",
    "name",
    "category_id",
    "status",
    "target_price",
    "margin_percentage",
    "supplier_item_id",
    "supplier_id",
    "supplier_name",
    "supplier_sku",
    "supplier_item_name",
    "current_price",
    "characteristics",
    "last_ingested_at",
    "absent_since",
)


class NewProduct(Struct, frozen=True):
    """A product to be made; the target price is in the catalog's currency."""

    internal_sku: str
    name: str
    category_id: UUID | None = None
    status: ProductStatus = "draft"
    target_price: Decimal | None = None


class StaffProductQuery(Paging, frozen=True):
    """Which products are wanted; the filters combine with AND."""

    status: ProductStatus | None = None
    min_margin: Annotated[Decimal | None, Meta(description="The margin is at least this.")] = None
    max_margin: Annotated[Decimal | None, Meta(description="The margin is at most this.")] = None
    supplier_id: Annotated[
        UUID | None, Meta(description="Products with an item of this supplier.")
    ] = None
    search: Annotated[
        SearchText | None,
        Meta(description="Every word occurs in the name or the SKU, whatever case and accents."),
    ] = None

    def __post_init__(self) -> None:
        """Check what a type alone cannot say; raises ValidationError naming the parameters."""
        bounds = (self.min_margin, self.max_margin)
        issues = [
            *range_issues("margin", *bounds, Decimal.is_finite, "expected a number"),
            *search_issues(self.search),
        ]
        if issues:
            raise validation_error(*issues)

    @property
    def words(self) -> tuple[str, ...]:
        """The words to search for, each once."""
        return search_terms(self.search)

    @property
    def lowest_margin(self) -> Decimal | None:
        """The lower bound at the two decimals of a margin; no margin lies between the two."""
        return None if self.min_margin is None else _hundredths(self.min_margin, ROUND_CEILING)

    @property
    def highest_margin(self) -> Decimal | None:
        """The upper bound at the two decimals of a margin; no margin lies between the two."""
        return None if self.max_margin is None else _hundredths(self.max_margin, ROUND_FLOOR)


class StaffProduct(Struct, frozen=True):
    """A product as staff sees it, with all items of its suppliers, the cheapest first."""

    id: UUID
    internal_sku: str
    name: str
    category_id: UUID | None
    status: ProductStatus
    target_price: Price | None
    supplier_items: list[SupplierItem]
    margin_percentage: Margin | None


class StaffProductDetail(StaffProduct, frozen=True):
    """A product, and when it was made and last changed."""

    created_at: datetime
    updated_at: datetime


class CreatedProduct(Struct, frozen=True):
    """A product that was just made, with the item that it was made from, if any."""

    id: UUID
    internal_sku: str
    name: str
    category_id: UUID | None
    status: ProductStatus
    target_price: Price | None
    supplier_items: list[SupplierItem]
    created_at: datetime


class MatchedProduct(Struct, frozen=True):
    """The product after a link or an unlink."""

    product: StaffProductDetail


class CreateProductRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A product to be made, linked to a supplier's item if one is named."""

    name: ProductName
    internal_sku: InternalSku | None = None
    category_id: UUID | None = None
    status: Literal["draft", "active"] = "draft"
    target_price: TargetPrice | None = None
    supplier_item_id: UUID | None = None

    def __post_init__(self) -> None:
        """Clean the texts; raises ValidationError naming every field that is wrong."""
        issues = [
            *normalise_text(self, "name", MAX_NAME),
            *normalise_text(self, "internal_sku", MAX_SKU),
            *_price_issues(self.target_price),
        ]
        if issues:
            raise validation_error(*issues)


class ProductChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change of a product; null takes the category or the target price away."""

    name: ProductName | UnsetType = UNSET
    category_id: UUID | UnsetType | None = UNSET
    status: ProductStatus | UnsetType = UNSET
    target_price: TargetPrice | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """Clean the name; raises ValidationError naming what is wrong, or for no change at all."""
        issues = [*normalise_text(self, "name", MAX_NAME), *_price_issues(self.target_price)]
        if not self.given:
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)

    @property
    def given(self) -> Mapping[str, Any]:
        """The fields that are to change."""
        fields = msgspec.structs.asdict(self)
        return {name: value for name, value in fields.items() if value is not UNSET}


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether an item is to become a product's or to be free again."""

    action: Literal["link", "unlink"]
    supplier_item_id: UUID


def _hundredths(bound: Decimal, rounding: str) -> Decimal:
    return max(-MARGIN_LIMIT, min(MARGIN_LIMIT, bound)).quantize(HUNDREDTH, rounding=rounding)


def _price_issues(price: Decimal | UnsetType | None) -> list[FieldIssue]:
    """Say what is wrong with a price; zeros behind the fourth decimal are nothing wrong."""
    if not isinstance(price, Decimal):
        return []
    if not (price.is_finite() and 0 < price <= MAX_PRICE):
        return [body_issue("target_price", f"expected a number over 0, at most {MAX_PRICE}")]
    if price != round(price, 4):
        return [body_issue("target_price", "has more than four decimals")]
    return []
