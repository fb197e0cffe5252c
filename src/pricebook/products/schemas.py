from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import (
    MAX_PRICE,
    Price,
    doc,
    normalise_text,
    text_schema,
)
from pricebook.http.pagination import CursorPage
from pricebook.pricelists.facts.gtin import parse_gtin
from pricebook.suppliers.schemas import SupplierItem

ProductStatus = Literal["draft", "active", "archived"]

MAX_NAME = 500
MAX_SKU = 100
# Of part numbers and brands.
MAX_MARK = 255
GTIN_EXPECTED = "expected 8, 12, 13 or 14 digits of which the last is the check digit"

NewProductName = Annotated[str, doc("Name of the product.", **text_schema(MAX_NAME))]
NewInternalSku = Annotated[str, Meta(extra_json_schema=text_schema(MAX_SKU))]
ProductId = Annotated[UUID, doc("Id of the product.")]
InternalSku = Annotated[str, doc("The shop's own article code; unique.")]
ProductName = Annotated[str, doc("Name of the product.")]
CategoryId = Annotated[UUID | None, doc("Id of the product's category; null without one.")]
Status = Annotated[ProductStatus, doc("Only `active` products are in the public catalog.")]
NullablePrice = Annotated[
    Price | None, doc("Own selling price in the currency of the catalog; null without one.")
]
SupplierItems = Annotated[
    list[SupplierItem], doc("All supplier items of the product, the cheapest first.")
]
CreatedAt = Annotated[datetime, doc("Time of creation, ISO 8601 UTC.")]
TargetPrice = Annotated[
    Decimal,
    Meta(
        description="Own selling price in the currency of the catalog: a decimal string or a JSON"
        " number, more than 0, at most four decimals.",
        extra_json_schema={
            "anyOf": [
                {"type": "string", "pattern": r"^\d+(\.\d{1,4})?$", "examples": ["19.90"]},
                {"type": "number", "exclusiveMinimum": 0, "maximum": float(MAX_PRICE)},
            ]
        },
    ),
]
Gtin = Annotated[
    str | None, doc("GTIN (8, 12, 13 or 14 digits with a valid check digit); null without one.")
]
Mpn = Annotated[str | None, doc("The manufacturer's part number; null without one.")]
Brand = Annotated[str | None, doc("Brand; null without one.")]
NewGtin = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": r"^(\d{8}|\d{12,14})$", "examples": ["4006381333931"]},
    ),
]
NewMark = Annotated[str, Meta(extra_json_schema=text_schema(MAX_MARK))]
GTIN_SENTENCE = doc(
    "GTIN: 8, 12, 13 or 14 digits of which the last is the check digit; null for none."
)
MPN_SENTENCE = doc("The manufacturer's part number; null for none.")
BRAND_SENTENCE = doc("Brand; null for none.")
Margin = Annotated[
    float | None,
    doc(
        "Margin in percent: (target price - lowest price) / target price * 100, rounded to two"
        " decimals; null without a target price or without items."
    ),
]

LowestPrice = Annotated[
    Price | None,
    doc(
        "Lowest price of its present items, in the currency of the catalog, those of inactive"
        " suppliers aside; null without one."
    ),
]
HighestPrice = Annotated[
    Price | None,
    doc("Highest price of the same items, in the currency of the catalog; null without one."),
]
PriceChange = Annotated[
    float | None,
    doc(
        "Last change of the lowest price, in percent of the one before, to two decimals; null"
        " without one in the last 30 days, or without a price before or after. Undone imports do"
        " not count."
    ),
]
PriceChangedAt = Annotated[
    datetime | None, doc("Time of that change, ISO 8601 UTC; null after 30 days.")
]
UpdatedAt = Annotated[datetime, doc("Time of the last change, prices too, ISO 8601 UTC.")]


class NewProduct(Struct, frozen=True):
    """The fields of a new product; the target price is in the currency of the catalog."""

    internal_sku: str
    name: str
    category_id: UUID | None = None
    status: ProductStatus = "draft"
    target_price: Decimal | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None


class CurrentProduct(Struct, frozen=True):
    """The own fields of a product that is locked."""

    id: UUID
    internal_sku: str
    name: str
    category_id: UUID | None
    status: ProductStatus
    target_price: Decimal | None
    gtin: str | None
    mpn: str | None
    brand: str | None


class FileProduct(Struct, frozen=True):
    """A product as a line of a file: its category's path, its links as supplier and code."""

    internal_sku: str
    name: str
    category: list[str] | None
    status: ProductStatus
    target_price: Decimal | None
    gtin: str | None
    mpn: str | None
    brand: str | None
    links: list[tuple[str, str]] | None


class ProductWithItems(Struct, frozen=True):
    """The fields of a product that each response to staff has."""

    id: ProductId
    internal_sku: InternalSku
    name: ProductName
    category_id: CategoryId
    status: Status
    target_price: NullablePrice
    gtin: Gtin
    mpn: Mpn
    brand: Brand
    supplier_items: SupplierItems


class StaffProduct(ProductWithItems, frozen=True):
    """A product with its supplier items, its margin and the last change of its price."""

    lowest_price: LowestPrice
    highest_price: HighestPrice
    margin_percentage: Margin
    price_change_percentage: PriceChange
    price_changed_at: PriceChangedAt
    updated_at: UpdatedAt


class ProductPage(CursorPage[StaffProduct], frozen=True):
    """A page of products."""


class StaffProductDetail(StaffProduct, frozen=True):
    """A product with its supplier items, its margin and its times."""

    created_at: CreatedAt


class CreatedProduct(ProductWithItems, frozen=True):
    """A new product with the supplier item that was linked to it, if any."""

    created_at: CreatedAt


class MatchedProduct(Struct, frozen=True):
    """The result of linking or unlinking an item."""

    product: Annotated[StaffProductDetail, doc("The product after the change.")]


class CreateProductRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a new product."""

    name: NewProductName
    internal_sku: Annotated[
        NewInternalSku | None,
        doc("Own article code; without one the system generates a unique one."),
    ] = None
    category_id: Annotated[UUID | None, doc("Id of an existing category; null for none.")] = None
    status: Annotated[Literal["draft", "active"], doc("Status; `draft` by default.")] = "draft"
    target_price: Annotated[
        TargetPrice | None, doc("Own selling price in the currency of the catalog; null for none.")
    ] = None
    supplier_item_id: Annotated[
        UUID | None, doc("Id of an unmatched supplier item to link; null for none.")
    ] = None
    gtin: Annotated[NewGtin | None, GTIN_SENTENCE] = None
    mpn: Annotated[NewMark | None, MPN_SENTENCE] = None
    brand: Annotated[NewMark | None, BRAND_SENTENCE] = None

    def __post_init__(self) -> None:
        """Normalise the texts; raises ValidationError naming every refused field."""
        issues = [
            *normalise_text(self, "name", MAX_NAME),
            *normalise_text(self, "internal_sku", MAX_SKU),
            *normalise_text(self, "mpn", MAX_MARK),
            *normalise_text(self, "brand", MAX_MARK),
            *_gtin_issues(self),
            *target_price_issues(self.target_price),
        ]
        if issues:
            raise validation_error(*issues)


class ProductChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of a product; fields that are not sent stay."""

    name: NewProductName | UnsetType = UNSET
    category_id: Annotated[
        UUID | UnsetType | None, doc("Id of an existing category; null removes the category.")
    ] = UNSET
    status: Annotated[ProductStatus | UnsetType, doc("New status.")] = UNSET
    target_price: Annotated[
        TargetPrice | UnsetType | None,
        doc("Own selling price in the currency of the catalog; null removes it."),
    ] = UNSET
    gtin: Annotated[NewGtin | UnsetType | None, GTIN_SENTENCE] = UNSET
    mpn: Annotated[NewMark | UnsetType | None, MPN_SENTENCE] = UNSET
    brand: Annotated[NewMark | UnsetType | None, BRAND_SENTENCE] = UNSET

    def __post_init__(self) -> None:
        """Normalise the texts; raises ValidationError for refused fields or without any field."""
        issues = [
            *normalise_text(self, "name", MAX_NAME),
            *normalise_text(self, "mpn", MAX_MARK),
            *normalise_text(self, "brand", MAX_MARK),
            *_gtin_issues(self),
            *target_price_issues(self.target_price),
        ]
        if not self.given:
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)

    @property
    def given(self) -> Mapping[str, Any]:
        """The fields that were sent, with their values."""
        fields = msgspec.structs.asdict(self)
        return {name: value for name, value in fields.items() if value is not UNSET}


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """A link of a supplier item to a product, or its removal."""

    action: Annotated[Literal["link", "unlink"], doc("`link` sets the link, `unlink` removes it.")]
    supplier_item_id: Annotated[UUID, doc("Id of the supplier item.")]


def _gtin_issues(body: CreateProductRequest | ProductChange) -> list[FieldIssue]:
    """Set the GTIN of a new struct to its digits, and return its issues."""
    if not isinstance(body.gtin, str):
        return []
    digits = parse_gtin(body.gtin)
    if digits is None:
        return [body_issue("gtin", GTIN_EXPECTED)]
    msgspec.structs.force_setattr(body, "gtin", digits)
    return []


def target_price_issues(price: Decimal | UnsetType | None) -> list[FieldIssue]:
    """Return the issues of a target price; zeros after the fourth decimal are accepted."""
    if not isinstance(price, Decimal):
        return []
    if not (price.is_finite() and 0 < price <= MAX_PRICE):
        return [body_issue("target_price", f"expected a number over 0, at most {MAX_PRICE}")]
    if price != round(price, 4):
        return [body_issue("target_price", "has more than four decimals")]
    return []
