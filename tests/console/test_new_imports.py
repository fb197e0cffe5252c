"""The list of imports names those that others started since it was opened, and moves nothing."""

import re
from html import unescape
from uuid import UUID

import builders
from console.conftest import Client, LogInAs
from console.fragments import show
from pricebook.db.database import Connection

PATH = "/console/imports"
POLL = {"HX-Request": "true"}


async def arrivals_of(client: Client, query: str = "") -> str:
    """Return the address that a list polls for imports that are newer than its first line."""
    text = await show(client, f"{PATH}{query}")
    (address,) = re.findall(r'id="imports-new"[^>]* hx-get="([^"]+)"', text)
    return unescape(address)


async def add(conn: Connection, supplier_id: UUID, state: str = "succeeded") -> None:
    await builders.import_task(conn, supplier_id, state=state)
    await conn.execute(
        "UPDATE ingestion_tasks SET enqueued_at = clock_timestamp() WHERE enqueued_at = now()"
    )


async def test_new_imports_are_counted_and_shown_on_request(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn, "ACME")
    empty = await arrivals_of(client)
    await add(conn, supplier_id)
    assert "1 new import:" in (await client.get(empty, headers=POLL)).text
    address = await arrivals_of(client)
    assert (await client.get(address, headers=POLL)).status_code == 204
    for _ in range(3):
        await add(conn, supplier_id)
    text = (await client.get(address, headers=POLL)).text
    assert "3 new imports:" in text
    assert f'<a href="{PATH}"' in text
    assert "<tr" not in text


async def test_only_new_imports_of_the_filters_are_counted(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    acme, other = [await builders.supplier(conn, name) for name in ("ACME", "Other")]
    query = f"?state=failed&supplier_id={acme}"
    address = await arrivals_of(client, query)
    await add(conn, other, "failed")
    await add(conn, acme)
    assert (await client.get(address, headers=POLL)).status_code == 204
    await add(conn, acme, "failed")
    text = unescape((await client.get(address, headers=POLL)).text)
    assert "1 new import:" in text
    assert f'<a href="{PATH}{query}"' in text


async def test_later_pages_name_no_new_imports(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn, "ACME")
    for _ in range(51):
        await add(conn, supplier_id)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', await show(client, PATH))
    assert 'id="imports-new"' not in await show(client, unescape(following))
