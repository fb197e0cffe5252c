"""Changed price ranges of products are events, by which a reader has the present prices."""

import asyncio
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import LIST, RunImport
from pricebook.db.actor import WORKER, acting_as
from pricebook.db.database import Connection, Database
from pricebook.events import service
from pricebook.rates import service as rates
from pricebook.rates.schemas import NewRate, RateSource
from pricebook.rates.service import RateContext
from pricebook.undo import service as undo
from rates.conftest import days_ago

Client = AsyncTestClient[Litestar]
LINK = "UPDATE supplier_items SET product_id = %s WHERE supplier_sku = %s"
SET_PRICE = "UPDATE supplier_items SET current_price = %s WHERE id = %s"
FOREIGN = """
    UPDATE supplier_items SET currency = 'EUR', cost = 10, exchange_rate = 1.1, rate_date = %s
"""
WRITERS, WRITES = 4, 25


async def placed(client: Client, database: Database) -> list[dict[str, Any]]:
    await service.place_events(database)
    query = {"type": "prices.changed", "limit": 200}
    response = await client.get("/api/v1/admin/events", params=query)
    assert response.status_code == 200, response.text
    return [event["data"] for event in response.json()["data"]]


async def changed_since(client: Client, moment: str, **query: Any) -> list[dict[str, Any]]:
    query |= {"updated_since": moment, "sort": "updated"}
    response = await client.get("/api/v1/admin/products", params=query)
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def link(conn: Connection, supplier_sku: str, **fields: Any) -> UUID:
    product_id = await builders.product(conn, **fields)
    await conn.execute(LINK, [product_id, supplier_sku])
    return product_id


async def test_import_and_undo_are_an_event_each(
    admin: Client, conn: Connection, run_import: RunImport, database: Database
) -> None:
    await run_import(LIST)
    for number in (1, 2):
        await link(conn, f"A-{number}", sku=f"OWN-{number}")
    first, _ = await placed(admin, database)
    assert (first["cause"], first["count"], first["raised"]) == ("other", 1, 0)
    with acting_as(WORKER):
        task = await run_import(
            LIST.replace("12.50", "14").replace("8.00", "7").replace("3.", "9.")
        )
    *_, imported = await placed(admin, database)
    assert (imported["cause"], imported["task_id"]) == ("import", str(task.task_id))
    assert (imported["actor"], imported["count"]) == ("worker", 2)
    assert (imported["raised"], imported["lowered"]) == (1, 1)
    assert [
        (each["internal_sku"], each["old_lowest_price"], each["lowest_price"])
        for each in imported["products"]
    ] == [("OWN-1", "12.50", "14"), ("OWN-2", "8.00", "7")]
    taken_back = await undo.undo_inline(database, task.task_id, "anna", 10)
    *_, undone = await placed(admin, database)
    assert (undone["cause"], undone["task_id"]) == ("undo", str(taken_back.id))
    assert [each["lowest_price"] for each in undone["products"]] == ["12.50", "8.00"]


async def test_rate_is_an_event(admin: Client, conn: Connection, database: Database) -> None:
    product_id = await builders.product(conn)
    await builders.item(conn, await builders.supplier(conn), "11", product_id=product_id)
    await conn.execute(FOREIGN, [days_ago(1)])
    rate = NewRate("EUR", "USD", Decimal("1.25"), days_ago(0))
    await rates.store_rates(RateContext(database, max_age_days=7), [rate], RateSource())
    _, event = await placed(admin, database)
    assert (event["cause"], event["count"], event["raised"]) == ("exchange_rate", 1, 1)
    (product,) = event["products"]
    assert (product["product_id"], product["lowest_price"]) == (str(product_id), "12.500000")
    (found,) = await changed_since(admin, event["changed_at"])
    assert found["id"] == str(product_id)


async def test_only_the_price_range_counts(
    admin: Client, conn: Connection, database: Database
) -> None:
    product_id = await builders.offered_product(conn, "Axe", "10", "15", "20")
    before = len(await placed(admin, database))
    for price, old in (("16", "15"), ("21", "20")):
        await conn.execute(
            "UPDATE supplier_items SET current_price = %s WHERE current_price = %s",
            [Decimal(price), Decimal(old)],
        )
    await conn.execute("UPDATE products SET name = 'Big axe'")
    (event,) = (await placed(admin, database))[before:]
    assert (event["raised"], event["lowered"]) == (0, 0)
    assert event["products"][0] == {
        "product_id": str(product_id),
        "internal_sku": event["products"][0]["internal_sku"],
        "old_lowest_price": "10",
        "lowest_price": "10",
        "old_highest_price": "20",
        "highest_price": "21",
    }


@pytest.mark.parametrize("count", [100, 101])
async def test_many_products_are_counted_and_found_by_the_time(
    admin: Client, conn: Connection, database: Database, count: int
) -> None:
    supplier_id = await builders.supplier(conn)
    other = await builders.product(conn, "Other")
    for _ in range(count):
        await builders.item(conn, supplier_id, product_id=await builders.product(conn))
    await conn.execute("UPDATE supplier_items SET current_price = 11")
    event = (await placed(admin, database))[-1]
    assert (event["count"], event["raised"]) == (count, count)
    assert event["products"] is None if count > 100 else len(event["products"]) == count
    found = await changed_since(admin, event["changed_at"], limit=200)
    assert (len(found), str(other) in {each["id"] for each in found}) == (count, False)
    by_name = await admin.get(
        "/api/v1/admin/products/export", params={"updated_since": event["changed_at"]}
    )
    assert len(by_name.text.splitlines()) == count + 1


async def test_product_that_an_older_transaction_changes_later_is_found(
    admin: Client, conn: Connection, database: Database
) -> None:
    await builders.offered_product(conn, "Axe", "10")
    async with database.transaction() as older:
        await older.execute("SELECT now()")
        await conn.execute("UPDATE supplier_items SET current_price = 11")
        await older.execute("UPDATE products SET name = 'Big axe'")
    event = (await placed(admin, database))[-1]
    (product,) = await changed_since(admin, event["changed_at"])
    assert (product["name"], product["lowest_price"]) == ("Big axe", "11.00")


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-20T08:30:00", ""])
async def test_refused_times(admin: Client, moment: str) -> None:
    response = await admin.get("/api/v1/admin/products", params={"updated_since": moment})
    assert response.status_code == 400
    assert "updated_since" in response.text


async def test_reader_that_follows_parallel_writers_has_the_present_prices(
    admin: Client, conn: Connection, database: Database
) -> None:
    products = [await builders.product(conn) for _ in range(5)]
    supplier_id = await builders.supplier(conn)
    items = [
        await builders.item(conn, supplier_id, product_id=product_id)
        for product_id in products
        for _ in range(2)
    ]

    async def write(writer: int) -> None:
        random = Random(writer)  # noqa: S311 (of a test)
        for _ in range(WRITES):
            async with database.transaction() as own:
                await own.execute("SELECT pg_sleep(%s)", [random.random() / 200])
                price = Decimal(random.randint(1, 20))
                await own.execute(SET_PRICE, [price, random.choice(items)])
                await own.execute("SELECT pg_sleep(%s)", [random.random() / 200])

    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    mirror: dict[str, tuple[str, str]] = {}
    for event in await placed(admin, database):
        for each in event["products"]:
            known = mirror.get(each["product_id"], (None, None))
            assert known == (each["old_lowest_price"], each["old_highest_price"])
            mirror[each["product_id"]] = (each["lowest_price"], each["highest_price"])
    cursor = await conn.execute("SELECT id::text, min_price::text, max_price::text FROM products")
    assert mirror == {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}
