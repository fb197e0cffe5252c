"""Corrected rows are uploaded and imported by a worker with its rights."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection, Database
from pricebook.tasks import history
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"
LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Saw,\nA-3,Glove,many\n"


@pytest.fixture
async def imported(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> tuple[UUID, UUID]:
    """A supplier, and a task that has rejected two rows of its price list."""
    supplier_id = await builders.supplier(conn)
    task_id = await submit_task(supplier_id, LIST)
    async with running_worker():
        assert (await wait_for_end(task_id)).counts.rejected == 2
    return supplier_id, task_id


async def upload(client: Client, supplier_id: UUID, text: str, corrections: object) -> Any:
    return await client.post(
        f"/api/v1/admin/suppliers/{supplier_id}/upload",
        files={"file": ("rejected.csv", text.encode(), "text/csv")},
        data={"corrections": str(corrections)},
    )


async def test_procurement_uploads_corrected_rows(
    procurement: Client,
    database: Database,
    imported: tuple[UUID, UUID],
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id, task_id = imported
    text = "".join([line async for line in history.export_row_errors(database, task_id)])
    response = await upload(
        procurement, supplier_id, text.replace("A-2,Saw,,", "A-2,Saw,8,"), task_id
    )
    assert response.status_code == 202, response.text
    async with running_worker():
        corrections = await wait_for_end(UUID(response.json()["task_id"]))
    assert (corrections.state, corrections.corrections_of) == ("partially_succeeded", task_id)
    assert "corrections" not in corrections.source_config
    task = await history.get_task(database, task_id)
    assert (task.counts.new, task.counts.rejected) == (2, 1)
    exported = [line async for line in history.export_row_errors(database, corrections.id)]
    assert "".join(exported).splitlines()[1].endswith(str(task_id))


async def test_the_api_lists_corrected_rows_apart(
    admin: Client,
    imported: tuple[UUID, UUID],
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id, task_id = imported
    text = (await admin.get(f"{TASKS}/{task_id}/errors/export")).text
    response = await upload(admin, supplier_id, text.replace("A-2,Saw,,", "A-2,Saw,8,"), task_id)
    async with running_worker():
        await wait_for_end(UUID(response.json()["task_id"]))
    task = (await admin.get(f"{TASKS}/{task_id}")).json()
    assert task["row_error_counts"] == {"price_not_a_number": 1}
    (open_error,) = (await admin.get(f"{TASKS}/{task_id}/errors")).json()["data"]
    assert (open_error["row_number"], open_error["corrected_by"]) == (4, None)
    page = (await admin.get(f"{TASKS}/{task_id}/errors?corrected=true")).json()
    (corrected,) = page["data"]
    assert page["total_count"] == 1
    assert (corrected["row_number"], corrected["corrected_by"]) == (3, response.json()["task_id"])
    for query, number in (("", "4"), ("?corrected=true", "3")):
        csv = await admin.get(f"{TASKS}/{task_id}/errors{query}", headers={"Accept": "text/csv"})
        assert [line.split(",")[0] for line in csv.text.splitlines()[1:]] == [number]


async def test_corrections_of_an_unknown_task_or_of_another_supplier_are_a_400(
    admin: Client, conn: Connection, imported: tuple[UUID, UUID]
) -> None:
    supplier_id, task_id = imported
    other_id = await builders.supplier(conn)
    for response, issue in (
        (await upload(admin, supplier_id, LIST, uuid4()), "no such task"),
        (await upload(admin, other_id, LIST, task_id), "is a task of"),
        (await upload(admin, supplier_id, LIST, "x"), "UUID"),
    ):
        assert response.status_code == 400, response.text
        (error,) = response.json()["error"]["details"]["errors"]
        assert error["field"] == "corrections"
        assert issue in error["issue"]
    assert (await admin.get(TASKS)).json()["total_count"] == 1


async def test_corrections_are_accepted_while_others_of_the_task_are_imported(
    admin: Client, database: Database, imported: tuple[UUID, UUID]
) -> None:
    supplier_id, task_id = imported
    async with database.transaction() as importing:
        await importing.execute(
            "SELECT FROM ingestion_tasks WHERE id = %s FOR NO KEY UPDATE", [task_id]
        )
        async with asyncio.timeout(120):
            response = await upload(admin, supplier_id, LIST, task_id)
    assert response.status_code == 202


async def test_corrections_after_a_later_price_list_are_a_409(
    admin: Client, conn: Connection, imported: tuple[UUID, UUID]
) -> None:
    supplier_id, task_id = imported
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state)
        SELECT id, name, 'csv', 'succeeded' FROM suppliers
        """
    )
    response = await upload(admin, supplier_id, LIST, task_id)
    assert response.status_code == 409
    assert "A later price list" in response.json()["detail"]


async def test_a_file_of_other_columns_fails_with_the_reason(
    admin: Client,
    imported: tuple[UUID, UUID],
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id, task_id = imported
    response = await upload(admin, supplier_id, LIST, task_id)
    async with running_worker():
        task = await wait_for_end(UUID(response.json()["task_id"]))
    assert task.state == "failed"
    assert "has not the columns of the rejected rows" in task.errors[0]
