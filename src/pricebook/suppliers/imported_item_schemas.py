"""The items that an import has made or found absent."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

ImportedKind = Literal["new", "absent"]


class ItemPosition(Struct, frozen=True, array_like=True):
    """The position of an item in the list of its import."""

    supplier_sku: str


class ImportedItem(Struct, frozen=True):
    """An item that an import has made or found absent, as it is now."""

    id: UUID
    supplier_sku: str
    name: str
    current_price: Decimal
    product_id: UUID | None
    product_name: str | None
    absent_since: datetime | None
