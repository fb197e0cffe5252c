"""Rows that another session has locked do not hold up the tasks beside them."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

import builders
from pricebook.db.database import Connection, Database
from pricebook.suppliers import service as suppliers
from pricebook.tasks import held_repository, history, service
from worker_fixtures import SubmitTask

Tasks = tuple[UUID, UUID]
FAILURE_SECONDS = 60  # only a statement that waits for the lock takes so long


@pytest.fixture
async def two_tasks(conn: Connection, submit_task: SubmitTask) -> Tasks:
    """Tasks of two suppliers, in this order."""
    first = await submit_task(await builders.supplier(conn))
    return first, await submit_task(await builders.supplier(conn))


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Connection]:
    """A session with an open transaction."""
    async with database.transaction() as conn:
        yield conn


async def lock_task(other: Connection, task_id: UUID) -> None:
    await other.execute("SELECT FROM ingestion_tasks WHERE id = %s FOR UPDATE", [task_id])


async def test_a_claim_skips_a_locked_task(
    database: Database, two_tasks: Tasks, other: Connection
) -> None:
    locked, free = two_tasks
    await lock_task(other, locked)
    async with asyncio.timeout(FAILURE_SECONDS):
        claimed = await service.claim_next(database, "worker", 60)
    assert claimed
    assert claimed.id == free


async def test_reclaiming_skips_a_locked_task(
    conn: Connection, database: Database, two_tasks: Tasks, other: Connection
) -> None:
    locked, free = two_tasks
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = 'running', lease_owner = 'gone', lease_expires_at = now() - interval '1 second'
        """
    )
    await lock_task(other, locked)
    async with asyncio.timeout(FAILURE_SECONDS):
        reclaimed = await service.reclaim_expired_leases(database)
    assert [task.id for task in reclaimed] == [free]


async def test_a_held_list_that_is_being_applied_is_skipped(
    conn: Connection, two_tasks: Tasks, other: Connection
) -> None:
    locked, free = two_tasks
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = 'held', apply_requested_at = enqueued_at
        """
    )
    assert await held_repository.lock_held(other, locked)
    async with asyncio.timeout(FAILURE_SECONDS):
        found = await held_repository.find_task_to_apply(conn)
    assert found
    assert found.id == free


async def test_purging_skips_a_locked_task(
    conn: Connection, worker_database: Database, two_tasks: Tasks, other: Connection
) -> None:
    locked, _ = two_tasks
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = 'failed', completed_at = now() - interval '40 days'
        """
    )
    await lock_task(other, locked)
    async with asyncio.timeout(FAILURE_SECONDS):
        assert await history.purge_old_tasks(worker_database, 30) == 1


async def test_creating_products_skips_an_item_that_is_being_linked(
    conn: Connection, other: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    locked = await builders.item(conn, supplier_id)
    free = await builders.item(conn, supplier_id)
    await suppliers.lock_supplier_item(other, locked)
    async with asyncio.timeout(FAILURE_SECONDS):
        items = await suppliers.lock_unmatched_items(conn, supplier_id, 10)
    assert [item.id for item in items] == [free]
