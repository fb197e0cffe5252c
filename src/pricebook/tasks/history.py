"""Reads tasks: lists, one task, rejected rows, metrics; deletes old tasks."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from pricebook.db.database import Connection, Database
from pricebook.errors import NotFoundError
from pricebook.http import safe_csv
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.pricelists.schemas.profile import convert_profile
from pricebook.tasks import cleanup_repository, history_repository, metrics_repository
from pricebook.tasks.correctable_tasks import RowErrorQuery, TaskRowError
from pricebook.tasks.queue_metrics import QueueStatus, TaskMetrics
from pricebook.tasks.rejected_rows import RejectedRowLines
from pricebook.tasks.schemas import (
    Task,
    TaskQuery,
)


async def get_queue_status(database: Database) -> QueueStatus:
    """Return how many tasks are queued, running, dead and held, and how long the oldest is due."""
    async with database.connection() as conn:
        return await metrics_repository.get_queue_status(conn)


async def get_task_metrics(database: Database) -> TaskMetrics:
    """Return the number of tasks by state, the age of the oldest due one, and the read rate."""
    async with database.connection() as conn:
        return await metrics_repository.get_task_metrics(conn)


async def list_tasks(
    database: Database,
    query: TaskQuery,
    *,
    needs_decision: bool = False,
    is_unresolved: bool = False,
) -> CursorPage[Task]:
    """Return a page of the tasks, newest first.

    With `needs_decision`, they are the held price lists without a decision, and the tasks
    with open quarantined rows. With `is_unresolved`, imports are left out after which a later one
    of the supplier succeeded, unless they are held.
    """
    async with database.connection() as conn:
        page = await history_repository.list_tasks(
            conn, query, needs_decision=needs_decision, is_unresolved=is_unresolved
        )
        return cursor_page_of(query, page)


async def count_newer(
    database: Database, query: TaskQuery, after: datetime, limit: int, *, needs_decision: bool
) -> int:
    """Return the number of tasks that pass the filters and are newer than a time, up to a limit."""
    async with database.connection() as conn:
        return await history_repository.count_newer(
            conn, query, after, limit, needs_decision=needs_decision
        )


async def list_tasks_by_id(database: Database, ids: Sequence[UUID]) -> list[Task]:
    """Return those of these tasks that exist, newest first."""
    async with database.connection() as conn:
        return await history_repository.list_tasks_by_id(conn, ids)


async def get_task(database: Database, task_id: UUID) -> Task:
    """Return a task; raises NotFoundError."""
    async with database.connection() as conn:
        return await require_task(conn, task_id)


async def list_own_tasks(
    database: Database, query: TaskQuery, requester_id: UUID
) -> CursorPage[Task]:
    """Return a page of the tasks that a user or an API key requested, newest first.

    With those by which others undid or corrected them.
    """
    async with database.connection() as conn:
        page = await history_repository.list_tasks(conn, query, requester_id=requester_id)
        return cursor_page_of(query, page)


async def concerns(database: Database, task_id: UUID, requester_id: UUID) -> bool:
    """Return whether a user or an API key requested a task, or one that it undoes or corrects."""
    async with database.connection() as conn:
        return await history_repository.concerns(conn, task_id, requester_id)


async def require_task(conn: Connection, task_id: UUID) -> Task:
    """Return a task, read in the caller's transaction; raises NotFoundError."""
    task = await history_repository.find_task(conn, task_id)
    if task is None:
        raise task_not_found(task_id)
    return task


async def list_row_errors(
    database: Database, task_id: UUID, query: RowErrorQuery
) -> CursorPage[TaskRowError]:
    """Return a page of the rows that a task rejected; raises NotFoundError."""
    async with database.connection() as conn:
        await require_task(conn, task_id)
        return cursor_page_of(query, await history_repository.list_row_errors(conn, task_id, query))


async def export_row_errors(
    database: Database, task_id: UUID, *, corrected: bool = False
) -> AsyncGenerator[str]:
    """Yield the rejected rows of a task as CSV, which can be corrected and imported again.

    With `corrected`, the rows are those that were corrected since. Rows of a task that corrects
    another one are those of the corrected task. The last line counts the rows that were
    rejected but not stored. Raises NotFoundError.
    """
    async with database.export_transaction() as conn:
        task = await require_task(conn, task_id)
        rows = RejectedRowLines(task.corrections_of or task_id, convert_profile(task.found))
        yield safe_csv.lines([rows.header()])
        omitted = 0 if corrected else sum(task.row_error_counts.values())
        batches = history_repository.read_row_errors(conn, task_id, corrected=corrected)
        async with aclosing(batches) as errors:
            async for batch in errors:
                yield safe_csv.lines(map(rows.row, batch))
                omitted -= len(batch)
        if omitted > 0:
            yield safe_csv.lines([rows.omitted_rows(omitted)])


async def purge_old_tasks(database: Database, days: int) -> int:
    """Delete the tasks that ended more than `days` days ago, with their logs; return how many.

    Also deletes the staged rows of held price lists that were cancelled or refused.
    """
    async with database.connection() as conn:
        await cleanup_repository.delete_orphaned_held_rows(conn)
    count = 0
    while True:
        async with database.connection() as conn:
            deleted = await cleanup_repository.delete_old_tasks_batch(conn, days)
        if not deleted:
            return count
        count += deleted


async def list_kept_files(database: Database, days: int) -> set[str]:
    """Return the `file_path` of each price list that is kept, relative to UPLOADS_DIR.

    Those of failed and dead tasks, which can be retried, are kept as long as the task; others for
    `days` after its end.
    """
    async with database.connection() as conn:
        return await cleanup_repository.list_kept_files(conn, days)


def task_not_found(task_id: UUID) -> NotFoundError:
    """Return the error for a task id that has no row."""
    return NotFoundError(f"There is no task {task_id}.")
