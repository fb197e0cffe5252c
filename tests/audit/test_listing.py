"""The lists of the audit log: filters, cursors, roles, retention."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.audit import service as audit
from pricebook.audit.schemas import MAX_COUNTED
from pricebook.db.database import Connection, Database

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/audit"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
# Two entries an hour by two actors; the fields of each follow from its number.
ENTRIES = """
    INSERT INTO audit_log (at, actor_type, actor_name, request_id, task_id, batch_id, action,
        entity_type, entity_id, entity_name, after)
    SELECT %s + make_interval(hours => number / 2),
        CASE number %% 2 WHEN 0 THEN 'user' ELSE 'command' END,
        'actor ' || number %% 2, 'r-' || number, lpad(to_hex(number), 32, '0')::uuid,
        lpad(to_hex(number + 100), 32, '0')::uuid,
        CASE number %% 3 WHEN 0 THEN 'product.updated' ELSE 'user.created' END,
        CASE number %% 3 WHEN 0 THEN 'product' ELSE 'user' END,
        lpad(to_hex(number + 200), 32, '0')::uuid, 'name ' || number, '{"target_price": "9.95"}'
    FROM generate_series(0, 9) AS number
"""


@pytest.fixture
async def log(conn: Connection, admin: Client) -> Client:
    await conn.execute("DELETE FROM audit_log")  # the entry of the user
    await conn.execute(ENTRIES, [NEW_YEAR])
    return admin


async def listed(client: Client, **query: Any) -> list[int]:
    """Return the numbers of the entries of a page."""
    response = await client.get(PATH, params=query)
    assert response.status_code == 200, response.text
    page = response.json()
    assert page["total_count"] >= len(page["data"])
    return [int(entry["request_id"].removeprefix("r-")) for entry in page["data"]]


async def test_entries_are_listed_newest_first_with_all_fields(log: Client) -> None:
    page = (await log.get(PATH, params={"limit": 1})).json()
    (entry,) = page.pop("data")
    assert page.pop("next_cursor")
    assert page == {"total_count": 10, "limit": 1}
    assert entry.pop("number") > 0
    assert entry == {
        "at": "2026-01-01T04:00:00Z",
        "actor": {"type": "command", "id": None, "name": "actor 1"},
        "request_id": "r-9",
        "task_id": "00000000-0000-0000-0000-000000000009",
        "batch_id": "00000000-0000-0000-0000-00000000006d",
        "action": "product.updated",
        "entity_type": "product",
        "entity_id": "00000000-0000-0000-0000-0000000000d1",
        "entity_name": "name 9",
        "before": None,
        "after": {"target_price": "9.95"},
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"actor": "actor 0"}, [8, 6, 4, 2, 0]),
        ({"actor_type": "command"}, [9, 7, 5, 3, 1]),
        ({"action": "product.updated"}, [9, 6, 3, 0]),
        ({"entity_type": "user"}, [8, 7, 5, 4, 2, 1]),
        ({"entity_id": "00000000-0000-0000-0000-0000000000cd"}, [5]),
        ({"task_id": "00000000-0000-0000-0000-000000000009"}, [9]),
        ({"task_id": "00000000-0000-0000-0000-0000000000cd"}, [5]),
        ({"task_id": "00000000-0000-0000-0000-0000000000cd", "actor": "actor 0"}, []),
        ({"batch_id": "00000000-0000-0000-0000-000000000065"}, [1]),
        ({"request_id": "r-4"}, [4]),
        ({"since": "2026-01-01T03:00:00Z"}, [9, 8, 7, 6]),
        ({"until": "2026-01-01T02:00:00+01:00"}, [1, 0]),
        ({"actor": "actor 0", "action": "product.updated"}, [6, 0]),
        ({"actor": "nobody"}, []),
    ],
)
async def test_filters_combine(log: Client, query: dict[str, str], numbers: list[int]) -> None:
    assert await listed(log, **query) == numbers


async def test_pages_follow_each_other_by_cursor(log: Client) -> None:
    query: dict[str, Any] = {"action": "user.created", "limit": 2}
    found = list[str]()
    for _ in range(3):
        page = (await log.get(PATH, params=query)).json()
        assert page["total_count"] == 6
        found += [entry["entity_name"] for entry in page["data"]]
        query["cursor"] = page["next_cursor"]
    assert found == [f"name {number}" for number in (8, 7, 5, 4, 2, 1)]
    assert query["cursor"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"page": "2"}, "page"),
        ({"actor": ""}, "actor"),
        ({"actor_type": "robot"}, "actor_type"),
        ({"action": "Linked"}, "action"),
        ({"entity_id": "1"}, "entity_id"),
        ({"since": "2026-01-01T03:00:00"}, "since"),
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "since"),
        ({"cursor": "x"}, "cursor"),
    ],
)
async def test_bad_filters_are_refused(admin: Client, query: dict[str, str], field: str) -> None:
    response = await admin.get(PATH, params=query)
    assert response.status_code == 400
    assert [each["field"] for each in response.json()["error"]["details"]["errors"]] == [field]


async def test_a_cursor_belongs_to_its_filters(log: Client) -> None:
    page = (await log.get(PATH, params={"limit": 1, "actor": "actor 0"})).json()
    for query, status in (({"actor": "actor 0"}, 200), ({"actor": "actor 1"}, 400), ({}, 400)):
        params = {**query, "cursor": page["next_cursor"]}
        assert (await log.get(PATH, params=params)).status_code == status


async def test_many_entries_are_not_counted(admin: Client, conn: Connection) -> None:
    await conn.execute(
        """
        INSERT INTO audit_log (action, entity_type)
        SELECT 'webhook.tested', 'webhook' FROM generate_series(1, %s)
        """,
        [MAX_COUNTED + 1],
    )
    page = (await admin.get(PATH, params={"entity_type": "webhook", "limit": 1})).json()
    assert page["total_count"] is None
    assert page["next_cursor"]


async def test_products_and_items_have_their_own_lists(sales: Client, conn: Connection) -> None:
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn))
    await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    path = f"/api/v1/admin/products/{product_id}/audit"
    page = (await sales.get(path, params={"limit": 1})).json()
    assert (page["total_count"], page["data"][0]["action"]) == (2, "item.linked")
    cursor = {"cursor": page["next_cursor"]}
    page = (await sales.get(path, params=cursor)).json()
    assert [entry["action"] for entry in page["data"]] == ["product.created"]
    other = f"/api/v1/admin/products/{await builders.product(conn)}/audit"
    assert (await sales.get(other, params=cursor)).status_code == 400
    assert (await sales.get(f"/api/v1/admin/products/{uuid4()}/audit")).status_code == 404
    assert (await sales.get(f"/api/v1/admin/supplier-items/{item_id}/audit")).status_code == 403
    assert (await sales.get(PATH)).status_code == 403
    await conn.execute("DELETE FROM audit_log")
    assert (await sales.get(path)).json()["total_count"] == 0


async def test_an_unknown_item_is_not_found(procurement: Client, conn: Connection) -> None:
    item_id = await builders.item(conn, await builders.supplier(conn))
    path = "/api/v1/admin/supplier-items"
    assert (await procurement.get(f"{path}/{item_id}/audit")).json()["data"] == []
    assert (await procurement.get(f"{path}/{uuid4()}/audit")).status_code == 404


async def test_old_entries_are_deleted(conn: Connection, worker_database: Database) -> None:
    for days in (89, 91, 92):
        await conn.execute(
            "INSERT INTO audit_log (action, entity_type, entity_name, at)"
            " VALUES ('a.b', 'a', %s, %s)",
            [str(days), datetime.now(UTC) - timedelta(days=days)],
        )
    await audit.purge_old_entries(worker_database, 90)
    kept = await (await conn.execute("SELECT entity_name FROM audit_log")).fetchall()
    assert kept == [("89",)]


async def test_several_broad_filters_find_what_each_entry_has(
    admin: Client, conn: Connection
) -> None:
    actors = [("user", "anna"), ("user", "ben"), ("api_key", "anna"), ("system", "worker")]
    actions = ["product.updated", "product.created", "product_batch.created", "item.linked"]
    await conn.execute("DELETE FROM audit_log")
    for number in range(96):
        actor_type, name = actors[number % 4]
        action = actions[number // 4 % 4]
        await conn.execute(
            "INSERT INTO audit_log (at, actor_type, actor_name, action, entity_type)"
            " VALUES (now() - make_interval(days => %s), %s, %s, %s, %s)",
            [number, actor_type, name, action, action.partition(".")[0]],
        )
    values = {
        "actor": [None, "anna", "worker"],
        "actor_type": [None, "user", "api_key"],
        "action": [None, "product.updated", "item.linked"],
        "entity_type": [None, "product", "item"],
    }
    for combination in product(*values.values()):
        filters = {
            name: value
            for name, value in zip(values, combination, strict=True)
            if value is not None
        }
        expected: list[int] = [
            number
            for number in range(96)
            if filters.get("actor") in {None, actors[number % 4][1]}
            and filters.get("actor_type") in {None, actors[number % 4][0]}
            and filters.get("action") in {None, actions[number // 4 % 4]}
            and filters.get("entity_type") in {None, actions[number // 4 % 4].partition(".")[0]}
        ]
        ages: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {**filters, "limit": "40", **({"cursor": cursor} if cursor else {})}
            page = (await admin.get(PATH, params=query)).json()
            assert page["total_count"] == len(expected), filters
            ages += [
                (datetime.now(UTC) - datetime.fromisoformat(each["at"])).days
                for each in page["data"]
            ]
            cursor = page["next_cursor"]
        assert ages == expected, filters
