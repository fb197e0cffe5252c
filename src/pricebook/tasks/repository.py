"""Writes the life of tasks in their rows; times are those of the database, one for all workers."""

from uuid import UUID

import msgspec
from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.errors import NotFoundError
from pricebook.tasks.message import TaskMessage
from pricebook.tasks.schemas import (
    AcceptedTask,
    NewTask,
    ReclaimedTask,
    Requester,
    TaskEnd,
    TaskFailure,
    TaskLease,
    TaskProgress,
)

MAX_LOST_LEASES = 10
# The value of `requested_by` in a task that another program queued.
MESSAGE_REQUESTER = "a queued message"


async def insert_task(conn: Connection, task: NewTask) -> TaskMessage | None:
    """Insert a queued task and return its message; None when the idempotency key was used before.

    Raises NotFoundError when the supplier was deleted.
    """
    try:
        return await _insert_task(conn, task)
    except ForeignKeyViolation as error:
        if "supplier_id" not in (error.diag.constraint_name or ""):
            raise
        raise NotFoundError(f"There is no supplier {task.supplier_id}.") from None


async def _insert_task(conn: Connection, task: NewTask) -> TaskMessage | None:
    async with conn.cursor(row_factory=struct_row(TaskMessage)) as cursor:
        await cursor.execute(
            """
            INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, source_config,
                requested_by, requested_by_id, idempotency_key, request_digest, file_name,
                create_products, new_layout, corrections_of, request_id, undo_of, preview_id,
                reason)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (requested_by_id, idempotency_key) WHERE idempotency_key IS NOT NULL
                DO NOTHING
            RETURNING id AS task_id, parser_type, supplier_name, source_config, enqueued_at,
                supplier_id, retry_count, max_retries
            """,
            [
                task.supplier_id,
                task.supplier_name,
                task.parser_type,
                Jsonb(task.source_config),
                task.requester.name,
                task.requester.id,
                task.requester.idempotency_key,
                task.digest,
                task.file_name,
                task.create_products,
                task.new_layout,
                task.corrections_of,
                task.requester.request_id,
                task.undo_of,
                task.preview_id,
                task.requester.reason,
            ],
        )
        return await cursor.fetchone()


async def insert_from_message(conn: Connection, message: TaskMessage) -> None:
    """Insert the task of a message; do nothing when a task has its id.

    A time in the future is replaced by now. Raises NotFoundError when the supplier was deleted.
    """
    try:
        await conn.execute(
            """
            INSERT INTO ingestion_tasks (id, supplier_id, supplier_name, parser_type,
                source_config, requested_by, enqueued_at, retry_count, max_retries)
            VALUES (%s, %s, %s, %s, %s, %s, least(%s, now()), %s, %s)
            ON CONFLICT (id) DO NOTHING
            """,
            [
                message.task_id,
                message.supplier_id,
                message.supplier_name,
                message.parser_type,
                Jsonb(message.source_config),
                MESSAGE_REQUESTER,
                message.enqueued_at,
                message.retry_count,
                message.max_retries,
            ],
        )
    except ForeignKeyViolation:
        raise NotFoundError(f"There is no supplier {message.supplier_id}.") from None


async def task_exists(conn: Connection, task_id: UUID) -> bool:
    """Return whether a task has this id."""
    cursor = await conn.execute("SELECT FROM ingestion_tasks WHERE id = %s", [task_id])
    return cursor.rowcount == 1


async def has_unfinished_task(conn: Connection, supplier_id: UUID) -> bool:
    """Return whether a task of a supplier is queued or running."""
    cursor = await conn.execute(
        """
        SELECT FROM ingestion_tasks
        WHERE supplier_id = %s AND state IN ('queued', 'running') LIMIT 1
        """,
        [supplier_id],
    )
    return cursor.rowcount == 1


async def find_by_idempotency_key(
    conn: Connection, requester: Requester
) -> tuple[AcceptedTask, bytes] | None:
    """Find the task of this requester's key, and the digest of that request."""
    cursor = await conn.execute(
        """
        SELECT id, supplier_id, enqueued_at, request_digest FROM ingestion_tasks
        WHERE requested_by_id = %s AND idempotency_key = %s
        """,
        [requester.id, requester.idempotency_key],
    )
    for task_id, supplier_id, enqueued_at, request_digest in await cursor.fetchall():
        return AcceptedTask(task_id, supplier_id, "queued", enqueued_at), request_digest
    return None


async def set_progress(
    conn: Connection, lease: TaskLease, progress: TaskProgress, lease_seconds: float
) -> bool:
    """Store the progress of a task and renew its lease; return whether the lease was valid."""
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks
        SET lease_expires_at = now() + make_interval(secs => %(lease)s), stage = %(stage)s,
            rows_read = %(rows_read)s, rows_total = %(rows_total)s
        WHERE id = %(task_id)s AND lease_owner = %(owner)s AND state = 'running'
        """,
        {
            "lease": lease_seconds,
            **msgspec.structs.asdict(progress),
            **msgspec.structs.asdict(lease),
        },
    )
    return cursor.rowcount == 1


async def set_end(conn: Connection, lease: TaskLease, end: TaskEnd) -> bool:
    """Store the end of a task; return whether the lease was valid."""
    counts: dict[str, int] = msgspec.structs.asdict(end.counts)
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = %(state)s::task_state, errors = %(errors)s, warnings = %(warnings)s,
            completed_at = CASE WHEN state = 'held' AND %(state)s::task_state = 'held'
                THEN completed_at ELSE clock_timestamp() END,
            lease_owner = NULL, lease_expires_at = NULL, found = %(found)s,
            row_error_counts = %(row_error_counts)s,
            rows_read = %(rows)s, rows_total = %(rows)s,
            count_new = %(new)s, count_changed = %(changed)s, count_unchanged = %(unchanged)s,
            count_absent = %(absent)s, count_rejected = %(rejected)s,
            count_duplicate = %(duplicate)s, count_ignored = %(ignored)s,
            count_quarantined = %(quarantined)s, count_stock_updated = %(stock_updated)s,
            average_price_change = %(average_price_change)s,
            apply_requested_at =
                CASE WHEN %(state)s::task_state <> 'held' THEN apply_requested_at END,
            held_reasons = CASE WHEN %(state)s::task_state = 'held' THEN %(errors)s
                ELSE held_reasons END,
            decided_by = CASE WHEN %(state)s::task_state <> 'held' THEN decided_by END,
            decided_at = CASE WHEN %(state)s::task_state = 'held' THEN NULL
                WHEN state = 'held' THEN coalesce(decided_at, clock_timestamp()) ELSE decided_at END
        WHERE id = %(task_id)s AND lease_owner IS NOT DISTINCT FROM %(owner)s
            AND (state = 'running' OR state = 'held' AND lease_owner IS NULL)
        """,
        {
            **counts,
            "rows": end.counts.rows,
            "found": None if end.found is None else Jsonb(end.found),
            "state": end.state,
            "errors": Jsonb(end.errors),
            "warnings": Jsonb(end.warnings),
            "row_error_counts": Jsonb(end.row_error_counts),
            "average_price_change": end.average_price_change,
            **msgspec.structs.asdict(lease),
        },
    )
    return cursor.rowcount == 1


async def set_failed_attempt(conn: Connection, lease: TaskLease, failure: TaskFailure) -> None:
    """Queue a task for its next attempt, or set it dead after the last; only with its lease."""
    await conn.execute(
        """
        WITH attempt AS (
            SELECT id, %(counts)s
                AND retry_count + 1 >= least(max_retries + 1, %(max_attempts)s) AS is_last
            FROM ingestion_tasks
            WHERE id = %(task_id)s AND lease_owner = %(owner)s AND state = 'running'
            FOR UPDATE
        )
        UPDATE ingestion_tasks AS task
        SET state = CASE WHEN is_last THEN 'dead' ELSE 'queued' END::task_state,
            retry_count = retry_count + (%(counts)s AND NOT is_last)::integer,
            completed_at = CASE WHEN is_last THEN clock_timestamp() END,
            next_attempt_at = clock_timestamp() + make_interval(secs => %(delay)s),
            errors = jsonb_build_array(%(reason)s::text),
            lease_owner = NULL, lease_expires_at = NULL
        FROM attempt WHERE task.id = attempt.id
        """,
        {
            "counts": failure.counts,
            "max_attempts": failure.max_attempts,
            "delay": failure.delay_seconds,
            "reason": failure.reason,
            **msgspec.structs.asdict(lease),
        },
    )


async def set_released(conn: Connection, lease: TaskLease) -> TaskMessage | None:
    """Queue a task again without counting an attempt; None when the lease is not valid."""
    async with conn.cursor(row_factory=struct_row(TaskMessage)) as cursor:
        await cursor.execute(
            """
            UPDATE ingestion_tasks
            SET state = 'queued', lease_owner = NULL, lease_expires_at = NULL, stage = NULL
            WHERE id = %(task_id)s AND lease_owner = %(owner)s AND state = 'running'
            RETURNING id AS task_id, parser_type, supplier_name, source_config, enqueued_at,
                supplier_id, retry_count, max_retries
            """,
            msgspec.structs.asdict(lease),
        )
        return await cursor.fetchone()


async def requeue_expired_leases(conn: Connection) -> list[ReclaimedTask]:
    """Queue tasks with expired leases again; after MAX_LOST_LEASES of them a task is dead."""
    async with conn.cursor(row_factory=struct_row(ReclaimedTask)) as cursor:
        await cursor.execute(
            """
            UPDATE ingestion_tasks
            SET state = CASE WHEN lost_count < %(most)s THEN 'queued' ELSE 'dead' END::task_state,
                lost_count = lost_count + 1,
                is_slow = is_slow OR lost_count > 0,
                completed_at = CASE WHEN lost_count >= %(most)s THEN clock_timestamp() END,
                errors = jsonb_build_array(
                    format('Its worker was lost %%s times.', lost_count + 1)),
                next_attempt_at = now(), lease_owner = NULL, lease_expires_at = NULL, stage = NULL
            WHERE id IN (
                SELECT id FROM ingestion_tasks
                WHERE state = 'running' AND lease_expires_at < now()
                FOR UPDATE SKIP LOCKED
            )
            RETURNING id, request_id
            """,
            {"most": MAX_LOST_LEASES},
        )
        return await cursor.fetchall()
