"""The page of a failed import leads to the settings of its supplier."""

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.db.database import Connection


async def test_failed_import_leads_to_the_settings_of_its_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn, "Acme")
    task_id = await builders.import_task(conn, supplier_id, state="failed")
    settings = f'href="/console/suppliers/{supplier_id}/settings"'
    await log_in_as("admin")
    assert settings in await show_text(client, f"/console/imports/{task_id}")
    await log_in_as("procurement")
    assert settings not in await show_text(client, f"/console/imports/{task_id}")
