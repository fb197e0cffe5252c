"""Removes a setting that a preview uses from its supplier, and reads the preview again."""

from uuid import UUID

import msgspec

from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.imports import preview_service
from pricebook.imports.preview_options import Patch
from pricebook.imports.preview_schemas import OPEN_STATES
from pricebook.suppliers import learnt_layout
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import SupplierChange
from pricebook.suppliers.source_config_change import SourceConfigChange, merge_patch

_SHEETS = "sheet_settings"


async def forget(
    database: Database,
    preview_id: UUID,
    name: str,
    member: str | None,
    sheet: str | None = None,
) -> None:
    """Remove a setting of the supplier or an answer from its last price list, and read again.

    Raises NotFoundError, ConflictError once the preview is applied or discarded.
    """
    preview = (await preview_service.get_state(database, preview_id)).preview
    if preview.state not in OPEN_STATES:
        raise ConflictError(f"The preview is {preview.state}; nothing was changed.")
    async with database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, preview.supplier_id)
    stored: Patch = supplier.metadata.get("source_config", {}) if supplier else {}
    whole = stored
    if sheet is not None:
        stored = stored.get(_SHEETS, {}).get(sheet, {})
    if name in stored and (member is None or member in stored[name]):
        patch: Patch = {name: {member: None} if member else None}
        if sheet is not None:
            remaining = merge_patch(whole[_SHEETS][sheet], patch)
            patch = {_SHEETS: {sheet: patch if any(remaining.values()) else None}}
        change = SupplierChange(source_config=msgspec.convert(patch, SourceConfigChange))
        await suppliers.change_supplier(database, preview.supplier_id, change)
    else:
        await learnt_layout.forget_answer(database, preview.supplier_id, name, sheet)
    await preview_service.read_again(database, preview_id)
