"""What a task keeps of its list: the rows not taken in, and the rows that are held."""

from uuid import UUID

from pricebook.db.database import Connection
from pricebook.imports.row_counts import MAX_STORED_ROW_ERRORS

# So many tasks of a supplier keep rows: the same bad list, fetched every hour, says nothing new.
MAX_TASKS_WITH_ROW_ERRORS = 10


async def insert_row_errors(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Keep the first staged rows that are not taken in, with the reason of each."""
    await conn.execute(
        """
        INSERT INTO parsing_logs
            (task_id, supplier_id, error_type, error_message, row_number, row_data)
        SELECT %s, %s, error_type, error_message, row_number, row_data
        FROM staged_row
        WHERE error_type IS NOT NULL
        ORDER BY row_number
        LIMIT %s
        """,
        [task_id, supplier_id, MAX_STORED_ROW_ERRORS],
    )


async def delete_older_row_errors(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Delete the rows of earlier tasks of a supplier but the newest; their counts stay."""
    await conn.execute(
        """
        DELETE FROM parsing_logs WHERE task_id IN (
            SELECT id FROM ingestion_tasks AS task
            WHERE supplier_id = %s AND id <> %s AND state NOT IN ('running', 'held')
                AND EXISTS (SELECT FROM parsing_logs WHERE task_id = task.id)
            ORDER BY enqueued_at DESC, id DESC
            OFFSET %s
        )
        """,
        [supplier_id, task_id, MAX_TASKS_WITH_ROW_ERRORS - 1],
    )


async def insert_held_rows(conn: Connection, task_id: UUID) -> None:
    """Keep the staged rows of a list that is held, in place of those of an earlier attempt.

    Of a row that is rejected, its code and why; the first of these stand in `parsing_logs`, as
    those of every list.
    """
    await conn.execute("DELETE FROM held_rows WHERE task_id = %s", [task_id])
    await conn.execute(
        """
        INSERT INTO held_rows
            (task_id, row_number, supplier_sku, name, price, characteristics, error_type)
        SELECT %s, row_number, supplier_sku, name, price, characteristics, error_type
        FROM staged_row
        """,
        [task_id],
    )


async def restage_held_rows(conn: Connection, task_id: UUID) -> None:
    """Stage the rows of a list that was held, and hold them no longer."""
    await conn.execute(
        """
        WITH released AS (DELETE FROM held_rows WHERE task_id = %s RETURNING *)
        INSERT INTO staged_row
        SELECT row_number, supplier_sku, name, price, characteristics, released.error_type,
            coalesce(released.error_message, log.error_message, released.error_type), NULL
        FROM released
        LEFT JOIN parsing_logs AS log USING (task_id, row_number)
        """,
        [task_id],
    )
    await conn.execute("ANALYZE staged_row")
