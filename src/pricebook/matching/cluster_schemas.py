from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.matching.schemas import MatchItem
from pricebook.products.schemas import (
    BRAND_SENTENCE,
    GTIN_SENTENCE,
    MPN_SENTENCE,
    NewGtin,
    NewMark,
    StaffProductDetail,
    TargetPrice,
)

MAX_PRODUCT_ITEMS = 100


class Cluster(Struct, frozen=True):
    """Unmatched items of several suppliers that are likely one article."""

    id: Annotated[UUID, doc("Id of the cluster.")]
    score: Annotated[float, doc("Least score of two of its items, from 0 to 1.")]
    reasons: Annotated[list[str], doc("Why the two likeliest items are one article.")]
    supplier_items: Annotated[list[MatchItem], doc("The items, the cheapest first.")]


class ClusterQuery(CursorPaging, frozen=True, kw_only=True):
    """Which page of the clusters to return, and of which supplier."""

    supplier_id: Annotated[
        UUID | None, doc("Only clusters with an item of this supplier, each with all its items.")
    ] = None


class ClusterProduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The product to make of items; what is not sent is what all items say alike, where they do."""

    name: Annotated[
        str | None, doc("Name of the product; by default that of the cheapest item.")
    ] = None
    internal_sku: Annotated[
        str | None, doc("The shop's own article code; one is made by default.")
    ] = None
    category_id: Annotated[
        UUID | UnsetType | None, doc("Id of an existing category; null for none.")
    ] = UNSET
    status: Annotated[Literal["draft", "active"], doc("Status of the product.")] = "draft"
    target_price: Annotated[
        TargetPrice | None, doc("Own selling price in the currency of the catalog; null for none.")
    ] = None
    gtin: Annotated[NewGtin | UnsetType | None, GTIN_SENTENCE] = UNSET
    mpn: Annotated[NewMark | UnsetType | None, MPN_SENTENCE] = UNSET
    brand: Annotated[NewMark | UnsetType | None, BRAND_SENTENCE] = UNSET


class ItemsProduct(ClusterProduct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The product to make of items of one's own choice."""

    supplier_item_ids: Annotated[
        Annotated[list[UUID], Meta(min_length=1, max_length=MAX_PRODUCT_ITEMS)],
        doc("Ids of unmatched items, 1 to 100."),
    ]


class MadeProduct(StaffProductDetail, frozen=True, kw_only=True):
    """The product that was made, and the batch that linked its items."""

    batch_id: Annotated[
        UUID, doc("Id of the batch; its undo unlinks the items, and archives the product.")
    ]


class ClusterPage(CursorPage[Cluster], frozen=True):
    """A page of clusters."""
