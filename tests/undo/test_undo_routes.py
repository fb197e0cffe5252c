"""Undo over HTTP: a dry run, then a task that the worker runs."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from catalog_state import catalog_state
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError
from pricebook.settings import Settings
from pricebook.tasks.schemas import Task
from pricebook.undo import service
from pricebook.worker.cleanup import purge
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"
CHEAP = "Article code,Name,Price\nA-1,Hammer,12\nA-2,Saw,7\n"
DEARER = "Article code,Name,Price\nA-1,Hammer,13\nA-2,Saw,8\nA-3,Glove,5\n"


async def test_import_is_undone_by_the_worker(
    admin: Client,
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        await wait_for_end(await submit_task(supplier_id, CHEAP), "succeeded")
        before = await catalog_state(conn)
        wrong = await submit_task(supplier_id, DEARER)
        await wait_for_end(wrong, "succeeded")
    await conn.execute("UPDATE supplier_items SET name = 'Axe' WHERE supplier_sku = 'A-1'")
    counts = {"restored": 1, "deleted": 1, "products_deleted": 0, "left_as_is": 1}
    await _check_preview(admin, wrong, counts)
    await conn.execute("UPDATE supplier_items SET name = 'Hammer' WHERE supplier_sku = 'A-1'")

    accepted = await admin.post(f"{TASKS}/{wrong}/undo")
    assert accepted.status_code == 202, accepted.text
    assert accepted.headers["location"] == f"{TASKS}/{accepted.json()['task_id']}"
    assert (await admin.post(f"{TASKS}/{wrong}/undo")).json() == accepted.json()
    async with running_worker():
        undo = await wait_for_end(_id(accepted), "succeeded")
    assert await catalog_state(conn) == before
    task: Any = (await admin.get(f"{TASKS}/{undo.id}")).json()
    assert task["undo_of"] == str(wrong)
    assert task["undo"] == counts | {"restored": 2, "left_as_is": 0}
    assert task["requested_by"].startswith("admin")
    assert (await admin.get(f"{TASKS}/{undo.id}/left")).json()["data"] == []
    assert (await admin.get(f"{TASKS}/{wrong}")).json()["undone_by"] == str(undo.id)
    await _check_refusal(admin, wrong, undo)
    await conn.execute("DELETE FROM ingestion_tasks WHERE id = %s", [undo.id])
    again = await admin.post(f"{TASKS}/{wrong}/undo", params={"dry_run": "true"})
    assert again.json()["detail"] == f"Task {wrong} was already undone by task {undo.id}."


async def _check_refusal(admin: Client, wrong: UUID, undo: Task) -> None:
    assert (await admin.post(f"{TASKS}/{undo.id}/undo")).status_code == 409
    again = await admin.post(f"{TASKS}/{wrong}/undo")
    expected = (
        f"Task {wrong} was already undone by task {undo.id} at"
        f" {undo.completed_at:%Y-%m-%d %H:%M} UTC."
    )
    assert (again.status_code, again.json()["detail"]) == (409, expected)


async def _check_preview(admin: Client, wrong: UUID, counts: dict[str, int]) -> None:
    preview = await admin.post(f"{TASKS}/{wrong}/undo", params={"dry_run": "true"})
    assert preview.status_code == 200, preview.text
    assert (preview.json()["task_id"], preview.json()["counts"]) == (str(wrong), counts)
    assert preview.json()["left"]["total_count"] == 1
    (listed,) = preview.json()["left"]["data"]
    assert (listed["code"], listed["reason"]) == ("A-1", "changed")
    second = await admin.post(f"{TASKS}/{wrong}/undo", params={"dry_run": "true", "page": "2"})
    assert second.json()["left"]["data"] == []


def _id(response: Any) -> UUID:
    return UUID(response.json()["task_id"])


async def test_undo_of_nothing_is_refused(
    admin: Client, conn: Connection, merge_rows: MergeRows
) -> None:
    assert (await admin.post(f"{TASKS}/{uuid4()}/undo")).status_code == 404
    assert (await admin.get(f"{TASKS}/{uuid4()}/left")).status_code == 404
    imported = await merge_rows(item_rows(1))
    for change, sentence in (
        (b"keeps_changes = false", "is not kept"),
        (b"state = 'failed'", "has changed nothing"),
        (b"supplier_id = NULL, state = 'succeeded'", "no longer exists"),
    ):
        await conn.execute(b"UPDATE ingestion_tasks SET " + change)
        for params in ({}, {"dry_run": "true"}):
            refused = await admin.post(f"{TASKS}/{imported.task_id}/undo", params=params)
            assert refused.status_code == 409
            assert sentence in refused.json()["detail"]


async def test_two_requests_at_once_undo_once(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await merge_rows(item_rows(1))
    imported = await merge_rows([item_row("A1", "20.00")])
    await service.undo_inline(database, imported.task_id, "anna", 10)
    with pytest.raises(ConflictError):
        await service.undo_inline(database, imported.task_id, "anna", 10)
    assert await rows(conn, "SELECT count(*) FROM ingestion_tasks WHERE undo_of IS NOT NULL") == [
        (1,)
    ]


async def test_undone_list_is_no_later_one(
    admin: Client,
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        await wait_for_end(await submit_task(supplier_id, CHEAP), "succeeded")
        wrong = await submit_task(supplier_id, DEARER)
        await wait_for_end(wrong, "succeeded")
        accepted = await admin.post(f"{TASKS}/{wrong}/undo")
        await wait_for_end(_id(accepted), "succeeded")
        held = await submit_task(supplier_id, CHEAP.replace("12", "120").replace("7", "70"))
        await wait_for_end(held, "held")
        assert (await admin.post(f"{TASKS}/{held}/apply")).status_code == 202
        await wait_for_end(held, "succeeded")


async def test_changes_are_deleted_after_some_days(
    merge_rows: MergeRows,
    conn: Connection,
    worker_database: Database,
    worker_settings: Settings,
) -> None:
    imported = await merge_rows(item_rows(2))
    await purge(worker_settings, worker_database)
    assert await rows(conn, "SELECT count(*) FROM import_changes") == [(2,)]
    await conn.execute("UPDATE ingestion_tasks SET completed_at = now() - interval '31 days'")
    await purge(worker_settings, worker_database)
    assert await rows(conn, "SELECT count(*) FROM import_changes") == [(0,)]
    with pytest.raises(ConflictError, match="UNDO_DAYS"):
        await service.undo_inline(worker_database, imported.task_id, "anna", 10)
