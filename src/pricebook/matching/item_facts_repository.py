"""The SQL of one item: what it says of its article, and what it is linked to."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row


class ItemFacts(Struct, frozen=True):
    """An item with its codes, its category as the price list names it, and its product."""

    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    current_price: Decimal
    absent_since: datetime | None
    gtin: str | None
    mpn: str | None
    category: str | None
    product_id: UUID | None
    linked_sku: str | None


async def find_item(conn: Connection, item_id: UUID) -> ItemFacts | None:
    """Find an item of a supplier that is not being deleted."""
    async with conn.cursor(row_factory=struct_row(ItemFacts)) as cursor:
        await cursor.execute(
            """
            SELECT item.id, item.supplier_id, supplier.name AS supplier_name, item.supplier_sku,
                item.name, item.current_price, item.absent_since,
                item.price_details ->> 'gtin' AS gtin, item.price_details ->> 'mpn' AS mpn,
                item.characteristics ->> 'category' AS category, item.product_id,
                (SELECT internal_sku FROM products WHERE id = item.product_id) AS linked_sku
            FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
            WHERE item.id = %s AND deleting_since IS NULL
            """,
            [item_id],
        )
        return await cursor.fetchone()


async def list_names(conn: Connection, item_ids: Sequence[UUID]) -> list[str]:
    """Return the different names of items."""
    cursor = await conn.execute(
        "SELECT DISTINCT name FROM supplier_items WHERE id = ANY (%s) ORDER BY name",
        [list(item_ids)],
    )
    return [name for (name,) in await cursor.fetchall()]
