"""Writes tasks without a lease: run inline, held, queued again, cancelled."""

from typing import LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.tasks.held_tasks import EarlierHeld, HeldTask, TaskToApply
from pricebook.tasks.list_order import IS_LATEST, REQUESTED_AT
from pricebook.tasks.message import TaskMessage
from pricebook.tasks.schemas import InlineTask, TaskLease


async def insert_inline_task(conn: Connection, task: InlineTask) -> TaskLease:
    """Insert a running task that ends in the same transaction."""
    task_id = await fetch_value(
        conn,
        """
        INSERT INTO ingestion_tasks
            (supplier_id, supplier_name, parser_type, source_config, state, requested_by,
             started_at, corrections_of)
        VALUES (%s, %s, %s, %s, 'running', %s, %s, %s)
        RETURNING id
        """,
        [
            task.supplier_id,
            task.supplier_name,
            task.parser_type,
            Jsonb(task.source_config),
            task.requested_by,
            task.started_at,
            task.corrections_of,
        ],
    )
    return TaskLease(task_id, None)


async def lock_held(conn: Connection, task_id: UUID) -> HeldTask | None:
    """Lock a task and return it, with whether a later price list of its supplier was imported.

    The lock makes `find_task_to_apply` skip the task, and lets it be cancelled.
    """
    statement: LiteralString = """
        SELECT id, supplier_id, supplier_name, state, source_config, count_ignored, found,
            corrections_of, {is_latest} AS is_latest
        FROM ingestion_tasks AS task
        WHERE id = %s
        FOR KEY SHARE
    """
    async with conn.cursor(row_factory=struct_row(HeldTask)) as cursor:
        await cursor.execute(statement.format(is_latest=IS_LATEST), [task_id])
        return await cursor.fetchone()


async def set_mode(conn: Connection, task_id: UUID, mode: str) -> None:
    """Add the mode of a price list to the options of its task."""
    await conn.execute(
        "UPDATE ingestion_tasks SET source_config = source_config || %s WHERE id = %s",
        [Jsonb({"mode": mode}), task_id],
    )


async def set_requeued(
    conn: Connection, task_id: UUID, request_id: str | None
) -> TaskMessage | None:
    """Queue a failed or dead task again as if it were requested now; None in any other state.

    None also for an upload when a later price list is imported, queued or running. An upload is as
    old as its first task, a fetched price list as its latest request.
    """
    statement: LiteralString = """
        UPDATE ingestion_tasks AS task
        SET state = 'queued', enqueued_at = now(), next_attempt_at = now(), started_at = NULL,
            completed_at = NULL, retry_count = 0, lost_count = 0, errors = '[]', stage = NULL,
            rows_read = 0, rows_total = NULL, count_new = 0, count_changed = 0,
            count_unchanged = 0, count_absent = 0, count_rejected = 0, count_duplicate = 0,
            count_ignored = 0, count_quarantined = 0, count_stock_updated = 0,
            row_error_counts = '{{}}', cancelled_by = NULL, request_id = %s
        WHERE id = %s AND state IN ('failed', 'dead')
            AND (file_name IS NULL OR NOT EXISTS (
                SELECT FROM ingestion_tasks AS later
                WHERE later.supplier_id = task.supplier_id
                    AND later.state IN
                        ('queued', 'running', 'succeeded', 'partially_succeeded')
                    AND later.corrections_of IS NULL
                    AND {requested_at} > task.created_at
            ))
        RETURNING id AS task_id, parser_type, supplier_name, source_config, enqueued_at,
            supplier_id, retry_count, max_retries
    """
    requested_at = REQUESTED_AT.format(task="later")
    async with conn.cursor(row_factory=struct_row(TaskMessage)) as cursor:
        await cursor.execute(statement.format(requested_at=requested_at), [request_id, task_id])
        message = await cursor.fetchone()
    if message:
        await conn.execute("DELETE FROM parsing_logs WHERE task_id = %s", [task_id])
    return message


async def set_apply_requested(
    conn: Connection, task_id: UUID, request_id: str | None
) -> TaskMessage | None:
    """Store the request to apply a held price list; None when the task is not held."""
    async with conn.cursor(row_factory=struct_row(TaskMessage)) as cursor:
        await cursor.execute(
            """
            UPDATE ingestion_tasks
            SET apply_requested_at = coalesce(apply_requested_at, now()), keeps_thresholds = false,
                request_id = %s
            WHERE id = %s AND state = 'held'
            RETURNING id AS task_id, parser_type, supplier_name, source_config, enqueued_at,
                supplier_id, retry_count, max_retries
            """,
            [request_id, task_id],
        )
        return await cursor.fetchone()


async def find_task_to_apply(conn: Connection) -> TaskToApply | None:
    """Find the held price list whose request to be applied is oldest; skip those being applied.

    The lists of a supplier follow each other in the order in which they were requested.
    """
    async with conn.cursor(row_factory=struct_row(TaskToApply)) as cursor:
        await cursor.execute(
            """
            SELECT id, supplier_name, create_products, request_id, keeps_thresholds
            FROM ingestion_tasks AS task
            WHERE apply_requested_at IS NOT NULL AND state = 'held'
                AND NOT EXISTS (
                    SELECT FROM ingestion_tasks AS earlier
                    WHERE earlier.apply_requested_at IS NOT NULL AND earlier.state = 'held'
                        AND earlier.supplier_id = task.supplier_id
                        AND (earlier.enqueued_at, earlier.id) < (task.enqueued_at, task.id))
            ORDER BY apply_requested_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED
            """
        )
        return await cursor.fetchone()


async def request_apply_of_later(conn: Connection, task_id: UUID) -> None:
    """Request that the later held price lists of a supplier are compared again.

    Those that exceed no safety threshold any more are applied, the others stay held.
    """
    await conn.execute(
        """
        UPDATE ingestion_tasks AS later
        SET apply_requested_at = coalesce(later.apply_requested_at, now()),
            keeps_thresholds = later.apply_requested_at IS NULL OR later.keeps_thresholds
        FROM ingestion_tasks AS applied
        WHERE applied.id = %s AND later.supplier_id = applied.supplier_id AND later.state = 'held'
            AND (later.enqueued_at, later.id) > (applied.enqueued_at, applied.id)
        """,
        [task_id],
    )


async def find_earlier_held(conn: Connection, task_id: UUID) -> EarlierHeld | None:
    """Find since when earlier price lists of the supplier of a task are held; None without any."""
    async with conn.cursor(row_factory=struct_row(EarlierHeld)) as cursor:
        await cursor.execute(
            """
            SELECT earlier.completed_at AS since, (count(*) OVER ())::integer AS held_lists
            FROM ingestion_tasks AS task
            JOIN ingestion_tasks AS earlier
                ON earlier.supplier_id = task.supplier_id AND earlier.state = 'held'
                    AND (earlier.enqueued_at, earlier.id) < (task.enqueued_at, task.id)
            WHERE task.id = %s AND NOT EXISTS (
                SELECT FROM ingestion_tasks AS imported
                WHERE imported.supplier_id = task.supplier_id
                    AND imported.state IN ('succeeded', 'partially_succeeded')
                    AND imported.corrections_of IS NULL
                    AND imported.completed_at > earlier.completed_at)
            ORDER BY earlier.enqueued_at, earlier.id
            LIMIT 1
            """,
            [task_id],
        )
        return await cursor.fetchone()


async def set_apply_failed(conn: Connection, task_id: UUID, reason: str) -> None:
    """Store why a held price list could not be applied, and delete the request to apply it."""
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET apply_requested_at = NULL, keeps_thresholds = false,
            errors = errors || jsonb_build_array(%s::text)
        WHERE id = %s AND state = 'held'
        """,
        [reason, task_id],
    )


async def add_error_once(conn: Connection, task_id: UUID, reason: str) -> None:
    """Add to the errors of a held price list, unless it has this one."""
    await conn.execute(
        """
        UPDATE ingestion_tasks SET errors = errors || jsonb_build_array(%(reason)s::text)
        WHERE id = %(task_id)s AND state = 'held' AND NOT errors ? %(reason)s
        """,
        {"task_id": task_id, "reason": reason},
    )


async def set_cancelled(conn: Connection, task_id: UUID, name: str, reason: str) -> bool:
    """Set a task that has not ended failed; return whether this statement did.

    A worker that runs the task finds its lease lost and commits nothing.
    """
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = 'failed', completed_at = clock_timestamp(), cancelled_by = %(name)s,
            apply_requested_at = NULL, errors = jsonb_build_array(%(reason)s::text)
        WHERE id = %(id)s AND state IN ('queued', 'running', 'held')
        """,
        {"id": task_id, "name": name, "reason": reason},
    )
    return cursor.rowcount == 1
