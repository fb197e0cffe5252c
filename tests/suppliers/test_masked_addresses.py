"""Stored addresses with a login, as earlier releases accepted them, are never returned with it."""

from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from pricebook.cli import output
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers import service

Client = AsyncTestClient[Litestar]
ADMIN = "/api/v1/admin"
URL = "https://ann:pa@55@acme.example/list.csv?page=2"
MASKED = "https://***@acme.example/list.csv?page=2"
STORED_CONFIG = "SELECT metadata -> 'source_config' FROM suppliers"


async def test_no_response_has_the_password_of_an_address(admin: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier_with_url(conn, URL)
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, source_config)
        SELECT id, name, source_type, metadata -> 'source_config' FROM suppliers
        """
    )
    address = f"{ADMIN}/suppliers/{supplier_id}"
    changed = await admin.patch(address, json={"contact_email": "a@acme.example"})
    supplier = (await admin.get(address)).json()
    assert changed.json()["source_config"] == supplier["source_config"] == {"url": MASKED}
    (task,) = (await admin.get(f"{ADMIN}/tasks")).json()["data"]
    assert task["source_config"] == {"url": MASKED}
    for path in ("suppliers", "tasks", f"tasks/{task['id']}", "audit"):
        text = (await admin.get(f"{ADMIN}/{path}")).text
        assert "acme.example" in text
        assert "pa@55" not in text


async def test_list_of_the_command_has_no_password(
    database: Database, conn: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    await builders.supplier_with_url(conn, URL)
    output.print_json(await service.list_suppliers(database, CursorPaging()))
    printed = capsys.readouterr().out
    assert MASKED in printed
    assert "pa@55" not in printed


@pytest.mark.parametrize(
    ("names", "more"), [({"url"}, {}), ({"url"}, {"header_row": 3}), ({}, {"header_row": 3})]
)
async def test_unchanged_masked_address_keeps_the_stored_one(
    admin: Client, conn: Connection, names: set[str], more: dict[str, int]
) -> None:
    address = f"{ADMIN}/suppliers/{await builders.supplier_with_url(conn, URL)}"
    shown: dict[str, Any] = (await admin.get(address)).json()["source_config"]
    config = {name: shown[name] for name in names} | more
    response = await admin.patch(address, json={"source_config": config})
    assert response.status_code == 200, response.text
    assert response.json()["source_config"] == {"url": MASKED, **config}
    assert await fetch_value(conn, STORED_CONFIG) == {**config, "url": URL}


async def test_older_name_of_a_masked_address_keeps_it(admin: Client, conn: Connection) -> None:
    sheet = "https://ann:pa55@docs.google.com/spreadsheets/d/1"
    supplier_id = await builders.supplier(conn)
    await set_config(conn, supplier_id, {"sheet_url": sheet})
    address = f"{ADMIN}/suppliers/{supplier_id}"
    config = (await admin.get(address)).json()["source_config"]
    assert config == {"sheet_url": "https://***@docs.google.com/spreadsheets/d/1"}
    assert (await admin.patch(address, json={"source_config": config})).status_code == 200
    assert await fetch_value(conn, STORED_CONFIG) == {"spreadsheet_url": sheet}


@pytest.mark.parametrize("stored", [URL, "https://acme.example/list.csv", None])
async def test_other_masked_address_is_refused(
    admin: Client, conn: Connection, stored: str | None
) -> None:
    supplier_id = await builders.supplier(conn)
    await set_config(conn, supplier_id, {"url": stored} if stored else {})
    response = await admin.patch(
        f"{ADMIN}/suppliers/{supplier_id}",
        json={"source_config": {"url": "https://***@acme.example/other.csv"}},
    )
    assert response.status_code == 400
    (issue,) = response.json()["error"]["details"]["errors"]
    assert issue["field"] == "source_config.url"
    assert await fetch_value(conn, STORED_CONFIG) == ({"url": stored} if stored else {})


async def test_masked_address_of_a_new_supplier_is_refused(admin: Client) -> None:
    body = {"name": "ACME", "source_type": "csv", "source_config": {"url": MASKED}}
    response = await admin.post(f"{ADMIN}/suppliers", json=body)
    assert response.status_code == 400
    assert "what stands before the @" in response.text


async def set_config(conn: Connection, supplier_id: UUID, config: dict[str, str]) -> None:
    metadata = Jsonb({"source_config": config})
    await conn.execute("UPDATE suppliers SET metadata = %s WHERE id = %s", [metadata, supplier_id])
