from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

SourceType = Literal["google_sheets", "csv", "excel"]


class Supplier(Struct, frozen=True):
    """A supplier with how its list is read (`source_config`) and what was found in it (`found`)."""

    id: UUID
    name: str
    source_type: SourceType
    metadata: dict[str, Any]


class UnmatchedItem(Struct, frozen=True):
    """A supplier's article that is linked to no product; the category is the list's word for it."""

    id: UUID
    name: str
    category: str | None


class Link(Struct, frozen=True):
    """Which product an item is."""

    supplier_item_id: UUID
    product_id: UUID
