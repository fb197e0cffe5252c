"""A held price list is applied without single articles: their rows are rejected."""

from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from console.conftest import HTML, LogInAs, log_in_as, password_hash, send
from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.tasks import held_repository
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd

__all__ = ["log_in_as", "password_hash"]

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"
HEAD = "Article code,Name,Price\n"
CHEAP = HEAD + "A-1,Hammer,12\nA-2,Saw,7\n"
DEAR = HEAD + "A-1,Hammer,90\nA-2,Saw,70\nA-3,Anvil,1250\n"
PRICES = """
    SELECT supplier_sku, trim_scale(current_price)::text, absent_since IS NULL
    FROM supplier_items ORDER BY 1
"""


@pytest.fixture
async def task_id(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> UUID:
    """Return a task whose price list is held, with a doubtful new article."""
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        await wait_for_end(await submit_task(supplier_id, CHEAP), "succeeded")
        task_id = await submit_task(supplier_id, DEAR)
        await wait_for_end(task_id, "held")
    return task_id


async def request_apply(admin: Client, task_id: UUID, *codes: str) -> Any:
    return await admin.post(f"{TASKS}/{task_id}/apply", json={"left_out_codes": codes})


async def test_articles_that_are_named_keep_their_prices_and_are_rejected_rows(
    admin: Client,
    task_id: UUID,
    conn: Connection,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    for _ in range(2):
        response = await request_apply(admin, task_id, "A-3", "A-2")
        assert response.status_code == 202, response.text
    async with running_worker():
        await wait_for_end(task_id, "partially_succeeded")
    assert await rows(conn, PRICES) == [("A-1", "90", True), ("A-2", "7", True)]
    errors = (await admin.get(f"{TASKS}/{task_id}/errors")).json()["data"]
    assert [(each["error_type"], each["row_data"]["sku"]) for each in errors] == [
        ("left_out", "A-2"),
        ("left_out", "A-3"),
    ]
    left_out = "SELECT supplier_sku, trim_scale(price)::text FROM left_out_prices ORDER BY 1"
    assert await rows(conn, left_out) == [("A-2", "70"), ("A-3", "1250")]


async def test_unknown_code_and_other_articles_than_before_are_refused(
    admin: Client, task_id: UUID, conn: Connection
) -> None:
    refused = await request_apply(admin, task_id, "A-1", "X-9")
    assert refused.status_code == 400
    (issue,) = refused.json()["error"]["details"]["errors"]
    assert issue["field"] == "left_out_codes"
    assert "no article X-9" in issue["issue"]
    requested = "SELECT apply_requested_at IS NOT NULL FROM ingestion_tasks WHERE state = 'held'"
    assert await rows(conn, requested) == [(False,)]
    assert (await request_apply(admin, task_id)).status_code == 202
    conflict = await request_apply(admin, task_id, "A-3")
    assert conflict.status_code == 409
    assert "being applied already" in conflict.text
    assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 202


async def test_list_that_is_being_compared_takes_no_other_articles(
    admin: Client, task_id: UUID, database: Database
) -> None:
    async with database.transaction() as conn:
        await conn.execute("SELECT FROM ingestion_tasks WHERE id = %s FOR KEY SHARE", [task_id])
        conflict = await request_apply(admin, task_id, "A-3")
    assert conflict.status_code == 409
    assert "being applied already" in conflict.text
    assert (await request_apply(admin, task_id, "A-3")).status_code == 202


async def test_articles_of_a_request_that_failed_are_forgotten(
    admin: Client, task_id: UUID, conn: Connection
) -> None:
    assert (await request_apply(admin, task_id, "A-3")).status_code == 202
    await held_repository.set_apply_failed(conn, task_id, "The disk is full.")
    kept = "SELECT source_config ? 'applied_without' FROM ingestion_tasks WHERE state = 'held'"
    assert await rows(conn, kept) == [(False,)]


async def test_page_of_a_held_list_applies_it_without_articles(
    client: Client, log_in_as: LogInAs, task_id: UUID, conn: Connection
) -> None:
    await log_in_as("admin")
    path = f"/console/imports/{task_id}"
    page = await client.get(path, headers=HTML)
    assert "Leave further articles out" in page.text
    refused = await send(client, f"{path}/apply", left_out_codes="A-3\n X-9 \n")
    assert refused.status_code == 400
    assert "no article X-9" in refused.text
    assert ">A-3\n X-9 \n</textarea>" in refused.text
    applied = await send(client, f"{path}/apply", left_out_codes="\r\n A-3 \r\n")
    assert applied.status_code == 303
    stored = """
        SELECT source_config -> 'applied_without', apply_requested_at IS NOT NULL
        FROM ingestion_tasks WHERE id = %s
    """
    assert await (await conn.execute(stored, [task_id])).fetchall() == [(["A-3"], True)]
