"""Cancelling tasks that wait, run or are held: applied or cancelled, never both."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from parser_processes import parser_pids
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.errors import ConflictError
from pricebook.tasks import cancellation
from worker_fixtures import LIST, WAIT_TIMEOUT_SECONDS, RunningWorker, SubmitTask, WaitForEnd

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"
StuckTask = Callable[[], Awaitable[tuple[UUID, UUID, int]]]
DEARER = "Article code,Name,Price\nA-1,Hammer,90\nA-2,Saw,70\n"
LONG_LIST = "Article code,Name,Price\n" + "".join(f"A-{n},Lamp,5\n" for n in range(60_000))


class TaskHarness(NamedTuple):
    """The dependencies with which the tests create, run and cancel tasks."""

    conn: Connection
    submit_task: SubmitTask
    running_worker: RunningWorker
    wait_for_end: WaitForEnd


@pytest.fixture
def harness(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> TaskHarness:
    return TaskHarness(conn, submit_task, running_worker, wait_for_end)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.02)


async def waits_for_lock(conn: Connection) -> bool:
    """Return whether a session waits for a lock."""
    row = await (await conn.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")).fetchone()
    return row != (0,)


async def waits_for_no_lock(conn: Connection) -> bool:
    return not await waits_for_lock(conn)


async def count_items(conn: Connection) -> int:
    row = await (await conn.execute("SELECT count(*) FROM supplier_items")).fetchone()
    assert row
    return row[0]


async def has_parser_since(before: set[int]) -> bool:
    """Return whether a parser process runs that did not before."""
    return bool(parser_pids() - before)


async def has_ended(parser: int) -> bool:
    """Return whether a parser process has ended."""
    return parser not in parser_pids()


@pytest.fixture
def stuck_task(
    conn: Connection, submit_task: SubmitTask, wait_for_end: WaitForEnd
) -> Callable[[], Awaitable[tuple[UUID, UUID, int]]]:
    """Let a worker run a task whose parser hangs: the supplier, the task, the parser."""

    async def start_stuck_task() -> tuple[UUID, UUID, int]:
        supplier_id, before = await builders.supplier(conn), parser_pids()
        task_id = await submit_task(supplier_id, LONG_LIST)
        await eventually(lambda: has_parser_since(before))
        (parser,) = parser_pids() - before
        os.kill(parser, signal.SIGSTOP)
        await wait_for_end(task_id, "running")
        return supplier_id, task_id, parser

    return start_stuck_task


async def test_a_waiting_task_is_cancelled_once_and_can_be_retried(
    admin: Client, harness: TaskHarness
) -> None:
    task_id = await harness.submit_task(await builders.supplier(harness.conn))
    response = await admin.post(f"{TASKS}/{task_id}/cancel")
    assert response.status_code == 200, response.text
    task = response.json()
    name = task["cancelled_by"]
    assert (task["state"], task["errors"]) == ("failed", [f"Cancelled by {name}."])
    assert task["result"]["status"] == "failed"
    assert name.startswith("admin")
    assert (await admin.post(f"{TASKS}/{task_id}/cancel")).json() == task
    async with harness.running_worker():
        other = await harness.submit_task(await builders.supplier(harness.conn))
        await harness.wait_for_end(other, "succeeded")
        assert (await admin.get(f"{TASKS}/{task_id}")).json() == task
        assert (await admin.post(f"{TASKS}/{task_id}/retry")).status_code == 202
        assert (await harness.wait_for_end(task_id)).cancelled_by is None
    assert await count_items(harness.conn) == 4


async def test_an_ended_task_cannot_be_cancelled(admin: Client, harness: TaskHarness) -> None:
    task_id = await harness.submit_task(await builders.supplier(harness.conn))
    async with harness.running_worker():
        await harness.wait_for_end(task_id, "succeeded")
    response = await admin.post(f"{TASKS}/{task_id}/cancel")
    assert (response.status_code, response.json()["detail"]) == (
        409,
        f"Task {task_id} has already ended: it is succeeded.",
    )
    assert (await admin.post(f"{TASKS}/{uuid4()}/cancel")).status_code == 404


async def test_a_parser_that_reads_a_cancelled_list_is_stopped(
    admin: Client, stuck_task: StuckTask, harness: TaskHarness
) -> None:
    async with harness.running_worker():
        supplier_id, task_id, parser = await stuck_task()
        assert (await admin.post(f"{TASKS}/{task_id}/cancel")).status_code == 200
        await eventually(lambda: _true(parser not in parser_pids()))
        await harness.wait_for_end(await harness.submit_task(supplier_id), "succeeded")
    assert (await harness.wait_for_end(task_id)).state == "failed"


async def _true(value: bool) -> bool:  # noqa: FBT001 (a condition that needs no waiting)
    return value


@pytest.mark.parametrize(
    "lock", ["SELECT FROM suppliers FOR UPDATE", "LOCK supplier_items IN EXCLUSIVE MODE"]
)
async def test_an_import_that_waits_in_the_database_is_stopped(
    admin: Client, database: Database, lock: str, harness: TaskHarness
) -> None:
    task_id = await harness.submit_task(await builders.supplier(harness.conn))

    async with harness.running_worker():
        async with database.transaction() as other:
            await other.execute(lock.encode())
            await eventually(lambda: waits_for_lock(harness.conn))
            assert (await admin.post(f"{TASKS}/{task_id}/cancel")).status_code == 200
            await eventually(lambda: waits_for_no_lock(harness.conn))
        await harness.wait_for_end(
            await harness.submit_task(await builders.supplier(harness.conn)), "succeeded"
        )
    assert (await harness.wait_for_end(task_id)).state == "failed"
    assert await count_items(harness.conn) == 2


async def create_held_task(harness: TaskHarness) -> UUID:
    supplier_id = await builders.supplier(harness.conn)
    first, second = (
        await harness.submit_task(supplier_id, LIST),
        await harness.submit_task(supplier_id, DEARER),
    )
    async with harness.running_worker():
        await harness.wait_for_end(first, "succeeded")
        await harness.wait_for_end(second, "held")
    return second


async def test_a_held_list_is_cancelled_and_held_again_when_it_is_retried(
    admin: Client, harness: TaskHarness
) -> None:
    task_id = await create_held_task(harness)
    assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 202
    assert (await admin.post(f"{TASKS}/{task_id}/cancel")).json()["state"] == "failed"
    assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 409
    assert (await admin.post(f"{TASKS}/{task_id}/retry")).status_code == 202
    async with harness.running_worker():
        task = await harness.wait_for_end(task_id, "held")
        await harness.wait_for_end(
            await harness.submit_task(await builders.supplier(harness.conn)), "succeeded"
        )
        assert (await harness.wait_for_end(task_id, "held")).counts == task.counts
    rows = await (await harness.conn.execute("SELECT count(*) FROM held_rows")).fetchone()
    assert rows == (2,)


async def test_a_held_list_that_is_being_applied_is_stopped(
    admin: Client, database: Database, harness: TaskHarness
) -> None:
    task_id = await create_held_task(harness)

    async with harness.running_worker(), database.transaction() as other:
        await other.execute("LOCK supplier_items IN EXCLUSIVE MODE")
        assert (await admin.post(f"{TASKS}/{task_id}/apply")).status_code == 202
        await eventually(lambda: waits_for_lock(harness.conn))
        assert (await admin.post(f"{TASKS}/{task_id}/cancel")).status_code == 200
        await eventually(lambda: waits_for_no_lock(harness.conn))
    assert (await harness.wait_for_end(task_id)).cancelled_by is not None
    prices = await harness.conn.execute("SELECT max(current_price) FROM supplier_items")
    assert str(await prices.fetchone()) == "(Decimal('12.50'),)"


async def test_a_task_is_either_applied_or_cancelled(
    database: Database, harness: TaskHarness
) -> None:
    won, delay = {True: 0, False: 0}, 0.001
    async with harness.running_worker():
        for number in range(100):
            if number >= 20 and all(won.values()):
                break
            supplier_id = await builders.supplier(harness.conn)
            async with database.transaction() as other:
                await other.execute("LOCK supplier_items IN EXCLUSIVE MODE")
                task_id = await harness.submit_task(supplier_id)
                await eventually(lambda: waits_for_lock(harness.conn))
            await asyncio.sleep(delay)
            outcomes = await asyncio.gather(
                *(cancellation.cancel_task(database, task_id, name) for name in ("A", "B")),
                return_exceptions=True,
            )
            cancelled = not any(isinstance(each, ConflictError) for each in outcomes)
            task = await harness.wait_for_end(task_id)
            assert (task.state == "failed") == cancelled, outcomes
            count = await harness.conn.execute(
                "SELECT count(*) FROM supplier_items WHERE supplier_id = %s", [supplier_id]
            )
            assert await count.fetchone() == ((0,) if cancelled else (2,))
            won[cancelled] += 1
            delay *= 1.5 if cancelled else 0.5
    assert all(won.values()), won


async def test_a_cancelled_task_stays_so_when_its_worker_loses_the_database(
    database_url: str,
    superuser: Callable[[str], str],
    database: Database,
    stuck_task: StuckTask,
    harness: TaskHarness,
) -> None:
    async with harness.running_worker():
        supplier_id, task_id, parser = await stuck_task()
        await cancellation.cancel_task(database, task_id, "A")
        with psycopg.connect(superuser(database_url)) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = %s",
                [rights.WORKER_ROLE],
            )
        await harness.wait_for_end(await harness.submit_task(supplier_id), "succeeded")
        await eventually(lambda: has_ended(parser))
    assert (await harness.wait_for_end(task_id)).errors == ["Cancelled by A."]
