from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.settings import Settings
from worker_fixtures import LIST, RunningWorker, WaitForEnd

Client = AsyncTestClient[Litestar]
Json = dict[str, Any]


def address(supplier_id: object) -> str:
    return f"/api/v1/admin/suppliers/{supplier_id}/upload"


async def upload(client: Client, supplier_id: object, text: str = LIST, **more: Any) -> Any:
    form: dict[str, Any] = {"files": {"file": ("acme march.csv", text.encode(), "text/csv")}}
    return await client.post(address(supplier_id), **(form | more))


def uploaded(settings: Settings) -> list[Path]:
    return sorted(settings.uploads.rglob("*") if settings.uploads.exists() else [])


async def test_uploaded_price_list_appears_in_the_catalog(
    admin: Client, conn: Connection, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    supplier_id = await builders.supplier(conn)
    response = await upload(admin, supplier_id, data={"create_products": "true"})
    assert response.status_code == 202, response.text
    accepted: Json = response.json()
    assert response.headers["location"] == f"/api/v1/admin/tasks/{accepted['task_id']}"
    assert accepted["supplier_id"] == str(supplier_id)
    assert accepted["status"] == "queued"
    assert accepted["enqueued_at"].endswith("Z")
    async with running_worker():
        await wait_for_end(UUID(accepted["task_id"]))
    task = (await admin.get(response.headers["location"])).json()
    assert task["state"] == "succeeded"
    assert task["file_name"] == "acme march.csv"
    assert task["result"]["status"] == "success"
    catalog = (await admin.get("/api/v1/catalog?search=hammer")).json()
    assert [each["min_price"] for each in catalog["data"]] == ["12.50"]


async def test_upload_options_are_stored_in_the_task(admin: Client, conn: Connection) -> None:
    options = {
        "header_row": "3",
        "delimiter": ";",
        "column_mapping": '{"price": "Net"}',
        "characteristic_columns": '["Colour"]',
        "mode": "partial",
        "new_layout": "true",
    }
    response = await upload(admin, await builders.supplier(conn), data=options)
    task = (await admin.get(response.headers["location"])).json()
    assert task["source_config"].pop("file_path").startswith("uploaded/")
    assert task["source_config"] == {
        "header_row": 3,
        "delimiter": ";",
        "column_mapping": {"price": "Net"},
        "characteristic_columns": ["Colour"],
        "mode": "partial",
    }
    assert task["new_layout"] is True


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"files": {"list": ("a.csv", b"x")}}, "file"),
        ({"files": {"file": ("a.csv", b"")}}, "file"),
        ({"files": [("file", ("a.csv", b"x")), ("file", ("b.csv", b"x"))]}, "file"),
        ({"data": {"colour": "red"}}, "colour"),
        ({"data": {"header_row": "-1"}}, "header_row"),
        ({"data": {"delimiter": ";;"}}, "delimiter"),
        ({"data": {"column_mapping": '{"size": "X"}'}}, "column_mapping"),
        ({"data": {"column_mapping": "{"}}, "column_mapping"),
        ({"data": {"encoding": "a\0b"}}, "encoding"),
        ({"files": None, "json": {"file": "x"}}, "(all)"),
        ({"files": None, "content": b"x", "headers": {"content-type": "multipart/form-data"}},
         "(all)"),
        ({"files": None, "content": b"nonsense",
          "headers": {"content-type": "multipart/form-data; boundary=b"}}, "(all)"),
    ],
)  # fmt: skip
async def test_a_malformed_form_is_refused_and_leaves_no_files(
    admin: Client, conn: Connection, settings: Settings, given: dict[str, Any], field: str
) -> None:
    response = await upload(admin, await builders.supplier(conn), **given)
    assert response.status_code == 400, response.text
    errors = response.json()["error"]["details"]["errors"]
    assert field in {each["field"] for each in errors}
    assert [path for path in uploaded(settings) if path.is_file()] == []
    assert (await admin.get("/api/v1/admin/tasks")).json()["total_count"] == 0


@pytest.mark.parametrize(
    "header",
    [
        b'Content-Disposition: form-data; name="file"; filename="a\nb.csv"',
        b'Content-Disposition: form-data; name="file"; filename="a\xff.csv"',
        b'\nContent-Disposition: form-data; name="file"; filename="a.csv"',
        b'Content-Disposition\n: form-data; name="file"; filename="a.csv"',
    ],
)
async def test_malformed_part_header_is_refused_with_its_reason(
    admin: Client, conn: Connection, header: bytes
) -> None:
    response = await upload(
        admin,
        await builders.supplier(conn),
        files=None,
        content=b"--b\r\n%b\r\n\r\nx\r\n--b--\r\n" % header,
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert response.status_code == 400, response.text
    (error,) = response.json()["error"]["details"]["errors"]
    assert error["field"] == "(all)"
    assert "header" in error["issue"]
    assert "Error" not in error["issue"]


async def test_file_over_the_limit_is_refused_while_it_is_received(
    admin: Client, conn: Connection, settings: Settings
) -> None:
    at_the_limit = "x" * 2**20
    supplier_id = await builders.supplier(conn)
    assert (await upload(admin, supplier_id, at_the_limit)).status_code == 202
    before = uploaded(settings)
    response = await upload(admin, supplier_id, at_the_limit + "x")
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"
    assert uploaded(settings) == before


async def test_an_unknown_supplier_is_a_404_and_an_inactive_one_a_400(
    admin: Client, conn: Connection, settings: Settings
) -> None:
    supplier_id = await builders.supplier(conn)
    await conn.execute("UPDATE suppliers SET is_active = false")
    assert (await upload(admin, uuid4())).status_code == 404
    assert (await upload(admin, supplier_id)).status_code == 400
    assert uploaded(settings) == []


async def test_idempotency_key_returns_the_same_task_or_409_for_another_file(
    admin: Client, conn: Connection, settings: Settings
) -> None:
    supplier_id = await builders.supplier(conn)
    key = {"Idempotency-Key": "march"}
    first = await upload(admin, supplier_id, headers=key)
    again = await upload(admin, supplier_id, headers=key)
    assert (again.status_code, again.json()) == (202, first.json())
    other = await upload(admin, supplier_id, LIST + "A-3,Glove,1\n", headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "CONFLICT")
    assert len([path for path in uploaded(settings) if path.is_file()]) == 1
    assert (await admin.get("/api/v1/admin/tasks")).json()["total_count"] == 1


async def test_too_long_idempotency_key_is_refused(admin: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier(conn)
    response = await upload(admin, supplier_id, headers={"Idempotency-Key": "x" * 256})
    assert response.status_code == 400
    (error,) = response.json()["error"]["details"]["errors"]
    assert (error["in"], error["field"]) == ("header", "Idempotency-Key")
