from uuid import UUID, uuid4

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, LeaseLostError
from pricebook.tasks import (
    claim_repository,
    correction_repository,
    held_repository,
    record_repository,
    repository,
)
from pricebook.tasks.correctable_tasks import TaskToCorrect
from pricebook.tasks.counts import Counts
from pricebook.tasks.held_tasks import EarlierHeld, HeldTask, TaskToApply
from pricebook.tasks.history import require_task, task_not_found
from pricebook.tasks.message import TaskMessage
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import (
    AcceptedTask,
    ClaimedTask,
    InlineTask,
    NewTask,
    ReclaimedTask,
    Requester,
    TaskEnd,
    TaskFailure,
    TaskLease,
    TaskProgress,
)

RETRY_SECONDS = (1.0, 5.0, 25.0)
JITTER = 0.2


def retry_delay(retry_count: int, random_fraction: float) -> float:
    """Return the seconds to wait before a retry; `random_fraction` (0 to 1) adds jitter."""
    base = RETRY_SECONDS[min(retry_count, len(RETRY_SECONDS) - 1)]
    return base * (1 + JITTER * (2 * random_fraction - 1))


async def submit_task(database: Database, queue: QueueClient, task: NewTask) -> AcceptedTask:
    """Insert a task, send its message and return it; a repeated idempotency key returns the first.

    Raises ConflictError when the key was used for another request, NotFoundError when the supplier
    was deleted. Once this returns, the task will run, with Redis or without.
    """
    async with database.short_transaction() as conn:
        message = await repository.insert_task(conn, task)
        if message is None:
            return await _earlier_task(conn, task)
    await queue.notify(message)
    return accepted_task(message)


async def find_task_by_idempotency_key(
    conn: Connection, requester: Requester, digest: bytes
) -> AcceptedTask | None:
    """Return the task of the requester's key; raises ConflictError for another request."""
    if requester.idempotency_key is None:
        return None
    found = await repository.find_by_idempotency_key(conn, requester)
    if found is None:
        return None
    accepted, earlier_digest = found
    if earlier_digest != digest:
        raise ConflictError("This Idempotency-Key was used for another request.")
    return accepted


async def enqueue(conn: Connection, task: NewTask) -> TaskMessage | None:
    """Insert a task in the caller's transaction; the caller sends the message after the commit."""
    return await repository.insert_task(conn, task)


async def task_exists(conn: Connection, task_id: UUID) -> bool:
    """Return whether a task has this id."""
    return await repository.task_exists(conn, task_id)


async def insert_from_message(conn: Connection, message: TaskMessage) -> None:
    """Insert the task of a checked message, whose supplier_id is set; do nothing if it exists.

    Raises NotFoundError when the supplier was deleted.
    """
    await repository.insert_from_message(conn, message)


async def has_unfinished_task(conn: Connection, supplier_id: UUID) -> bool:
    """Return whether a task of a supplier is queued or running."""
    return await repository.has_unfinished_task(conn, supplier_id)


async def _earlier_task(conn: Connection, task: NewTask) -> AcceptedTask:
    accepted = await find_task_by_idempotency_key(conn, task.requester, task.digest)
    if accepted is None:
        raise LookupError("the task of a used idempotency key is missing")
    return accepted


def accepted_task(message: TaskMessage) -> AcceptedTask:
    """Return what the request for a task responds."""
    return AcceptedTask(message.task_id, message.supplier_id, "queued", message.enqueued_at)


async def claim_next(
    database: Database, worker: str, lease_seconds: float, *, with_slow: bool = True
) -> ClaimedTask | None:
    """Lease the next due task for `lease_seconds`; return None when there is none.

    Each lease has an owner of its own: a worker that lost a lease and leased the task again must
    not end it under the first lease.
    """
    async with database.connection() as conn:
        owner = f"{worker}/{uuid4()}"
        return await claim_repository.claim_next(conn, owner, lease_seconds, with_slow=with_slow)


async def renew_lease(
    database: Database, lease: TaskLease, progress: TaskProgress, lease_seconds: float
) -> None:
    """Renew the lease of a task and store its progress; raises LeaseLostError."""
    async with database.connection() as conn:
        if not await repository.set_progress(conn, lease, progress, lease_seconds):
            raise _lease_lost(lease)


async def end_task(conn: Connection, lease: TaskLease, end: TaskEnd) -> None:
    """Store the end of a task in the transaction of its effect: both are committed, or neither.

    Raises LeaseLostError.
    """
    if not await repository.set_end(conn, lease, end):
        raise _lease_lost(lease)


async def record_inline_task(conn: Connection, task: InlineTask) -> TaskLease:
    """Insert a running task that the caller ends in the same transaction."""
    return await record_repository.insert_inline_task(conn, task)


async def claim_held(conn: Connection, task_id: UUID) -> HeldTask:
    """Lock a task whose price list is held, and return it.

    Raises NotFoundError; ConflictError when it is not held or a later price list was imported.
    """
    held = await held_repository.lock_held(conn, task_id)
    if held is None:
        raise task_not_found(task_id)
    if held.state != "held":
        raise ConflictError(f"Task {task_id} is {held.state}, not held.")
    if not held.is_latest:
        raise ConflictError(f"A later price list of {held.supplier_name} was already imported.")
    return held


async def record_applied(conn: Connection, task_id: UUID, name: str | None) -> None:
    """Store who applied a held price list, in the transaction that did, and write it to the audit.

    `name` is None where the request to apply it has stored one, or none did: the system.
    """
    applied_by, supplier_name = await held_repository.set_applied_by(conn, task_id, name)
    await audit.insert_entry(
        conn,
        NewEntry(
            action="task.applied",
            entity_type="task",
            entity_id=task_id,
            entity_name=supplier_name,
            after={"decided_by": applied_by},
        ),
    )


async def request_comparison_of_held(conn: Connection, supplier_id: UUID) -> None:
    """Request that the held price lists of a supplier whose prices changed are compared again."""
    await held_repository.request_comparison(conn, supplier_id)


async def find_earlier_held(conn: Connection, task_id: UUID) -> EarlierHeld | None:
    """Return since when earlier price lists of a task's supplier are held; None without any."""
    return await held_repository.find_earlier_held(conn, task_id)


async def store_mode(conn: Connection, task_id: UUID, mode: str) -> None:
    """Store the mode in which a held price list was compared: it is applied in the same one."""
    await record_repository.set_mode(conn, task_id, mode)


async def find_task_to_correct(
    conn: Connection, task_id: UUID, *, locks: bool = False
) -> TaskToCorrect:
    """Return the task whose rejected rows a file of corrections is for; an import locks it.

    Corrections of a task that corrects another one are for the other one. Raises NotFoundError;
    ConflictError when its price list was not imported, or a later one was.
    """
    task = await correction_repository.find_task_to_correct(conn, task_id, locks=locks)
    if task is None:
        raise task_not_found(task_id)
    if task.state not in {"succeeded", "partially_succeeded", "failed"} or task.found is None:
        raise ConflictError(
            f"Task {task.id} is {task.state} and has no rejected rows that could be corrected."
        )
    if task.cancelled_by is not None:
        raise ConflictError(
            f"Task {task.id} was cancelled by {task.cancelled_by}: nothing of its price list was"
            " imported, so that its rejected rows cannot be corrected."
        )
    if task.supplier_id is None:
        raise ConflictError(f"The supplier {task.supplier_name} no longer exists.")
    if not task.is_latest:
        raise ConflictError(
            f"A later price list of {task.supplier_name} was already imported: correct the rows "
            "that it rejected."
        )
    return task


async def add_corrections(
    conn: Connection, task: TaskToCorrect, differences: Counts, row_error_counts: dict[str, int]
) -> None:
    """Add what corrections changed to the counts of the corrected task, and set its state."""
    await correction_repository.add_to_counts(conn, task.id, differences, row_error_counts)


async def fail_task(database: Database, lease: TaskLease, reasons: list[str]) -> None:
    """Set a task failed with its reasons; it is not retried."""
    async with database.transaction() as conn:
        await repository.set_end(conn, lease, TaskEnd(state="failed", errors=reasons))


async def reschedule(database: Database, lease: TaskLease, failure: TaskFailure) -> None:
    """Schedule the next attempt of a task, or set it dead when that was its last one."""
    async with database.transaction() as conn:
        await repository.set_failed_attempt(conn, lease, failure)


async def release(database: Database, queue: QueueClient, lease: TaskLease) -> None:
    """Queue a task again at once for another worker, without counting an attempt."""
    async with database.connection() as conn:
        message = await repository.set_released(conn, lease)
    if message:
        await queue.notify(message)


async def reclaim_expired_leases(database: Database) -> list[ReclaimedTask]:
    """Queue the tasks whose leases have expired again; return them."""
    async with database.transaction() as conn:
        return await repository.requeue_expired_leases(conn)


async def retry_task(
    database: Database, queue: QueueClient, task_id: UUID, request_id: str | None = None
) -> AcceptedTask:
    """Queue a failed or dead task again and return it.

    Raises NotFoundError; ConflictError when the task is neither failed nor dead, or is an upload
    older than a later price list of its supplier, whose prices it would revert.
    """
    async with database.short_transaction() as conn:
        message = await record_repository.set_requeued(conn, task_id, request_id)
        if message is None:
            task = await require_task(conn, task_id)
            if task.state in {"failed", "dead"}:
                raise ConflictError(
                    f"A later price list of {task.supplier_name} was already imported or is queued."
                )
            raise ConflictError(
                f"Task {task_id} is {task.state}; only failed and dead tasks can be retried."
            )
    await queue.notify(message)
    return accepted_task(message)


async def find_task_to_apply(database: Database) -> TaskToApply | None:
    """Return the next held price list to apply, without a lease: applying twice has no effect."""
    async with database.connection() as conn:
        return await held_repository.find_task_to_apply(conn)


def _lease_lost(lease: TaskLease) -> LeaseLostError:
    return LeaseLostError(f"The lease of task {lease.task_id} is lost.")
