"""Tasks that have no lease: those done as they are asked for, and those that are held."""

from uuid import UUID

from psycopg.types.json import Jsonb

from pricebook.db import Connection, rows_as
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
            SELECT id, supplier_id, supplier_name, state, source_config, count_ignored, found,
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
