"""What is doubtful in a held price list: its largest price changes, and new prices."""

from typing import Any
from uuid import UUID

from pricebook.db.database import Database
from pricebook.imports import held_change_repository as repository
from pricebook.imports.held_change_schemas import HeldChanges
from pricebook.imports.impact import MAX_UNLIKE

# A page does not wait for the comparison of a whole price list.
COMPARED_ROWS = 10_000


async def read_held_changes(
    database: Database, task_id: UUID, supplier_id: UUID, limit: int
) -> HeldChanges | None:
    """Return what is doubtful in a held price list; None without a stored or unusual price."""
    values: dict[str, Any] = {
        "task_id": task_id,
        "supplier_id": supplier_id,
        "rows": COMPARED_ROWS,
        "limit": limit,
    }
    async with database.connection() as conn:
        summary, largest = await repository.read_changes(conn, values)
        unlike = await repository.list_unlike_prices(conn, task_id, MAX_UNLIKE)
        if not summary.compared and not unlike:
            return None
        has_more = await repository.has_more_rows(conn, task_id, COMPARED_ROWS)
    return HeldChanges(summary, largest, unlike, COMPARED_ROWS if has_more else None)
