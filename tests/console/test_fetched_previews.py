"""A price list behind credentials: its preview leads to their form, which leads back to a try."""

import re
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, refused_preview, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult

URL = "https://acme.example/list.csv"
REASON = (
    f"{URL} requires credentials (status 401): set those of https://acme.example in the settings of"
    " the supplier."
)


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    return await builders.supplier_with_url(conn, URL, "Acme")


async def refused_download(conn: Connection, supplier_id: UUID, source: dict[str, str]) -> str:
    """Insert a preview that could not be read; return its address."""
    path = await refused_preview(conn, supplier_id, PreviewResult(issues=(PriceListIssue(REASON),)))
    await conn.execute("UPDATE import_previews SET source = %s", [Jsonb(source)])
    return path


async def test_refused_download_leads_to_the_credentials_and_is_tried_again(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    path = await refused_download(conn, supplier_id, {"url": URL})
    text = await show_text(client, path)
    assert REASON in text
    assert "stay as they were saved, its schedule too." in text
    assert f'href="/console/suppliers/{supplier_id}/settings#credentials"' in text
    await follow(client, await send(client, f"{path}/again"))
    assert await fetch_value(conn, "SELECT state FROM import_previews") == "queued"


async def test_uploaded_list_is_not_fetched_again(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    path = await refused_download(conn, supplier_id, {"file_path": "list.csv"})
    text = await show_text(client, path)
    assert "Fetch it again" not in text
    assert "stay as they were saved" not in text


async def test_who_may_set_no_credentials_has_no_way_to_them(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("procurement")
    text = await show_text(client, await refused_download(conn, supplier_id, {"url": URL}))
    assert "#credentials" not in text
    assert "Fetch it again" in text


async def test_stored_credentials_can_be_tried(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    path = f"/console/suppliers/{supplier_id}"
    attempt = f'action="{path}/try"'
    text = await show_text(client, f"{path}/settings")
    assert 'href="#credentials"' in text
    assert attempt not in text
    (before,) = re.findall(r'name="credentials_before" value="([^"]*)"', text)
    form = {
        "credentials_kind": "basic",
        "credentials_name": "shop",
        "credentials_secret": "zw4n-k8",
    }
    text = await follow(
        client, await send(client, f"{path}/credentials", **form, credentials_before=before)
    )
    assert attempt in text
    await conn.execute("UPDATE suppliers SET is_active = false")
    assert attempt not in await show_text(client, f"{path}/settings?done=credentials_set")
