from datetime import UTC, datetime
from uuid import UUID

import msgspec

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection, Database
from pricebook.db.lock_waits import bounded_lock_waits
from pricebook.errors import ConflictError, NotFoundError, PriceListError
from pricebook.http.pagination import Page, Paging, page_of
from pricebook.matching import service as matching
from pricebook.rates import service as rates
from pricebook.suppliers import service as suppliers
from pricebook.tasks import history
from pricebook.tasks import service as tasks
from pricebook.tasks.counts import Counts
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import (
    AcceptedTask,
    ClaimedTask,
    InlineTask,
    NewTask,
    Requester,
    Task,
    TaskEnd,
    TaskLease,
)
from pricebook.tasks.undo_counts import UndoCounts
from pricebook.undo import repository
from pricebook.undo.schemas import LeftChange, LeftPage, UndoableTask, UndoQuery
from pricebook.undo.undo_preview_schemas import PlannedPage, UndoPreview, UndoResult


async def preview_undo(database: Database, task_id: UUID, query: UndoQuery) -> UndoPreview:
    """Return what undoing a task would do now; raises NotFoundError, ConflictError."""
    async with database.short_transaction() as conn:
        await require_undoable(conn, task_id)
        counts, changes, left = await repository.preview_undo(conn, task_id, query)
        later_list = await repository.find_later_list(conn, task_id)
        open_rows = await repository.count_open_rows(conn, task_id)
    total = counts.restored + counts.deleted + counts.products_deleted
    return UndoPreview(
        task_id=task_id,
        counts=counts,
        later_list=later_list,
        left=LeftPage(counts.left_as_is, query.page, query.limit, left),
        changes=PlannedPage(total, query.page, query.limit, changes),
        open_rows=open_rows,
    )


async def request_undo(
    database: Database, queue: QueueClient, task_id: UUID, requester: Requester
) -> AcceptedTask:
    """Queue the undo of a task; return the one that is queued or runs already, if any.

    Raises NotFoundError; ConflictError when nothing of the task can be undone.
    """
    async with database.short_transaction() as conn:
        undone = await require_undoable(conn, task_id)
        waiting = await repository.find_waiting_undo(conn, task_id)
    if waiting is not None:
        return waiting
    task = NewTask(
        supplier_id=undone.supplier_id,
        supplier_name=undone.supplier_name,
        parser_type=undone.parser_type,
        source_config={},
        requester=requester,
        digest=b"",
        undo_of=undone.id,
    )
    return await tasks.submit_task(database, queue, task)


async def run_undo(database: Database, task: ClaimedTask, lock_timeout_seconds: float) -> None:
    """Undo a task in one transaction, and end the task that does.

    Raises PriceListError when it can no longer be undone, DatabaseBusyError if a lock was not free
    in time, LeaseLostError.
    """
    if task.undo_of is None:
        raise LookupError("a task that undoes none")
    async with (
        database.transaction() as conn,
        bounded_lock_waits(database, conn, lock_timeout_seconds),
    ):
        try:
            await _undo(conn, task.undo_of, task.lease)
        except (NotFoundError, ConflictError) as error:
            raise PriceListError(error.message) from error


async def undo_inline(
    database: Database,
    task_id: UUID,
    name: str,
    lock_timeout_seconds: float,
    reason: str | None = None,
) -> Task:
    """Undo a task in the foreground; return the task that did.

    Raises NotFoundError; ConflictError when nothing of the task can be undone; DatabaseBusyError if
    a lock was not free in time.
    """
    async with (
        database.transaction() as conn,
        bounded_lock_waits(database, conn, lock_timeout_seconds),
    ):
        undone = await require_undoable(conn, task_id)
        lease = await tasks.record_inline_task(
            conn,
            InlineTask(
                supplier_id=undone.supplier_id,
                supplier_name=undone.supplier_name,
                parser_type=undone.parser_type,
                source_config={},
                requested_by=name,
                started_at=datetime.now(UTC),
                reason=reason,
                undo_of=task_id,
            ),
        )
        await _undo(conn, task_id, lease)
    return await history.get_task(database, lease.task_id)


async def describe_undo(database: Database, undo: Task, paging: Paging) -> UndoResult:
    """Return what an undo has done; raises NotFoundError."""
    left = await list_left(database, undo.id, paging)
    async with database.connection() as conn:
        later_list = undo.undo_of and await repository.find_later_list(conn, undo.undo_of)
    return UndoResult(
        task_id=undo.id,
        counts=undo.undo or UndoCounts(0, 0, 0, 0),
        later_list=later_list,
        left=LeftPage(
            total_count=left.total_count, page=left.page, limit=left.limit, data=left.data
        ),
    )


async def _undo(conn: Connection, task_id: UUID, lease: TaskLease) -> None:
    """Lock supplier and task, undo the task, and end the one that does: one transaction."""
    supplier_id = (await require_undoable(conn, task_id)).supplier_id
    if await suppliers.lock_existing_supplier(conn, supplier_id) is None:
        raise ConflictError("The supplier no longer exists.")
    undone = await require_undoable(conn, task_id, locks=True)  # again, now under both locks
    await rates.lock_prices(conn)
    counts = await repository.undo_import(conn, task_id, lease.task_id)
    await matching.request_run_after_import(conn, supplier_id)
    reason = await repository.find_reason(conn, lease.task_id)
    await audit.insert_entry(conn, _audit_entry(undone, lease.task_id, counts, reason))
    end = TaskEnd(
        state="partially_succeeded" if counts.left_as_is else "succeeded",
        counts=Counts(changed=counts.restored),
    )
    await tasks.end_task(conn, lease, end)
    await tasks.request_comparison_of_held(conn, supplier_id)
    await repository.set_counts(conn, lease.task_id, counts)


async def start_import(conn: Connection, task_id: UUID) -> None:
    """Have what an import changes in the prices of products kept, before it writes items."""
    await repository.start_import(conn, task_id)


async def keep_changes(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Note in the transaction of an import that its changes are kept.

    With what else it changes: the categories that this transaction has made, and how the price list
    before was read, which the caller replaces afterwards.
    """
    await repository.keep_changes(conn, task_id, supplier_id)


async def list_left(database: Database, task_id: UUID, paging: Paging) -> Page[LeftChange]:
    """Return a page of what an undo left as it was; raises NotFoundError without such a task."""
    async with database.connection() as conn:
        found = await repository.list_left(conn, task_id, paging)
    if found is None:
        raise history.task_not_found(task_id)
    return page_of(paging, *found)


async def purge_changes(database: Database, days: int) -> None:
    """Delete what is kept to undo imports that ended more than `days` days ago."""
    has_more = True
    while has_more:
        async with database.transaction() as conn:
            has_more = await repository.purge_changes(conn, days)


async def require_undoable(conn: Connection, task_id: UUID, *, locks: bool = False) -> UndoableTask:
    """Return a task that can be undone; raises NotFoundError, ConflictError."""
    task = await repository.find_task(conn, task_id, locks=locks)
    if task is None:
        raise history.task_not_found(task_id)
    if task.undo_of is not None:
        raise ConflictError(
            f"Task {task_id} is an undo, which cannot be undone: import the price list of task"
            f" {task.undo_of} again."
        )
    if task.undone_by is not None:
        time = f" at {task.undone_at:%Y-%m-%d %H:%M} UTC" if task.undone_at else ""
        raise ConflictError(f"Task {task_id} was already undone by task {task.undone_by}{time}.")
    if task.state not in {"succeeded", "partially_succeeded"}:
        raise ConflictError(f"Task {task_id} is {task.state}: it has changed nothing.")
    if task.supplier_id is None:
        raise ConflictError(f"The supplier {task.supplier_name} no longer exists.")
    if not task.keeps_changes:
        raise ConflictError(
            f"What task {task_id} changed is not kept: it ended more than UNDO_DAYS days ago, or"
            " an earlier release imported its price list."
        )
    return UndoableTask(task.id, task.supplier_id, task.supplier_name, task.parser_type)


def _audit_entry(
    undone: UndoableTask, undo_id: UUID, counts: UndoCounts, reason: str | None
) -> NewEntry:
    return NewEntry(
        action="task.undone",
        entity_type="task",
        entity_id=undone.id,
        entity_name=undone.supplier_name,
        after={"undone_by": str(undo_id), **msgspec.structs.asdict(counts)}
        | ({"reason": reason} if reason else {}),
        task_id=undo_id,
    )
