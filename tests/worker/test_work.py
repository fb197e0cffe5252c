import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from redis import Redis
from structlog.testing import capture_logs

import builders
from pricebook.db.database import Connection, Database
from pricebook.errors import ParserKilledError, SourceUnavailableError
from pricebook.imports import importer
from pricebook.imports.runner import TaskProgressCallback
from pricebook.settings import Settings
from pricebook.tasks import service
from pricebook.tasks.schemas import ClaimedTask, TaskEnd, TaskProgress
from pricebook.worker import periodic_loop, task_loop
from pricebook.worker.periodic_work import PeriodicWork
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd, WaitUntil


async def count_imported(conn: Connection) -> tuple[int, int]:
    """Return the numbers of items and prices."""
    row = await (
        await conn.execute(
            "SELECT (SELECT count(*) FROM supplier_items), (SELECT count(*) FROM price_history)"
        )
    ).fetchone()
    assert row
    return row[0], row[1]


async def set_mode(conn: Connection, mode: str) -> None:
    """Set the mode in the source configuration of all suppliers."""
    await conn.execute(
        """
        UPDATE suppliers SET metadata = metadata
            || jsonb_build_object('source_config', jsonb_build_object('mode', %s::text))
        """,
        [mode],
    )


async def test_a_requested_price_list_is_imported(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    async with running_worker():
        task = await wait_for_end(task_id)
    assert (task.state, task.errors) == ("succeeded", [])
    assert await count_imported(conn) == (2, 2)


async def test_a_held_list_is_applied_in_the_mode_in_which_it_was_read(
    conn: Connection,
    database: Database,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    header = "Article code,Name,Price\n"
    async with running_worker():
        await wait_for_end(await submit_task(supplier_id, f"{header}A-1,Saw,5\nA-2,Axe,5\n"))
        await set_mode(conn, "partial")
        task_id = await submit_task(supplier_id, f"{header}A-1,Saw,500\n")
        held = await wait_for_end(task_id)
    assert (held.state, held.counts.absent) == ("held", 0)
    await set_mode(conn, "full")
    result = await importer.apply_held(database, task_id)
    assert (result.counts.changed, result.counts.absent) == (1, 0)


async def test_a_list_without_required_columns_fails_at_once_with_its_reason(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await submit_task(await builders.supplier(conn), "Colour,Size\nred,1\n")
    async with running_worker():
        task = await wait_for_end(task_id)
    assert (task.state, task.retry_count) == ("failed", 0)
    assert "price" in task.errors[0]


async def test_a_deleted_supplier_is_not_created_again(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn, "ACME")
    task_id = await submit_task(supplier_id)
    await conn.execute("DELETE FROM suppliers")
    async with running_worker():
        task = await wait_for_end(task_id)
    assert (task.state, task.errors) == ("failed", ["The supplier ACME was deleted."])
    assert await count_imported(conn) == (0, 0)


async def test_a_refused_list_has_each_reason_on_its_own(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    text = "Prices in EUR or USD,,,\nCode,Name,Net price,Gross price\nA,Saw,5,6\nB,Axe,7,8\n"
    task_id = await submit_task(await builders.supplier(conn), text)
    async with running_worker():
        task = await wait_for_end(task_id)
    assert task.state == "failed"
    columns, currency = task.errors
    assert "--column price=" in columns
    assert "currency=EUR" in currency
    assert task.result
    assert task.result.errors == task.errors


async def test_a_path_outside_the_uploads_is_refused(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    task_id = await submit_task(supplier_id, source_config={"file_path": "../../etc/passwd"})
    async with running_worker():
        task = await wait_for_end(task_id)
    assert task.state == "failed"
    assert "in the uploads folder" in task.errors[0]


def failing(error: Exception) -> Callable[[ClaimedTask, TaskProgressCallback], Awaitable[None]]:
    async def run_import(_task: ClaimedTask, _on_progress: TaskProgressCallback) -> None:
        raise error

    return run_import


async def test_an_unavailable_source_is_retried_later(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
    wait_until: WaitUntil,
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    async with running_worker(failing(SourceUnavailableError("The sheet does not answer."))):
        task = await wait_until(task_id, lambda task: task.retry_count == 1)
    assert (task.state, task.errors) == ("queued", ["The sheet does not answer."])
    assert task.next_attempt_at
    assert task.next_attempt_at > task.enqueued_at
    async with running_worker():
        assert (await wait_for_end(task_id)).state == "succeeded"


@pytest.fixture
def no_retry_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RETRY_SECONDS", (0.0, 0.0, 0.0))


@pytest.mark.usefixtures("no_retry_delay")
async def test_a_file_that_kills_its_parser_three_times_is_dead_and_others_go_on(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
    database: Database,
) -> None:
    tried: list[UUID] = []

    async def run_import(task: ClaimedTask, _on_progress: TaskProgressCallback) -> None:
        tried.append(task.id)
        if task.id == bad:
            raise ParserKilledError("The parser took too much memory.")
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    bad = await submit_task(await builders.supplier(conn))
    good = await submit_task(await builders.supplier(conn))
    async with running_worker(run_import):
        task = await wait_for_end(bad)
        assert (await wait_for_end(good)).state == "succeeded"
    assert (task.state, task.errors) == ("dead", ["The parser took too much memory."])
    assert tried.count(bad) == 3


@pytest.mark.usefixtures("no_retry_delay")
async def test_a_bug_is_retried_then_dead_and_does_not_end_the_worker(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    async with running_worker(failing(ZeroDivisionError("secret"))):
        task = await wait_for_end(task_id)
    assert (task.state, task.retry_count, task.next_attempt_at) == ("dead", 3, None)
    assert task.errors == ["This is a bug in Pricebook: ZeroDivisionError."]


async def test_a_task_that_exceeds_the_stop_timeout_is_released(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    async def run_import(_task: ClaimedTask, _on_progress: TaskProgressCallback) -> None:
        await asyncio.sleep(3600)

    task_id = await submit_task(await builders.supplier(conn))
    async with running_worker(run_import):
        await wait_for_end(task_id, "running")
    task = await wait_for_end(task_id, "queued")
    assert task.retry_count == 0
    async with running_worker():
        assert (await wait_for_end(task_id)).state == "succeeded"


async def test_a_stopping_worker_finishes_its_tasks_and_claims_no_new_one(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
    database: Database,
) -> None:
    stopped = asyncio.Event()
    started: list[UUID] = []

    async def run_import(task: ClaimedTask, _on_progress: TaskProgressCallback) -> None:
        started.append(task.id)
        await stopped.wait()
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    acme = await builders.supplier(conn)
    first, second = await submit_task(acme), await submit_task(acme)
    async with running_worker(run_import) as worker:
        await wait_for_end(first, "running")
        worker.stop()
        stopped.set()
    assert (await wait_for_end(first)).state == "succeeded"
    await wait_for_end(second, "queued")
    assert started == [first]


async def test_a_bug_in_periodic_work_does_not_end_the_worker(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = 0
    called_again = asyncio.Event()

    async def fail() -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            called_again.set()
        raise ValueError("a bug")

    def list_work(_settings: Settings, _database: Database) -> list[PeriodicWork]:
        return [("failing", 0.01, fail)]

    monkeypatch.setattr(periodic_loop, "BUG_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(task_loop, "list_periodic_work", list_work)
    with capture_logs() as lines:
        async with running_worker():
            async with asyncio.timeout(120):
                await called_again.wait()
            task_id = await submit_task(await builders.supplier(conn))
            assert (await wait_for_end(task_id)).state == "succeeded"
    assert "periodic work failed because of a bug" in {line["event"] for line in lines}


async def test_an_import_stops_when_its_lease_is_lost(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    was_cancelled = asyncio.Event()

    async def run_import(_task: ClaimedTask, on_progress: TaskProgressCallback) -> None:
        on_progress(TaskProgress(stage="reading"))
        try:
            await asyncio.sleep(3600)
        finally:
            was_cancelled.set()

    task_id = await submit_task(await builders.supplier(conn))
    async with running_worker(run_import):
        await wait_for_end(task_id, "running")
        await conn.execute("UPDATE ingestion_tasks SET lease_owner = 'another'")
        async with asyncio.timeout(120):
            await was_cancelled.wait()


async def test_progress_is_written_and_the_lease_renewed_while_a_task_runs(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_until: WaitUntil,
    database: Database,
) -> None:
    may_continue = asyncio.Event()

    async def run_import(task: ClaimedTask, on_progress: TaskProgressCallback) -> None:
        on_progress(TaskProgress(stage="reading", rows_read=7, rows_total=9))
        await may_continue.wait()
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    task_id = await submit_task(await builders.supplier(conn))
    async with running_worker(run_import):
        await wait_until(task_id, lambda task: task.rows_read == 7)
        await asyncio.sleep(2.5)  # longer than the lease
        may_continue.set()
        task = await wait_until(task_id, lambda task: task.state != "running")
    assert (task.state, task.retry_count) == ("succeeded", 0)


async def test_tasks_run_when_redis_has_lost_their_messages(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
    redis_url: str,
) -> None:
    task_ids = [await submit_task(await builders.supplier(conn)) for _ in range(5)]
    client: Any = Redis
    with client.from_url(redis_url) as redis:
        assert redis.llen("parse-tasks") == 5
        redis.flushall()
    async with running_worker():
        assert {(await wait_for_end(each)).state for each in task_ids} == {"succeeded"}
