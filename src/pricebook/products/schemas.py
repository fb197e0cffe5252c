from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

ProductStatus = Literal["draft", "active", "archived"]


class NewProduct(Struct, frozen=True):
    """A product to be made; the target price is in the catalog's currency."""

    internal_sku: str
    name: str
    category_id: UUID | None = None
    status: ProductStatus = "draft"
    target_price: Decimal | None = None
