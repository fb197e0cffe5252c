"""No supplier and no requester keeps a worker from the tasks of others."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import pytest

import builders
from pricebook.db.database import Connection, Database
from pricebook.errors import LeaseLostError
from pricebook.imports.runner import TaskProgressCallback
from pricebook.settings import Settings
from pricebook.tasks import service, slots
from pricebook.tasks.schemas import ClaimedTask, Requester, TaskEnd
from worker_fixtures import RunningWorker, SubmitTask, WaitForEnd

RunImport = Callable[[ClaimedTask, TaskProgressCallback], Awaitable[None]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, worker_yield_seconds=1)


async def claim_task_id(database: Database, *, with_slow: bool = True) -> UUID | None:
    task = await service.claim_next(database, "worker", 60, with_slow=with_slow)
    return task and task.id


async def test_a_requester_with_a_running_task_lets_others_go_first(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    eve = Requester(await builders.user(conn, "eve"), "eve")
    bob = Requester(await builders.user(conn, "bob"), "bob")
    eve_tasks = [await submit_task(await builders.supplier(conn), requester=eve) for _ in range(3)]
    scheduled = await submit_task(await builders.supplier(conn))
    bob_task = await submit_task(await builders.supplier(conn), requester=bob)
    order = [await claim_task_id(database) for _ in range(5)]
    assert order == [eve_tasks[0], scheduled, bob_task, eve_tasks[1], eve_tasks[2]]
    assert await claim_task_id(database) is None


async def test_a_slow_task_waits_behind_others_and_leaves_the_last_slot_free(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    slow = await submit_task(await builders.supplier(conn))
    task = await service.claim_next(database, "worker", 60)
    assert task
    await slots.yield_slot(database, task.lease)  # no task is due: no effect
    other = await submit_task(await builders.supplier(conn))
    with pytest.raises(LeaseLostError, match="yields"):
        await slots.yield_slot(database, task.lease)
    assert await claim_task_id(database, with_slow=False) == other
    assert await claim_task_id(database, with_slow=False) is None
    assert await claim_task_id(database) == slow


async def test_a_task_that_lost_two_workers_counts_as_slow(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    for _ in range(2):
        assert await service.claim_next(database, "worker", 0, with_slow=False)
        await service.reclaim_expired_leases(database)
    assert await claim_task_id(database, with_slow=False) is None
    assert await claim_task_id(database) == task_id


@pytest.fixture
def hanging(database: Database) -> tuple[set[UUID], list[UUID], RunImport]:
    """Tasks that never end, those that run now, and what a worker does with tasks."""
    hostile: set[UUID] = set()
    running: list[UUID] = []

    async def run_import(task: ClaimedTask, _on_progress: TaskProgressCallback) -> None:
        if task.id in hostile:
            running.append(task.id)
            try:
                await asyncio.sleep(3600)
            finally:
                running.remove(task.id)
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    return hostile, running, run_import


async def test_two_hostile_lists_of_different_suppliers_do_not_stop_the_others(
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
    hanging: tuple[set[UUID], list[UUID], RunImport],
) -> None:
    hostile, running, run_import = hanging
    hostile |= {await submit_task(await builders.supplier(conn)) for _ in range(3)}
    async with running_worker(run_import):
        for _ in range(4):
            good = await submit_task(await builders.supplier(conn))
            assert (await wait_for_end(good)).state == "succeeded"
        assert len(running) <= 1
        for _ in range(3):
            good = await submit_task(await builders.supplier(conn))
            assert (await wait_for_end(good)).state == "succeeded"
            assert len(running) <= 1
