"""Items of inactive suppliers do not count in the aggregates of products."""

import asyncio
import random
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.conninfo import make_conninfo

import builders
from databases import wait_until_blocked
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.errors import DatabaseUnavailableError
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.products.service import create_products_from_unmatched
from pricebook.suppliers import service
from pricebook.suppliers.activity import refresh_requested_products

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"
MANY = 1200
IMPORTS = 6
NAMES = ["ACME", "Best", "Cost"]
SET_ACTIVE: LiteralString = "UPDATE suppliers SET is_active = %s WHERE id = %s"


@pytest.fixture
async def worker_database(database_url: str) -> AsyncIterator[Database]:
    async with Database(make_conninfo(database_url, user=rights.WORKER_ROLE)) as opened:
        yield opened


async def aggregates(conn: Connection, product_id: UUID) -> tuple[Any, ...] | None:
    cursor = await conn.execute(
        "SELECT min_price, max_price, supplier_count FROM products WHERE id = %s", [product_id]
    )
    return await cursor.fetchone()


async def wrong(conn: Connection) -> int:
    return len(await (await conn.execute(builders.WRONG_AGGREGATES)).fetchall())


async def requests(conn: Connection) -> int:
    return len(await (await conn.execute("SELECT FROM aggregate_refreshes")).fetchall())


async def link_many(conn: Connection, supplier_id: UUID, count: int, price: int) -> None:
    """Link an item of a supplier to each of the first products, created when missing."""
    await conn.execute(
        """
        INSERT INTO products (internal_sku, name, status)
        SELECT 'P-' || n, 'Nail', 'active' FROM generate_series(1, %s) AS n ON CONFLICT DO NOTHING
        """,
        [count],
    )
    await conn.execute(
        """
        INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
        SELECT %s, id, internal_sku, 'Nail', %s FROM products WHERE internal_sku IN (
            SELECT 'P-' || n FROM generate_series(1, %s) AS n)
        """,
        [supplier_id, price, count],
    )


async def test_an_inactive_supplier_does_not_count_until_it_is_active_again(
    admin: Client, conn: Connection
) -> None:
    acme, best = await builders.supplier(conn, "ACME"), await builders.supplier(conn)
    product_id = await builders.product(conn, target_price="10")
    await builders.item(conn, acme, "5", product_id=product_id)
    await builders.item(conn, best, "9", product_id=product_id)
    for is_active, expected in [
        (False, (Decimal(9), Decimal(9), 1)),
        (False, (Decimal(9), Decimal(9), 1)),
        (True, (Decimal(5), Decimal(9), 2)),
    ]:
        response = await admin.patch(f"{SUPPLIERS}/{acme}", json={"is_active": is_active})
        assert response.json()["is_active"] == is_active
        assert await aggregates(conn, product_id) == expected
    assert await requests(conn) == 0
    await conn.execute("UPDATE suppliers SET is_active = false")
    assert await aggregates(conn, product_id) == (None, None, 0)
    product = (await admin.get(f"/api/v1/admin/products/{product_id}")).json()
    assert product["margin_percentage"] is None
    assert len(product["supplier_items"]) == 2


async def test_items_that_an_inactive_supplier_gets_do_not_count(conn: Connection) -> None:
    acme = await builders.supplier(conn)
    first, second = await builders.product(conn), await builders.product(conn)
    await conn.execute(SET_ACTIVE, [False, acme])
    item_id = await builders.item(conn, acme, "5", product_id=first)
    await conn.execute("UPDATE supplier_items SET current_price = 4")
    assert await aggregates(conn, first) == (None, None, 0)
    await conn.execute("UPDATE supplier_items SET product_id = %s", [second])
    assert await aggregates(conn, second) == (None, None, 0)
    best = await builders.supplier(conn)
    await conn.execute("UPDATE supplier_items SET supplier_id = %s", [best])
    assert await aggregates(conn, second) == (Decimal(4), Decimal(4), 1)
    await conn.execute("UPDATE supplier_items SET absent_since = now() WHERE id = %s", [item_id])
    await conn.execute(SET_ACTIVE, [False, best])
    await conn.execute(SET_ACTIVE, [True, best])
    assert await aggregates(conn, second) == (None, None, 0)


async def test_products_of_a_large_supplier_follow_in_batches(
    admin: Client, conn: Connection, worker_database: Database
) -> None:
    acme, best = await builders.supplier(conn), await builders.supplier(conn)
    await link_many(conn, acme, MANY, 5)
    await link_many(conn, best, MANY, 9)
    await admin.patch(f"{SUPPLIERS}/{acme}", json={"is_active": False})
    assert (await wrong(conn), await requests(conn)) == (MANY, 1)
    assert not await service.refresh_batch(worker_database, 500)
    assert await wrong(conn) == MANY - 500
    await admin.patch(f"{SUPPLIERS}/{acme}", json={"is_active": True})
    assert (await wrong(conn), await requests(conn)) == (500, 2)
    await admin.patch(f"{SUPPLIERS}/{acme}", json={"is_active": False})
    await asyncio.gather(*(refresh_requested_products(worker_database) for _ in range(3)))
    assert (await wrong(conn), await requests(conn)) == (0, 0)
    row = await (await conn.execute("SELECT count(*) FROM products WHERE min_price = 9")).fetchone()
    assert row == (MANY,)


async def test_change_does_not_wait_for_a_locked_product(
    database: Database, conn: Connection, worker_database: Database
) -> None:
    acme = await builders.supplier(conn)
    await link_many(conn, acme, 9, 5)
    async with database.transaction() as other:
        await other.execute("SELECT FROM products WHERE internal_sku = 'P-4' FOR UPDATE")
        await conn.execute("SET lock_timeout = '10ms'")
        await conn.execute(SET_ACTIVE, [False, acme])
        assert (await wrong(conn), await requests(conn)) == (1, 1)
        with pytest.raises(DatabaseUnavailableError):
            await refresh_requested_products(worker_database)
        assert (await wrong(conn), await requests(conn)) == (1, 1)
    await refresh_requested_products(worker_database)
    assert (await wrong(conn), await requests(conn)) == (0, 0)


@pytest.mark.parametrize("is_committed", [True, False])
async def test_change_waits_for_an_uncommitted_link(
    database: Database, conn: Connection, *, is_committed: bool
) -> None:
    """Neither of the two would otherwise see what the other one has written."""
    acme = await builders.supplier(conn)
    product_id = await builders.product(conn)
    await builders.item(conn, acme, "5")
    async with database.connection() as linking, database.connection() as changing:
        await linking.execute("BEGIN")
        await linking.execute("UPDATE supplier_items SET product_id = %s", [product_id])
        change = asyncio.create_task(changing.execute(SET_ACTIVE, [False, acme]))
        await wait_until_blocked(conn)
        await linking.execute("COMMIT" if is_committed else "ROLLBACK")
        await change
    assert await wrong(conn) == 0


async def test_link_waits_for_an_uncommitted_change(database: Database, conn: Connection) -> None:
    acme = await builders.supplier(conn)
    product_id = await builders.product(conn)
    await builders.item(conn, acme, "5")
    async with database.connection() as linking, database.connection() as changing:
        await changing.execute("BEGIN")
        await changing.execute(SET_ACTIVE, [False, acme])
        statement = "UPDATE supplier_items SET product_id = %s"
        link = asyncio.create_task(linking.execute(statement, [product_id]))
        await wait_until_blocked(conn)
        await changing.execute("COMMIT")
        await link
    assert await aggregates(conn, product_id) == (None, None, 0)


async def test_activity_is_not_changed_under_a_snapshot_that_could_be_old(
    conn: Connection,
) -> None:
    acme = await builders.supplier(conn)
    await builders.item(conn, acme, product_id=await builders.product(conn))
    await conn.execute("SET default_transaction_isolation = 'repeatable read'")
    await conn.execute("UPDATE suppliers SET name = 'Other'")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="READ COMMITTED"):
        await conn.execute("UPDATE suppliers SET is_active = false")


async def test_deleting_a_supplier_leaves_no_request_behind(
    admin: Client, conn: Connection, worker_database: Database
) -> None:
    acme = await builders.supplier(conn)
    await link_many(conn, acme, MANY, 5)
    assert (await admin.delete(f"{SUPPLIERS}/{acme}")).status_code == 202
    await conn.execute("DELETE FROM suppliers")
    await refresh_requested_products(worker_database)
    assert (await wrong(conn), await requests(conn)) == (0, 0)


async def import_lists(
    database: Database, parser_pool: ParserPool, folder: Path, supplier: str
) -> None:
    """Import price lists that add, change and drop items; every second one creates products."""
    for number in range(IMPORTS):
        chosen = random.Random(f"{supplier} {number}")  # noqa: S311 (a repeatable list)
        lines = [f"A-{n},Nail {n},{chosen.randint(1, 99)}.50" for n in chosen.sample(range(60), 40)]
        path = folder / f"{supplier}.csv"
        path.write_text("\n".join(["Article code,Name,Price", *lines]))
        request = ImportRequest(
            source=FileSource(str(path)),
            supplier_name=supplier,
            currency="USD",
            safety_thresholds=None,
        )
        after_merge = create_products_from_unmatched if number % 2 else None
        await importer.run_import(database, parser_pool, request, lambda _: None, after_merge)


async def change_activity(database: Database, chosen: random.Random) -> None:
    async with database.connection() as conn:
        await conn.execute(
            "UPDATE suppliers SET is_active = NOT is_active WHERE name = %s", [chosen.choice(NAMES)]
        )
    await asyncio.sleep(chosen.random() / 50)


async def link(database: Database, chosen: random.Random) -> None:
    async with database.connection() as conn:
        await conn.execute(
            """
            UPDATE supplier_items SET product_id = (
                SELECT id FROM products WHERE internal_sku = %s)
            WHERE id = (
                SELECT id FROM supplier_items ORDER BY supplier_sku, supplier_id
                OFFSET %s LIMIT 1 FOR UPDATE SKIP LOCKED)
            """,
            [f"P-{chosen.randint(0, 12)}", chosen.randint(0, 90)],
        )
    await asyncio.sleep(chosen.random() / 100)


async def refresh(database: Database, _: random.Random) -> None:
    await refresh_requested_products(database)
    await asyncio.sleep(0.05)


async def test_changes_of_activity_during_imports_and_links(
    database_url: str, conn: Connection, parser_pool: ParserPool, tmp_path: Path
) -> None:
    """Real concurrency: no deadlock, and right aggregates at the end, after the worker."""
    for name in NAMES:
        await builders.supplier(conn, name)
    for number in range(12):
        await builders.product(conn, sku=f"P-{number}")
    done = 0
    async with Database(database_url, pool_max=10) as database:
        importing = asyncio.gather(
            *(import_lists(database, parser_pool, tmp_path, name) for name in NAMES)
        )

        async def repeat(do: Any, seed: int) -> None:
            nonlocal done
            chosen = random.Random(seed)  # noqa: S311 (a repeatable choice)
            while not importing.done():
                await do(database, chosen)
                done += 1

        writers = [change_activity, change_activity, link, link, link, refresh]
        await asyncio.gather(importing, *(repeat(do, seed) for seed, do in enumerate(writers)))
        await refresh_requested_products(database)
    assert done > 20
    assert (await wrong(conn), await requests(conn)) == (0, 0)
    cursor = await conn.execute("SELECT FROM ingestion_tasks WHERE state = 'succeeded'")
    assert len(await cursor.fetchall()) == len(NAMES) * IMPORTS
