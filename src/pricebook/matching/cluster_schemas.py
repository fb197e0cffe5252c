from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage
from pricebook.matching.schemas import MatchItem


class Cluster(Struct, frozen=True):
    """Unmatched items of several suppliers that are likely one article."""

    id: Annotated[UUID, doc("Id of the cluster.")]
    score: Annotated[float, doc("Least score of two of its items, from 0 to 1.")]
    reasons: Annotated[list[str], doc("Why the two likeliest items are one article.")]
    supplier_items: Annotated[list[MatchItem], doc("The items, the cheapest first.")]


class ClusterProduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The product to make of a cluster; what is not sent follows from its cheapest item."""

    name: Annotated[str | None, doc("Name of the product; by default that of the first item.")] = (
        None
    )
    internal_sku: Annotated[
        str | None, doc("The shop's own article code; one is made by default.")
    ] = None
    category_id: Annotated[UUID | None, doc("Id of the category.")] = None
    status: Annotated[Literal["draft", "active"], doc("Status of the product.")] = "draft"


class ClusterPage(CursorPage[Cluster], frozen=True):
    """A page of clusters."""
