"""After an import its pages lead to the unmatched items of its supplier."""

import builders
from console.conftest import Client, LogInAs
from console.fragments import show
from pricebook.db.database import Connection


async def test_import_with_unmatched_items_leads_to_the_match_queue(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn)
    task_id = await builders.import_task(conn, supplier_id, count_new=1)
    preview_id = await builders.import_preview(conn, supplier_id, "applied")
    await conn.execute(
        "UPDATE import_previews SET task_id = %s, decided_by = 'buyer', decided_at = now()",
        [task_id],
    )
    pages = (f"/console/imports/{task_id}", f"/console/imports/previews/{preview_id}")
    queue = f'href="/console/matches?supplier_id={supplier_id}"'
    for path in pages:
        assert queue not in await show(client, path), path
    await builders.item(conn, supplier_id)
    for path in pages:
        assert queue in await show(client, path), path
    await conn.execute("UPDATE ingestion_tasks SET state = 'failed'")
    for path in pages:
        assert queue not in await show(client, path), path
