"""The life of a task in its row: who may work on it, in which order, and how often."""

import asyncio
from uuid import UUID

import pytest

import builders
from pricebook.db import Connection, Database
from pricebook.errors import ConflictError, LeaseLostError, NotFoundError
from pricebook.queue.carrier import TaskQueue
from pricebook.tasks import service
from pricebook.tasks.schemas import (
    ClaimedTask,
    Counts,
    LostTask,
    TaskEnd,
    TaskFailure,
    TaskProgress,
)
from worker_fixtures import Ask

DONE = TaskEnd(state="succeeded", counts=Counts(new=3, rejected=1))
FAILED = TaskEnd(state="failed", errors=["no"])
TRANSIENT = TaskFailure("The source does not answer.", 1_000_000, 0)
NO_TASK = UUID(int=0)


async def claim(database: Database, seconds: float = 60) -> ClaimedTask:
    claimed = await service.claim_next(database, "worker", seconds)
    assert claimed
    return claimed


async def end(database: Database, task: ClaimedTask, how: TaskEnd = DONE) -> None:
    async with database.transaction() as conn:
        await service.end_task(conn, task.lease, how)


async def test_a_task_is_claimed_told_of_and_ended(
    conn: Connection, database: Database, ask: Ask
) -> None:
    task_id = await ask(await builders.supplier(conn, "ACME"))
    claimed = await claim(database)
    assert (claimed.id, claimed.supplier_name) == (task_id, "ACME")
    assert await service.claim_next(database, "worker", 60) is None
    progress = TaskProgress(stage="reading", rows_read=5, rows_total=9)
    await service.renew(database, claimed.lease, progress, 60)
    task = await service.get_task(database, task_id)
    assert (task.state, task.stage, task.rows_read, task.rows_total) == (
        "running",
        "reading",
        5,
        9,
    )
    assert task.result is None
    await end(database, claimed)
    task = await service.get_task(database, task_id)
    assert (task.state, task.rows_read) == ("succeeded", 4)
    assert task.result
    assert (task.result.status, task.result.items_processed, task.result.rejected) == (
        "success",
        3,
        1,
    )


async def test_the_effect_of_a_task_that_is_no_longer_ours_is_not_committed(
    conn: Connection, database: Database, ask: Ask
) -> None:
    await ask(await builders.supplier(conn))
    late = await claim(database, 0)
    assert await service.take_back_lost(database) == [LostTask(late.id, None)]
    second = await claim(database)

    async def take_in() -> None:
        async with database.transaction() as own:
            await builders.supplier(own, "an effect")
            await service.end_task(own, late.lease, DONE)

    with pytest.raises(LeaseLostError):
        await take_in()
    with pytest.raises(LeaseLostError):
        await service.renew(database, late.lease, TaskProgress(), 60)
    row = await (await conn.execute("SELECT count(*) FROM suppliers")).fetchone()
    assert row == (1,)
    await end(database, second)


async def test_a_supplier_has_one_task_at_a_time_in_the_order_of_asking(
    conn: Connection, database: Database, ask: Ask
) -> None:
    acme, best = await builders.supplier(conn), await builders.supplier(conn)
    asked = [await ask(supplier_id) for supplier_id in (acme, acme, best, acme, best)]
    first, second = await claim(database), await claim(database)
    assert [first.id, second.id] == [asked[0], asked[2]]
    assert await service.claim_next(database, "worker", 60) is None
    await end(database, first)
    third = await claim(database)
    assert third.id == asked[1]
    await end(database, third)
    await end(database, second)
    assert [(await claim(database)).id, (await claim(database)).id] == asked[3:]


async def test_many_workers_at_once_claim_each_supplier_once(
    conn: Connection, database: Database, ask: Ask
) -> None:
    for _ in range(5):
        supplier_id = await builders.supplier(conn)
        for _ in range(4):
            await ask(supplier_id)
    suppliers: list[UUID | None] = []
    while len(suppliers) < 5:
        claims = await asyncio.gather(
            *(service.claim_next(database, "worker", 60) for _ in range(20))
        )
        suppliers += [each.supplier_id for each in claims if each]
    assert len(set(suppliers)) == 5
    assert await service.claim_next(database, "worker", 60) is None


async def test_a_retried_older_task_waits_for_the_one_that_runs(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask
) -> None:
    acme = await builders.supplier(conn)
    old, new = await ask(acme), await ask(acme)
    await end(database, await claim(database), FAILED)
    running = await claim(database)
    assert running.id == new
    await service.retry_task(database, queue, old)
    assert await service.claim_next(database, "worker", 60) is None
    await end(database, running)
    assert (await claim(database)).id == old


async def test_a_transient_failure_is_retried_three_times_and_holds_up_later_tasks(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask
) -> None:
    acme = await builders.supplier(conn)
    task_id, later = await ask(acme), await ask(acme)
    for retries in range(3):
        claimed = await claim(database)
        assert (claimed.id, claimed.retry_count) == (task_id, retries)
        await service.put_off(database, queue, claimed.lease, TRANSIENT)
    await service.put_off(database, queue, (await claim(database)).lease, TRANSIENT)
    task = await service.get_task(database, task_id)
    assert (task.state, task.retry_count, task.errors) == ("dead", 3, [TRANSIENT.reason])
    assert task.result
    assert task.result.status == "failed"
    assert (await claim(database)).id == later


async def test_a_task_that_was_put_off_is_not_due_before_its_time(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask
) -> None:
    task_id = await ask(await builders.supplier(conn))
    await service.put_off(
        database, queue, (await claim(database)).lease, TaskFailure("later", 9, 60)
    )
    assert await service.claim_next(database, "worker", 60) is None
    assert (await service.get_task(database, task_id)).state == "queued"


async def test_a_dead_task_begins_anew_when_it_is_retried(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask
) -> None:
    task_id = await ask(await builders.supplier(conn))
    with pytest.raises(ConflictError, match="is queued"):
        await service.retry_task(database, queue, task_id)
    await service.put_off(database, queue, (await claim(database)).lease, TaskFailure("no", 1, 0))
    assert (await service.get_task(database, task_id)).state == "dead"
    assert (await service.retry_task(database, queue, task_id)).task_id == task_id
    claimed = await claim(database)
    assert (claimed.id, claimed.retry_count) == (task_id, 0)
    with pytest.raises(NotFoundError):
        await service.retry_task(database, queue, NO_TASK)


@pytest.mark.parametrize("file_of_later", [None, "later.csv"])
async def test_an_upload_is_not_done_again_after_a_later_list(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask, file_of_later: str | None
) -> None:
    acme = await builders.supplier(conn, "ACME")
    old = await ask(acme, file_name="old.csv")
    await end(database, await claim(database), FAILED)
    await ask(acme, file_name=file_of_later)
    await end(database, await claim(database), FAILED)
    await service.retry_task(database, queue, old)
    await end(database, await claim(database), FAILED)
    later = await ask(acme, file_name=file_of_later)
    with pytest.raises(ConflictError, match="is about to be"):
        await service.retry_task(database, queue, old)
    await end(database, await claim(database), TaskEnd(state="partially_succeeded"))
    with pytest.raises(ConflictError, match="A later list of ACME was taken in already"):
        await service.retry_task(database, queue, old)
    assert (await service.get_task(database, old)).state == "failed"
    with pytest.raises(ConflictError, match=f"{later} is partially_succeeded"):
        await service.retry_task(database, queue, later)


async def test_an_upload_stays_as_old_as_it_is_however_often_it_is_done_again(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask
) -> None:
    acme = await builders.supplier(conn)
    old = await ask(acme, file_name="old.csv")
    await end(database, await claim(database), FAILED)
    new = await ask(acme, file_name="new.csv")
    await end(database, await claim(database), FAILED)
    for task_id in (old, new, old):
        await service.retry_task(database, queue, task_id)
        await end(database, await claim(database), FAILED)
    await service.retry_task(database, queue, new)
    await end(database, await claim(database))
    with pytest.raises(ConflictError, match="A later list"):
        await service.retry_task(database, queue, old)


async def test_a_sync_is_done_again_after_a_later_list(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask
) -> None:
    acme = await builders.supplier(conn)
    sync = await ask(acme)
    await end(database, await claim(database), FAILED)
    await ask(acme, file_name="later.csv")
    await end(database, await claim(database))
    assert (await service.retry_task(database, queue, sync)).task_id == sync


async def test_a_task_handed_back_is_taken_at_once_and_uncounted(
    conn: Connection, database: Database, queue: TaskQueue, ask: Ask
) -> None:
    await ask(await builders.supplier(conn))
    claimed = await claim(database)
    await service.hand_back(database, queue, claimed.lease)
    again = await claim(database)
    assert (again.id, again.retry_count) == (claimed.id, 0)
    await service.hand_back(database, queue, claimed.lease)  # no longer ours: nothing happens
    await end(database, again)


async def test_a_task_that_loses_worker_after_worker_is_dead_in_the_end(
    conn: Connection, database: Database, ask: Ask
) -> None:
    task_id = await ask(await builders.supplier(conn))
    for _ in range(11):
        await claim(database, 0)
        assert await service.take_back_lost(database) == [LostTask(task_id, None)]
    task = await service.get_task(database, task_id)
    assert (task.state, task.errors) == ("dead", ["Its worker was lost 11 times."])


async def test_a_lease_that_still_runs_is_left_alone(
    conn: Connection, database: Database, ask: Ask
) -> None:
    await ask(await builders.supplier(conn))
    await claim(database, 60)
    assert await service.take_back_lost(database) == []


@pytest.mark.parametrize(("retries", "about"), [(0, 1), (1, 5), (2, 25), (9, 25)])
def test_retries_wait_about_1_5_and_25_seconds(retries: int, about: float) -> None:
    waits = [service.retry_delay(retries, chance) for chance in (0.0, 0.5, 1.0)]
    assert waits == [about * 0.8, about, about * 1.2]
