"""Reads tasks: lists, one task, rejected rows, metrics; deletes old tasks."""

from collections.abc import AsyncGenerator
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg.rows import dict_row

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.profile import convert_profile
from pricebook.tasks.correctable_tasks import RowErrorQuery, TaskRowError
from pricebook.tasks.queue_metrics import QueueStatus, TaskMetrics
from pricebook.tasks.schemas import (
    Counts,
    Task,
    TaskQuery,
    TaskResult,
)

EXPORT_ROWS = 1000
PURGE_BATCH_TASKS = 500

TASK: LiteralString = """
    id, supplier_id, supplier_name, parser_type, source_config, file_name, create_products,
    new_layout, corrections_of, state, requested_by, request_id, enqueued_at, started_at,
    completed_at,
    CASE WHEN state = 'queued' THEN next_attempt_at END AS next_attempt_at,
    retry_count, max_retries, cancelled_by, stage, rows_read, rows_total, errors, row_error_counts,
    found,
    CASE WHEN state = 'held' THEN coalesce((
        SELECT min(held.completed_at) FROM ingestion_tasks AS held
        WHERE held.supplier_id = ingestion_tasks.supplier_id AND held.state = 'held'
            AND NOT EXISTS (
                SELECT FROM ingestion_tasks AS imported
                WHERE imported.supplier_id = held.supplier_id
                    AND imported.state IN ('succeeded', 'partially_succeeded')
                    AND imported.corrections_of IS NULL
                    AND imported.completed_at > held.completed_at)
    ), completed_at) END AS held_since,
    CASE WHEN state = 'held' THEN (
        SELECT count(*) FROM ingestion_tasks AS held
        WHERE held.supplier_id = ingestion_tasks.supplier_id AND held.state = 'held'
            AND (held.enqueued_at, held.id) > (ingestion_tasks.enqueued_at, ingestion_tasks.id)
    ) ELSE 0 END AS later_held,
    held_reasons, decided_by, decided_at, decision_reason,
    count_new, count_changed, count_unchanged, count_absent, count_rejected, count_duplicate,
    count_ignored, count_quarantined, count_stock_updated
"""
PAGE: LiteralString = """
    SELECT counted.total_count, page.*
    FROM (SELECT count(*) AS total_count FROM ingestion_tasks WHERE {conditions}) AS counted
    LEFT JOIN LATERAL (
        SELECT {task} FROM ingestion_tasks WHERE {conditions}
        ORDER BY enqueued_at DESC, id DESC LIMIT %s OFFSET %s
    ) AS page ON true
    ORDER BY page.enqueued_at DESC, page.id DESC
"""
COMPUTED_FIELDS = {"profile_sentence", "counts", "result"}
TASK_FIELDS = [name for name in Task.__struct_fields__ if name not in COMPUTED_FIELDS]


async def list_tasks(conn: Connection, query: TaskQuery) -> tuple[int, list[Task]]:
    """Return a page of the tasks, newest first, and the number of tasks that pass the filters."""
    conditions: LiteralString = "true"
    values: list[Any] = []
    if query.state is not None:
        conditions += " AND state = %s::task_state"
        values.append(query.state)
    if query.supplier_id is not None:
        conditions += " AND supplier_id = %s"
        values.append(query.supplier_id)
    statement = PAGE.format(conditions=conditions, task=TASK)
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, [*values, *values, query.limit, query.offset])
        rows = await cursor.fetchall()
    return rows[0]["total_count"], [_task(row) for row in rows if row["id"] is not None]


async def find_task(conn: Connection, task_id: UUID) -> Task | None:
    """Find a task."""
    statement: LiteralString = "SELECT {task} FROM ingestion_tasks WHERE id = %s"
    async with conn.cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(statement.format(task=TASK), [task_id])).fetchone()
    return _task(row) if row else None


def _task(row: dict[str, Any]) -> Task:
    fields = {name: row[name] for name in TASK_FIELDS}
    counts = Counts(**{name: row[f"count_{name}"] for name in Counts.__struct_fields__})
    return Task(
        **fields,
        profile_sentence=_profile_sentence(fields["found"], counts),
        counts=counts,
        result=_result(fields, counts),
    )


def _profile_sentence(found: dict[str, Any] | None, counts: Counts) -> str | None:
    profile = convert_profile(found)
    return describe_profile(profile, counts.accepted) if profile else None


def _result(task: dict[str, Any], counts: Counts) -> TaskResult | None:
    """Return the result of a task that has ended."""
    if task["completed_at"] is None:
        return None
    is_success = task["state"] in {"succeeded", "partially_succeeded"}
    return TaskResult(
        task_id=task["id"],
        status="success" if is_success else "failed",
        items_processed=counts.imported if is_success else 0,
        errors=task["errors"],
        completed_at=task["completed_at"],
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        absent=counts.absent,
        rejected=counts.rejected,
        duplicate=counts.duplicate,
        quarantined=counts.quarantined,
        stock_updated=counts.stock_updated,
    )


class RowErrorRow(Struct, frozen=True):
    """A rejected row beside the number of all of them; nulls on a page beyond the last one."""

    total_count: int
    row_number: int | None
    error_type: str | None
    error_message: str
    row_data: Any
    corrected_by: UUID | None


async def list_row_errors(
    conn: Connection, task_id: UUID, query: RowErrorQuery
) -> tuple[int, list[TaskRowError]] | None:
    """Return a page of the rejected rows of a task, and their number; None without the task."""
    async with conn.cursor(row_factory=struct_row(RowErrorRow)) as cursor:
        await cursor.execute(
            """
            SELECT (
                    SELECT count(*) FROM parsing_logs
                    WHERE task_id = task.id AND (corrected_by IS NOT NULL) = %(corrected)s
                ) AS total_count,
                row_number, error_type, error_message, row_data, corrected_by
            FROM ingestion_tasks AS task
            LEFT JOIN LATERAL (
                SELECT row_number, error_type, error_message, row_data, corrected_by, id
                FROM parsing_logs
                WHERE task_id = task.id AND (corrected_by IS NOT NULL) = %(corrected)s
                ORDER BY row_number, id
                LIMIT %(limit)s OFFSET %(offset)s
            ) AS page ON true
            WHERE task.id = %(task_id)s
            ORDER BY page.row_number, page.id
            """,
            {
                "corrected": query.corrected,
                "limit": query.limit,
                "offset": query.offset,
                "task_id": task_id,
            },
        )
        rows = await cursor.fetchall()
    if not rows:
        return None
    return rows[0].total_count, [
        TaskRowError(
            row.row_number, row.error_type, row.error_message, row.row_data, row.corrected_by
        )
        for row in rows
        if row.error_type is not None
    ]


async def read_row_errors(
    conn: Connection, task_id: UUID, *, corrected: bool
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """Yield all rejected rows of a task that were or were not corrected since, in batches.

    They are read in the caller's transaction.
    """
    async with conn.cursor(name="row_errors") as cursor:
        await cursor.execute(
            """
            SELECT row_number, error_type, row_data, error_message, section FROM parsing_logs
            WHERE task_id = %s AND (corrected_by IS NOT NULL) = %s ORDER BY row_number, id
            """,
            [task_id, corrected],
        )
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield rows


async def delete_old_tasks_batch(conn: Connection, days: int) -> int:
    """Delete some tasks that ended more than `days` days ago, with their logs; return how many.

    A task stays while one that corrects it does: without it, that one could not be told from the
    import of a price list.
    """
    cursor = await conn.execute(
        """
        DELETE FROM ingestion_tasks WHERE id IN (
            SELECT id FROM ingestion_tasks
            WHERE completed_at < now() - make_interval(days => %(days)s)
                AND state NOT IN ('queued', 'running')
                AND NOT EXISTS (
                    SELECT FROM ingestion_tasks AS correction
                    WHERE correction.corrections_of = ingestion_tasks.id AND coalesce(
                        correction.completed_at > now() - make_interval(days => %(days)s), true))
            ORDER BY completed_at
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        """,
        {"days": days, "limit": PURGE_BATCH_TASKS},
    )
    return cursor.rowcount


async def delete_orphaned_held_rows(conn: Connection) -> None:
    """Delete the rows of held price lists that were cancelled or refused."""
    await conn.execute(
        """
        DELETE FROM held_rows WHERE task_id = ANY (ARRAY(
            SELECT id FROM ingestion_tasks
            WHERE cancelled_by IS NOT NULL AND state <> 'held' OR state = 'refused'))
        """
    )


async def list_kept_files(conn: Connection, days: int) -> set[str]:
    """Return the `file_path` of each price list whose task has not succeeded, or not for `days`."""
    cursor = await conn.execute(
        """
        SELECT source_config ->> 'file_path' FROM ingestion_tasks
        WHERE source_config ? 'file_path'
            AND (state NOT IN ('succeeded', 'partially_succeeded', 'refused')
                OR completed_at > now() - make_interval(days => %s))
        """,
        [days],
    )
    return {file_path for (file_path,) in await cursor.fetchall()}


async def get_queue_status(conn: Connection) -> QueueStatus:
    """Count the queued, running and dead tasks; find for how many seconds the oldest is due."""
    async with conn.cursor(row_factory=struct_row(QueueStatus)) as cursor:
        await cursor.execute(
            """
            SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
                count(*) FILTER (WHERE state = 'running') AS running,
                count(*) FILTER (WHERE state = 'dead') AS dead,
                coalesce(extract(epoch FROM
                    now() - min(next_attempt_at) FILTER (WHERE state = 'queued')
                ), 0)::float8 AS oldest_seconds
            FROM ingestion_tasks WHERE state IN ('queued', 'running', 'dead')
            """
        )
        queue_status = await cursor.fetchone()
    if queue_status is None:
        raise LookupError("an aggregate that returns no row")
    return queue_status


async def get_task_metrics(conn: Connection) -> TaskMetrics:
    """Count the tasks by state; find how long the oldest is due (s), and the rows read a second."""
    async with conn.cursor(row_factory=struct_row(TaskMetrics)) as cursor:
        await cursor.execute(
            """
            SELECT coalesce((SELECT jsonb_object_agg(state, number) FROM (
                    SELECT state, count(*) AS number FROM ingestion_tasks GROUP BY state
                ) AS counted), '{}') AS states,
                coalesce((
                    SELECT greatest(extract(epoch FROM now() - min(next_attempt_at)), 0)
                    FROM ingestion_tasks WHERE state = 'queued'
                ), 0)::float8 AS oldest_queued_seconds,
                coalesce((
                    SELECT sum(rows_read) / nullif(sum(
                        extract(epoch FROM coalesce(completed_at, now()) - started_at)), 0)
                    FROM ingestion_tasks
                    WHERE (state = 'running' OR completed_at > now() - interval '5 minutes')
                        AND rows_read > 0
                ), 0)::float8 AS rows_per_second
            """
        )
        (metrics,) = await cursor.fetchall()
    return metrics
