"""Decisions about held price lists but for applying them, which an import does."""

from uuid import UUID

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError
from pricebook.tasks import held_repository, history
from pricebook.tasks.schemas import Task


async def refuse_held(database: Database, task_id: UUID, name: str, reason: str | None) -> Task:
    """Set a held task refused by `name`; return it.

    A task that was refused before is returned as it is. Raises NotFoundError; ConflictError when it
    is neither held nor refused. Either the price list is refused or it is applied, never both.
    """
    async with database.short_transaction() as conn:
        await held_repository.set_refused(conn, task_id, name, reason)
    task = await history.get_task(database, task_id)
    if task.state == "refused":
        return task
    raise ConflictError(f"Task {task_id} is {task.state}, not held.")


async def store_applied_by(conn: Connection, task_id: UUID, name: str) -> None:
    """Store who applied a held price list in the foreground, in the transaction that did."""
    await held_repository.set_decided_by(conn, task_id, name)


async def refuse_superseded(conn: Connection, supplier_id: UUID) -> None:
    """Refuse the held price lists of a supplier after which a later one was imported."""
    await held_repository.refuse_superseded(conn, supplier_id)


async def refuse_all_superseded(database: Database) -> int:
    """Refuse the held price lists after which a later one was imported; return how many."""
    async with database.transaction() as conn:
        return await held_repository.refuse_superseded(conn, None)
