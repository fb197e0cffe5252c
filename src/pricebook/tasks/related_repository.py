"""Reads what belongs to a task beside its row: tasks that correct or undo it, rejected rows."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from msgspec.structs import replace

from pricebook.db.database import Connection
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import struct_row
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.tasks.history_repository import row_errors_listing
from pricebook.tasks.related_schemas import ChangeTimes, RejectedRow, RelatedTask

MAX_RELATED = 20
REJECTED_ROW: LiteralString = """
    row_number, error_type, row_data, error_message, section, corrected_by
"""


async def list_related(conn: Connection, task_id: UUID) -> list[RelatedTask]:
    """Return the newest tasks that correct or undo a task."""
    async with conn.cursor(row_factory=struct_row(RelatedTask)) as cursor:
        await cursor.execute(
            """
            SELECT related.id, related.undo_of IS NOT NULL AS is_undo, related.state,
                related.requested_by, related.enqueued_at
            FROM ingestion_tasks AS task
            JOIN ingestion_tasks AS related ON related.supplier_id = task.supplier_id
                AND related.enqueued_at >= task.created_at
                AND (related.undo_of = task.id OR related.corrections_of = task.id)
            WHERE task.id = %s
            ORDER BY related.enqueued_at DESC, related.id DESC
            LIMIT %s
            """,
            [task_id, MAX_RELATED],
        )
        return await cursor.fetchall()


async def find_change_times(conn: Connection, task_id: UUID) -> ChangeTimes | None:
    """Return when a task changed items, and whether what it changed is kept; None without it."""
    async with conn.cursor(row_factory=struct_row(ChangeTimes)) as cursor:
        await cursor.execute(
            """
            SELECT changes_at AS begin, completed_at AS end, keeps_changes AS is_kept
            FROM ingestion_tasks WHERE id = %s
            """,
            [task_id],
        )
        return await cursor.fetchone()


async def list_rejected_rows(
    conn: Connection, task_id: UUID, query: RowErrorQuery
) -> ListPage[RejectedRow]:
    """Return a page of the rejected rows of a task, with their cells and sections."""
    details: LiteralString = "SELECT {row} FROM parsing_logs WHERE id = page.k2"
    listing = replace(row_errors_listing(task_id, query), details=details.format(row=REJECTED_ROW))
    return await read_page(conn, listing, query.window, as_structs(RejectedRow))


async def find_rejected_rows(
    conn: Connection, task_id: UUID, row_numbers: Sequence[int]
) -> list[RejectedRow]:
    """Return those of these rejected rows that are stored."""
    statement: LiteralString = """
        SELECT {row} FROM parsing_logs
        WHERE task_id = %s AND row_number = ANY (%s) ORDER BY row_number
    """
    async with conn.cursor(row_factory=struct_row(RejectedRow)) as cursor:
        await cursor.execute(statement.format(row=REJECTED_ROW), [task_id, list(row_numbers)])
        return await cursor.fetchall()
