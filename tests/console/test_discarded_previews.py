"""A discarded preview leaves an entry in the audit log, with the reasons that it warned of."""

from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from console.test_preview_pages import value
from pricebook.db.database import Connection

ENTRY = """
    SELECT jsonb_build_array(actor_name, entity_name, after)
    FROM audit_log WHERE action = 'preview.discarded'
"""


async def test_discarded_preview_is_in_the_audit_log_once(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    preview_id = await builders.import_preview(conn, await builders.supplier(conn, "Acme"))
    await conn.execute(
        "UPDATE import_previews SET result = result || %s", [Jsonb({"reasons": ["Tripled."]})]
    )
    path = f"/console/imports/previews/{preview_id}/discard"
    for _ in range(2):
        await follow(client, await send(client, path))
    after = {"file_name": "list.csv", "held_reasons": ["Tripled."]}
    assert await value(conn, ENTRY) == [name, "Acme", after]
    shown = await show_text(client, "/console/administration/audit?entity_type=preview")
    assert "preview.discarded" in shown


async def test_audit_names_the_command_line_and_opens_further_sums(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await conn.execute(
        """
        INSERT INTO audit_log (actor_type, actor_name, action, entity_type)
        SELECT 'command', 'root', 'item.changed' || number, 'item'
        FROM generate_series(1, 12) AS number
        """
    )
    text = await show_text(client, "/console/administration/audit?actor=root")
    assert "(command line)" in text
    details = text.split("<summary>and 2 more lines</summary>")[1].split("</details>")[0]
    assert details.count('<tr class="sum">') == 2
