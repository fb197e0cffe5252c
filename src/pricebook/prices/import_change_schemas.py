"""Price changes of one import, and their positions in its list."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct


class ImportPosition(Struct, frozen=True, array_like=True):
    """The position of a price change in the list of its import."""

    size: Decimal
    recorded_at: datetime
    id: UUID


class ImportPriceChange(Struct, frozen=True):
    """A price change of an import.

    `change_percent` is None where the price was 0 before. `undone_by` is the id of the undo.
    """

    id: UUID
    recorded_at: datetime
    size: Decimal
    supplier_id: UUID
    supplier_sku: str
    name: str
    product_id: UUID | None
    product_name: str | None
    old_price: Decimal
    price: Decimal
    change_percent: Decimal | None
    margin_points: Decimal | None
    margin_before: Decimal | None
    margin_after: Decimal | None
    undone_by: UUID | None

    @property
    def position(self) -> ImportPosition:
        """The position in the list."""
        return ImportPosition(self.size, self.recorded_at, self.id)
