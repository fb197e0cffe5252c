"""The feed of events: everything once, in an order without gaps, whoever commits when."""

import asyncio
from typing import Any, LiteralString

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection, Database
from pricebook.events import service

Client = AsyncTestClient[Litestar]
EVENTS = "/api/v1/admin/events"
WRITERS, TRANSACTIONS = 8, 40
PLACERS = 2
INSERT = "INSERT INTO events (type, data) VALUES ('product.updated', jsonb_build_object('n', %s))"


async def read(client: Client, **query: Any) -> dict[str, Any]:
    response = await client.get(EVENTS, params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def task(conn: Connection, state: str) -> None:
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_name, parser_type) VALUES ('Nordwerk', 'csv');
        """
    )
    await conn.execute("UPDATE ingestion_tasks SET state = 'running'")
    await conn.execute("UPDATE ingestion_tasks SET state = %s::task_state", [state])
    await conn.execute("UPDATE ingestion_tasks SET count_new = 7")
    await conn.execute("DELETE FROM ingestion_tasks")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("succeeded", "import.finished"),
        ("partially_succeeded", "import.finished"),
        ("held", "import.held"),
        ("failed", "import.failed"),
        ("dead", "import.failed"),
    ],
)
async def test_end_of_a_task_is_an_event(
    admin: Client, conn: Connection, database: Database, state: str, expected: str
) -> None:
    await task(conn, state)
    assert (await read(admin))["data"] == []
    await service.place_events(database)
    page = await read(admin)
    (event,) = page["data"]
    assert (event["position"], event["type"], event["data"]["state"]) == (1, expected, state)
    assert (page["next_after"], page["last_position"]) == (1, 1)
    assert (await read(admin, after=1))["data"] == []
    assert (await read(admin, type="import.held"))["data"] == (
        [event] if expected == "import.held" else []
    )


async def test_parallel_writers_leave_no_gap_and_no_event_is_missed(
    admin: Client, database_url: str
) -> None:
    async with Database(database_url, pool_max=WRITERS + PLACERS) as database:
        await check_parallel_writers(admin, database)


async def check_parallel_writers(admin: Client, database: Database) -> None:
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for number in range(TRANSACTIONS):
            async with database.transaction() as own:
                await own.execute(INSERT, [writer * TRANSACTIONS + number])
                await asyncio.sleep(0)
                await own.execute("SELECT pg_sleep(random() / 100)")

    async def place() -> None:
        while not done.is_set():
            await asyncio.gather(*(service.place_events(database) for _ in range(PLACERS)))

    async def follow() -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []
        after = 0
        while len(seen) < WRITERS * TRANSACTIONS:
            await asyncio.sleep(0)  # the test client itself blocks this loop
            page = await read(admin, after=after, limit=17)
            seen += page["data"]
            after = page["next_after"]
        done.set()
        return seen

    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(write(writer))
        group.create_task(place())
        following = group.create_task(follow())
    seen = following.result()
    assert [event["position"] for event in seen] == list(range(1, len(seen) + 1))
    assert sorted(event["data"]["n"] for event in seen) == list(range(WRITERS * TRANSACTIONS))


async def test_changes_of_a_row_are_in_their_order_whoever_began_first(
    admin: Client, conn: Connection, database: Database
) -> None:
    await builders.product(conn)
    async with database.transaction() as later:
        await later.execute("SELECT now()")
        for status in ("draft", "archived", "draft"):
            await conn.execute("UPDATE products SET status = %s", [status])
        for status in ("active", "archived", "active", "archived"):
            await later.execute("UPDATE products SET status = %s", [status])
    await service.place_events(database)
    page = await read(admin, type="product.updated")
    statuses = [event["data"]["after"]["status"] for event in page["data"]]
    assert statuses == ["draft", "archived", "draft", "active", "archived", "active", "archived"]


async def test_deleted_events_are_named_not_skipped(
    admin: Client, conn: Connection, database: Database
) -> None:
    for number in range(5):
        await conn.execute(INSERT, [number])
    await service.place_events(database)
    await conn.execute("UPDATE events SET at = now() - interval '31 days' WHERE position <= 3")
    await service.purge_old_events(database)
    assert [event["position"] for event in (await read(admin))["data"]] == [4, 5]
    assert [event["position"] for event in (await read(admin, after=3))["data"]] == [4, 5]
    response = await admin.get(EVENTS, params={"after": 2})
    assert response.status_code == 400
    assert response.json()["detail"] == (
        "Query parameter after: the events up to 3 are deleted: read all data again, then go on"
        " from 3."
    )
    await conn.execute("UPDATE events SET at = now() - interval '31 days'")
    await service.purge_old_events(database)
    await conn.execute(INSERT, [5])
    await service.place_events(database)
    assert [event["position"] for event in (await read(admin, after=5))["data"]] == [6]


@pytest.mark.parametrize("query", [{"after": -1}, {"after": 1}, {"type": "x"}, {"limit": 0}])
async def test_refused_queries(admin: Client, query: dict[str, Any]) -> None:
    assert (await admin.get(EVENTS, params=query)).status_code == 400


async def test_changes_of_people_are_events_those_of_imports_are_not(
    admin: Client, conn: Connection, database: Database
) -> None:
    product_id = await builders.product(conn, sku="A")
    statement = """
        INSERT INTO audit_log (action, entity_type, entity_id, entity_name, after, task_id)
        VALUES ('product.updated', 'product', %s, 'A', '{"status": "draft"}', %s)
    """
    await conn.execute(statement, [product_id, None])
    await conn.execute(statement, [product_id, product_id])
    await service.place_events(database)
    events = [
        event
        for event in (await read(admin))["data"]
        if event["data"]["after"] == {"status": "draft"}
    ]
    assert [(event["type"], event["data"]["id"]) for event in events] == [
        ("product.updated", str(product_id))
    ]


async def placed(client: Client, database: Database, kind: str) -> list[dict[str, Any]]:
    await service.place_events(database)
    return [event["data"] for event in (await read(client, type=kind))["data"]]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("state = 'succeeded', undo_of = gen_random_uuid()", "import.undone"),
        ("state = 'failed', cancelled_by = 'anna'", "import.cancelled"),
        ("state = 'refused'", "import.refused"),
    ],
)
async def test_ends_of_tasks_are_told_apart(
    admin: Client, conn: Connection, database: Database, columns: LiteralString, expected: str
) -> None:
    await conn.execute(
        "INSERT INTO ingestion_tasks (supplier_name, parser_type) VALUES ('Nordwerk', 'csv')"
    )
    await conn.execute(f"UPDATE ingestion_tasks SET {columns}")  # noqa: S608 (of the test)
    (data,) = await placed(admin, database, expected)
    assert data["supplier_name"] == "Nordwerk"


async def test_late_list_is_an_event_once(
    admin: Client, conn: Connection, database: Database
) -> None:
    statement = """
        INSERT INTO expected_lists (supplier_id, expected_by, expected_at, late_at, late_since)
        SELECT id, 'setting', '2026-11-20Z', '2026-11-21Z', '2026-11-21Z' FROM suppliers
        ON CONFLICT (supplier_id) DO UPDATE SET late_since = %s
    """
    await builders.supplier(conn, "Nordwerk")
    for late_since in ("2026-11-21Z", "2026-11-21Z", None, "2026-11-21Z"):
        await conn.execute(statement, [late_since])
    events = await placed(admin, database, "import.late")
    assert [data["supplier_name"] for data in events] == ["Nordwerk", "Nordwerk"]


async def test_jumps_are_one_event_for_each_supplier_and_statement(
    admin: Client, conn: Connection, database: Database
) -> None:
    acme, best = await builders.supplier(conn, "ACME"), await builders.supplier(conn, "Best")
    for number in range(101):
        await builders.item(conn, acme, "10", sku=f"A{number:03}")
    await builders.item(conn, best, "10", sku="B")
    await builders.item(conn, best, "10", sku="C")
    await service.set_thresholds(database, 25, 10)
    await conn.execute("""
        UPDATE supplier_items SET current_price =
            CASE supplier_sku WHEN 'A007' THEN 5 WHEN 'C' THEN 12.4 ELSE 12.5 END
    """)
    by_name = {
        data["supplier_name"]: data for data in await placed(admin, database, "price.jumped")
    }
    assert {name: data["count"] for name, data in by_name.items()} == {"ACME": 101, "Best": 1}
    largest, *others = by_name["ACME"]["items"]
    assert (largest["supplier_sku"], largest["old_price"], largest["price"]) == ("A007", "10", "5")
    assert (largest["change_percent"], len(others)) == (-50, 99)
    assert by_name["ACME"]["threshold_percent"] == 25


async def test_margin_that_falls_below_the_threshold_is_an_event_once(
    admin: Client, conn: Connection, database: Database
) -> None:
    await builders.offered_product(conn, "Axe", "80", sku="AXE", target_price="100")
    await service.set_thresholds(database, 100, 15)
    for price in (84, 86, 88, 80, 85.01):
        await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
    events = await placed(admin, database, "margin.below")
    assert [data["products"][0]["margin_percentage"] for data in events] == [14, 14.99]
    assert events[0]["products"][0] | {"product_id": ""} == {
        "product_id": "",
        "internal_sku": "AXE",
        "margin_percentage": 14,
        "lowest_price": "86",
    }
