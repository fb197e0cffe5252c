"""The SQL of the prices of one product: at a time, and their changes since."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, find_value, struct_row


class ItemAt(Struct, frozen=True):
    """An item of a product, with the last price that was recorded until a time."""

    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    is_active: bool
    created_at: datetime
    absent_since: datetime | None
    current_price: Decimal
    price: Decimal | None
    recorded_at: datetime | None
    cost: Decimal | None
    currency: str | None
    undone_by: UUID | None


class LaterPrice(Struct, frozen=True):
    """A price of an item, and the one before it."""

    supplier_item_id: UUID
    recorded_at: datetime
    price: Decimal
    old_price: Decimal | None
    undone_by: UUID | None = None


async def exists_product(conn: Connection, product_id: UUID) -> bool:
    """Return whether there is a product."""
    return await fetch_value(
        conn, "SELECT EXISTS (SELECT FROM products WHERE id = %s)", [product_id]
    )


async def find_product_id(conn: Connection, internal_sku: str) -> UUID | None:
    """Find the id of the product with an article code."""
    return await find_value(conn, "SELECT id FROM products WHERE internal_sku = %s", [internal_sku])


async def list_items_at(conn: Connection, product_id: UUID, time: datetime) -> list[ItemAt]:
    """Return the items that are linked to a product today, with their prices at a time."""
    async with conn.cursor(row_factory=struct_row(ItemAt)) as cursor:
        await cursor.execute(
            """
            SELECT item.id, item.supplier_id, supplier.name AS supplier_name, item.supplier_sku,
                item.name, supplier.is_active, item.created_at, item.absent_since,
                item.current_price, last.price, last.recorded_at, last.cost, last.currency,
                CASE WHEN last.undone_by IS NOT NULL
                    THEN undo_of_price(item.id, last.recorded_at) END AS undone_by
            FROM supplier_items AS item
            JOIN suppliers AS supplier ON supplier.id = item.supplier_id
            LEFT JOIN LATERAL (
                SELECT price, recorded_at, cost, currency, undone_by FROM price_history
                WHERE supplier_item_id = item.id AND recorded_at <= %s
                ORDER BY recorded_at DESC, id DESC LIMIT 1
            ) AS last ON true
            WHERE item.product_id = %s
            ORDER BY supplier.name, item.supplier_sku, item.id
            """,
            [time, product_id],
        )
        return await cursor.fetchall()


async def list_next_prices(
    conn: Connection, item_ids: Sequence[UUID], time: datetime
) -> list[LaterPrice]:
    """Return the first price of each item that was recorded after a time."""
    async with conn.cursor(row_factory=struct_row(LaterPrice)) as cursor:
        await cursor.execute(
            """
            SELECT following.* FROM unnest(%s::uuid[]) AS item (id)
            CROSS JOIN LATERAL (
                SELECT supplier_item_id, recorded_at, price,
                    coalesce(old_price, undone_old_price) AS old_price
                FROM price_history
                WHERE supplier_item_id = item.id AND recorded_at > %s
                ORDER BY recorded_at, id LIMIT 1
            ) AS following
            """,
            [list(item_ids), time],
        )
        return await cursor.fetchall()


async def list_later_prices(
    conn: Connection, item_ids: Sequence[UUID], after: datetime, before: datetime
) -> list[LaterPrice]:
    """Return all prices of items that were recorded between two times, the oldest first."""
    async with conn.cursor(row_factory=struct_row(LaterPrice)) as cursor:
        await cursor.execute(
            """
            SELECT supplier_item_id, recorded_at, price,
                coalesce(old_price, undone_old_price) AS old_price,
                CASE WHEN undone_by IS NOT NULL
                    THEN undo_of_price(supplier_item_id, recorded_at) END AS undone_by
            FROM price_history
            WHERE supplier_item_id = ANY (%s) AND recorded_at > %s AND recorded_at < %s
            ORDER BY recorded_at, id
            """,
            [list(item_ids), after, before],
        )
        return await cursor.fetchall()
