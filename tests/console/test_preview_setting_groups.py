"""From a preview to the group of the supplier's settings that decides, and back."""

import re
from html import unescape

import pytest

import builders
from console.conftest import Client, LogInAs
from console.fragments import refused_preview, show
from pricebook.console.page_texts import load_texts
from pricebook.console.setting_words import list_named_settings
from pricebook.db.database import Connection
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult

PREVIEWS = "/console/imports/previews"
OF_PREVIEWS = ("prices", "discounts", "sheets", "columns", "import")


def links_of(text: str) -> list[tuple[str, str]]:
    return re.findall(
        r'href="([^"]*/settings\?preview=[^"]*#[^"]*)"[^>]*>([^<]+)</a>', unescape(text)
    )


@pytest.mark.parametrize("state", ["ready", "refused"])
async def test_settings_lead_to_each_group_of_the_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection, state: str
) -> None:
    supplier_id = await builders.supplier(conn, "Acme")
    preview_id = await builders.import_preview(conn, supplier_id, state)
    path, t = f"{PREVIEWS}/{preview_id}", load_texts()
    await log_in_as("admin")
    settings = f"/console/suppliers/{supplier_id}/settings?preview={preview_id}"
    assert links_of(await show(client, path)) == [
        (f"{settings}#group-{name}", t(f"suppliers.groups.{name}")) for name in OF_PREVIEWS
    ]
    page = await show(client, f"/console/suppliers/{supplier_id}/settings?preview={preview_id}")
    assert all(f'id="group-{name}"' in page for name in OF_PREVIEWS)
    assert f'href="{path}"' in page
    await log_in_as("procurement")
    assert links_of(await show(client, path)) == []


async def test_problem_leads_to_the_settings_that_it_names(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn, "Acme")
    issue = PriceListIssue("Articles are in hidden rows: set hidden_rows=read or hidden_rows=skip.")
    path = await refused_preview(conn, supplier_id, PreviewResult(issues=(issue,)))
    await log_in_as("admin")
    links = links_of(await show(client, path))
    preview_id = path.rpartition("/")[2]
    settings = f"/console/suppliers/{supplier_id}/settings?preview={preview_id}"
    assert (f"{settings}#hidden_rows", "Hidden rows") in links


def test_settings_of_a_message_are_those_that_only_the_supplier_has() -> None:
    message = (
        'Set column_mapping or --column price="Net", `key_columns`, currency=EUR, or'
        " row_price_factor=3 of the supplier."
    )
    assert list_named_settings(message) == ["key_columns", "row_price_factor"]
