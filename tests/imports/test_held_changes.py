"""What applying a held price list would change, by the API and a command."""

from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from merge_fixtures import MergeRows, item_row, item_rows
from pricebook.db.database import Connection
from pricebook.imports.safety_thresholds import SafetyThresholds

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"


async def listed(client: Client, task_id: Any, **query: Any) -> list[dict[str, Any]]:
    """Return the articles of all pages."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = query | ({"cursor": cursor} if cursor else {})
        response = await client.get(f"{TASKS}/{task_id}/changes", params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        found += page["data"]
        if (cursor := page["next_cursor"]) is None:
            return found


async def test_held_list_is_listed_by_kind_and_page(
    admin: Client, merge_rows: MergeRows, conn: Connection
) -> None:
    await conn.execute(
        "INSERT INTO catalog_settings (currency) VALUES ('USD') ON CONFLICT DO NOTHING"
    )
    await merge_rows(item_rows(20))
    changed = [item_row(f"A{n}", "19.00" if n < 6 else "10.00") for n in range(1, 11)]
    rows = [*changed, item_row("B21", "5.00"), item_row("B22", "6.00")]
    held = await merge_rows(rows, safety_thresholds=SafetyThresholds())
    assert held.status == "held"
    prices = await listed(admin, held.task_id, limit=2)
    assert [each["supplier_sku"] for each in prices] == ["A1", "A2", "A3", "A4", "A5"]
    assert prices[0] == {
        "row_number": 1,
        "supplier_sku": "A1",
        "name": "Nail A1",
        "currency": "USD",
        "old_price": "10.00",
        "new_price": "19.00",
        "percent": 90.0,
        "product_id": None,
    }
    new = await listed(admin, held.task_id, kind="new", limit=1)
    assert [(each["supplier_sku"], each["old_price"], each["new_price"]) for each in new] == [
        ("B21", None, "5.00"),
        ("B22", None, "6.00"),
    ]
    absent = await listed(admin, held.task_id, kind="absent", limit=3)
    assert [each["supplier_sku"] for each in absent] == [f"A{n}" for n in range(11, 21)]
    assert (absent[0]["row_number"], absent[0]["new_price"]) == (None, None)
    assert len(absent) == held.counts.absent


async def test_cursor_of_another_kind_and_a_list_that_is_not_held_are_refused(
    admin: Client, merge_rows: MergeRows, conn: Connection
) -> None:
    imported = await merge_rows(item_rows(20))
    response = await admin.get(f"{TASKS}/{imported.task_id}/changes")
    assert response.status_code == 404, response.text
    held = await merge_rows(item_rows(20, "90.00"), safety_thresholds=SafetyThresholds())
    path = f"{TASKS}/{held.task_id}/changes"
    cursor = (await admin.get(path, params={"limit": 1})).json()["next_cursor"]
    for query in ({"kind": "new", "cursor": cursor}, {"kind": "other"}, {"cursor": "x"}):
        assert (await admin.get(path, params=query)).status_code == 400, query
    unknown = await builders.supplier(conn, "Other")
    assert (await admin.get(f"{TASKS}/{unknown}/changes")).status_code == 404


async def test_list_of_some_articles_makes_none_absent(
    admin: Client, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(20))
    rows = item_rows(5, "90.00")
    held = await merge_rows(rows, mode="partial", safety_thresholds=SafetyThresholds())
    assert held.status == "held"
    assert await listed(admin, held.task_id, kind="absent") == []
