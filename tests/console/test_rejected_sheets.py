"""Rejected rows of sheets that differ: the cells of each row are fields in its own columns."""

import re

import msgspec

from console.conftest import Client, LogInAs, send
from console.fragments import show
from console.test_rejected_pages import RunToEnd, fields_of, run_to_end
from import_fixtures import RunImport, rows, run_import
from pricebook.db.database import Connection
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricelists.workbooks import workbook_of
from worker_fixtures import (
    queue,
    running_worker,
    settings,
    wait_for_end,
    wait_until,
    worker_database,
    worker_settings,
)

__all__ = [
    "queue",
    "run_import",
    "run_to_end",
    "running_worker",
    "settings",
    "wait_for_end",
    "wait_until",
    "worker_database",
    "worker_settings",
]

SHEETS = {
    "Pipes": [["Code", "Name", "Net"], ["P1", "Pipe", 5], ["P2", "Elbow", "soon"]],
    "Taps": [["Price per 100", "Code", "Name"], ["soon", "T1", "Tap"], [300, "T2", "Tall tap"]],
}
CONFIG = {"sheet_names": ["Pipes", "Taps"]}


async def test_rows_of_sheets_that_differ_are_corrected_in_their_columns(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    run_import: RunImport,
    run_to_end: RunToEnd,
) -> None:
    config = msgspec.convert(CONFIG, ReadConfig)
    imported = await run_import(workbook_of(**SHEETS), config=config)
    await log_in_as("procurement")
    path = f"/console/imports/{imported.task_id}/rejected"
    fields = await fields_of(client, path)
    cells = [name for name in fields if name.startswith("cell-")]
    assert cells == [
        *("cell-3-0", "cell-3-1", "cell-3-2"),  # Code, Name, Net of the sheet "Pipes"
        *("cell-5-0", "cell-5-1", "cell-5-3"),  # Code, Name, Price per 100 of "Taps"
    ]
    assert re.search(r'aria-label="Price per 100, Taps 2"', await show(client, path))
    changes = {"cell-3-2": "8.20", "cell-5-3": "400"}
    response = await send(client, path, **{**fields, **changes})
    assert response.status_code == 303, response.text
    await run_to_end(response.headers["location"])
    prices = "SELECT supplier_sku, current_price::text FROM supplier_items ORDER BY 1"
    assert await rows(conn, prices) == [("P1", "5"), ("P2", "8.20"), ("T1", "4"), ("T2", "3")]
    assert await fields_of(client, path) == {}
