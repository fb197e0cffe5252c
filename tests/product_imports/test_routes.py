"""Imports of own products over HTTP, run by the worker."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.settings import Settings
from pricebook.worker.cleanup import purge
from product_import_fixtures import products_of
from worker_fixtures import RunningWorker

Client = AsyncTestClient[Litestar]
Json = dict[str, Any]
IMPORTS = "/api/v1/admin/product-imports"
PRODUCTS = "/api/v1/admin/products"
TEXT = "sku,name,target_price\nA-1,Pen,1.50\nA-2,Ink,x\n,Cap,=2\n"


async def upload(client: Client, text: str = TEXT, **more: Any) -> Any:
    form: Json = {"files": {"file": ("own products.csv", text.encode(), "text/csv")}}
    return await client.post(f"{PRODUCTS}/import", **(form | more))


async def ended(client: Client, path: str) -> Json:
    async with asyncio.timeout(120):
        while True:
            found: Json = (await client.get(path)).json()
            if found["completed_at"]:
                return found
            await asyncio.sleep(0.05)


async def test_uploaded_file_is_imported_by_the_worker(
    procurement: Client, conn: Connection, running_worker: RunningWorker
) -> None:
    response = await upload(procurement)
    assert response.status_code == 202, response.text
    accepted: Json = response.json()
    path = response.headers["location"]
    assert path == f"{IMPORTS}/{accepted['id']}"
    assert (accepted["state"], accepted["rows_total"]) == ("queued", None)
    async with running_worker():
        found = await ended(procurement, path)
    assert found["state"] == "partially_succeeded"
    assert found["file_name"] == "own products.csv"
    assert found["requested_by"].startswith("procurement ")
    assert found["columns"] == ["internal_sku", "name", "target_price"]
    assert found["counts"] == {
        **dict.fromkeys(("changed", "unchanged", "duplicate"), 0),
        "new": 1,
        "rejected": 2,
    }
    assert [row[:2] for row in await products_of(conn)] == [("A-1", "Pen")]
    rows: Json = (await procurement.get(f"{path}/rows?limit=1")).json()
    assert rows["total_count"] == 3
    assert rows["data"][0]["changes"][1] == {"field": "target_price", "old": None, "new": "1.50"}
    rejected: Json = (await procurement.get(f"{path}/rows?outcome=rejected")).json()
    assert [row["row_number"] for row in rejected["data"]] == [3, 4]
    assert (await procurement.get(IMPORTS)).json()["data"] == [found]


async def test_rejected_rows_are_corrected_and_imported_again(
    procurement: Client, conn: Connection, running_worker: RunningWorker
) -> None:
    async with running_worker():
        path = (await upload(procurement)).headers["location"]
        await ended(procurement, path)
        text = (await procurement.get(f"{path}/rejected/export")).text
        assert text.splitlines()[0] == (
            "\ufeffrow_number,internal_sku,name,target_price,error_type,error_message"
        )
        assert text.splitlines()[2].startswith("4,,Cap,'=2,invalid_cell,")
        corrected = text.replace(",x,", ",3.25,").replace(",'=2,", ",2,")
        again = await ended(procurement, (await upload(procurement, corrected)).headers["location"])
    assert again["state"] == "succeeded"
    assert sorted(row[1] for row in await products_of(conn)) == ["Cap", "Ink", "Pen"]


async def test_dry_run_over_http_changes_nothing(
    procurement: Client, conn: Connection, running_worker: RunningWorker
) -> None:
    async with running_worker():
        response = await upload(procurement, data={"dry_run": "true"})
        found = await ended(procurement, response.headers["location"])
    assert found["dry_run"]
    assert found["counts"]["new"] == 1
    assert await products_of(conn) == []


async def test_unreadable_file_fails_with_its_reason(
    procurement: Client, running_worker: RunningWorker
) -> None:
    async with running_worker():
        response = await upload(procurement, "sku,colour\nA-1,red\n")
        found = await ended(procurement, response.headers["location"])
    assert found["state"] == "failed"
    (reason,) = found["errors"]
    assert reason.startswith(
        'own products.csv has the unknown columns "colour" in row 1; the columns are internal_sku,'
    )


async def test_idempotency_key_starts_one_import(procurement: Client, conn: Connection) -> None:
    headers = {"Idempotency-Key": "k"}
    responses = await asyncio.gather(*(upload(procurement, headers=headers) for _ in range(4)))
    assert {response.status_code for response in responses} == {202}
    assert len({response.json()["id"] for response in responses}) == 1
    count = await conn.execute("SELECT count(*) FROM product_imports")
    assert await count.fetchone() == (1,)
    assert (await upload(procurement, "sku\n", headers=headers)).status_code == 409


@pytest.mark.parametrize(
    "more", [{"data": {"dry_run": "perhaps"}}, {"data": {"colour": "red"}}, {"files": {}}]
)
async def test_malformed_form_is_refused(procurement: Client, more: Json) -> None:
    response = await upload(procurement, **more)
    assert response.status_code == 400, response.text


async def test_empty_file_is_refused(procurement: Client, settings: Settings) -> None:
    assert (await upload(procurement, "")).status_code == 400
    assert [path for path in settings.uploads.rglob("*") if path.is_file()] == []


async def test_sales_may_export_but_not_import(sales: Client, conn: Connection) -> None:
    await builders.product(conn, "Pen", sku="A-1", target_price="2.5")
    text = (await sales.get(f"{PRODUCTS}/import-file?search=pen")).text
    assert text.splitlines()[1] == "A-1,Pen,,active,2.50,,,,"
    assert (await upload(sales)).status_code == 403
    for path in ("", f"/{builders.NO_PASSWORD}", "/x/rows"):
        assert (await sales.get(f"{IMPORTS}{path}")).status_code == 403


async def test_unknown_import_is_not_found(procurement: Client) -> None:
    path = f"{IMPORTS}/7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"
    for part in ("", "/rows", "/rejected/export"):
        assert (await procurement.get(path + part)).status_code == 404


async def test_files_of_ended_imports_are_deleted(
    procurement: Client,
    running_worker: RunningWorker,
    worker_settings: Settings,
    worker_database: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pricebook.imports.upload_folder.ORPHAN_SECONDS", -60)
    path = (await upload(procurement)).headers["location"]

    def files() -> list[Path]:
        return [each for each in worker_settings.uploads.rglob("*") if each.is_file()]

    await purge(worker_settings, worker_database)
    assert len(files()) == 1
    async with running_worker():
        await ended(procurement, path)
    await purge(worker_settings, worker_database)
    assert files() == []
