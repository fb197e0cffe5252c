"""What a task keeps of its list: the rows not taken in, and the rows that are held."""

from uuid import UUID

from pricebook.db import Connection


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
    """Keep the staged rows of a list that is held, in place of those of an earlier attempt."""
    await conn.execute("DELETE FROM held_rows WHERE task_id = %s", [task_id])
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
