"""Leaving single articles out of the import of a preview."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.db.database import Database
from pricebook.imports import preview_service
from pricebook.imports.preview_options import Patch


async def leave_out(database: Database, preview_id: UUID, codes: Sequence[str]) -> Patch:
    """Read a preview again without the articles of these codes, beside those left out before.

    Raises what `preview_service.answer` raises.
    """
    state = await preview_service.get_state(database, preview_id)
    before: list[str] = state.preview.config.get("left_out_codes") or []
    chosen = list(dict.fromkeys([*before, *codes]))
    return await preview_service.answer(database, preview_id, [{"left_out_codes": chosen}])
