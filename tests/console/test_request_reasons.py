"""Reasons of imports and undos: typed in the form that requests them, shown with the import."""

from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import show_text
from console.test_preview_pages import compared_at
from merge_fixtures import MergeRows, item_rows, merge_rows
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

__all__ = ["merge_rows"]
IMPORTS = "/console/imports"
REASON = "SELECT reason FROM ingestion_tasks WHERE reason IS NOT NULL"


async def kept(conn: Connection) -> list[str]:
    return [reason for (reason,) in await (await conn.execute(REASON)).fetchall()]


@pytest.fixture
async def preview_path(conn: Connection) -> str:
    preview_id = await builders.import_preview(conn, await builders.supplier(conn))
    return f"{IMPORTS}/previews/{preview_id}"


async def test_reason_of_an_applied_preview(
    client: Client, log_in_as: LogInAs, conn: Connection, preview_path: str
) -> None:
    await log_in_as("admin")
    text = await show_text(client, preview_path)
    assert 'name="reason"' in text
    fields = {"compared_at": compared_at(text), "reason": "x" * 1001}
    refused = await send(client, f"{preview_path}/apply", **fields)
    assert (refused.status_code, "1,000 characters" in refused.text) == (400, True)
    assert await kept(conn) == []
    applied = await send(client, f"{preview_path}/apply", **(fields | {"reason": " New <prices> "}))
    assert applied.status_code == 303
    assert await kept(conn) == ["New <prices>"]
    task_id = await fetch_value(conn, "SELECT id FROM ingestion_tasks")
    assert "New <prices>" in await show_text(client, f"{IMPORTS}/{task_id}")
    assert "New <prices>" in await show_text(
        client, f"/console/administration/audit?task_id={task_id}"
    )


async def test_reason_of_an_undo(
    client: Client, log_in_as: LogInAs, conn: Connection, merge_rows: MergeRows
) -> None:
    await log_in_as("admin")
    task_id: UUID = (await merge_rows(item_rows(2))).task_id
    assert 'name="reason"' in await show_text(client, f"{IMPORTS}/{task_id}/undo")
    refused = await send(client, f"{IMPORTS}/{task_id}/undo", reason="x" * 1001)
    assert refused.status_code == 400
    undo = await send(client, f"{IMPORTS}/{task_id}/undo", reason="Wrong shop")
    assert undo.status_code == 303
    assert await kept(conn) == ["Wrong shop"]
    assert "Wrong shop" in await show_text(client, undo.headers["location"])
