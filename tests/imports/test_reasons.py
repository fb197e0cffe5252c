"""Why an import or its undo is requested is kept with the task and in the audit log."""

from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.settings import Settings
from worker_fixtures import LIST, RunningWorker, WaitForEnd

Client = AsyncTestClient[Litestar]
WRONG = "The supplier sent the list of another shop."


async def upload(client: Client, supplier_id: UUID, **fields: str) -> Any:
    return await client.post(
        f"/api/v1/admin/suppliers/{supplier_id}/upload",
        files={"file": ("march.csv", LIST.encode(), "text/csv")},
        data=fields,
    )


async def task_of(client: Client, response: Any) -> Any:
    assert response.status_code == 202, response.text
    return (await client.get(response.headers["location"])).json()


async def reasons(client: Client, task_id: str) -> list[tuple[str, Any]]:
    """Return the entries of a task in the audit log with a reason, the oldest first."""
    page = (await client.get("/api/v1/admin/audit", params={"task_id": task_id})).json()
    entries: list[dict[str, Any]] = list(reversed(page["data"]))
    return [
        (each["action"], each["after"]["reason"])
        for each in entries
        if each["after"] and "reason" in each["after"]
    ]


async def test_upload_and_its_undo(
    admin: Client, conn: Connection, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    task = await task_of(
        admin, await upload(admin, await builders.supplier(conn), reason="New prices")
    )
    assert task["reason"] == "New prices"
    assert "reason" not in task["source_config"]
    assert await reasons(admin, task["id"]) == [("task.requested", "New prices")]
    async with running_worker():
        await wait_for_end(UUID(task["id"]), "succeeded")
    path = f"/api/v1/admin/tasks/{task['id']}/undo"
    undo = await task_of(admin, await admin.post(path, json={"reason": WRONG}))
    async with running_worker():
        await wait_for_end(UUID(undo["id"]), "succeeded")
    assert (undo["reason"], undo["undo_of"]) == (WRONG, task["id"])
    assert await reasons(admin, undo["id"]) == [("task.requested", WRONG), ("task.undone", WRONG)]
    assert (await admin.get(f"/api/v1/admin/tasks/{task['id']}")).json()["reason"] == "New prices"


async def test_sync(admin: Client, conn: Connection, settings: Settings) -> None:
    (settings.uploads / "acme.csv").write_text(LIST)
    supplier_id = await builders.supplier(conn)
    await conn.execute(
        """UPDATE suppliers SET metadata = '{"source_config": {"file_path": "acme.csv"}}'"""
    )
    body = {"supplier_id": str(supplier_id), "reason": "Prices by phone"}
    task = await task_of(admin, await admin.post("/api/v1/admin/sync", json=body))
    assert task["reason"] == "Prices by phone"


async def test_no_reason(admin: Client, conn: Connection) -> None:
    task = await task_of(admin, await upload(admin, await builders.supplier(conn)))
    assert task["reason"] is None
    assert await reasons(admin, task["id"]) == []


@pytest.mark.parametrize("reason", ["", "x" * 1001])
async def test_refused_reasons(admin: Client, conn: Connection, reason: str) -> None:
    supplier_id = await builders.supplier(conn)
    undo = f"/api/v1/admin/tasks/{supplier_id}/undo"
    for response in (
        await upload(admin, supplier_id, reason=reason),
        await admin.post(
            "/api/v1/admin/sync", json={"supplier_id": str(supplier_id), "reason": reason}
        ),
        await admin.post(undo, json={"reason": reason}),
    ):
        assert response.status_code == 400, response.text
        (issue,) = response.json()["error"]["details"]["errors"]
        assert issue["field"] == "reason"
