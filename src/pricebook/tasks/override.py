"""Records that a price list beyond the safety thresholds was submitted all the same."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection
from pricebook.tasks import held_repository


async def record_override(
    conn: Connection, task_id: UUID, supplier_name: str, name: str, reasons: Sequence[str]
) -> None:
    """Store who submits a price list beyond the safety thresholds, and write it to the audit.

    `reasons` are the sentences for which it would be held.
    """
    await held_repository.set_override(conn, task_id, name, reasons)
    await audit.insert_entry(
        conn,
        NewEntry(
            action="task.thresholds_overridden",
            entity_type="task",
            entity_id=task_id,
            entity_name=supplier_name,
            after={"decided_by": name, "held_reasons": list(reasons)},
        ),
    )
