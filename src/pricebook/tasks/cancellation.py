"""Cancelling tasks: one statement ends the task; a worker that runs it stops within a second."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.tasks import history, record_repository
from pricebook.tasks.schemas import Task


async def cancel_task(database: Database, task_id: UUID, name: str) -> Task:
    """Set a queued, running or held task failed, cancelled by `name`; return it.

    A task that was cancelled before is returned as it is. Raises NotFoundError; ConflictError when
    it has ended otherwise. Either the task is cancelled or its price list is imported, never both.
    """
    async with database.short_transaction() as conn:
        cancelled = await record_repository.set_cancelled(
            conn, task_id, name, f"Cancelled by {name}."
        )
    task = await history.get_task(database, task_id)
    if cancelled or task.cancelled_by is not None:
        return task
    raise ConflictError(f"Task {task_id} has already ended: it is {task.state}.")
