"""The numbers of items of suppliers are right after every kind of write."""

from uuid import UUID

import builders
from pricebook.db.database import Connection, Database
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers import service

ITEMS = """
    INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
    SELECT supplier_id, 'S' || n, 'Saw', 1
    FROM unnest(%s::uuid[]) AS supplier_id, generate_series(%s::integer, %s) AS n
"""


async def counts(database: Database) -> dict[UUID, int]:
    page = await service.list_suppliers(database, CursorPaging())
    return {supplier.id: supplier.items_count for supplier in page.data}


async def test_items_are_counted_by_supplier(conn: Connection, database: Database) -> None:
    first, second = await builders.supplier(conn), await builders.supplier(conn)
    assert await counts(database) == {first: 0, second: 0}
    await conn.execute(ITEMS, [[first, second], 1, 5])
    await conn.execute(ITEMS, [[first], 6, 8])
    assert await counts(database) == {first: 8, second: 5}
    await conn.execute("DELETE FROM supplier_items WHERE supplier_sku IN ('S1', 'S7')")
    await conn.execute("UPDATE supplier_items SET current_price = 2, absent_since = now()")
    for _ in range(2):
        assert await counts(database) == {first: 6, second: 4}
        await service.add_up_item_counts(database)
    cursor = await conn.execute("SELECT count(*) FROM supplier_item_counts")
    assert await cursor.fetchone() == (2,)
    await conn.execute("DELETE FROM suppliers WHERE id = %s", [second])
    await service.add_up_item_counts(database)
    assert await counts(database) == {first: 6}
    await conn.execute("TRUNCATE supplier_items CASCADE")
    assert await counts(database) == {first: 0}


async def test_counts_of_open_transactions_are_not_lost(
    conn: Connection, database: Database
) -> None:
    supplier_id = await builders.supplier(conn)
    await conn.execute(ITEMS, [[supplier_id], 1, 5])
    async with database.transaction() as open_conn:
        await open_conn.execute(ITEMS, [[supplier_id], 6, 7])
        await service.add_up_item_counts(database)
        assert await counts(database) == {supplier_id: 5}
    assert await counts(database) == {supplier_id: 7}
