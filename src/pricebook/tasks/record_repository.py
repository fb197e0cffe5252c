"""Writes tasks without a lease: run inline, queued again, cancelled."""

from typing import LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.tasks.list_order import REQUESTED_AT
from pricebook.tasks.message import TaskMessage
from pricebook.tasks.schemas import InlineTask, TaskLease


async def insert_inline_task(conn: Connection, task: InlineTask) -> TaskLease:
    """Insert a running task that ends in the same transaction."""
    task_id = await fetch_value(
        conn,
        """
        INSERT INTO ingestion_tasks
            (supplier_id, supplier_name, parser_type, source_config, state, requested_by,
             started_at, corrections_of, undo_of, reason)
        VALUES (%s, %s, %s, %s, 'running', %s, %s, %s, %s, %s)
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
            task.undo_of,
            task.reason,
        ],
    )
    return TaskLease(task_id, None)


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
            average_price_change = NULL, row_error_counts = '{{}}', cancelled_by = NULL,
            held_reasons = '[]', decided_by = NULL, decided_at = NULL, decision_reason = NULL,
            request_id = %s
        WHERE id = %s AND state IN ('failed', 'dead')
            AND (file_name IS NULL OR NOT EXISTS (
                SELECT FROM ingestion_tasks AS later
                WHERE later.supplier_id = task.supplier_id
                    AND later.state IN
                        ('queued', 'running', 'succeeded', 'partially_succeeded')
                    AND later.corrections_of IS NULL AND later.undo_of IS NULL
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


async def set_cancelled(conn: Connection, task_id: UUID, name: str, reason: str) -> bool:
    """Set a task that has not ended failed; return whether this statement did.

    The reason stands before those of the last attempt, or of the hold.

    A worker that runs the task finds its lease lost and commits nothing.
    """
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = 'failed', completed_at = clock_timestamp(), cancelled_by = %(name)s,
            apply_requested_at = NULL, errors = jsonb_build_array(%(reason)s::text) || errors
        WHERE id = %(id)s AND state IN ('queued', 'running', 'held')
        """,
        {"id": task_id, "name": name, "reason": reason},
    )
    return cursor.rowcount == 1
