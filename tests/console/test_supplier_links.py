"""An import leads to its supplier, and the supplier to its imports."""

import pytest

import builders
from console.conftest import Client, LogInAs
from console.fragments import show
from pricebook.db.database import Connection


@pytest.mark.parametrize("page", ["", "/changes", "/items?what=new", "/rejected", "/held"])
async def test_pages_of_an_import_lead_to_its_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection, page: str
) -> None:
    supplier_id = await builders.supplier(conn, "ACME")
    task_id = await builders.import_task(conn, supplier_id)
    await log_in_as("admin")
    text = await show(client, f"/console/imports/{task_id}{page}")
    assert f'<a href="/console/suppliers/{supplier_id}">ACME</a>' in text


async def test_import_and_supplier_lead_to_all_imports_of_the_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    task_id = await builders.import_task(conn, supplier_id)
    await log_in_as("procurement")
    for path in (f"/console/imports/{task_id}", f"/console/suppliers/{supplier_id}"):
        assert f'href="/console/imports?supplier_id={supplier_id}"' in await show(client, path)


async def test_import_of_a_deleted_supplier_has_its_name_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    task_id = await builders.import_task(conn, await builders.supplier(conn, "ACME"))
    await conn.execute("UPDATE ingestion_tasks SET supplier_id = NULL")
    await log_in_as("admin")
    text = await show(client, f"/console/imports/{task_id}")
    assert "<dd>ACME</dd>" in text
