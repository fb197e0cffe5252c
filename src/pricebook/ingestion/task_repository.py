"""What a task keeps of its list: its end, the rows not taken in, and the rows that are held."""

from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from pricebook.db import Connection
from pricebook.ingestion.import_schemas import DoneTask, HeldTask, TaskEnd
from pricebook.ingestion.schemas import Findings


async def insert_task(conn: Connection, task: DoneTask) -> UUID:
    """Insert the row of a task that is done in this transaction."""
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
    return row[0]


async def set_task_end(conn: Connection, task_id: UUID, end: TaskEnd) -> None:
    """Write what became of a task."""
    counts: dict[str, int] = msgspec.structs.asdict(end.counts)
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = %(state)s, completed_at = clock_timestamp(), errors = %(errors)s,
            found = %(found)s, rows_read = %(rows)s, rows_total = %(rows)s,
            count_new = %(new)s, count_changed = %(changed)s, count_unchanged = %(unchanged)s,
            count_absent = %(absent)s, count_rejected = %(rejected)s,
            count_duplicate = %(duplicate)s, count_ignored = %(ignored)s
        WHERE id = %(task_id)s
        """,
        {
            **counts,
            "rows": end.counts.rows,
            "task_id": task_id,
            "state": end.state,
            "errors": Jsonb(end.errors),
            "found": Jsonb(msgspec.to_builtins(end.found)) if end.found else None,
        },
    )


async def insert_row_errors(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Keep the staged rows that are not taken in, with the reason of each."""
    await conn.execute(
        """
        INSERT INTO parsing_logs
            (task_id, supplier_id, error_type, error_message, row_number, row_data)
        SELECT %s, %s, error_type, error_message, row_number, row_data
        FROM staged_row
        WHERE error_type IS NOT NULL
        ORDER BY row_number
        """,
        [task_id, supplier_id],
    )


async def insert_held_rows(conn: Connection, task_id: UUID) -> None:
    """Keep the staged rows of a list that is held."""
    await conn.execute("INSERT INTO held_rows SELECT %s, * FROM staged_row", [task_id])


async def stage_held_rows(conn: Connection, task_id: UUID) -> None:
    """Stage the rows of a list that was held, and hold them no longer."""
    await conn.execute(
        """
        WITH released AS (DELETE FROM held_rows WHERE task_id = %s RETURNING *)
        INSERT INTO staged_row
        SELECT row_number, supplier_sku, name, price, characteristics, error_type, error_message,
            row_data
        FROM released
        """,
        [task_id],
    )
    await conn.execute("ANALYZE staged_row")


async def lock_held_task(conn: Connection, task_id: UUID) -> HeldTask | None:
    """Lock a task until the transaction ends; tell whether no later list was taken in."""
    cursor = await conn.execute(
        """
        SELECT supplier_id, supplier_name, state, coalesce(source_config ->> 'mode', 'full'),
            count_ignored, found,
            NOT EXISTS (
                SELECT FROM ingestion_tasks AS later
                WHERE later.supplier_id = task.supplier_id
                    AND later.state IN ('succeeded', 'partially_succeeded') AND NOT later.dry_run
                    AND (later.enqueued_at, later.id) > (task.enqueued_at, task.id)
            )
        FROM ingestion_tasks AS task
        WHERE id = %s
        FOR UPDATE
        """,
        [task_id],
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    supplier_id, name, state, mode, ignored, found, is_latest = row
    known = msgspec.convert(found, Findings | None)
    return HeldTask(supplier_id, name, state, mode, ignored, known, is_latest)
