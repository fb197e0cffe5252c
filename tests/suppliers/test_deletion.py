"""Deleting a supplier that is too large for one transaction."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.conninfo import make_conninfo

import builders
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.errors import ConflictError, DatabaseUnavailableError, NotFoundError
from pricebook.imports import importer
from pricebook.services import open_redis
from pricebook.settings import Settings
from pricebook.suppliers import service
from pricebook.suppliers.deletion import delete_marked_suppliers
from pricebook.tasks import service as tasks
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import NewTask, Requester

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"
ITEMS = 1500


async def large_supplier(conn: Connection, name: str = "ACME", items: int = ITEMS) -> UUID:
    """A supplier, each tenth item of which is linked to a product that another one has, too."""
    supplier_id, other = await builders.supplier(conn, name), await builders.supplier(conn)
    await conn.execute(
        """
        INSERT INTO products (internal_sku, name, status)
        SELECT 'P-' || n, 'Nail', 'active' FROM generate_series(10, %s, 10) AS n
        """,
        [items],
    )
    for owner, price in ((supplier_id, 5), (other, 7)):
        await conn.execute(
            """
            INSERT INTO supplier_items
                (supplier_id, product_id, supplier_sku, name, current_price)
            SELECT %s, product.id, 'A-' || n, 'Nail', %s
            FROM generate_series(1, %s) AS n
            LEFT JOIN products AS product ON internal_sku = 'P-' || n
            """,
            [owner, price, items],
        )
    return supplier_id


@pytest.fixture
async def worker_database(database_url: str) -> AsyncIterator[Database]:
    async with Database(make_conninfo(database_url, user=rights.WORKER_ROLE)) as opened:
        yield opened


async def count(conn: Connection, statement: Any, *values: Any) -> int:
    row = await (await conn.execute(statement, values)).fetchone()
    assert row
    return row[0]


async def test_a_large_supplier_is_hidden_at_once_and_its_items_go_in_the_background(
    admin: Client, conn: Connection, worker_database: Database
) -> None:
    supplier_id = await large_supplier(conn)
    address = f"{SUPPLIERS}/{supplier_id}"
    for _ in range(2):
        response = await admin.delete(address)
        assert (response.status_code, response.headers["location"]) == (202, address)
        assert response.json()["deleting_since"]
    left = (await admin.get(address)).json()
    assert (left["is_active"], left["items_count"]) == (False, ITEMS)
    assert [each["name"] for each in (await admin.get(SUPPLIERS)).json()["data"]] != ["ACME"]
    assert (await admin.get(SUPPLIERS)).json()["total_count"] == 1
    again = await admin.post(SUPPLIERS, json={"name": "acme", "source_type": "csv"})
    assert again.status_code == 201

    await delete_marked_suppliers(worker_database)
    assert (await admin.get(address)).status_code == 404
    assert (await admin.delete(address)).status_code == 404
    assert (await admin.get(f"{SUPPLIERS}/{again.json()['id']}")).status_code == 200
    assert await count(conn, "SELECT count(*) FROM supplier_items") == ITEMS
    assert await count(conn, "SELECT count(*) FROM price_history") == ITEMS
    assert await count(conn, "SELECT count(*) FROM products WHERE min_price = 7") == ITEMS // 10
    assert await (await conn.execute(builders.WRONG_AGGREGATES)).fetchall() == []


@pytest.fixture
def marked(admin: Client, conn: Connection) -> Callable[[], Awaitable[UUID]]:
    """Make a supplier that is being deleted."""

    async def mark() -> UUID:
        supplier_id = await large_supplier(conn)
        assert (await admin.delete(f"{SUPPLIERS}/{supplier_id}")).status_code == 202
        return supplier_id

    return mark


async def test_what_is_being_deleted_is_neither_changed_nor_synced_nor_linked(
    admin: Client, conn: Connection, marked: Callable[[], Awaitable[UUID]]
) -> None:
    supplier_id = await marked()
    address = f"{SUPPLIERS}/{supplier_id}"
    assert (await admin.patch(address, json={"is_active": True})).status_code == 404
    sync = await admin.post("/api/v1/admin/sync", json={"supplier_id": str(supplier_id)})
    assert sync.status_code == 404
    upload = await admin.post(f"{address}/upload", files={"file": ("a.csv", b"sku,price\nA,1\n")})
    assert upload.status_code == 404
    free = (await admin.get(f"{SUPPLIERS}/unmatched", params={"limit": 200})).json()
    assert free["total_count"] == ITEMS - ITEMS // 10
    assert str(supplier_id) not in {each["supplier_id"] for each in free["data"]}
    cursor = await conn.execute(
        "SELECT id FROM supplier_items WHERE supplier_id = %s AND product_id IS NULL LIMIT 1",
        [supplier_id],
    )
    row = await cursor.fetchone()
    assert row
    product_id = await builders.product(conn)
    body = {"action": "link", "supplier_item_id": str(row[0])}
    link = await admin.patch(f"/api/v1/admin/products/{product_id}/match", json=body)
    assert link.status_code == 404


async def test_a_deletion_goes_on_where_it_was_interrupted(
    conn: Connection, database: Database, worker_database: Database
) -> None:
    supplier_id = await large_supplier(conn)
    assert await service.delete_supplier(database, supplier_id)
    assert not await service.delete_batch(worker_database, supplier_id, 100)
    mine = "SELECT count(*) FROM supplier_items WHERE supplier_id = %s"
    assert await count(conn, mine, supplier_id) == ITEMS - 100
    assert await (await conn.execute(builders.WRONG_AGGREGATES)).fetchall() == []
    await asyncio.gather(*(delete_marked_suppliers(worker_database) for _ in range(2)))
    assert await count(conn, "SELECT count(*) FROM suppliers WHERE id = %s", supplier_id) == 0


async def test_locked_items_are_deleted_in_a_later_batch(
    conn: Connection, database: Database, worker_database: Database
) -> None:
    supplier_id = await large_supplier(conn)
    assert await service.delete_supplier(database, supplier_id)
    async with database.transaction() as other:
        await other.execute(
            "SELECT FROM supplier_items WHERE supplier_id = %s AND supplier_sku = 'A-3' FOR UPDATE",
            [supplier_id],
        )
        assert not await service.delete_batch(worker_database, supplier_id, 5000)
        mine = "SELECT count(*) FROM supplier_items WHERE supplier_id = %s"
        assert await count(conn, mine, supplier_id) == 1
    assert await service.delete_batch(worker_database, supplier_id, 5000)


async def test_a_supplier_whose_list_is_being_merged_is_not_deleted_meanwhile(
    conn: Connection, database: Database
) -> None:
    supplier_id = await large_supplier(conn)
    async with database.transaction() as importing:
        assert await service.find_supplier(importing, supplier_id)
        assert await importing.execute(
            "SELECT FROM suppliers WHERE id = %s FOR NO KEY UPDATE", [supplier_id]
        )
        with pytest.raises(DatabaseUnavailableError):
            await service.delete_supplier(database, supplier_id)
    assert await service.delete_supplier(database, supplier_id)
    async with database.connection() as other:
        assert await service.lock_existing_supplier(other, supplier_id) is None


async def test_a_task_of_a_deleted_supplier_is_refused(
    conn: Connection, database: Database, settings: Settings
) -> None:
    supplier_id = await builders.supplier(conn)
    assert await service.delete_supplier(database, supplier_id) is None
    task = NewTask(
        supplier_id=supplier_id,
        supplier_name="ACME",
        parser_type="csv",
        source_config={},
        requester=Requester(),
        digest=b"",
    )
    async with open_redis(settings) as redis:
        queue = QueueClient(redis, settings.redis_queue_name)
        with pytest.raises(NotFoundError):
            await tasks.submit_task(database, queue, task)


async def test_tasks_and_rejected_rows_outlive_their_supplier(
    conn: Connection, database: Database, worker_database: Database
) -> None:
    supplier_id = await large_supplier(conn)
    await conn.execute(
        """
        WITH task AS (
            INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, found)
            SELECT %s, 'ACME', 'csv', 'held', '{}' FROM generate_series(1, 3) RETURNING id
        )
        INSERT INTO parsing_logs (task_id, supplier_id, error_type, error_message)
        SELECT id, %s, 'x', 'x' FROM task, generate_series(1, 1000)
        """,
        [supplier_id, supplier_id],
    )
    assert await service.delete_supplier(database, supplier_id)
    cursor = await conn.execute("SELECT id FROM ingestion_tasks LIMIT 1")
    row = await cursor.fetchone()
    assert row
    with pytest.raises(ConflictError, match="no longer exists"):
        await importer.apply_held(database, row[0])
    await delete_marked_suppliers(worker_database)
    detached_count = "SELECT count(*) FROM {} WHERE supplier_id IS NULL"
    assert await count(conn, detached_count.format("ingestion_tasks").encode()) == 3
    assert await count(conn, detached_count.format("parsing_logs").encode()) == 3000
