"""A dry run of an undo: which items and products would change, and how."""

from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from import_fixtures import RunImport
from merge_fixtures import MergeRows, item_row, item_rows, profile
from pricebook.db.database import Connection
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.matching import service as matching

Client = AsyncTestClient[Litestar]
FULL = profile("stock", "gtin", "next_price")


async def preview(client: Client, task_id: UUID, **query: Any) -> dict[str, Any]:
    response = await client.post(
        f"/api/v1/admin/tasks/{task_id}/undo", params={"dry_run": "true", **query}
    )
    assert response.status_code == 200, response.text
    return response.json()


def short(page: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (each["code"], each["action"], each["price"], each["restored_price"])
        for each in page["data"]
    ]


@pytest.fixture
async def wrong_id(merge_rows: MergeRows, conn: Connection) -> UUID:
    """An import of other prices, another name and a new item; one item was changed since."""
    await merge_rows(item_rows(4), found=FULL)
    wrong = await merge_rows(
        [
            item_row("A1", name="Screw", availability={"stock": 5}),
            item_row("A2", "20.00"),
            item_row("A3", "30.00", details={"gtin": "4006381333931"}),
            item_row("A5", "5.00"),
        ],
        found=FULL,
    )
    await conn.execute("UPDATE supplier_items SET name = 'Bolt' WHERE supplier_sku = 'A2'")
    return wrong.task_id


async def test_changes_are_listed_with_their_prices(admin: Client, wrong_id: UUID) -> None:
    found = await preview(admin, wrong_id)
    assert found["counts"] == {
        "restored": 3,
        "deleted": 1,
        "products_deleted": 0,
        "left_as_is": 1,
    }
    assert found["changes"]["total_count"] == 4
    assert short(found["changes"]) == [
        ("A3", "restored", "30.00", "10.00"),
        ("A1", "restored", "10.00", "10.00"),
        ("A4", "restored", "10.00", "10.00"),
        ("A5", "deleted", "5.00", None),
    ]
    assert [each["changed"] for each in found["changes"]["data"]] == [
        ["price", "price_details"],
        ["name", "availability"],
        ["absence"],
        [],
    ]
    assert [each["code"] for each in found["left"]["data"]] == ["A2"]


async def test_both_lists_have_pages(admin: Client, wrong_id: UUID) -> None:
    pages = [await preview(admin, wrong_id, limit=3, page=page) for page in (1, 2, 3)]
    codes = [[each["code"] for each in page["changes"]["data"]] for page in pages]
    assert codes == [["A3", "A1", "A4"], ["A5"], []]
    assert [len(page["left"]["data"]) for page in pages] == [1, 0, 0]
    assert {page["changes"]["total_count"] for page in pages} == {4}


async def test_products_that_would_be_deleted_are_listed(
    admin: Client, run_import: RunImport
) -> None:
    wrong = await run_import(
        "Article code,Name,Price\nA-1,Hammer,12\n",
        after_merge=matching.create_products_after_import,
    )
    found = await preview(admin, wrong.task_id)
    assert [(each["kind"], each["name"]) for each in found["changes"]["data"]] == [
        ("item", "Hammer"),
        ("product", "Hammer"),
    ]
    assert found["changes"]["data"][1]["price"] is None


async def test_open_quarantined_rows_are_counted(admin: Client, merge_rows: MergeRows) -> None:
    """Those that an earlier list had stay open, and a decided one is decided."""
    thresholds = SafetyThresholds()
    await merge_rows(item_rows(100), safety_thresholds=thresholds)
    rows = [item_row("A1", "90.00"), *item_rows(100)[1:]]
    first = await merge_rows(rows, safety_thresholds=thresholds)
    assert (await preview(admin, first.task_id))["open_rows"] == 1
    rows = [item_row("A1", "90.00"), item_row("A2", "95.00"), *item_rows(100, "11.00")[2:]]
    second = await merge_rows(rows, safety_thresholds=thresholds)
    assert (await preview(admin, second.task_id))["open_rows"] == 1
    body = {"task_id": str(second.task_id), "expected_count": 2}
    refused = await admin.post("/api/v1/admin/quarantined-rows/refuse", json=body)
    assert refused.json()["decided"] == 2, refused.text
    assert (await preview(admin, second.task_id))["open_rows"] == 0


async def test_newest_later_list_that_is_not_undone_is_named(
    admin: Client, merge_rows: MergeRows, conn: Connection
) -> None:
    await merge_rows(item_rows(1))
    wrong = await merge_rows([item_row("A1", "20.00")])
    assert (await preview(admin, wrong.task_id))["later_list"] is None
    same = [await merge_rows([item_row("A1", "20.00")]) for _ in range(2)]
    found = await preview(admin, wrong.task_id)
    assert found["counts"]["restored"] == 1
    assert found["later_list"]["task_id"] == str(same[1].task_id)
    await conn.execute(
        "UPDATE ingestion_tasks SET undone_by = %s WHERE id = %s",
        [same[0].task_id, same[1].task_id],
    )
    found = await preview(admin, wrong.task_id)
    assert found["later_list"]["task_id"] == str(same[0].task_id)


async def test_import_that_changed_nothing_has_an_empty_preview(
    admin: Client, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(1))
    same = await merge_rows(item_rows(1))
    found = await preview(admin, same.task_id)
    assert (found["changes"]["data"], found["left"]["data"]) == ([], [])
