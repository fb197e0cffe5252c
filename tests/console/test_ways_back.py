"""Settings of the supplier that a preview uses: changed there, or with a way back to it."""

from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from console.test_supplier_settings_pages import form_of
from pricebook.console.page_texts import load_texts
from pricebook.console.previews.given_answers import list_given
from pricebook.console.previews.supplier_settings import list_groups, show_settings
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.imports.preview_basis import UsedSetting

PREVIEWS = "/console/imports/previews"
GROUPS = {"A": "30+5", "B/C": "10"}


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    supplier_id = await builders.supplier(conn, "Acme")
    metadata: dict[str, Any] = {"source_config": {"discount_groups": GROUPS, "net_marks": "N"}}
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb(metadata)])
    return supplier_id


async def test_discount_of_a_group_is_changed_in_the_preview(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, supplier_id)}"
    text = await show_text(client, path)
    assert 'href="#discount_groups" aria-label="Change in the settings' in text
    assert '<fieldset class="side" id="discount_groups"' in text
    assert 'name="typed.discount_groups.B/C"' in text
    fields = {"mode": "", "typed.discount_groups.A": "", "typed.discount_groups.B/C": "12.5"}
    await follow(client, await send(client, f"{path}/settings", **fields))
    config = await fetch_value(conn, "SELECT config FROM import_previews")
    assert config["discount_groups"] == {"A": "30+5", "B/C": "12.5"}
    stored = await fetch_value(conn, "SELECT metadata -> 'source_config' FROM suppliers")
    assert stored["discount_groups"] == GROUPS


async def test_settings_of_the_supplier_lead_back_to_the_preview(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    preview_id = await builders.import_preview(conn, supplier_id)
    settings = f"/console/suppliers/{supplier_id}/settings"
    text = await show_text(client, f"{PREVIEWS}/{preview_id}")
    assert f'href="{settings}?preview={preview_id}#net_marks"' in text
    text = await show_text(client, f"{settings}?preview={preview_id}")
    assert f'href="{PREVIEWS}/{preview_id}" data-key="b">Back to the preview' in text
    refused = await send(client, settings, **form_of(text) | {"name": ""})
    assert f'href="{PREVIEWS}/{preview_id}"' in refused.text
    saved = await send(client, settings, **form_of(text) | {"net_marks": "X"})
    assert saved.headers["location"] == f"{PREVIEWS}/{preview_id}"
    assert "Read the price list again" not in text
    assert "read the price list again" in await follow(client, saved)


async def test_settings_without_a_preview_lead_to_the_supplier(
    client: Client, log_in_as: LogInAs, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    text = await show_text(client, f"/console/suppliers/{supplier_id}/settings?preview=x")
    assert f'href="/console/suppliers/{supplier_id}" data-key="b">' in text
    assert 'name="preview"' not in text


def test_many_groups_are_changed_in_the_settings_of_the_supplier() -> None:
    many = {f"G{n}": "10" for n in range(101)}
    used = [UsedSetting("discount_groups", many, "setting")]
    assert list_groups(used, {}) == []
    (shown,) = show_settings(used, load_texts())
    assert (shown.is_here, shown.anchor) == (False, "discount_groups")
    (given,) = list_given({"discount_groups": many}, load_texts(), new_layout=False)
    assert len(given.label) < 200


def test_setting_of_one_sheet_is_changed_in_the_settings_of_the_supplier() -> None:
    used = [UsedSetting("currency", "EUR", "setting", sheet="Taps")]
    (shown,) = show_settings(used, load_texts())
    assert (shown.is_here, shown.anchor) == (False, "sheet_settings")
