"""The life of a task in its row: who may work on it, in which order, and how often."""

import asyncio
from uuid import UUID

import pytest

import builders
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, LeaseLostError, NotFoundError
from pricebook.tasks import history, service
from pricebook.tasks.counts import Counts
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import ClaimedTask, ReclaimedTask, TaskEnd, TaskFailure, TaskProgress
from worker_fixtures import SubmitTask

DONE = TaskEnd(state="succeeded", counts=Counts(new=3, rejected=1))
FAILED = TaskEnd(state="failed", errors=["no"])
TRANSIENT = TaskFailure("The source does not answer.", 1_000_000, 0)
NO_TASK = UUID(int=0)


async def claim_task(database: Database, seconds: float = 60) -> ClaimedTask:
    claimed_task = await service.claim_next(database, "worker", seconds)
    assert claimed_task
    return claimed_task


async def end(database: Database, task: ClaimedTask, outcome: TaskEnd = DONE) -> None:
    async with database.transaction() as conn:
        await service.end_task(conn, task.lease, outcome)


async def test_a_task_is_claimed_reports_progress_and_ends(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    task_id = await submit_task(await builders.supplier(conn, "ACME"))
    claimed_task = await claim_task(database)
    assert (claimed_task.id, claimed_task.supplier_name) == (task_id, "ACME")
    assert await service.claim_next(database, "worker", 60) is None
    progress = TaskProgress(stage="reading", rows_read=5, rows_total=9)
    await service.renew_lease(database, claimed_task.lease, progress, 60)
    task = await history.get_task(database, task_id)
    assert (task.state, task.stage, task.rows_read, task.rows_total) == (
        "running",
        "reading",
        5,
        9,
    )
    assert task.result is None
    await end(database, claimed_task)
    task = await history.get_task(database, task_id)
    assert (task.state, task.rows_read) == ("succeeded", 4)
    assert task.result
    assert (task.result.status, task.result.items_processed, task.result.rejected) == (
        "success",
        3,
        1,
    )


async def test_the_effect_of_a_task_without_a_lease_is_not_committed(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    await submit_task(await builders.supplier(conn))
    late = await claim_task(database, 0)
    assert await service.reclaim_expired_leases(database) == [ReclaimedTask(late.id, None)]
    second = await claim_task(database)

    async def run_import() -> None:
        async with database.transaction() as own:
            await builders.supplier(own, "an effect")
            await service.end_task(own, late.lease, DONE)

    with pytest.raises(LeaseLostError):
        await run_import()
    with pytest.raises(LeaseLostError):
        await service.renew_lease(database, late.lease, TaskProgress(), 60)
    row = await (await conn.execute("SELECT count(*) FROM suppliers")).fetchone()
    assert row == (1,)
    await end(database, second)


async def test_a_supplier_has_one_task_at_a_time_in_order_of_submission(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    acme, best = await builders.supplier(conn), await builders.supplier(conn)
    task_ids = [await submit_task(supplier_id) for supplier_id in (acme, acme, best, acme, best)]
    first, second = await claim_task(database), await claim_task(database)
    assert [first.id, second.id] == [task_ids[0], task_ids[2]]
    assert await service.claim_next(database, "worker", 60) is None
    await end(database, first)
    third = await claim_task(database)
    assert third.id == task_ids[1]
    await end(database, third)
    await end(database, second)
    assert [(await claim_task(database)).id, (await claim_task(database)).id] == task_ids[3:]


async def test_many_workers_at_once_claim_each_supplier_once(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    for _ in range(5):
        supplier_id = await builders.supplier(conn)
        for _ in range(4):
            await submit_task(supplier_id)
    suppliers: list[UUID | None] = []
    while len(suppliers) < 5:
        claims = await asyncio.gather(
            *(service.claim_next(database, "worker", 60) for _ in range(20))
        )
        suppliers += [each.supplier_id for each in claims if each]
    assert len(set(suppliers)) == 5
    assert await service.claim_next(database, "worker", 60) is None


async def test_a_retried_older_task_waits_for_the_one_that_runs(
    conn: Connection, database: Database, queue: QueueClient, submit_task: SubmitTask
) -> None:
    acme = await builders.supplier(conn)
    old, new = await submit_task(acme), await submit_task(acme)
    await end(database, await claim_task(database), FAILED)
    running = await claim_task(database)
    assert running.id == new
    await service.retry_task(database, queue, old)
    assert await service.claim_next(database, "worker", 60) is None
    await end(database, running)
    assert (await claim_task(database)).id == old


async def test_a_transient_failure_is_retried_three_times_and_holds_up_later_tasks(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    acme = await builders.supplier(conn)
    task_id, later = await submit_task(acme), await submit_task(acme)
    for retries in range(3):
        claimed_task = await claim_task(database)
        assert (claimed_task.id, claimed_task.retry_count) == (task_id, retries)
        await service.reschedule(database, claimed_task.lease, TRANSIENT)
    await service.reschedule(database, (await claim_task(database)).lease, TRANSIENT)
    task = await history.get_task(database, task_id)
    assert (task.state, task.retry_count, task.errors) == ("dead", 3, [TRANSIENT.reason])
    assert task.result
    assert task.result.status == "failed"
    assert (await claim_task(database)).id == later


async def test_a_rescheduled_task_is_not_due_before_its_time(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    await service.reschedule(
        database, (await claim_task(database)).lease, TaskFailure("later", 9, 60)
    )
    assert await service.claim_next(database, "worker", 60) is None
    assert (await history.get_task(database, task_id)).state == "queued"


async def test_a_dead_task_starts_again_when_it_is_retried(
    conn: Connection, database: Database, queue: QueueClient, submit_task: SubmitTask
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    with pytest.raises(ConflictError, match="is queued"):
        await service.retry_task(database, queue, task_id)
    await service.reschedule(database, (await claim_task(database)).lease, TaskFailure("no", 1, 0))
    assert (await history.get_task(database, task_id)).state == "dead"
    assert (await service.retry_task(database, queue, task_id)).task_id == task_id
    claimed_task = await claim_task(database)
    assert (claimed_task.id, claimed_task.retry_count) == (task_id, 0)
    with pytest.raises(NotFoundError):
        await service.retry_task(database, queue, NO_TASK)


@pytest.mark.parametrize("file_of_later", [None, "later.csv"])
async def test_an_upload_is_not_retried_after_a_later_price_list(
    conn: Connection,
    database: Database,
    queue: QueueClient,
    submit_task: SubmitTask,
    file_of_later: str | None,
) -> None:
    acme = await builders.supplier(conn, "ACME")
    old = await submit_task(acme, file_name="old.csv")
    await end(database, await claim_task(database), FAILED)
    await submit_task(acme, file_name=file_of_later)
    await end(database, await claim_task(database), FAILED)
    await service.retry_task(database, queue, old)
    await end(database, await claim_task(database), FAILED)
    later = await submit_task(acme, file_name=file_of_later)
    with pytest.raises(ConflictError, match="or is queued"):
        await service.retry_task(database, queue, old)
    await end(database, await claim_task(database), TaskEnd(state="partially_succeeded"))
    with pytest.raises(ConflictError, match="A later price list of ACME was already imported"):
        await service.retry_task(database, queue, old)
    assert (await history.get_task(database, old)).state == "failed"
    with pytest.raises(ConflictError, match=f"{later} is partially_succeeded"):
        await service.retry_task(database, queue, later)


async def test_retries_do_not_change_the_age_of_an_upload(
    conn: Connection, database: Database, queue: QueueClient, submit_task: SubmitTask
) -> None:
    acme = await builders.supplier(conn)
    old = await submit_task(acme, file_name="old.csv")
    await end(database, await claim_task(database), FAILED)
    new = await submit_task(acme, file_name="new.csv")
    await end(database, await claim_task(database), FAILED)
    for task_id in (old, new, old):
        await service.retry_task(database, queue, task_id)
        await end(database, await claim_task(database), FAILED)
    await service.retry_task(database, queue, new)
    await end(database, await claim_task(database))
    with pytest.raises(ConflictError, match="A later price list"):
        await service.retry_task(database, queue, old)


async def test_a_sync_is_retried_after_a_later_price_list(
    conn: Connection, database: Database, queue: QueueClient, submit_task: SubmitTask
) -> None:
    acme = await builders.supplier(conn)
    sync = await submit_task(acme)
    await end(database, await claim_task(database), FAILED)
    await submit_task(acme, file_name="later.csv")
    await end(database, await claim_task(database))
    assert (await service.retry_task(database, queue, sync)).task_id == sync


async def test_a_released_task_can_be_claimed_at_once_and_counts_no_attempt(
    conn: Connection, database: Database, queue: QueueClient, submit_task: SubmitTask
) -> None:
    await submit_task(await builders.supplier(conn))
    claimed_task = await claim_task(database)
    await service.release(database, queue, claimed_task.lease)
    again = await claim_task(database)
    assert (again.id, again.retry_count) == (claimed_task.id, 0)
    await service.release(database, queue, claimed_task.lease)  # the lease is lost: no effect
    await end(database, again)


async def test_a_task_that_loses_worker_after_worker_is_dead_in_the_end(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    task_id = await submit_task(await builders.supplier(conn))
    for _ in range(11):
        await claim_task(database, 0)
        assert await service.reclaim_expired_leases(database) == [ReclaimedTask(task_id, None)]
    task = await history.get_task(database, task_id)
    assert (task.state, task.errors) == ("dead", ["Its worker was lost 11 times."])


async def test_an_unexpired_lease_is_not_reclaimed(
    conn: Connection, database: Database, submit_task: SubmitTask
) -> None:
    await submit_task(await builders.supplier(conn))
    await claim_task(database, 60)
    assert await service.reclaim_expired_leases(database) == []


@pytest.mark.parametrize(("retries", "about"), [(0, 1), (1, 5), (2, 25), (9, 25)])
def test_retries_wait_about_1_5_and_25_seconds(retries: int, about: float) -> None:
    waits = [service.retry_delay(retries, chance) for chance in (0.0, 0.5, 1.0)]
    assert waits == [about * 0.8, about, about * 1.2]
