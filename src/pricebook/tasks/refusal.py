"""Held price lists that are refused, by people or by the system."""

from uuid import UUID

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
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
        is_refused = await held_repository.set_refused(conn, task_id, name, reason)
        task = await history.require_task(conn, task_id)
        if is_refused:
            await audit.insert_entry(conn, _entry(task_id, task.supplier_name, reason))
    if task.state == "refused":
        return task
    raise ConflictError(f"Task {task_id} is {task.state}, not held.")


async def refuse_superseded(conn: Connection, supplier_id: UUID | None = None) -> None:
    """Refuse the held price lists of a supplier after which a later one was imported.

    Without a supplier, those of all.
    """
    refused = await held_repository.refuse_superseded(conn, supplier_id)
    if refused:
        entries = [_entry(each.id, each.supplier_name, each.reason) for each in refused]
        await audit.insert_entries(conn, entries)


async def refuse_all_superseded(database: Database) -> None:
    """Refuse the held price lists after which a later one was imported."""
    async with database.transaction() as conn:
        await refuse_superseded(conn)


def _entry(task_id: UUID, supplier_name: str, reason: str | None) -> NewEntry:
    return NewEntry(
        action="task.refused",
        entity_type="task",
        entity_id=task_id,
        entity_name=supplier_name,
        after={"state": "refused", "reason": reason},
    )
