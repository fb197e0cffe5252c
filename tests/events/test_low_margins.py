"""Margins that fall below the threshold are events, whatever lowers them; events name the cause."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
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
LINK = "UPDATE supplier_items SET product_id = %s WHERE supplier_sku = 'A-1'"
LOWER_MARGIN = "UPDATE products SET target_price = %s"
Change = Callable[[Connection], Awaitable[Any]]


async def placed(client: Client, database: Database, kind: str) -> list[dict[str, Any]]:
    await service.place_events(database)
    response = await client.get("/api/v1/admin/events", params={"type": kind, "limit": 200})
    assert response.status_code == 200, response.text
    return [event["data"] for event in response.json()["data"]]


@pytest.fixture
async def product_id(conn: Connection, database: Database) -> UUID:
    """A product with a margin of 50 % by the cheaper of two suppliers, of 5 % by the other one."""
    await service.set_thresholds(database, 20, 10)
    product_id = await builders.product(conn, "Axe", sku="AXE", target_price="100")
    for name, price in (("ACME", "50"), ("Best", "95")):
        await builders.item(
            conn, await builders.supplier(conn, name), price, product_id=product_id, sku=name
        )
    return product_id


def statement(text: str) -> Change:
    return lambda conn: conn.execute(text.encode())


@pytest.mark.parametrize(
    ("change", "supplier"),
    [
        pytest.param(
            statement("UPDATE supplier_items SET absent_since = now() WHERE supplier_sku = 'ACME'"),
            "ACME",
            id="absent",
        ),
        pytest.param(
            statement("UPDATE suppliers SET is_active = false WHERE name = 'ACME'"),
            "ACME",
            id="deactivated",
        ),
        pytest.param(
            statement("UPDATE supplier_items SET product_id = NULL WHERE supplier_sku = 'ACME'"),
            "ACME",
            id="unlinked",
        ),
        pytest.param(
            statement("DELETE FROM supplier_items WHERE supplier_sku = 'ACME'"),
            "ACME",
            id="deleted",
        ),
        pytest.param(
            statement("UPDATE supplier_items SET current_price = 99 WHERE supplier_sku = 'ACME'"),
            "ACME",
            id="raised",
        ),
        pytest.param(
            statement("UPDATE supplier_items SET current_price = current_price + 45.5"),
            None,
            id="raised by several",
        ),
    ],
)
@pytest.mark.usefixtures("product_id")
async def test_lost_cheapest_price(
    admin: Client, conn: Connection, database: Database, change: Change, supplier: str | None
) -> None:
    assert await placed(admin, database, "margin.below") == []
    await change(conn)
    (event,) = await placed(admin, database, "margin.below")
    assert (event["supplier_name"], event["cause"], event["count"]) == (supplier, "other", 1)
    assert (event["supplier_id"] is None) == (supplier is None)
    assert event["products"][0]["margin_percentage"] == (4.5 if supplier is None else 5)
    assert event["products"][0]["internal_sku"] == "AXE"


async def test_supplier_with_many_products_is_deactivated(
    admin: Client, conn: Connection, database: Database, product_id: UUID
) -> None:
    """Its products are refreshed by a worker."""
    await conn.execute(
        """
        WITH product AS (
            INSERT INTO products (internal_sku, name)
            SELECT 'N-' || number, 'Nail' FROM generate_series(1, 1001) AS number RETURNING id
        )
        INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price, product_id)
        SELECT suppliers.id, product.id::text, 'Nail', 1, product.id FROM product, suppliers
        WHERE suppliers.name = 'ACME'
        """
    )
    await conn.execute("UPDATE suppliers SET is_active = false WHERE name = 'ACME'")
    assert await placed(admin, database, "margin.below") == []
    await conn.execute("SELECT refresh_supplier_batch(5000)")
    (event,) = await placed(admin, database, "margin.below")
    assert event["supplier_name"] == "ACME"
    assert event["products"][0]["product_id"] == str(product_id)


@pytest.mark.usefixtures("product_id")
async def test_lower_target_price(admin: Client, conn: Connection, database: Database) -> None:
    for price in (60, 55, 51, 70, 52):
        await conn.execute(LOWER_MARGIN, [price])
    events = await placed(admin, database, "margin.below")
    assert [each["products"][0]["margin_percentage"] for each in events] == [9.09, 3.85]
    assert {(each["cause"], each["supplier_id"]) for each in events} == {("target_price", None)}


async def test_exchange_rate(admin: Client, conn: Connection, database: Database) -> None:
    await service.set_thresholds(database, 20, 10)
    await builders.offered_product(conn, "Axe", "11", target_price="13")
    await conn.execute(
        "UPDATE supplier_items SET currency = 'EUR', cost = 10, exchange_rate = 1.1,"
        " rate_date = %s",
        [days_ago(1)],
    )
    rate = NewRate("EUR", "USD", Decimal("1.25"), days_ago(0))
    await rates.store_rates(RateContext(database, max_age_days=7), [rate], RateSource())
    (event,) = await placed(admin, database, "margin.below")
    assert event["cause"] == "exchange_rate"
    assert event["supplier_name"]


@pytest.mark.usefixtures("product_id")
async def test_margin_that_was_unknown_does_not_fall(
    admin: Client, conn: Connection, database: Database
) -> None:
    await conn.execute("UPDATE supplier_items SET absent_since = now()")
    assert await placed(admin, database, "margin.below") == []
    await conn.execute("UPDATE supplier_items SET absent_since = NULL WHERE supplier_sku = 'Best'")
    assert await placed(admin, database, "margin.below") == []


async def test_events_of_an_import_and_its_undo_name_the_task(
    admin: Client, conn: Connection, run_import: RunImport, database: Database
) -> None:
    await service.set_thresholds(database, 20, 10)
    await run_import(LIST)
    product_id = await builders.product(conn, target_price="20")
    await conn.execute(LINK, [product_id])
    with acting_as(WORKER):
        task = await run_import(LIST.replace("12.50", "19"))
        absent = await run_import(LIST.replace("A-1", "A-4"))
        back = await run_import(LIST)
    jumped, *_ = await placed(admin, database, "price.jumped")
    assert (jumped["cause"], jumped["task_id"]) == ("import", str(task.task_id))
    assert (jumped["actor"], jumped["batch_id"]) == ("worker", None)
    (low,) = await placed(admin, database, "margin.below")
    assert (low["cause"], low["task_id"]) == ("import", str(task.task_id))
    assert low["supplier_name"] == "ACME"
    await conn.execute("UPDATE products SET target_price = 12.60")
    assert (await placed(admin, database, "margin.below"))[-1]["cause"] == "target_price"
    assert absent.counts.absent == back.counts.absent == 1


async def test_undone_list_that_had_raised_a_margin(
    admin: Client, conn: Connection, run_import: RunImport, database: Database
) -> None:
    await service.set_thresholds(database, 20, 10)
    await run_import(LIST)
    await conn.execute(LINK, [await builders.product(conn, target_price="13")])
    await run_import(LIST.replace("12.50", "6"))
    cursor = await conn.execute("SELECT id FROM ingestion_tasks ORDER BY completed_at DESC LIMIT 1")
    ((wrong,),) = await cursor.fetchall()
    taken_back = await undo.undo_inline(database, wrong, "anna", 10)
    (event,) = await placed(admin, database, "margin.below")
    assert (event["cause"], event["task_id"]) == ("undo", str(taken_back.id))
    assert event["supplier_name"] == "ACME"
