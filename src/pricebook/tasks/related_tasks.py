"""Reads what belongs to a task beside its row: tasks that correct or undo it, rejected rows."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.tasks import related_repository, service
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.tasks.related_schemas import ChangeTimes, RejectedRow, RelatedTask


async def list_related(database: Database, task_id: UUID) -> list[RelatedTask]:
    """Return the newest tasks that correct or undo a task."""
    async with database.connection() as conn:
        return await related_repository.list_related(conn, task_id)


async def find_change_times(database: Database, task_id: UUID) -> ChangeTimes | None:
    """Return when a task changed items, and whether what it changed is kept; None without it."""
    async with database.connection() as conn:
        return await related_repository.find_change_times(conn, task_id)


async def find_correction_problem(database: Database, task_id: UUID) -> str | None:
    """Return why the rejected rows of a task cannot be corrected any more; None if they can."""
    async with database.connection() as conn:
        try:
            await service.find_task_to_correct(conn, task_id)
        except ConflictError as error:
            return error.message
    return None


async def list_rejected_rows(
    database: Database, task_id: UUID, query: RowErrorQuery
) -> CursorPage[RejectedRow]:
    """Return a page of the rejected rows of a task, with their cells and sections."""
    async with database.connection() as conn:
        page = await related_repository.list_rejected_rows(conn, task_id, query)
        return cursor_page_of(query, page)


async def find_rejected_rows(
    database: Database, task_id: UUID, row_numbers: Sequence[int]
) -> dict[int, RejectedRow]:
    """Return those of these rejected rows that are stored, by their numbers."""
    async with database.connection() as conn:
        rows = await related_repository.find_rejected_rows(conn, task_id, row_numbers)
    return {row.row_number: row for row in rows if row.row_number is not None}
