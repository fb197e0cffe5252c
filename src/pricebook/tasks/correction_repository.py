"""Reads and writes the tasks whose rejected rows are corrected."""

from typing import LiteralString
from uuid import UUID

from msgspec.structs import asdict
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.tasks.correctable_tasks import TaskToCorrect
from pricebook.tasks.counts import Counts
from pricebook.tasks.list_order import IS_LATEST

_TASK_TO_CORRECT: LiteralString = """
    SELECT id, supplier_id, supplier_name, state, cancelled_by, source_config, found,
        row_error_counts, {is_latest} AS is_latest
    FROM ingestion_tasks AS task
    WHERE id = (SELECT coalesce(corrections_of, id) FROM ingestion_tasks WHERE id = %s)
"""


async def find_task_to_correct(
    conn: Connection, task_id: UUID, *, locks: bool
) -> TaskToCorrect | None:
    """Return a task, or the one that it corrects; with whether a later list was imported.

    With `locks`, it is locked until the transaction ends.
    """
    statement = _TASK_TO_CORRECT.format(is_latest=IS_LATEST)
    if locks:
        statement += "FOR NO KEY UPDATE"
    async with conn.cursor(row_factory=struct_row(TaskToCorrect)) as cursor:
        await cursor.execute(statement, [task_id])
        return await cursor.fetchone()


async def add_to_counts(
    conn: Connection, task_id: UUID, differences: Counts, row_error_counts: dict[str, int]
) -> None:
    """Add differences to the counts of a task, and set its row errors by type and its state.

    If rows were corrected, a task without rejected and quarantined rows has succeeded, any other
    one in part, and it is no longer failed.
    """
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET count_new = count_new + %(new)s, count_changed = count_changed + %(changed)s,
            count_unchanged = count_unchanged + %(unchanged)s,
            count_stock_updated = count_stock_updated + %(stock_updated)s,
            count_quarantined = count_quarantined + %(quarantined)s,
            count_rejected = count_rejected + %(rejected)s,
            count_duplicate = count_duplicate + %(duplicate)s,
            row_error_counts = %(row_error_counts)s,
            errors = CASE WHEN %(corrected)s AND state = 'failed' THEN '[]' ELSE errors END,
            state = CASE WHEN NOT %(corrected)s THEN state
                WHEN count_rejected + %(rejected)s + count_quarantined + %(quarantined)s > 0
                THEN 'partially_succeeded' ELSE 'succeeded' END
        WHERE id = %(task_id)s
        """,
        {
            "task_id": task_id,
            "corrected": differences.imported + differences.quarantined > 0,
            "row_error_counts": Jsonb(row_error_counts),
            **asdict(differences),
        },
    )
