"""PostgreSQL notifies every public change once a transaction, whichever program wrote it."""

from collections.abc import AsyncIterator

import psycopg
import pytest

import builders
from pricebook.db.database import Connection

NOTIFIED = {
    "a price": "UPDATE supplier_items SET current_price = 11",
    "a link less": "UPDATE supplier_items SET product_id = NULL",
    "an item less": "DELETE FROM supplier_items",
    "a supplier less": "DELETE FROM suppliers",
    "an inactive supplier": "UPDATE suppliers SET is_active = false",
    "all items": "TRUNCATE supplier_items CASCADE",
    "a name": "UPDATE products SET name = 'Saw' WHERE status = 'active'",
    "a SKU": "UPDATE products SET internal_sku = 'S' || internal_sku WHERE status = 'active'",
    "a category taken away": "UPDATE products SET category_id = NULL WHERE status = 'active'",
    "an age": "UPDATE products SET created_at = created_at - interval '1 day'",
    "another id": "UPDATE products SET id = gen_random_uuid() WHERE supplier_count = 0",
    "archived": "UPDATE products SET status = 'archived' WHERE status = 'active'",
    "published": "UPDATE products SET status = 'active' WHERE status = 'draft'",
    "a product more": "INSERT INTO products (internal_sku, name) VALUES ('N', 'N')",
    "a product less": "DELETE FROM products WHERE status = 'active'",
    "all products": "TRUNCATE products CASCADE",
    "a category more": "INSERT INTO categories (name) VALUES ('Saws')",
    "a category's name": "UPDATE categories SET name = 'Saws'",
    "a category less": "DELETE FROM categories",
}
NOT_NOTIFIED = {
    "nothing": "UPDATE products SET name = name",
    "the same price": "UPDATE supplier_items SET current_price = current_price",
    "a draft": "UPDATE products SET name = 'Other' WHERE status = 'draft'",
    "the target price of a draft": "UPDATE products SET target_price = 12 WHERE status = 'draft'",
    "no product": "UPDATE products SET name = 'Other' WHERE false",
    "a supplier": "UPDATE suppliers SET name = 'Other', is_active = is_active",
    "an item without a product": """
        INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
        SELECT id, 'FREE', 'Free', 1 FROM suppliers
    """,
    "an item's name": "UPDATE supplier_items SET name = 'Other'",
}


@pytest.fixture
async def listener(conn: Connection, database_url: str) -> AsyncIterator[Connection]:
    """A connection that listens on the channel; the catalog has products."""
    tools = await builders.category(conn, "Tools")
    await builders.offered_product(conn, "Hammer", "10", category_id=tools)
    await builders.product(conn, "Lone", category_id=tools)
    await builders.product(conn, "Draft", status="draft")
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as opened:
        await opened.execute("LISTEN catalog_changed")
        yield opened


async def notified_payloads(listener: Connection, conn: Connection) -> list[str]:
    """Return the payloads of the notifications before a last one."""
    await conn.execute("SELECT pg_notify('catalog_changed', 'last')")
    payloads: list[str] = []
    async for notification in listener.notifies():
        if notification.payload == "last":
            return payloads
        payloads.append(notification.payload)
    raise LookupError


async def count_notifications(listener: Connection, conn: Connection) -> int:
    """Count the notifications before a last one."""
    return len(await notified_payloads(listener, conn))


@pytest.mark.parametrize("statement", NOTIFIED.values(), ids=NOTIFIED)
async def test_change_is_notified(listener: Connection, conn: Connection, statement: str) -> None:
    await conn.execute(statement.encode())
    assert await notified_payloads(listener, conn) == [""]


@pytest.mark.parametrize("price", [12, None])
async def test_change_of_target_prices_alone_is_notified_as_such(
    listener: Connection, conn: Connection, price: int | None
) -> None:
    await conn.execute("UPDATE products SET target_price = 11 WHERE status = 'active'")
    assert await notified_payloads(listener, conn) == ["target_price"]
    await conn.execute("UPDATE products SET target_price = %s", [price])
    assert await notified_payloads(listener, conn) == ["target_price"]
    await conn.execute("UPDATE products SET target_price = 13, name = 'Saw'")
    assert await notified_payloads(listener, conn) == [""]


@pytest.mark.parametrize("statement", NOT_NOTIFIED.values(), ids=NOT_NOTIFIED)
async def test_invisible_change_is_not_notified(
    listener: Connection, conn: Connection, statement: str
) -> None:
    await conn.execute(statement.encode())
    assert await count_notifications(listener, conn) == 0


async def test_one_notification_per_transaction_and_none_after_rollback(
    listener: Connection, conn: Connection
) -> None:
    async with conn.transaction():
        for price in range(5):
            await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
        await conn.execute("INSERT INTO categories (name) VALUES ('Saws')")
    assert await count_notifications(listener, conn) == 1
    async with conn.transaction(force_rollback=True):
        await conn.execute("UPDATE supplier_items SET current_price = 99")
    assert await count_notifications(listener, conn) == 0
