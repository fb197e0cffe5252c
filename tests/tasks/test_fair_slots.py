"""No supplier and no requester keeps a worker from the tasks of others."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import pytest

import builders
from pricebook.db import Connection, Database
from pricebook.errors import LeaseLostError
from pricebook.intake import Watcher
from pricebook.settings import Settings
from pricebook.tasks import service, slots
from pricebook.tasks.schemas import Asker, ClaimedTask, TaskEnd
from worker_fixtures import Ask, Ended, Working

TakeIn = Callable[[ClaimedTask, Watcher], Awaitable[None]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, worker_yield_seconds=1)


async def claimed(database: Database, *, with_slow: bool = True) -> UUID | None:
    task = await service.claim_next(database, "worker", 60, with_slow=with_slow)
    return task and task.id


async def test_a_requester_with_a_running_task_lets_others_go_first(
    conn: Connection, database: Database, ask: Ask
) -> None:
    eve = Asker(await builders.user(conn, "eve"), "eve")
    bob = Asker(await builders.user(conn, "bob"), "bob")
    mine = [await ask(await builders.supplier(conn), asker=eve) for _ in range(3)]
    scheduled = await ask(await builders.supplier(conn))
    his = await ask(await builders.supplier(conn), asker=bob)
    order = [await claimed(database) for _ in range(5)]
    assert order == [mine[0], scheduled, his, mine[1], mine[2]]
    assert await claimed(database) is None


async def test_a_slow_task_waits_behind_others_and_leaves_the_last_slot_free(
    conn: Connection, database: Database, ask: Ask
) -> None:
    slow = await ask(await builders.supplier(conn))
    task = await service.claim_next(database, "worker", 60)
    assert task
    await slots.yield_slot(database, task.lease)  # nobody waits: nothing happens
    other = await ask(await builders.supplier(conn))
    with pytest.raises(LeaseLostError, match="yields"):
        await slots.yield_slot(database, task.lease)
    assert await claimed(database, with_slow=False) == other
    assert await claimed(database, with_slow=False) is None
    assert await claimed(database) == slow


async def test_a_task_that_lost_two_workers_counts_as_slow(
    conn: Connection, database: Database, ask: Ask
) -> None:
    task_id = await ask(await builders.supplier(conn))
    for _ in range(2):
        assert await service.claim_next(database, "worker", 0, with_slow=False)
        await service.take_back_lost(database)
    assert await claimed(database, with_slow=False) is None
    assert await claimed(database) == task_id


@pytest.fixture
def hanging(database: Database) -> tuple[set[UUID], list[UUID], TakeIn]:
    """Tasks that never end, those that run now, and what a worker does with tasks."""
    hostile: set[UUID] = set()
    running: list[UUID] = []

    async def take_in(task: ClaimedTask, _watch: Watcher) -> None:
        if task.id in hostile:
            running.append(task.id)
            try:
                await asyncio.sleep(3600)
            finally:
                running.remove(task.id)
        async with database.transaction() as own:
            await service.end_task(own, task.lease, TaskEnd(state="succeeded"))

    return hostile, running, take_in


async def test_two_hostile_lists_of_different_suppliers_do_not_stop_the_others(
    conn: Connection,
    ask: Ask,
    working: Working,
    ended: Ended,
    hanging: tuple[set[UUID], list[UUID], TakeIn],
) -> None:
    hostile, running, take_in = hanging
    hostile |= {await ask(await builders.supplier(conn)) for _ in range(3)}
    async with working(take_in):
        for _ in range(4):
            good = await ask(await builders.supplier(conn))
            assert (await ended(good)).state == "succeeded"
        assert len(running) <= 1
        for _ in range(3):
            good = await ask(await builders.supplier(conn))
            assert (await ended(good)).state == "succeeded"
            assert len(running) <= 1
