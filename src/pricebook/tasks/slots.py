"""When whoever works on a task has to stop: it yields its slot, or the task is held no longer."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import LeaseLostError
from pricebook.tasks import claim_repository, history_repository, record_repository
from pricebook.tasks.schemas import TaskLease


async def yield_slot(database: Database, lease: TaskLease) -> None:
    """Put a running task back as slow if others wait that could run now.

    Raises LeaseLostError if so.
    """
    async with database.connection() as conn:
        if await claim_repository.set_yielded(conn, lease):
            raise LeaseLostError(f"Task {lease.task_id} yields its slot to tasks that wait.")


async def is_held(database: Database, task_id: UUID) -> bool:
    """Return whether a task is held."""
    async with database.connection() as conn:
        task = await history_repository.find_task(conn, task_id)
    return task is not None and task.state == "held"


async def record_apply_failure(database: Database, task_id: UUID, reason: str) -> None:
    """Leave a list held that cannot be applied, with the reason."""
    async with database.connection() as conn:
        await record_repository.set_apply_failed(conn, task_id, reason)


async def record_apply_wait(database: Database, task_id: UUID, reason: str) -> None:
    """Add to a held list why it is not applied yet; raises DatabaseUnavailableError."""
    async with database.connection() as conn:
        await record_repository.add_error_once(conn, task_id, reason)
