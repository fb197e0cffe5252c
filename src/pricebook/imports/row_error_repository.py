"""The SQL of the rows that a task stores: those not imported, and those of a held price list."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.imports.preview_schemas import UnlikePrice
from pricebook.imports.sheet_places import PLACED_MESSAGE
from pricebook.imports.staging_repository import analyze_staged_rows

MAX_STORED_ROW_ERRORS = 1_000
# Only the newest tasks of a supplier keep their row errors: an hourly sync repeats the same ones.
MAX_TASKS_WITH_ROW_ERRORS = 10
_INSERT_ERRORS: LiteralString = """
    INSERT INTO parsing_logs
        (task_id, supplier_id, error_type, error_message, row_number, row_data, section)
    SELECT %(task_id)s, %(supplier_id)s, error_type, {message}, row_number, row_data,
        characteristics ->> 'category'
    FROM staged_row
    WHERE error_type IS NOT NULL AND NOT EXISTS (
        SELECT FROM parsing_logs AS stored
        WHERE stored.task_id = %(task_id)s AND stored.row_number = staged_row.row_number)
    ORDER BY row_number
    LIMIT greatest(0, %(most)s - (SELECT count(*) FROM parsing_logs WHERE task_id = %(task_id)s))
"""
_UPDATE_REASONS: LiteralString = """
    UPDATE parsing_logs AS log
    SET error_type = staged.error_type, error_message = staged.message, row_data = staged.row_data
    FROM (
        SELECT row_number, error_type, {message} AS message, row_data FROM staged_row
        WHERE error_type IS NOT NULL
    ) AS staged
    WHERE log.task_id = %s AND log.row_number = staged.row_number AND log.corrected_by IS NULL
"""


async def insert_row_errors(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Store the first staged rows that are not imported, each with its reason; stored ones stay."""
    await conn.execute(
        _INSERT_ERRORS.format(message=PLACED_MESSAGE),
        {"task_id": task_id, "supplier_id": supplier_id, "most": MAX_STORED_ROW_ERRORS},
    )


async def delete_older_row_errors(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Delete the row errors of all but the supplier's newest tasks; their counts are kept."""
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


class CorrectedRows(Struct, frozen=True):
    """Rejected rows that a file of corrections has: error type before and now, outcome, number.

    `new_error_type` is None for imported rows.
    """

    old_error_type: str
    new_error_type: str | None
    outcome: str
    rows: int


async def count_corrected_rows(conn: Connection, task_id: UUID) -> list[CorrectedRows]:
    """Count the staged rows that correct open row errors of a task, by their planned outcome."""
    async with conn.cursor(row_factory=struct_row(CorrectedRows)) as cursor:
        await cursor.execute(
            """
            SELECT log.error_type AS old_error_type, staged.error_type AS new_error_type,
                coalesce(planned.outcome, 'unchanged') AS outcome, count(*) AS rows
            FROM parsing_logs AS log
            JOIN staged_row AS staged USING (row_number)
            LEFT JOIN planned_item AS planned USING (row_number)
            WHERE log.task_id = %s AND log.corrected_by IS NULL
            GROUP BY 1, 2, 3
            """,
            [task_id],
        )
        return await cursor.fetchall()


async def mark_corrected(conn: Connection, task_id: UUID, corrected_by: UUID) -> None:
    """Mark the open row errors of a task whose staged rows are imported."""
    await conn.execute(
        """
        UPDATE parsing_logs AS log SET corrected_by = %s
        FROM staged_row AS staged
        WHERE log.task_id = %s AND log.row_number = staged.row_number
            AND log.corrected_by IS NULL AND staged.error_type IS NULL
        """,
        [corrected_by, task_id],
    )


async def update_reasons(conn: Connection, task_id: UUID) -> None:
    """Set reason and cells of the open row errors of a task whose staged rows are rejected."""
    await conn.execute(_UPDATE_REASONS.format(message=PLACED_MESSAGE), [task_id])


async def insert_held_rows(conn: Connection, task_id: UUID, unlike: Sequence[UnlikePrice]) -> None:
    """Store the staged rows of a held price list, replacing those of an earlier attempt.

    Prices are stored in the currency of the list, to be converted when it is applied, those of
    `unlike` beside the usual one of similar rows. A rejected row is stored with its code and error
    type. Its full error is in `parsing_logs`, if it is among the first.
    """
    await conn.execute("DELETE FROM held_rows WHERE task_id = %s", [task_id])
    await conn.execute(
        """
        INSERT INTO held_rows
            (task_id, row_number, supplier_sku, name, price, characteristics, currency, details,
             availability, next_price, next_from, error_type, similar_to, usual_price)
        SELECT %s, row_number, supplier_sku, name, coalesce(cost, price), characteristics, currency,
            details, availability, next_price, next_from, error_type, similar_to, usual_price
        FROM staged_row
        LEFT JOIN unnest(%s::integer[], %s::text[], %s::numeric[])
            AS unlike (row_number, similar_to, usual_price) USING (row_number)
        """,
        [
            task_id,
            [each.row_number for each in unlike],
            [each.similar_to for each in unlike],
            [each.usual_price for each in unlike],
        ],
    )


async def restage_held_rows(conn: Connection, task_id: UUID, checked_again: str) -> None:
    """Move the stored rows of a held price list back into the staging table.

    Rejected rows have their error and their cells from `parsing_logs`, if they are there. Those
    with the error type `checked_again` are valid until they are checked.
    """
    await conn.execute(
        """
        WITH held AS (DELETE FROM held_rows WHERE task_id = %(task_id)s RETURNING *),
        released AS (
            SELECT held.*, nullif(error_type, %(checked_again)s) AS open_error FROM held
        )
        INSERT INTO staged_row (row_number, supplier_sku, name, price, characteristics, currency,
            details, availability, next_price, next_from, error_type, error_message, row_data)
        SELECT row_number, supplier_sku, name, price, characteristics, currency, details,
            availability, next_price, next_from, open_error,
            CASE WHEN open_error IS NOT NULL
                THEN coalesce(released.error_message, log.error_message, open_error) END,
            CASE WHEN open_error IS NOT NULL THEN log.row_data END
        FROM released
        LEFT JOIN parsing_logs AS log USING (task_id, row_number)
        """,
        {"task_id": task_id, "checked_again": checked_again},
    )
    await analyze_staged_rows(conn)


async def delete_errors_of_valid_rows(conn: Connection, task_id: UUID) -> None:
    """Delete the stored row errors of a task whose staged rows are valid by now."""
    await conn.execute(
        """
        DELETE FROM parsing_logs AS log USING staged_row AS staged
        WHERE log.task_id = %s AND log.row_number = staged.row_number
            AND staged.error_type IS NULL
        """,
        [task_id],
    )
