"""An import that waits for the locks of other sessions is released and retried."""

from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractContextManager, contextmanager

import msgspec
import psycopg
import pytest

import builders
from pricebook.db.database import Connection
from pricebook.settings import Settings
from pricebook.tasks.schemas import Task
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd, WaitUntil

FIRST = "Article code,Name,Price\nA-1,Hammer,10.00\n"
SECOND = "Article code,Name,Price\nA-1,Hammer,11.00\n"
OTHER_CODES = "Article code,Name,Price\nB-1,Saw,1.00\n"

Locked = Callable[[], AbstractContextManager[int]]


@pytest.fixture
def worker_settings(worker_settings: Settings) -> Settings:
    return msgspec.structs.replace(worker_settings, import_lock_seconds=1)


@pytest.fixture
async def _running(running_worker: RunningWorker) -> AsyncIterator[None]:
    async with running_worker():
        yield


@pytest.fixture
def locked(database_url: str) -> Locked:
    """Hold locks on all items while a block runs, as a forgotten session does; give its pid."""

    @contextmanager
    def hold_locks() -> Generator[int]:
        with psycopg.connect(database_url, application_name="forgotten psql") as other:
            other.execute("SELECT FROM supplier_items FOR UPDATE")
            yield other.info.backend_pid

    return hold_locks


def waits_for_lock(task: Task) -> bool:
    return any("application forgotten psql" in error for error in task.errors)


async def price(conn: Connection) -> str:
    row = await (await conn.execute("SELECT current_price FROM supplier_items")).fetchone()
    assert row
    return str(row[0])


pytestmark = pytest.mark.usefixtures("_running")


async def test_a_task_names_the_lock_holder_and_succeeds_when_the_lock_is_free(
    conn: Connection,
    locked: Locked,
    submit_task: SubmitTask,
    wait_for_end: WaitForEnd,
    wait_until: WaitUntil,
) -> None:
    supplier_id = await builders.supplier(conn)
    await wait_for_end(await submit_task(supplier_id, FIRST))
    with locked() as pid:
        second, third = (
            await submit_task(supplier_id, SECOND),
            await submit_task(supplier_id, FIRST),
        )
        task = await wait_until(
            second, lambda task: task.state == "queued" and waits_for_lock(task)
        )
        assert f"pid {pid}" in task.errors[0]
        assert (task.retry_count, task.completed_at) == (0, None)
        assert task.next_attempt_at
        assert await price(conn) == "10.00"
        assert (await wait_until(third, lambda _: True)).state == "queued"
    done = await wait_for_end(second, "succeeded")
    assert (done.counts.changed, done.errors) == (1, [])
    assert (await wait_for_end(third, "succeeded")).counts.changed == 1
    assert await price(conn) == "10.00"


async def test_waiting_often_does_not_end_a_task(
    conn: Connection,
    locked: Locked,
    submit_task: SubmitTask,
    wait_for_end: WaitForEnd,
    wait_until: WaitUntil,
) -> None:
    supplier_id = await builders.supplier(conn)
    await wait_for_end(await submit_task(supplier_id, FIRST))
    with locked():
        second = await submit_task(supplier_id, SECOND)
        for _ in range(5):
            task = await wait_until(
                second, lambda task: task.state == "queued" and waits_for_lock(task)
            )
            assert task.retry_count == 0
            await conn.execute("UPDATE ingestion_tasks SET next_attempt_at = now()")
            await wait_until(second, lambda task: task.state == "running")
    assert (await wait_for_end(second)).state == "succeeded"


async def test_a_held_list_that_waits_for_a_lock_is_applied_later(
    conn: Connection,
    locked: Locked,
    submit_task: SubmitTask,
    wait_for_end: WaitForEnd,
    wait_until: WaitUntil,
) -> None:
    supplier_id = await builders.supplier(conn)
    await wait_for_end(await submit_task(supplier_id, FIRST))
    held = await submit_task(supplier_id, OTHER_CODES)
    await wait_for_end(held, "held")
    with locked():
        await conn.execute(
            "UPDATE ingestion_tasks SET apply_requested_at = now() WHERE id = %s", [held]
        )
        assert (await wait_until(held, waits_for_lock)).state == "held"
    assert (await wait_for_end(held, "succeeded")).errors == []
