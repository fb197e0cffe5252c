"""The price changes that applying a held price list would make, the largest first."""

from typing import Any
from uuid import UUID

from pricebook.db.database import Database
from pricebook.imports import held_change_repository as repository
from pricebook.imports.held_change_schemas import HeldChanges

# A page does not wait for the comparison of a whole price list.
COMPARED_ROWS = 10_000


async def read_held_changes(
    database: Database, task_id: UUID, supplier_id: UUID, limit: int
) -> HeldChanges | None:
    """Return the largest changes of a held price list; None if it has no stored price."""
    values: dict[str, Any] = {
        "task_id": task_id,
        "supplier_id": supplier_id,
        "rows": COMPARED_ROWS,
        "limit": limit,
    }
    async with database.connection() as conn:
        summary, largest = await repository.read_changes(conn, values)
        if not summary.compared:
            return None
        has_more = await repository.has_more_rows(conn, task_id, COMPARED_ROWS)
    return HeldChanges(summary, largest, COMPARED_ROWS if has_more else None)
