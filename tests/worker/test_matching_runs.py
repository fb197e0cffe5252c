"""Matching runs of a worker: after imports, on request, and after a process was killed."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import builders
from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.matching import service
from pricebook.matching.run_schemas import MatchRun, RunRequest
from pricebook.worker import matching_runs
from worker_fixtures import WAIT_TIMEOUT_SECONDS, RunningWorker, SubmitTask, WaitForEnd

MODULE = b"pricebook.worker.matching_process"


def process_ids() -> list[int]:
    """Return the ids of the processes of runs that this process has started."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    found = list[int]()
    for child in children:
        path = Path(f"/proc/{child}/cmdline")
        if path.exists() and MODULE in path.read_bytes():
            found.append(int(child))
    return found


async def wait_for_run(database: Database, run: MatchRun, *states: str) -> MatchRun:
    async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
        while True:
            now = await service.get_run(database, run.id)
            if now.state in states:
                return now
            await asyncio.sleep(0.05)


async def wait_for_only_run(conn: Connection, database: Database) -> MatchRun:
    ((run_id,),) = await rows(conn, "SELECT id FROM match_runs")
    run = await service.get_run(database, run_id)
    return await wait_for_run(database, run, "succeeded", "failed")


async def test_import_is_followed_by_suggestions_and_auto_link(
    conn: Connection,
    database: Database,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    product_id = await builders.product(conn, "DeWalt DW745 table saw")
    await service.set_auto_link(database, supplier_id, "paula", is_on=True)
    text = "Article code,Name,Price\nA-1,Table saw DeWalt DW745,412\nA-2,Hammer,7\n"
    async with running_worker():
        await wait_for_end(await submit_task(supplier_id, text), "succeeded")
        run = await wait_for_only_run(conn, database)
    assert (run.state, run.items_done, run.certain, run.linked) == ("succeeded", 2, 1, 1)
    assert await rows(
        conn, "SELECT supplier_sku, product_id FROM supplier_items ORDER BY supplier_sku"
    ) == [("A-1", product_id), ("A-2", None)]


async def test_run_of_a_killed_process_is_repeated(
    conn: Connection,
    database: Database,
    running_worker: RunningWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching_runs, "RETRY_SECONDS", 0.1)
    supplier_id = await builders.supplier(conn)
    await builders.product(conn, "DeWalt DW745 table saw")
    await builders.item(conn, supplier_id, name="DeWalt DW745")
    await conn.execute("BEGIN")
    await conn.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
    run = await service.request_run(database, RunRequest(), "paula")
    async with running_worker():
        await wait_for_run(database, run, "running")
        (process,) = process_ids()
        os.kill(process, signal.SIGKILL)
        await conn.execute("COMMIT")
        assert (await service.get_run(database, run.id)).state == "running"
        await conn.execute("UPDATE match_runs SET lease_expires_at = now()")
        ended = await wait_for_run(database, run, "succeeded", "failed")
    assert (ended.state, ended.items_done) == ("succeeded", 1)
    assert process_ids() == []


async def test_products_are_created_of_items_that_no_product_is_like(
    conn: Connection,
    database: Database,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    known = await builders.product(conn, "DeWalt DW745 table saw 250 mm")
    likely = await builders.product(conn, "Claw hammer 450 g fiberglass handle")
    text = (
        "Article code,Name,Price\nA-1,Table saw DeWalt DW745 250 mm,412\n"
        "A-2,Hammer claw 450 g fiberglass handle,7\nA-3,Rubber boots green size 42,19\n"
    )
    async with running_worker():
        task_id = await submit_task(supplier_id, text, create_products=True)
        await wait_for_end(task_id, "succeeded")
        run = await wait_for_only_run(conn, database)
    assert (run.linked, run.created) == (1, 1)
    linked = dict(await rows(conn, "SELECT supplier_sku, product_id FROM supplier_items"))
    assert (linked["A-1"], linked["A-2"]) == (known, None)
    assert linked["A-3"] not in {known, likely, None}


async def test_no_product_is_created_of_an_item_whose_price_alone_is_against_it(
    conn: Connection,
    database: Database,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    await builders.product(conn, "DeWalt DW745 table saw 250 mm", target_price="100.00")
    text = "Article code,Name,Price\nA-1,DeWalt DW745 table saw 250 mm,500\n"
    async with running_worker():
        task_id = await submit_task(supplier_id, text, create_products=True)
        await wait_for_end(task_id, "succeeded")
        run = await wait_for_only_run(conn, database)
    assert (run.possible, run.linked, run.created) == (1, 0, 0)


def test_run_without_a_database_fails_with_one_line(tmp_path: Path) -> None:
    settings = matching_runs.RunSettings(
        f"postgresql:///pricebook?host={tmp_path}", "pricebook", "USD", "info", "json"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-m", matching_runs.MODULE, str(os.getpid())],
        input=msgspec.json.encode(settings),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = (done.stdout + done.stderr).splitlines()
    assert msgspec.json.decode(line)["event"] == "the matching run failed"
    assert b"The database cannot be reached" in line
