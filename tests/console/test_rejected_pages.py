"""Rejected rows are corrected in cells, imported by a worker, and shown again if they are wrong."""

import re
from collections.abc import Awaitable, Callable
from html import unescape
from uuid import UUID

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import post_fragment, show
from import_fixtures import rows
from pricebook.console.imports import cell_forms
from pricebook.db.database import Connection
from worker_fixtures import (
    RunningWorker,
    SubmitTask,
    WaitForEnd,
    queue,
    running_worker,
    settings,
    submit_task,
    wait_for_end,
    wait_until,
    worker_database,
    worker_settings,
)

__all__ = [
    "queue",
    "running_worker",
    "settings",
    "submit_task",
    "wait_for_end",
    "wait_until",
    "worker_database",
    "worker_settings",
]

LIST = '''Article code,Name,Price
A-1,Hammer,12.50
A-2,"=Saw, <b>""large""",
A-3,Glove,many
A-1,Hammer,12.50
A-5,Axe,none,left over
''' + "".join(f"B-{number},Nail {number},{number}.50\n" for number in range(1, 20))
FIELD = re.compile(r'name="((?:cell|version|key|cursor)[^"]*)" value="([^"]*)"')
TURN = re.compile(r'name="page" value="([^"]+)"')
RunToEnd = Callable[[str], Awaitable[None]]
OPEN = """
    SELECT row_number FROM parsing_logs JOIN ingestion_tasks AS task ON task.id = task_id
    WHERE corrected_by IS NULL AND corrections_of IS NULL ORDER BY 1
"""
PRICES = """
    SELECT supplier_sku, name, current_price::text FROM supplier_items
    WHERE supplier_sku LIKE 'A%' ORDER BY 1
"""


@pytest.fixture
def run_to_end(running_worker: RunningWorker, wait_for_end: WaitForEnd) -> RunToEnd:
    """Return a function that runs a worker until the task at an address has ended."""

    async def run(address: str) -> None:
        async with running_worker():
            await wait_for_end(UUID(address.rpartition("/")[2]))

    return run


@pytest.fixture
async def task_id(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> UUID:
    """A task that has rejected rows of its price list."""
    imported = await submit_task(await builders.supplier(conn, "ACME"), LIST)
    async with running_worker():
        assert (await wait_for_end(imported)).counts.rejected == 3
    return imported


@pytest.fixture
async def long_task_id(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> UUID:
    """A task that has more rejected rows than a page."""
    lines = (f"A-{number},Glove,many" for number in range(3, 60))
    valid = (f"B-{number},Nail {number},{number}.50" for number in range(1, 200))
    text = "\n".join(["Article code,Name,Price", "A-1,Hammer,12.50", *lines, *valid])
    imported = await submit_task(await builders.supplier(conn, "ACME"), text)
    async with running_worker():
        await wait_for_end(imported)
    return imported


async def fields_of(client: Client, path: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in FIELD.findall(await show(client, path))}


async def test_rows_are_corrected_in_their_cells(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    task_id: UUID,
    run_to_end: RunToEnd,
) -> None:
    await log_in_as("procurement")
    path = f"/console/imports/{task_id}/rejected"
    fields = await fields_of(client, path)
    assert fields["cell-3-1"] == '=Saw, <b>"large"'
    assert "cell-5-1" not in fields  # it repeats an imported row
    assert fields["cell-6-further"] == "left over"
    changes = {"cell-3-2": "8.20", "cell-4-2": "few"}
    response = await send(client, path, **{**fields, **changes})
    assert response.status_code == 303, response.text
    again = await send(client, path, **{**fields, **changes})
    assert again.headers["location"] == response.headers["location"]
    address = response.headers["location"]
    assert f"/console/imports/{task_id}" in await show(client, address)
    assert address in await show(client, path)  # waits
    await run_to_end(address)
    assert await rows(conn, PRICES) == [
        ("A-1", "Hammer", "12.50"),
        ("A-2", '=Saw, <b>"large"', "8.20"),
    ]
    fields = await fields_of(client, path)
    assert fields["cell-4-2"] == "few"  # what was typed and is wrong again
    assert "cell-3-2" not in fields
    assert await rows(conn, OPEN) == [(4,), (5,), (6,)]
    assert address in await show(client, f"/console/imports/{task_id}")
    cleared = {**fields, "cell-6-2": "3", "cell-6-further": ""}
    response = await post_fragment(client, path, **cleared)
    assert (response.status_code, response.text) == (204, "")
    await run_to_end(response.headers["hx-redirect"])
    assert ("A-5", "Axe", "3") in await rows(conn, PRICES)
    csv = await client.get(f"{path}/export")
    assert csv.text.splitlines()[1].startswith("4,,A-3,Glove,few,")


async def test_changed_rows_go_along_to_another_page_and_are_imported_with_its_rows(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    long_task_id: UUID,
    run_to_end: RunToEnd,
) -> None:
    await log_in_as("procurement")
    path = f"/console/imports/{long_task_id}/rejected"
    page = await show(client, path)
    (cursor,) = TURN.findall(page)
    fields = {name: unescape(value) for name, value in FIELD.findall(page)}
    unchanged = await send(client, path, **fields, page=cursor)
    assert (unchanged.status_code, "cell-53-2" in fields) == (303, False)
    assert "cell-53-2" in await fields_of(client, unchanged.headers["location"])

    turned = await post_fragment(client, path, **{**fields, "cell-3-2": "8.20"}, page=cursor)
    assert turned.status_code == 200
    assert "The rows that you changed are kept at the top" in turned.text
    fields = {name: unescape(value) for name, value in FIELD.findall(turned.text)}
    cells = [name for name in fields if name.endswith("-2")]
    assert (cells[:2], fields["cell-3-2"]) == (["cell-3-2", "cell-53-2"], "8.20")
    back = await send(client, path, **{**fields, "cell-53-2": "9.75"}, page="")
    fields = {name: unescape(value) for name, value in FIELD.findall(back.text)}
    assert next(name for name in fields if name.endswith("-2")) == "cell-53-2"
    assert (fields["cell-53-2"], fields["cell-3-2"]) == ("9.75", "8.20")
    response = await send(client, path, **fields)
    assert response.status_code == 303
    await run_to_end(response.headers["location"])
    assert [row for row in await rows(conn, PRICES) if row[0] != "A-1"] == [
        ("A-3", "Glove", "8.20"),
        ("A-53", "Glove", "9.75"),
    ]


async def test_changed_rows_that_do_not_fit_stay_on_their_page(
    client: Client, log_in_as: LogInAs, long_task_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_in_as("procurement")
    monkeypatch.setattr(cell_forms, "MAX_FIELDS", 0)
    path = f"/console/imports/{long_task_id}/rejected"
    page = await show(client, path)
    fields = {name: unescape(value) for name, value in FIELD.findall(page)}
    changes = {"cell-3-2": "8.20", "page": TURN.findall(page)[0]}
    response = await send(client, path, **{**fields, **changes})
    assert (response.status_code, "import them first" in response.text) == (400, True)
    assert 'name="cell-3-2" value="8.20"' in response.text


async def test_unchanged_rows_are_not_sent(
    client: Client, log_in_as: LogInAs, conn: Connection, task_id: UUID
) -> None:
    await log_in_as("procurement")
    path = f"/console/imports/{task_id}/rejected"
    response = await send(client, path, **await fields_of(client, path))
    assert response.status_code == 400
    assert "No cell was changed, so nothing was sent." in response.text
    assert await rows(conn, "SELECT count(*) FROM ingestion_tasks") == [(1,)]


async def test_rows_that_somebody_else_corrected_are_shown_beside_what_was_typed(
    client: Client, log_in_as: LogInAs, conn: Connection, task_id: UUID
) -> None:
    await log_in_as("procurement")
    path = f"/console/imports/{task_id}/rejected"
    fields = await fields_of(client, path)
    other = await builders.import_task(conn, await builders.supplier(conn))
    await conn.execute("UPDATE parsing_logs SET corrected_by = %s WHERE row_number = 3", [other])
    await conn.execute(
        """UPDATE parsing_logs SET row_data = '["A-3", "Glove", "1O"]' WHERE row_number = 4"""
    )
    changes = {"cell-3-2": "8.20", "cell-4-2": "12.75"}
    response = await send(client, path, **{**fields, **changes})
    assert response.status_code == 409
    text = unescape(response.text)
    assert "Somebody else corrected rows meanwhile; nothing was sent." in text
    assert 'Row 3: you typed A-2 | =Saw, <b>"large" | 8.20.' in text
    assert f'href="/console/imports/{other}"' in text
    assert "Changed meanwhile, now: A-3 | Glove | 1O" in text
    assert 'name="cell-4-2" value="12.75" data-stored="1O"' in text
    corrections = "SELECT count(*) FROM ingestion_tasks WHERE corrections_of IS NOT NULL"
    assert await rows(conn, corrections) == [(0,)]


async def test_refused_rows_keep_what_was_typed(
    client: Client, log_in_as: LogInAs, conn: Connection, task_id: UUID
) -> None:
    await log_in_as("procurement")
    path = f"/console/imports/{task_id}/rejected"
    fields = await fields_of(client, path)
    await conn.execute("UPDATE suppliers SET is_active = false")
    response = await post_fragment(client, path, **{**fields, "cell-3-2": '8"20'})
    assert response.status_code == 400
    text = unescape(response.text)
    assert "The supplier ACME is inactive." in text
    assert 'name="cell-3-2" value="8"20" data-stored=""' in text
    assert "data-changed>" in text


async def test_rows_of_an_older_price_list_cannot_be_corrected(
    client: Client, log_in_as: LogInAs, conn: Connection, task_id: UUID
) -> None:
    await log_in_as("procurement")
    await conn.execute(
        "INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state)"
        " SELECT supplier_id, 'ACME', 'csv', 'succeeded' FROM ingestion_tasks"
    )
    text = await show(client, f"/console/imports/{task_id}/rejected")
    assert "A later price list of ACME was already imported" in text
    assert "cell-3-2" not in text
    assert "many" in text


async def test_more_rows_than_are_kept_are_named(
    client: Client, log_in_as: LogInAs, conn: Connection, task_id: UUID
) -> None:
    await log_in_as("procurement")
    await conn.execute(
        """UPDATE ingestion_tasks SET row_error_counts = '{"missing_price": 50000}'"""
    )
    text = await show(client, f"/console/imports/{task_id}/rejected")
    assert "50,000 rows were not imported. The first 4 are kept" in text
