"""Reads all that an undo would do, or has left, in batches."""

from collections.abc import AsyncGenerator
from typing import Literal, LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.undo.schemas import LeftReason

BATCH_ROWS = 1000
PLAN: LiteralString = """
    SELECT kind, code, name, action, array_to_string(changed, ' ') AS changed, price,
        restored_price, reason, item_id AS supplier_item_id, product_id, 'planned' AS state
    FROM plan_undo(%s)
    ORDER BY action = 'left', kind, code COLLATE "C", item_id
"""
LEFT: LiteralString = """
    SELECT kind, code, name, 'left' AS action, NULL AS changed, NULL AS price,
        NULL AS restored_price, reason, supplier_item_id, product_id, 'done' AS state
    FROM undo_left WHERE task_id = %s
    ORDER BY kind, code COLLATE "C", id
"""


class ExportedChange(Struct, frozen=True):
    """An item or a product that an undo restores, deletes or leaves, and why it is left.

    Its state is `planned` in a dry run, which undoes nothing.
    """

    kind: str
    code: str
    name: str
    action: str
    changed: str | None
    price: object
    restored_price: object
    reason: LeftReason | None
    supplier_item_id: UUID | None
    product_id: UUID | None
    state: Literal["planned", "done"]


async def read_changes(
    conn: Connection, statement: LiteralString, task_id: UUID
) -> AsyncGenerator[list[ExportedChange]]:
    """Yield the rows of PLAN or LEFT for a task, read in the caller's transaction."""
    async with conn.cursor(name="undo_changes", row_factory=struct_row(ExportedChange)) as cursor:
        await cursor.execute(statement, [task_id])
        while rows := await cursor.fetchmany(BATCH_ROWS):
            yield rows
