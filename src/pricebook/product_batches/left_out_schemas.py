"""The products that a bulk change leaves out, and why."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.http.field_types import doc
from pricebook.http.pagination import Page, Paging
from pricebook.products.schemas import NullablePrice, ProductStatus

LeftOutReason = Literal[
    "archived", "without_cost", "without_target", "without_rule", "unchanged", "lowered"
]
SENTENCES: dict[LeftOutReason, str] = {
    "archived": "The product is archived: it changes only with its status.",
    "without_cost": "No supplier has a price for it, from which the new one follows.",
    "without_target": "It has no target price that a change in percent could change.",
    "without_rule": "No active pricing rule fits it.",
    "unchanged": "It has the new values already, or would get a target price that is too high.",
    "lowered": "Its target price would fall or be removed.",
}

Reason = Annotated[
    LeftOutReason | None, doc("Only products that are left out for this reason, as in `left_out`.")
]


class LeftOutFilter(Struct, frozen=True):
    """For which reason products are left out."""

    reason: Reason = None


class LeftOutQuery(Paging, frozen=True):
    """For which reason products are left out, and which page of them to return."""

    reason: Reason = None


class LeftOutProduct(Struct, frozen=True):
    """A selected product that a batch does not change; its values are those of now."""

    product_id: Annotated[UUID, doc("Id of the product.")]
    internal_sku: Annotated[str | None, doc("The shop's own article code; null: deleted since.")]
    name: Annotated[str | None, doc("Name of the product; null: deleted since.")]
    status: Annotated[ProductStatus | None, doc("Status of the product; null: deleted since.")]
    target_price: NullablePrice
    lowest_price: NullablePrice
    reason: Annotated[LeftOutReason, doc("Why it was left out, for programs.")]
    sentence: Annotated[str, doc("Sentence for people: why it was left out.")]


class LeftOutPage(Page[LeftOutProduct], frozen=True):
    """A page of the products that a batch leaves out, by reason and article code."""
