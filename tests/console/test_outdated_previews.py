"""The page of a preview whose settings or rates changed since it was read, and its main action."""

from html import unescape

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from console.test_preview_pages import compared_at, value
from pricebook.db.database import Connection

PREVIEWS = "/console/imports/previews"
CONFIG = {"column_mapping": {"price": "1+"}}


@pytest.fixture
async def preview(conn: Connection) -> str:
    """Insert a preview whose column of the price is a setting of the supplier."""
    supplier_id = await builders.supplier(conn, "Acme")
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb({"source_config": CONFIG})])
    return f"{PREVIEWS}/{await builders.import_preview(conn, supplier_id)}"


async def configure(conn: Connection) -> None:
    config = {"column_mapping": {"price": "10+"}, "currency": "EUR"}
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb({"source_config": config})])


async def test_changed_settings_are_named_and_reading_again_is_the_main_action(
    client: Client, log_in_as: LogInAs, conn: Connection, preview: str
) -> None:
    await log_in_as("admin")
    before = await show_text(client, preview)
    assert "out of date" not in before
    await configure(conn)
    text = unescape(await show_text(client, preview))
    assert "This preview is out of date" in text
    assert "Column of: Price: 1+ when it was read, 10+ now." in text
    assert "Currency: not set when it was read, EUR now." in text
    used = text[text.index("Settings of Acme that are used") :]
    assert "Price: column 1+" in used
    assert "10+" not in used[: used.index("</section>")]
    assert f'action="{preview}/apply"' not in text
    assert f'action="{preview}/again"><button class="button primary"' in text

    applied = await send(client, f"{preview}/apply", compared_at=compared_at(before))
    assert applied.status_code == 409
    assert "currency changed since the price list was read" in unescape(applied.text)
    assert await value(conn, "SELECT count(*)::integer FROM ingestion_tasks") == 0
    assert "waits" in await follow(client, await send(client, f"{preview}/again"))


async def test_refused_preview_is_read_again_beside_its_questions(
    client: Client, log_in_as: LogInAs, conn: Connection, preview: str
) -> None:
    await log_in_as("admin")
    await conn.execute("UPDATE import_previews SET state = 'refused', compared_at = NULL")
    text = await show_text(client, preview)
    assert f'action="{preview}/again"' in text
    assert "have changed since" not in text
    await configure(conn)
    text = await show_text(client, preview)
    assert "have changed since" in text
    assert text.count(f'action="{preview}/again"') == 1
