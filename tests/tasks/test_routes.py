from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from worker_fixtures import LIST, RunningWorker, SubmitTask, WaitForEnd

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"
BAD_ROWS = "Article code,Name,Price\nA-1,Hammer,12.50\n=A-2,Saw,\nA-3,Glove,many\n"
DEARER = "Article code,Name,Price\nA-1,Hammer,90\nA-2,Saw,70\n"


async def test_tasks_are_listed_newest_first_by_state_and_by_supplier(
    admin: Client, conn: Connection, submit_task: SubmitTask
) -> None:
    acme, best = await builders.supplier(conn), await builders.supplier(conn)
    task_ids = [str(await submit_task(each)) for each in (acme, best, acme)]
    await conn.execute("UPDATE ingestion_tasks SET state = 'dead' WHERE id = %s", [task_ids[0]])

    async def listed(**query: Any) -> list[str]:
        response = await admin.get(TASKS, params=query)
        assert response.status_code == 200, response.text
        assert response.json()["total_count"] >= len(response.json()["data"])
        return [each["id"] for each in response.json()["data"]]

    assert await listed() == task_ids[::-1]
    assert await listed(page=2, limit=2) == task_ids[:1]
    assert await listed(state="dead") == task_ids[:1]
    assert await listed(supplier_id=str(acme)) == [task_ids[2], task_ids[0]]
    assert await listed(state="held") == []
    assert (await admin.get(TASKS, params={"state": "lost"})).status_code == 400
    assert (await admin.get(f"{TASKS}/{uuid4()}")).status_code == 404


async def test_a_task_has_its_result(
    admin: Client,
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await submit_task(await builders.supplier(conn), BAD_ROWS)
    task = (await admin.get(f"{TASKS}/{task_id}")).json()
    assert (task["state"], task["result"], task["started_at"]) == ("queued", None, None)
    async with running_worker():
        await wait_for_end(task_id)
    task = (await admin.get(f"{TASKS}/{task_id}")).json()
    assert task["state"] == "partially_succeeded"
    assert (task["rows_read"], task["rows_total"]) == (4, 4)
    result = task["result"]
    assert result.pop("completed_at") == task["completed_at"]
    assert result == {
        "task_id": str(task_id),
        "status": "success",
        "items_processed": 1,
        "errors": [],
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "absent": 0,
        "rejected": 2,
        "duplicate": 0,
        "quarantined": 0,
        "stock_updated": 0,
    }


async def test_rejected_rows_are_paged_and_exported_as_csv(
    admin: Client,
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await submit_task(await builders.supplier(conn), BAD_ROWS)
    async with running_worker():
        await wait_for_end(task_id)
    page = (await admin.get(f"{TASKS}/{task_id}/errors", params={"limit": 1, "page": 2})).json()
    assert page["total_count"] == 2
    (row,) = page["data"]
    assert (row["row_number"], row["error_type"]) == (4, "price_not_a_number")
    assert row["row_data"] == ["A-3", "Glove", "many"]

    response = await admin.get(f"{TASKS}/{task_id}/errors", headers={"Accept": "text/csv"})
    assert response.headers["content-type"].startswith("text/csv")
    header, first, _ = response.text.splitlines()
    assert header.startswith("row_number,sheet,Article code,Name,Price,")
    assert first.startswith("3,,'=A-2,Saw,,")
    assert "missing_price" in first
    for accept in ("text/csv", "application/json"):
        missing = await admin.get(f"{TASKS}/{uuid4()}/errors", headers={"Accept": accept})
        assert missing.status_code == 404


async def test_a_dead_task_runs_again_on_retry(
    admin: Client,
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    assert (await admin.post(f"{TASKS}/{task_id}/retry")).status_code == 409
    await conn.execute("UPDATE ingestion_tasks SET state = 'dead', completed_at = now()")
    response = await admin.post(f"{TASKS}/{task_id}/retry")
    assert (response.status_code, response.json()["task_id"]) == (202, str(task_id))
    assert response.headers["location"] == f"{TASKS}/{task_id}"
    async with running_worker():
        assert (await wait_for_end(task_id)).state == "succeeded"
    assert (await admin.post(f"{TASKS}/{uuid4()}/retry")).status_code == 404


@pytest.fixture
def held(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> Callable[[], Awaitable[UUID]]:
    """Make a task that is held, of a list that makes everything dearer."""

    async def create_held_task() -> UUID:
        supplier_id = await builders.supplier(conn)
        first, second = await submit_task(supplier_id, LIST), await submit_task(supplier_id, DEARER)
        async with running_worker():
            assert (await wait_for_end(first)).state == "succeeded"
            assert (await wait_for_end(second)).state == "held"
        return second

    return create_held_task


async def test_a_held_list_is_applied_on_request(
    admin: Client,
    held: Callable[[], Awaitable[UUID]],
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await held()
    task = (await admin.get(f"{TASKS}/{task_id}")).json()
    assert (task["result"]["status"], task["result"]["items_processed"]) == ("failed", 0)
    assert task["errors"]
    assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 202
    async with running_worker():
        assert (await wait_for_end(task_id, "succeeded")).counts.changed == 2
    assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 409
    assert (await admin.post(f"{TASKS}/{uuid4()}/apply")).status_code == 404


async def test_a_held_list_is_not_applied_when_a_later_one_was_imported(
    admin: Client,
    conn: Connection,
    held: Callable[[], Awaitable[UUID]],
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await held()
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state)
        SELECT id, name, 'csv', 'succeeded' FROM suppliers
        """
    )
    assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 202
    async with running_worker():
        task = await wait_for_end(task_id, "refused")
    assert "later price list" in task.errors[-1]
