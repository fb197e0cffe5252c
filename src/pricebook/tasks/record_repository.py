"""Tasks that nobody has a lease of: done as they are asked for, held, or to begin anew."""

from uuid import UUID

from psycopg.types.json import Jsonb

from pricebook.db import Connection, rows_as
from pricebook.queue.message import TaskMessage
from pricebook.tasks.schemas import DoneTask, HeldTask, TaskLease


async def insert_done(conn: Connection, task: DoneTask) -> TaskLease:
    """Insert a task that ends in this very transaction."""
    cursor = await conn.execute(
        """
        INSERT INTO ingestion_tasks
            (supplier_id, supplier_name, parser_type, source_config, state, requested_by,
             started_at)
        VALUES (%s, %s, %s, %s, 'running', %s, %s)
        RETURNING id
        """,
        [
            task.supplier_id,
            task.supplier_name,
            task.parser_type,
            Jsonb(task.source_config),
            task.requested_by,
            task.started_at,
        ],
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("an insert that returns no row")
    return TaskLease(row[0], None)


async def lock_held(conn: Connection, task_id: UUID) -> HeldTask | None:
    """Lock a task until the transaction ends; tell whether no later list was taken in."""
    async with conn.cursor(row_factory=rows_as(HeldTask)) as cursor:
        await cursor.execute(
            """
            SELECT id, supplier_id, supplier_name, state, lease_owner, source_config,
                count_ignored, found,
                NOT EXISTS (
                    SELECT FROM ingestion_tasks AS later
                    WHERE later.supplier_id = task.supplier_id AND NOT later.dry_run
                        AND later.state IN ('succeeded', 'partially_succeeded')
                        AND (later.enqueued_at, later.id) > (task.enqueued_at, task.id)
                ) AS is_latest
            FROM ingestion_tasks AS task
            WHERE id = %s
            FOR UPDATE
            """,
            [task_id],
        )
        return await cursor.fetchone()


async def set_asked_again(conn: Connection, task_id: UUID) -> TaskMessage | None:
    """Let a task that failed or is dead begin anew, as if it were asked for now; None otherwise.

    One that was to apply a held list keeps its place: later lists must not be overwritten.
    """
    async with conn.cursor(row_factory=rows_as(TaskMessage)) as cursor:
        await cursor.execute(
            """
            UPDATE ingestion_tasks
            SET state = 'queued', next_attempt_at = now(), started_at = NULL, completed_at = NULL,
                enqueued_at = CASE WHEN applies_held THEN enqueued_at ELSE now() END,
                retry_count = 0, lost_count = 0, errors = '[]', stage = NULL,
                rows_read = 0, rows_total = NULL, count_new = 0, count_changed = 0,
                count_unchanged = 0, count_absent = 0, count_rejected = 0, count_duplicate = 0,
                count_ignored = 0
            WHERE id = %s AND state IN ('failed', 'dead')
            RETURNING id AS task_id, parser_type, supplier_name, supplier_id, source_config,
                retry_count, max_retries, enqueued_at
            """,
            [task_id],
        )
        message = await cursor.fetchone()
    if message:
        await conn.execute(
            """
            DELETE FROM parsing_logs USING ingestion_tasks AS task
            WHERE task.id = task_id AND task_id = %s AND NOT applies_held
            """,
            [task_id],
        )
    return message


async def set_to_apply(conn: Connection, task_id: UUID) -> TaskMessage | None:
    """Let a held list wait to be applied, in the order it had; None when it is not held."""
    async with conn.cursor(row_factory=rows_as(TaskMessage)) as cursor:
        await cursor.execute(
            """
            UPDATE ingestion_tasks
            SET state = 'queued', applies_held = true, next_attempt_at = now(),
                completed_at = NULL, retry_count = 0, lost_count = 0
            WHERE id = %s AND state = 'held'
            RETURNING id AS task_id, parser_type, supplier_name, supplier_id, source_config,
                retry_count, max_retries, enqueued_at
            """,
            [task_id],
        )
        return await cursor.fetchone()
