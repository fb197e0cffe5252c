"""Previews of price lists: upload or name one, answer what is in doubt, apply or discard it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from pricebook.auth.schemas import Caller
from pricebook.db.database import Connection, Database
from pricebook.errors import (
    ConflictError,
    NotFoundError,
    ValidationError,
    body_issue,
    validation_error,
)
from pricebook.imports import preview_repository
from pricebook.imports.preview_audit import record_discarded
from pricebook.imports.preview_changes import (
    PreviewChanges,
    PreviewState,
    find_changes,
    result_of,
    with_current_settings,
)
from pricebook.imports.preview_options import NEW_LAYOUT, Patch, apply_patch, changed_options
from pricebook.imports.preview_schemas import (
    OPEN_STATES,
    NewPreview,
    Preview,
    PreviewResult,
)
from pricebook.imports.service import SubmissionContext, check_upload_preconditions
from pricebook.imports.source_location import address_source
from pricebook.imports.upload_folder import Upload
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import SourceType, SupplierChange
from pricebook.suppliers.source_config_change import SourceConfigChange
from pricebook.tasks import service as tasks
from pricebook.tasks.override import record_override
from pricebook.tasks.schemas import NewTask, Requester

# What happens to a price list that exceeds a safety threshold.
BeyondThresholds = Literal["hold", "refuse", "apply"]
KEEP_DAYS = 7
MAX_OPEN = 50
_SOURCE_TYPES: dict[str, SourceType] = {"csv": "csv", "google_sheets": "google_sheets"}


async def preview_upload(
    context: SubmissionContext,
    caller: Caller,
    supplier_id: UUID,
    upload: Upload,
    file_name: str | None,
) -> UUID:
    """Store an uploaded file durably and queue its preview; return the id.

    Raises RedisUnavailableError, NotFoundError; ValidationError for an empty file or an inactive
    supplier.
    """
    if not upload.size:
        raise validation_error(body_issue("file", "is empty"))
    supplier = await check_upload_preconditions(context, supplier_id)
    await upload.finish()
    await upload.commit()
    source = {"file_path": upload.location}
    new = new_preview(caller, supplier_id, supplier.name, source, file_name or None)
    return await _insert(context.database, new)


async def preview_address(
    context: SubmissionContext, caller: Caller, supplier_id: UUID, address: str
) -> UUID:
    """Queue the preview of a price list at an address; return the id.

    Raises ValidationError for an address that cannot be fetched; otherwise as `preview_upload`.
    """
    source = address_source(address)
    supplier = await check_upload_preconditions(context, supplier_id)
    new = new_preview(caller, supplier_id, supplier.name, source, None)
    return await _insert(context.database, new)


def new_preview(
    caller: Caller,
    supplier_id: UUID,
    supplier_name: str,
    source: dict[str, str],
    file_name: str | None,
) -> NewPreview:
    """Return a preview by a caller, which is not inserted yet."""
    return NewPreview(
        supplier_id=supplier_id,
        supplier_name=supplier_name,
        source=source,
        file_name=file_name,
        created_by=caller.username,
        created_by_id=caller.id,
    )


async def list_open(database: Database) -> list[Preview]:
    """Return the newest previews that are neither applied nor discarded."""
    async with database.connection() as conn:
        return await preview_repository.list_open(conn, MAX_OPEN)


async def get_state(database: Database, preview_id: UUID) -> PreviewState:
    """Return a preview and what goes on with it; raises NotFoundError."""
    async with database.connection() as conn:
        preview = await _require(conn, preview_id)
        task = (
            await preview_repository.find_task(conn, preview.task_id) if preview.task_id else None
        )
        result, changes = result_of(preview), PreviewChanges()
        if preview.state in {"ready", "refused"}:
            supplier = await suppliers.find_supplier(conn, preview.supplier_id)
            changes = await find_changes(conn, preview, result, supplier)
    return PreviewState(preview, result, task, changes)


async def answer(database: Database, preview_id: UUID, patches: list[Patch]) -> Patch:
    """Read a preview again with changed options; return all that were changed, as a JSON patch.

    Raises NotFoundError; ConflictError once it is applied or discarded; ValidationError for an
    option that is not valid.
    """
    async with database.short_transaction() as conn:
        preview = await _require_open(conn, preview_id)
        supplier = await suppliers.find_supplier(conn, preview.supplier_id)
        stored: Patch = supplier.metadata.get("source_config", {}) if supplier else {}
        before = with_current_settings(preview, supplier)
        config, new_layout = before, preview.new_layout
        for patch in patches:
            new_layout = bool(patch.get(NEW_LAYOUT, new_layout))
            config = apply_patch(config, stored, patch)
        try:
            msgspec.convert(config, ReadConfig)
        except msgspec.ValidationError as error:
            raise ValidationError(f"The answer does not fit: {error}.") from None
        await preview_repository.set_answers(conn, preview_id, config, new_layout=new_layout)
    return changed_options({**stored, **before}, {**stored, **config})


async def remember(database: Database, preview_id: UUID, changed: Patch) -> None:
    """Store options with the supplier of a preview, for its next price lists.

    An option that is left to detection stays as it is stored.
    """
    change = {
        name: value
        for name, value in changed.items()
        if name not in {"mode", "left_out_codes"} and (value is not None or name == "sheet_name")
    }
    if change:
        async with database.connection() as conn:
            supplier_id = (await _require(conn, preview_id)).supplier_id
        try:
            config = msgspec.convert(change, SourceConfigChange)
        except msgspec.ValidationError as error:
            raise ValidationError(f"The answer cannot be remembered: {error}.") from None
        answers = SupplierChange(source_config=config)
        await suppliers.change_supplier(database, supplier_id, answers, is_answer=True)


async def read_again(database: Database, preview_id: UUID) -> None:
    """Read and compare a preview again with the settings of now; raises NotFoundError.

    An applied one only after its task failed; ConflictError otherwise.
    """
    async with database.short_transaction() as conn:
        preview = await _require(conn, preview_id, locks=True)
        if preview.state == "applied" and preview.task_id:
            task = await preview_repository.find_task(conn, preview.task_id)
            if task is not None and task.state not in {"failed", "dead", "refused"}:
                raise ConflictError(f"The preview was applied by {preview.decided_by}.")
        elif preview.state not in OPEN_STATES:
            raise _closed(preview)
        supplier = await suppliers.find_supplier(conn, preview.supplier_id)
        config = with_current_settings(preview, supplier)
        await preview_repository.set_answers(
            conn, preview_id, config, new_layout=preview.new_layout
        )


async def apply(
    context: SubmissionContext,
    requester: Requester,
    preview_id: UUID,
    compared_at: datetime | None,
    *,
    beyond_thresholds: BeyondThresholds,
) -> None:
    """Submit the task that imports a preview as it was compared; a second request changes nothing.

    Beyond a safety threshold it is held, refused, or applied all the same. Raises NotFoundError;
    ConflictError if it is refused, if the preview was discarded or read again, or if another price
    list of the supplier was imported since, or settings or exchange rates changed.
    """
    async with context.database.short_transaction() as conn:
        preview = await _require(conn, preview_id, locks=True)
        if preview.state == "applied":
            return
        if preview.state != "ready" or preview.found is None:
            raise _closed(preview)
        if preview.compared_at != compared_at:
            raise ConflictError(
                "The preview was read again with other settings meanwhile; look at it again."
            )
        result = msgspec.convert(preview.result, PreviewResult)
        supplier = await suppliers.find_supplier(conn, preview.supplier_id)
        if outdated := (await find_changes(conn, preview, result, supplier)).sentence:
            raise ConflictError(
                f"{outdated}: the preview is out of date, and nothing was changed. Read it again."
            )
        exceeded = result.reasons if beyond_thresholds != "hold" and not result.fails else ()
        if exceeded and beyond_thresholds == "refuse":
            raise ConflictError(
                "The price list exceeds safety thresholds, and nothing was changed. Confirm that it"
                " is to be applied all the same, or discard it."
            )
        new = NewTask(
            supplier_id=preview.supplier_id,
            supplier_name=preview.supplier_name,
            parser_type=_SOURCE_TYPES.get(str(preview.found.get("format")), "excel"),
            source_config={
                **preview.config,
                "mode": result.mode,
                "file_path": preview.source["file_path"],
            },
            requester=requester,
            digest=b"",
            file_name=preview.title[:255],
            new_layout=preview.new_layout,
            preview_id=preview_id,
        )
        message = await tasks.enqueue(conn, new)
        if message is None:
            raise ConflictError("The preview was applied meanwhile.")
        name = requester.name or ""
        if exceeded:
            supplier_name = preview.supplier_name
            await record_override(conn, message.task_id, supplier_name, name, exceeded)
        await preview_repository.set_applied(
            conn, preview_id, message.task_id, name, may_hold=beyond_thresholds == "hold"
        )
    await context.queue.notify(message)


async def discard(database: Database, preview_id: UUID, name: str) -> None:
    """Discard a preview; nothing was imported. Raises NotFoundError, ConflictError if applied."""
    async with database.short_transaction() as conn:
        preview = await _require(conn, preview_id, locks=True)
        if preview.state == "discarded":
            return
        if preview.state == "applied":
            raise _closed(preview)
        await preview_repository.set_discarded(conn, preview_id, name)
        await record_discarded(conn, preview)


async def purge_previews(database: Database) -> set[str]:
    """Delete old previews; return the files of the others."""
    async with database.transaction() as conn:
        await preview_repository.delete_old(conn, KEEP_DAYS)
        return await preview_repository.list_files(conn)


async def _insert(database: Database, new: NewPreview) -> UUID:
    async with database.short_transaction() as conn:
        return await preview_repository.insert_preview(conn, new)


async def _require(conn: Connection, preview_id: UUID, *, locks: bool = False) -> Preview:
    preview = await preview_repository.find_preview(conn, preview_id, locks=locks)
    if preview is None:
        raise NotFoundError(
            f"There is no preview {preview_id}: it is deleted {KEEP_DAYS} days after its last"
            " change, or with its supplier."
        )
    return preview


async def _require_open(conn: Connection, preview_id: UUID) -> Preview:
    preview = await _require(conn, preview_id, locks=True)
    if preview.state not in OPEN_STATES:
        raise _closed(preview)
    return preview


def _closed(preview: Preview) -> ConflictError:
    by = f" by {preview.decided_by}" if preview.decided_by else ""
    return ConflictError(f"The preview is {preview.state}{by}; nothing was changed.")
