"""A supplier is deactivated and activated on its page, which states since when it is inactive."""

import re

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/suppliers"
IS_ACTIVE = "SELECT is_active FROM suppliers"


async def test_supplier_is_deactivated_on_its_page_after_a_question(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    supplier_id = await builders.supplier(conn, "Acme")
    await builders.item(conn, supplier_id)
    path = f"{PATH}/{supplier_id}"
    text = await show_text(client, path)
    assert text.index('data-opens="deactivate-supplier"') < text.index('<dl class="facts')
    assert "Deactivate Acme?" in text
    assert "its 1 item counts in no price" in text
    text = await follow(client, await send(client, f"{path}/active", is_active="false"))
    assert "The supplier was deactivated." in text
    assert await fetch_value(conn, IS_ACTIVE) is False
    assert re.search(
        rf"The supplier is inactive\.</strong> It was deactivated by {name}, [-\d]+", text
    )
    assert "Its price lists are not imported" in text
    assert "deactivate-supplier" not in text
    await log_in_as("procurement")
    text = await show_text(client, path)
    assert "The supplier is inactive." in text
    assert name not in text
    assert f"{path}/active" not in text
    assert (await send(client, f"{path}/active", is_active="true")).status_code == 403
    await log_in_as("admin")
    text = await follow(client, await send(client, f"{path}/active", is_active="true"))
    assert "The supplier was activated." in text
    assert await fetch_value(conn, IS_ACTIVE) is True
    assert "inactive" not in text


async def test_deletion_is_offered_above_the_settings(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    path = f"{PATH}/{await builders.supplier(conn)}/settings"
    text = await show_text(client, path)
    assert text.index('data-opens="delete-supplier"') < text.index('name="before"')
