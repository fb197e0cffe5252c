from uuid import UUID, uuid4

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, LeaseLostError
from pricebook.tasks import claim_repository, record_repository, repository
from pricebook.tasks.history import require_task, task_not_found
from pricebook.tasks.message import TaskMessage
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import (
    AcceptedTask,
    ClaimedTask,
    HeldTask,
    InlineTask,
    NewTask,
    ReclaimedTask,
    Requester,
    TaskEnd,
    TaskFailure,
    TaskLease,
    TaskProgress,
    TaskToApply,
)

RETRY_SECONDS = (1.0, 5.0, 25.0)
JITTER = 0.2


def retry_delay(retry_count: int, random_fraction: float) -> float:
    """Return how long to wait after so many retries, in seconds; chance (0 to 1) spreads it."""
    base = RETRY_SECONDS[min(retry_count, len(RETRY_SECONDS) - 1)]
    return base * (1 + JITTER * (2 * random_fraction - 1))


async def submit_task(database: Database, queue: QueueClient, task: NewTask) -> AcceptedTask:
    """Accept a task; asked again with the same key, the answer is that of the first time.

    Raises ConflictError when the key came with another request. Once this returns, the task will be
    done, whatever becomes of Redis.
    """
    async with database.short_transaction() as conn:
        message = await repository.insert_task(conn, task)
        if message is None:
            return await _earlier_task(conn, task)
    await queue.notify(message)
    return _accepted_task(message)


async def find_task_by_idempotency_key(
    conn: Connection, requester: Requester, digest: bytes
) -> AcceptedTask | None:
    """Find the task that the asker's key was used for; ConflictError for another request."""
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
    """Accept a task in the caller's transaction, who tells the queue of it when that is over."""
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
    """Tell whether a task of a supplier waits or runs."""
    return await repository.has_unfinished_task(conn, supplier_id)


async def _earlier_task(conn: Connection, task: NewTask) -> AcceptedTask:
    accepted = await find_task_by_idempotency_key(conn, task.requester, task.digest)
    if accepted is None:
        raise LookupError("a key that was used and is not there")
    return accepted


def _accepted_task(message: TaskMessage) -> AcceptedTask:
    return AcceptedTask(message.task_id, message.supplier_id, "queued", message.enqueued_at)


async def claim_next(
    database: Database, worker: str, lease_seconds: float, *, with_slow: bool = True
) -> ClaimedTask | None:
    """Take the next task to work on, for this long; None when there is none.

    The owner is another one each time, even with the same worker: one that lost a task and takes it
    again must not end it twice.
    """
    async with database.connection() as conn:
        owner = f"{worker}/{uuid4()}"
        return await claim_repository.claim_next(conn, owner, lease_seconds, with_slow=with_slow)


async def renew_lease(
    database: Database, lease: TaskLease, progress: TaskProgress, lease_seconds: float
) -> None:
    """Keep a task and tell how far it is; raises LeaseLostError when it is no longer ours."""
    async with database.connection() as conn:
        if not await repository.set_progress(conn, lease, progress, lease_seconds):
            raise _lease_lost(lease)


async def end_task(conn: Connection, lease: TaskLease, end: TaskEnd) -> None:
    """End a task in the transaction of its effect: both are committed, or neither.

    Raises LeaseLostError when it is no longer ours.
    """
    if not await repository.set_end(conn, lease, end):
        raise _lease_lost(lease)


async def record_inline_task(conn: Connection, task: InlineTask) -> TaskLease:
    """Make a task that is done, and must be ended, in the caller's transaction."""
    return await record_repository.insert_inline_task(conn, task)


async def claim_held(conn: Connection, task_id: UUID) -> HeldTask:
    """Lock a task whose list is held, to apply it.

    Raises NotFoundError; ConflictError when it is not held, or a later list was imported.
    """
    held = await record_repository.lock_held(conn, task_id)
    if held is None:
        raise task_not_found(task_id)
    if held.state != "held":
        raise ConflictError(f"Task {task_id} is {held.state}, not held.")
    if not held.is_latest:
        raise ConflictError(f"A later list of {held.supplier_name} was taken in already.")
    return held


async def fail_task(database: Database, lease: TaskLease, reason: str) -> None:
    """End a task that will not get better by itself, with its reason."""
    async with database.connection() as conn:
        await repository.set_end(conn, lease, TaskEnd(state="failed", errors=[reason]))


async def reschedule(database: Database, lease: TaskLease, failure: TaskFailure) -> None:
    """Schedule the next attempt of a task, or set it dead when that was its last one."""
    async with database.connection() as conn:
        await repository.set_failed_attempt(conn, lease, failure)


async def release(database: Database, queue: QueueClient, lease: TaskLease) -> None:
    """Leave a task to another worker, at once and uncounted."""
    async with database.connection() as conn:
        message = await repository.set_released(conn, lease)
    if message:
        await queue.notify(message)


async def reclaim_expired_leases(database: Database) -> list[ReclaimedTask]:
    """Let the tasks of workers that are gone be taken by others; return which."""
    async with database.connection() as conn:
        return await repository.requeue_expired_leases(conn)


async def retry_task(
    database: Database, queue: QueueClient, task_id: UUID, request_id: str | None = None
) -> AcceptedTask:
    """Begin a task anew that failed or is dead.

    Raises NotFoundError without such a task, ConflictError when it has neither failed nor is dead,
    or it is an upload and a later list was taken in: its prices would go back in time.
    """
    async with database.short_transaction() as conn:
        message = await record_repository.set_requeued(conn, task_id, request_id)
        if message is None:
            task = await require_task(conn, task_id)
            if task.state in {"failed", "dead"}:
                raise ConflictError(
                    f"A later list of {task.supplier_name} was taken in already, or is about to be."
                )
            raise ConflictError(f"Task {task_id} is {task.state}: only failed or dead ones retry.")
    await queue.notify(message)
    return _accepted_task(message)


async def request_apply(
    database: Database, queue: QueueClient, task_id: UUID, request_id: str | None = None
) -> AcceptedTask:
    """Let a held list be applied after all; raises NotFoundError, ConflictError."""
    async with database.short_transaction() as conn:
        message = await record_repository.set_apply_requested(conn, task_id, request_id)
        if message is None:
            task = await require_task(conn, task_id)
            raise ConflictError(f"Task {task_id} is {task.state}, not held.")
    await queue.notify(message)
    return _accepted_task(message)


async def find_task_to_apply(database: Database) -> TaskToApply | None:
    """Find the held list to apply next; not leased, as applying it twice does nothing."""
    async with database.connection() as conn:
        return await record_repository.find_task_to_apply(conn)


def _lease_lost(lease: TaskLease) -> LeaseLostError:
    return LeaseLostError(f"Task {lease.task_id} is no longer ours.")
