"""Uploaded files can be read by admins as long as they are kept."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection, Database
from pricebook.http.csv_download import content_disposition
from pricebook.imports import upload_folder
from pricebook.settings import Settings
from pricebook.worker.cleanup import purge
from worker_fixtures import SubmitTask

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"
CONTENT = b"Article code,Name,Price\n" + b"".join(
    b"A-%d,Nail %d,1.5\n" % (number, number) for number in range(20_000)
)


async def upload(admin: Client, supplier_id: UUID, name: str = "march.csv") -> Any:
    path = f"/api/v1/admin/suppliers/{supplier_id}/upload"
    response = await admin.post(path, files={"file": (name, CONTENT, "text/csv")})
    assert response.status_code == 202, response.text
    return response.json()["task_id"]


async def test_uploaded_file_is_returned_as_it_was(admin: Client, conn: Connection) -> None:
    task_id = await upload(admin, await builders.supplier(conn), "Preise März.csv")
    response = await admin.get(f"{TASKS}/{task_id}/file")
    assert (response.status_code, response.content) == (200, CONTENT)
    assert response.headers["content-type"] == "application/octet-stream"
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="Preise M_rz.csv"; filename*=')
    assert unquote(disposition.rpartition("''")[2]) == "Preise März.csv"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("list.csv", 'attachment; filename="list.csv"'),
        (
            'a"b\r\nX: 1.csv',
            "attachment; filename=\"a_b__X_ 1.csv\"; filename*=UTF-8''a_b__X%3A%201.csv",
        ),
        ("../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'),
    ],
)
def test_name_breaks_no_header(name: str, expected: str) -> None:
    assert content_disposition(name) == expected


async def test_fetched_list_has_no_file(
    admin: Client, conn: Connection, submit_task: SubmitTask
) -> None:
    supplier_id = await builders.supplier(conn)
    for source in ("delivered.csv", "uploaded/../delivered.csv", "uploaded/.."):
        task_id = await submit_task(supplier_id, source_config={"file_path": source})
        response = await admin.get(f"{TASKS}/{task_id}/file")
        assert response.status_code == 404
        assert "has no uploaded file" in response.json()["detail"]
    assert (await admin.get(f"{TASKS}/{uuid4()}/file")).status_code == 404


async def test_file_is_deleted_some_days_after_its_import(
    admin: Client,
    conn: Connection,
    worker_settings: Settings,
    worker_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upload_folder, "ORPHAN_SECONDS", -10)
    supplier_id = await builders.supplier(conn)
    kept, old, failed = [await upload(admin, supplier_id) for _ in range(3)]
    for task_id, state, days in (
        (kept, "succeeded", 89),
        (old, "succeeded", 91),
        (failed, "failed", 91),
    ):
        await conn.execute(
            "UPDATE ingestion_tasks SET state = %s::task_state,"
            " completed_at = now() - make_interval(days => %s) WHERE id = %s",
            [state, days, task_id],
        )
    await purge(msgspec.structs.replace(worker_settings, keep_tasks_days=365), worker_database)
    responses = [await admin.get(f"{TASKS}/{task_id}/file") for task_id in (kept, old, failed)]
    assert [response.status_code for response in responses] == [200, 404, 200]
    assert "KEEP_UPLOADS_DAYS" in responses[1].json()["detail"]
