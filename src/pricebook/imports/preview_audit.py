"""Writes discarded previews to the audit log; an applied one has the entries of its task."""

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection
from pricebook.imports.preview_schemas import Preview


async def record_discarded(conn: Connection, preview: Preview) -> None:
    """Write a discarded preview to the audit log, in the transaction that discards it."""
    reasons = list((preview.result or {}).get("reasons", ()))
    await audit.insert_entry(
        conn,
        NewEntry(
            action="preview.discarded",
            entity_type="preview",
            entity_id=preview.id,
            entity_name=preview.supplier_name,
            after={"file_name": preview.title, "held_reasons": reasons},
        ),
    )
