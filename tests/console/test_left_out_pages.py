"""Articles with a doubtful price are left out on the page of a preview, and imported later."""

import re
from typing import Any

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from import_fixtures import RunImport, rows, run_import
from pricebook.db.database import Connection
from pricebook.pricelists.schemas.read_config import ReadConfig

__all__ = ["run_import"]

LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Sledge,1250\nA-3,Saw,none\n"
UNLIKE = [
    {
        "row_number": number,
        "supplier_sku": code,
        "name": f"Sledge {number}",
        "price": "1250",
        "currency": None,
        "similar_to": "Hammers",
        "usual_price": "16.5",
    }
    for number, code in ((9, "H-20"), (10, "H-21"))
]
CHANGED = {
    "outcome": "quarantined",
    "row_number": 3,
    "supplier_sku": "H-2",
    "name": "Maul",
    "old_price": "10",
    "new_price": "100",
    "percent": "900",
    "reason": "From 10 to 100.",
}


@pytest.fixture
async def path(conn: Connection) -> str:
    """The page of a preview with two doubtful new prices and one that is out of line."""
    preview_id = await builders.import_preview(conn, await builders.supplier(conn))
    await conn.execute(
        "UPDATE import_previews SET result = result || %s",
        [Jsonb({"unlike": UNLIKE, "changes": [CHANGED]})],
    )
    return f"/console/imports/previews/{preview_id}"


async def left_out(conn: Connection) -> Any:
    found = await rows(conn, "SELECT state, config -> 'left_out_codes' FROM import_previews")
    return found[0]


async def test_doubtful_rows_are_left_out_singly(
    client: Client, log_in_as: LogInAs, conn: Connection, path: str
) -> None:
    await log_in_as("procurement")
    text = await show_text(client, path)
    assert re.findall(r'name="one" value="([^"]+)"', text) == ["H-20", "H-21", "H-2"]
    assert (await send(client, f"{path}/leave-out", one="H-2")).status_code == 303
    assert await left_out(conn) == ("queued", ["H-2"])
    await conn.execute("UPDATE import_previews SET state = 'ready'")
    text = await follow(client, await send(client, f"{path}/leave-out", one="H-21"))
    assert await left_out(conn) == ("queued", ["H-2", "H-21"])
    await conn.execute("UPDATE import_previews SET state = 'ready'")
    text = await show_text(client, path)
    assert "The article H-2 is left out: its row is rejected" in text
    patch = '{"left_out_codes":["H-21"]}'
    await send(client, f"{path}/answers", **{"answer.0": patch})
    assert await left_out(conn) == ("queued", ["H-21"])


async def test_marked_rows_are_left_out_together(
    client: Client, log_in_as: LogInAs, conn: Connection, path: str
) -> None:
    await log_in_as("procurement")
    response = await send(client, f"{path}/leave-out", row=["H-20", "H-21"])
    assert response.status_code == 303
    assert await left_out(conn) == ("queued", ["H-20", "H-21"])


async def test_without_a_mark_nothing_is_left_out(
    client: Client, log_in_as: LogInAs, conn: Connection, path: str
) -> None:
    await log_in_as("procurement")
    response = await send(client, f"{path}/leave-out")
    assert response.status_code == 400
    assert "Mark the articles that are to be left out." in response.text
    assert await left_out(conn) == ("ready", None)


async def test_a_left_out_row_is_submitted_as_it_is(
    client: Client, log_in_as: LogInAs, conn: Connection, run_import: RunImport
) -> None:
    result = await run_import(LIST, config=ReadConfig(left_out_codes=["A-2"]))
    page = f"/console/imports/{result.task_id}/rejected"
    await log_in_as("admin")
    text = await show_text(client, page)
    assert re.findall(r'name="(asis-\d+)"', text) == ["asis-3"]
    fields = dict(re.findall(r'name="((?:cell|version|key)[^"]*)" value="([^"]*)"', text))
    # Only rows that were left out are imported as they are.
    refused = await send(client, page, **fields, **{"asis-4": "yes"})
    assert refused.status_code == 400
    response = await send(client, page, **fields, **{"asis-3": "yes"})
    assert response.status_code == 303
    found = await rows(conn, "SELECT corrections_of FROM ingestion_tasks WHERE state = 'queued'")
    assert found == [(result.task_id,)]
