"""Slots of the worker: when a running task yields its slot, and held price lists being applied."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import LeaseLostError
from pricebook.tasks import claim_repository, held_repository, history_repository
from pricebook.tasks.schemas import TaskLease


async def yield_slot(database: Database, lease: TaskLease) -> None:
    """Queue a running task again as slow if other tasks are due.

    Raises LeaseLostError if it was queued.
    """
    async with database.connection() as conn:
        if await claim_repository.set_yielded(conn, lease):
            raise LeaseLostError(f"Task {lease.task_id} yields its slot to other tasks.")


async def is_held(database: Database, task_id: UUID) -> bool:
    """Return whether the price list of a task is held."""
    async with database.connection() as conn:
        task = await history_repository.find_task(conn, task_id)
    return task is not None and task.state == "held"


async def record_apply_failure(database: Database, task_id: UUID, reason: str) -> None:
    """Store why a held price list could not be applied; it stays held."""
    async with database.connection() as conn:
        await held_repository.set_apply_failed(conn, task_id, reason)


async def record_apply_wait(database: Database, task_id: UUID, reason: str) -> None:
    """Store why applying a held price list is delayed; raises DatabaseUnavailableError."""
    async with database.connection() as conn:
        await held_repository.add_error_once(conn, task_id, reason)
