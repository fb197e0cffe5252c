"""Own products as a file: exported, edited, shown as what would change, applied."""

import asyncio
from typing import Any
from uuid import UUID

from httpx import Response

import builders
from console.conftest import HTML, SAME_ORIGIN, Client, LogInAs, send
from console.fragments import show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from product_import_fixtures import products_of
from worker_fixtures import (
    RunningWorker,
    queue,
    running_worker,
    settings,
    worker_database,
    worker_settings,
)

__all__ = ["queue", "running_worker", "settings", "worker_database", "worker_settings"]

PATH = "/console/products/import"


async def upload(client: Client, content: bytes, **fields: Any) -> Response:
    files = {"file": ("own <b>.csv", content, "text/csv")}
    return await client.post(
        PATH, files=files, data=fields, headers=SAME_ORIGIN, follow_redirects=False
    )


async def result(client: Client, response: Response) -> str:
    """Return the page of an import when it has ended; before that, it polls itself."""
    assert response.status_code == 303, response.text
    address = response.headers["location"]
    async with asyncio.timeout(120):
        while True:
            text = await show_text(client, address)
            if 'hx-trigger="every 1s"' not in text:
                return text
            await asyncio.sleep(0.05)


async def test_exported_products_are_edited_and_imported_again(
    client: Client, log_in_as: LogInAs, conn: Connection, running_worker: RunningWorker
) -> None:
    await log_in_as("procurement")
    tools = await builders.category(conn, "Tools > more")
    product_id = await builders.offered_product(
        conn, 'Hammer "20"; =1', "5", sku="H-1", category_id=tools, target_price="8.1250"
    )
    await builders.product(conn, "Saw", sku="S-1", status="draft")
    before = await products_of(conn)
    exported = (await client.get(f"{PATH}/file")).content
    async with running_worker():
        same = await result(client, await upload(client, exported))
        assert "The file changes nothing." in same
        assert "/apply" not in same
        lines = exported.replace(b"8.125", b"9.5") + b"N-1,New one,,,,,,,\r\nX-1,,,,,,,,\r\n"
        uploaded = await upload(client, lines)
        text = await result(client, uploaded)
        assert "Nothing is changed yet." in text
        for value in ("own <b>.csv", "9.50", "New one", "The name is empty"):
            assert value in text
        assert await products_of(conn) == before
        path = uploaded.headers["location"]
        only_new = await show_text(client, f"{path}?outcome=new")
        assert "New one" in only_new
        assert "The name is empty" not in only_new
        assert "X-1" in (await client.get(f"{path}/rejected")).text
        applied = await send(client, f"{path}/apply")
        assert "The file was imported." in await result(client, applied)
        again = await send(client, f"{path}/apply")
    assert again.headers["location"] == applied.headers["location"]
    price = "SELECT target_price::text FROM products WHERE id = %s"
    assert await fetch_value(conn, price, [product_id]) == "9.5000"
    assert [row[0] for row in await products_of(conn)] == ["H-1", "N-1", "S-1"]


async def test_refused_files_are_explained_and_only_dry_runs_are_applied(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    refused = await upload(client, b"")
    assert (refused.status_code, "is empty" in refused.text) == (400, True)
    unknown = await client.post(f"{PATH}/{UUID(int=1)}/apply", headers=SAME_ORIGIN)
    assert unknown.status_code == 404
    import_id = await builders.product_import(conn)
    await conn.execute("UPDATE product_imports SET completed_at = now() - interval '2 days'")
    late = await client.post(f"{PATH}/{import_id}/apply", headers=SAME_ORIGIN)
    assert late.status_code == 409
    assert "upload the file again" in late.text


async def test_only_procurement_and_admins_import(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("sales")
    assert (await client.get(PATH, headers=HTML)).status_code == 403
    assert (await upload(client, b"sku,name\nA,B\n")).status_code == 403
    client.cookies.clear()
    assert (await upload(client, b"sku,name\nA,B\n")).status_code == 401
