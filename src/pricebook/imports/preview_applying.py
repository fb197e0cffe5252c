"""Imports the stored rows of a preview for its task, without reading the file again."""

from uuid import UUID

import msgspec

from pricebook.db.actor import set_transaction_actor
from pricebook.db.database import Connection, Database
from pricebook.db.lock_waits import bounded_lock_waits
from pricebook.errors import PriceListError
from pricebook.imports import (
    preview_repository,
    preview_row_repository,
    row_error_repository,
    staging_repository,
)
from pricebook.imports.exchange import NO_EXCHANGE_RATE
from pricebook.imports.importer_schemas import ApplyOptions
from pricebook.imports.merge import AfterMerge, StagedImport, merge_staged_rows
from pricebook.imports.preview_changes import find_changes, result_of
from pricebook.imports.preview_schemas import PreviewImport
from pricebook.imports.staging import check_restaged_rows
from pricebook.rates import service as rates
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import Supplier
from pricebook.tasks.schemas import ClaimedTask

REPLACED = (
    "The price list was compared again after this import was requested; nothing was changed. Apply"
    " the preview."
)


async def import_preview(
    database: Database, task: ClaimedTask, options: ApplyOptions, after_merge: AfterMerge | None
) -> bool:
    """Import the preview of a task in one transaction; return False if it is deleted.

    Raises PriceListError if the comparison is out of date or the preview was compared again,
    LeaseLostError, DatabaseBusyError.
    """
    if task.preview_id is None:
        return False
    async with (
        database.transaction() as conn,
        bounded_lock_waits(database, conn, options.lock_timeout_seconds),
    ):
        await set_transaction_actor(conn, task_id=task.id)
        preview = await preview_repository.lock_for_import(conn, task.preview_id)
        if preview is None:
            return False
        if preview.task_id != task.id:
            raise PriceListError(REPLACED)
        if (
            task.supplier_id is None
            or (supplier := await suppliers.lock_existing_supplier(conn, task.supplier_id)) is None
        ):
            raise PriceListError(f"The supplier {task.supplier_name} no longer exists.")
        await rates.lock_prices(conn)
        await _check_unchanged(conn, task.preview_id, supplier)
        staged = await _stage(conn, task, preview, supplier, options)
        await merge_staged_rows(conn, msgspec.structs.replace(staged, after_merge=after_merge))
        return True


async def _check_unchanged(conn: Connection, preview_id: UUID, supplier: Supplier) -> None:
    """Raise PriceListError if what the preview was read with changed since."""
    preview = await preview_repository.find_preview(conn, preview_id)
    if preview is None:
        return
    changes = await find_changes(conn, preview, result_of(preview), supplier)
    if outdated := changes.sentence:
        raise PriceListError(f"{outdated}; nothing was changed. Preview it again.")


async def _stage(
    conn: Connection,
    task: ClaimedTask,
    preview: PreviewImport,
    supplier: Supplier,
    options: ApplyOptions,
) -> StagedImport:
    """Move the rows of a preview into the staging table, and return how to merge them."""
    await staging_repository.create_staging(conn)
    await preview_row_repository.restage_rows(conn, preview.id, NO_EXCHANGE_RATE)
    days = options.rate_max_age_days
    found = await check_restaged_rows(conn, task.id, supplier.id, preview.found, days)
    await row_error_repository.delete_older_row_errors(conn, task.id, supplier.id)
    return StagedImport(
        lease=task.lease,
        supplier=supplier,
        found=found,
        mode=task.source_config.get("mode", "full"),
        ignored=preview.count_ignored,
        safety_thresholds=options.safety_thresholds,
        may_hold=preview.may_hold,
    )
