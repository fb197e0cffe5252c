"""The largest change, up or down, stands first where a price list or its rows are decided about."""

import re

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from merge_fixtures import MergeRows, item_row, item_rows, merge_rows
from preview_fixtures import Previews, previews
from pricebook.db.database import Connection, Database
from pricebook.imports.held_changes import read_held_changes
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineQuery
from worker_fixtures import (
    RunningWorker,
    queue,
    running_worker,
    settings,
    wait_until,
    worker_database,
    worker_settings,
)

__all__ = [
    "merge_rows",
    "previews",
    "queue",
    "running_worker",
    "settings",
    "wait_until",
    "worker_database",
    "worker_settings",
]

THRESHOLDS = SafetyThresholds()
# To the threefold, to a hundredth, and to the double.
CHANGES = [item_row("A1", "30.00"), item_row("A2", "0.10"), item_row("A3", "20.00")]


async def test_rows_out_of_line_of_a_price_list_are_listed_by_their_factor(
    database: Database, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(60))
    changed = [*CHANGES, item_row("A4", "0.00"), *item_rows(60)[4:]]
    task_id = (await merge_rows(changed, safety_thresholds=THRESHOLDS)).task_id
    codes: list[str] = []
    cursor = None
    while True:
        query = QuarantineQuery(task_id=task_id, limit=3, cursor=cursor)
        page = await quarantine.list_rows(database, query)
        codes += [each.supplier_sku for each in page.data]
        if (cursor := page.next_cursor) is None:
            break
    assert codes == ["A4", "A2", "A1", "A3"]


@pytest.mark.usefixtures("client")  # its application stores the currency of the catalog
async def test_changes_of_a_held_list_are_listed_by_their_factor(
    database: Database, conn: Connection, merge_rows: MergeRows
) -> None:
    await merge_rows([*item_rows(8), item_row("A9", "0.00")])
    changed = [*CHANGES, *item_rows(8, "19.00")[3:], item_row("A9", "5.00")]
    held = await merge_rows(changed, safety_thresholds=THRESHOLDS)
    assert held.status == "held"
    ((supplier_id,),) = await (await conn.execute("SELECT id FROM suppliers")).fetchall()
    changes = await read_held_changes(database, held.task_id, supplier_id, 4)
    assert changes
    assert [each.supplier_sku for each in changes.largest] == ["A9", "A2", "A1", "A3"]


async def test_changes_of_a_preview_are_sorted_by_their_factor(
    conn: Connection, previews: Previews, running_worker: RunningWorker, merge_rows: MergeRows
) -> None:
    await merge_rows([item_row(f"A{n}", "10.00", name=f"Nail {n}") for n in range(1, 31)])
    ((supplier_id,),) = await (await conn.execute("SELECT id FROM suppliers")).fetchall()
    prices = {1: "18.00", 2: "5.00", 3: "19.00"}
    lines = [f"A{n},Nail {n},{prices.get(n, '10.00')}" for n in range(1, 31)]
    text = "\n".join(["sku,name,price", *lines])
    async with running_worker():
        preview_id = await previews.upload(supplier_id, text)
        _, result = await previews.read(preview_id)
    assert not result.issues
    assert [each.supplier_sku for each in result.changes] == ["A2", "A3", "A1"]


async def test_largest_change_of_a_preview_stands_above_the_decision(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    preview_id = await builders.import_preview(conn, await builders.supplier(conn))
    path = f"/console/imports/previews/{preview_id}"
    assert "The largest change" not in await show_text(client, path)
    same = {"outcome": "changed", "row_number": 2, "supplier_sku": "A-2", "name": "Saw"}
    same |= {"old_price": "5", "new_price": "5", "percent": "0"}
    change = same | {"name": "Maul", "new_price": "2.5", "percent": "-50"}
    await conn.execute(
        "UPDATE import_previews SET result = result || %s", [Jsonb({"changes": [same, change]})]
    )
    text = await show_text(client, path)
    above = text[: text.index('data-key="a"')]
    assert re.search(r"The largest change: <strong>Maul</strong>.*, -50\.00 %", above, re.DOTALL)
