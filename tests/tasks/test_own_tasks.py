"""Role procurement follows the imports that it requested; the tasks of others are for admins."""

from uuid import UUID, uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from builders import AsRole
from pricebook.db.database import Connection
from worker_fixtures import RunningWorker, WaitForEnd

Client = AsyncTestClient[Litestar]
ADMIN = "/api/v1/admin"
BAD_ROWS = b"Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Saw,\n"
READING = ("", "/errors", "/errors/export", "/file", "/left")


async def upload(client: Client, supplier_id: UUID) -> str:
    """Upload a price list with a row that is rejected; return the path of its task."""
    response = await client.post(
        f"{ADMIN}/suppliers/{supplier_id}/upload", files={"file": ("list.csv", BAD_ROWS)}
    )
    assert response.status_code == 202, response.text
    return response.headers["location"]


async def upload_by_another(client: Client, supplier_id: UUID, as_role: AsRole) -> None:
    client.headers.update(await as_role("procurement"))
    await upload(client, supplier_id)


def listed(response: Response) -> list[str]:
    """Return the paths of the tasks of a page, the newest first."""
    assert response.status_code == 200, response.text
    return [f"{ADMIN}/tasks/{each['id']}" for each in response.json()["data"]]


async def statuses(client: Client, task: str) -> list[int]:
    return [(await client.get(task + path)).status_code for path in READING]


async def test_procurement_follows_its_upload(
    procurement: Client, conn: Connection, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    task = await upload(procurement, await builders.supplier(conn))
    assert (await procurement.get(task)).json()["state"] == "queued"
    async with running_worker():
        await wait_for_end(UUID(task.rpartition("/")[2]))
    assert (await procurement.get(task)).json()["counts"]["rejected"] == 1
    (row,) = (await procurement.get(f"{task}/errors")).json()["data"]
    assert row["error_type"] == "missing_price"
    assert "A-2,Saw" in (await procurement.get(f"{task}/errors/export")).text
    as_csv = await procurement.get(f"{task}/errors", headers={"Accept": "text/csv"})
    assert "A-2,Saw" in as_csv.text


async def test_tasks_of_others_are_for_admins(
    client: Client, conn: Connection, as_role: AsRole
) -> None:
    supplier_id = await builders.supplier(conn)
    client.headers.update(await as_role("procurement"))
    own = await upload(client, supplier_id)
    of_schedule = f"{ADMIN}/tasks/{await builders.import_task(conn, supplier_id)}"
    client.headers.update(await as_role("procurement"))
    for task in (own, of_schedule, f"{ADMIN}/tasks/{uuid4()}"):
        assert await statuses(client, task) == [403] * len(READING)
    assert listed(await client.get(f"{ADMIN}/tasks/own")) == []
    refused = await client.get(f"{own}/errors?limit=0")
    assert refused.status_code == 403
    assert refused.json()["detail"].endswith("of its own uploads only: others need role admin.")
    client.headers.update(await as_role("admin"))
    assert await statuses(client, own) == [200] * len(READING)
    assert await statuses(client, of_schedule) == [200, 200, 200, 404, 200]
    client.headers.update(await as_role("sales"))
    for path in (own, f"{own}/file", f"{own}/left", f"{ADMIN}/tasks/own"):
        assert (await client.get(path)).status_code == 403


async def test_procurement_gets_its_file_and_lists_its_tasks(
    client: Client, conn: Connection, as_role: AsRole
) -> None:
    supplier_id = await builders.supplier(conn)
    client.headers.update(await as_role("procurement"))
    own = await upload(client, supplier_id)
    assert (await client.get(f"{own}/file")).content == BAD_ROWS
    await builders.import_task(conn, supplier_id)
    await upload_by_another(client, supplier_id, as_role)
    client.headers.update(await as_role("procurement"))
    later = await upload(client, await builders.supplier(conn))
    assert listed(await client.get(f"{ADMIN}/tasks/own")) == [later]


async def test_procurement_sees_the_undo_of_its_upload(
    client: Client, conn: Connection, as_role: AsRole
) -> None:
    """An admin undid it; what it did and left concerns who uploaded the price list."""
    client.headers.update(own_headers := await as_role("procurement"))
    own = await upload(client, supplier_id := await builders.supplier(conn))
    undo = f"{ADMIN}/tasks/{await builders.import_task(conn, supplier_id)}"
    statement = "UPDATE ingestion_tasks SET undo_of = %s WHERE id = %s"
    await conn.execute(statement, [own.rpartition("/")[2], undo.rpartition("/")[2]])
    assert await statuses(client, undo) == [200, 200, 200, 404, 200]
    assert sorted(listed(await client.get(f"{ADMIN}/tasks/own"))) == sorted([own, undo])
    client.headers.update(await as_role("procurement"))
    assert await statuses(client, undo) == [403] * len(READING)
    client.headers.update(own_headers)
    assert listed(await client.get(f"{ADMIN}/tasks/own?state=queued")) == [own]


@pytest.mark.parametrize("path", ["", "/undo", "/retry", "/apply", "/refuse", "/cancel"])
async def test_procurement_decides_nothing_about_its_task(
    procurement: Client, conn: Connection, path: str
) -> None:
    task = await upload(procurement, await builders.supplier(conn))
    if path:
        response = await procurement.post(task + path)
    else:
        response = await procurement.get(f"{ADMIN}/tasks")
    assert response.status_code == 403, path
