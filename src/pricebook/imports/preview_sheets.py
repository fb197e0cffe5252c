"""Previews of further sheets of a file that was uploaded or fetched for a preview."""

from uuid import UUID

from pricebook.auth.schemas import Caller
from pricebook.errors import ConflictError
from pricebook.imports import preview_repository, preview_service
from pricebook.imports.service import SubmissionContext, check_upload_preconditions


async def preview_sheet(
    context: SubmissionContext, caller: Caller, preview_id: UUID, sheet: str
) -> UUID:
    """Queue a preview of another sheet of the file of a preview; return the id.

    Articles that this sheet lacks stay as they are, and its columns are detected as those of a new
    layout. Raises NotFoundError; ConflictError if the file was not stored; ValidationError for an
    inactive supplier.
    """
    preview = (await preview_service.get_state(context.database, preview_id)).preview
    if "file_path" not in preview.source:
        raise ConflictError("The price list was not read yet.")
    supplier = await check_upload_preconditions(context, preview.supplier_id)
    new = preview_service.new_preview(
        caller, preview.supplier_id, supplier.name, preview.source, preview.file_name
    )
    config = {"sheet_names": [sheet], "mode": "partial"}
    async with context.database.short_transaction() as conn:
        other_id = await preview_repository.insert_preview(conn, new)
        await preview_repository.set_answers(conn, other_id, config, new_layout=True)
    return other_id
