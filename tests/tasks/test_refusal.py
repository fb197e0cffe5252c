"""Held price lists are refused by people, or by the system once a later one is imported."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.settings import Settings
from pricebook.tasks import refusal
from pricebook.worker.cleanup import purge
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"
HEAD = "Article code,Name,Price\n"
CHEAP, DEAR = HEAD + "A-1,Hammer,12\nA-2,Saw,7\n", HEAD + "A-1,Hammer,90\nA-2,Saw,70\n"


@pytest.fixture
async def held(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> tuple[UUID, UUID]:
    """Return a supplier, and a task of it whose price list is held."""
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        await wait_for_end(await submit_task(supplier_id, CHEAP), "succeeded")
        task_id = await submit_task(supplier_id, DEAR)
        await wait_for_end(task_id, "held")
    return supplier_id, task_id


async def read_task(admin: Client, task_id: UUID) -> Any:
    return (await admin.get(f"{TASKS}/{task_id}")).json()


async def test_held_list_is_refused_with_a_reason(
    admin: Client, held: tuple[UUID, UUID], conn: Connection, running_worker: RunningWorker
) -> None:
    _, task_id = held
    reasons = (await read_task(admin, task_id))["errors"]
    response = await admin.post(f"{TASKS}/{task_id}/refuse", json={"reason": "Of another shop."})
    assert response.status_code == 200, response.text
    task = response.json()
    name = task["decided_by"]
    assert name.startswith("admin")
    assert task["state"] == "refused"
    assert (task["held_reasons"], task["decision_reason"]) == (reasons, "Of another shop.")
    assert task["errors"] == [f"Refused by {name}: Of another shop."]
    assert task["decided_at"] is not None
    assert task["result"]["status"] == "failed"
    assert (await admin.post(f"{TASKS}/{task_id}/refuse")).json() == task
    for action in ("apply", "cancel", "retry"):
        assert (await admin.post(f"{TASKS}/{task_id}/{action}")).status_code == 409
    async with running_worker():
        pass
    assert await rows(conn, "SELECT max(current_price)::text FROM supplier_items") == [("12",)]
    audited = "SELECT actor_name, after ->> 'reason' FROM audit_log WHERE action = 'task.refused'"
    assert await rows(conn, audited) == [(name, "Of another shop.")]
    listed = await admin.get(TASKS, params={"state": "refused"})
    assert [each["id"] for each in listed.json()["data"]] == [str(task_id)]


async def test_reason_may_be_left_out(admin: Client, held: tuple[UUID, UUID]) -> None:
    _, task_id = held
    task = (await admin.post(f"{TASKS}/{task_id}/refuse")).json()
    assert (task["errors"], task["decision_reason"]) == (
        [f"Refused by {task['decided_by']}."],
        None,
    )


async def test_only_held_lists_are_refused(admin: Client, conn: Connection) -> None:
    task_id = uuid4()
    await conn.execute(
        "INSERT INTO ingestion_tasks (id, supplier_name, parser_type) VALUES (%s, 'ACME', 'csv')",
        [task_id],
    )
    response = await admin.post(f"{TASKS}/{task_id}/refuse", json={})
    expected = f"Task {task_id} is queued, not held."
    assert (response.status_code, response.json()["detail"]) == (409, expected)
    assert (await admin.post(f"{TASKS}/{uuid4()}/refuse", json={})).status_code == 404
    for body in ({"reason": ""}, {"reason": "x" * 1001}, {"why": "x"}):
        assert (await admin.post(f"{TASKS}/{task_id}/refuse", json=body)).status_code == 400


async def test_who_applied_a_list_and_why_it_was_held_is_kept(
    admin: Client,
    conn: Connection,
    held: tuple[UUID, UUID],
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    _, task_id = held
    reasons = (await read_task(admin, task_id))["errors"]
    before = await read_task(admin, task_id)
    assert (before["decided_by"], before["decided_at"]) == (None, None)
    assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 202
    async with running_worker():
        await wait_for_end(task_id, "succeeded")
    task = await read_task(admin, task_id)
    assert task["decided_by"].startswith("admin")
    assert task["enqueued_at"] < task["decided_at"] < task["completed_at"]
    assert (task["errors"], task["held_reasons"]) == ([], reasons)
    audited = "SELECT after ->> 'decided_by' FROM audit_log WHERE action = 'task.applied'"
    assert await rows(conn, audited) == [(task["decided_by"],)]


async def test_later_list_closes_a_held_one(
    admin: Client,
    held: tuple[UUID, UUID],
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id, task_id = held
    reasons = (await read_task(admin, task_id))["errors"]
    later = await submit_task(supplier_id, CHEAP)
    async with running_worker():
        await wait_for_end(later, "succeeded")
    task = await read_task(admin, task_id)
    sentence = f"A later price list was imported by task {later}."
    assert (task["state"], task["errors"], task["decision_reason"]) == (
        "refused",
        [sentence],
        sentence,
    )
    assert (task["decided_by"], task["held_reasons"]) == (None, reasons)
    assert task["decided_at"] is not None


async def test_lists_that_an_earlier_release_left_held_are_closed_and_their_rows_deleted(
    held: tuple[UUID, UUID], conn: Connection, worker_database: Database, worker_settings: Settings
) -> None:
    _, task_id = held
    await refusal.refuse_all_superseded(worker_database)
    assert await rows(conn, "SELECT count(*) FROM held_rows") == [(2,)]
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, completed_at)
        SELECT supplier_id, supplier_name, parser_type, 'succeeded', now()
        FROM ingestion_tasks WHERE id = %s
        """,
        [task_id],
    )
    assert await rows(conn, "SELECT count(*) FROM held_rows") == [(2,)]
    await purge(worker_settings, worker_database)
    state = "SELECT state::text FROM ingestion_tasks WHERE held_reasons <> '[]'"
    assert await rows(conn, state) == [("refused",)]
    assert await rows(conn, "SELECT count(*) FROM held_rows") == [(0,)]
