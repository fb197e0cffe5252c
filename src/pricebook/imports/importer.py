"""Imports a price list: a parser process reads it, its rows are staged, then merged.

A price list is imported in one transaction: all of it, or nothing.
"""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from pricebook.db.actor import set_transaction_actor
from pricebook.db.database import Connection, Database
from pricebook.db.lock_waits import bounded_lock_waits
from pricebook.errors import ConflictError, PriceListError
from pricebook.imports import row_error_repository, staging_repository
from pricebook.imports.configuration import (
    expected_source_type,
    merge_config,
    source_type_of,
    stored_profile,
)
from pricebook.imports.corrections import (
    correction_config,
    correction_request,
    correction_thresholds,
    find_task_to_correct,
)
from pricebook.imports.exchange import NO_EXCHANGE_RATE, with_applied_rates
from pricebook.imports.importer_schemas import (
    ApplyOptions,
    ImportRequest,
    ImportResult,
    Progress,
)
from pricebook.imports.left_out_rows import leave_out_rows
from pricebook.imports.merge import AfterMerge, StagedImport, merge_staged_rows
from pricebook.imports.sheet_places import stage_sheets
from pricebook.imports.source_credentials import without_credentials
from pricebook.imports.staging import add_cells, check_restaged_rows, check_staged_rows
from pricebook.pricelists.isolation.parser_pool import ParserPool, PriceListStream
from pricebook.pricelists.schemas.read_request import ReadConfig, ReadRequest
from pricebook.rates.schemas import ExchangeRule
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import SourceType, Supplier
from pricebook.tasks import service as tasks
from pricebook.tasks.correctable_tasks import TaskToCorrect
from pricebook.tasks.schemas import InlineTask, TaskEnd, TaskLease

DEFAULT_APPLY_OPTIONS = ApplyOptions()

ProgressCallback = Callable[[Progress], None]


async def run_import(
    database: Database,
    parser_pool: ParserPool,
    request: ImportRequest,
    on_progress: ProgressCallback,
    after_merge: AfterMerge | None = None,
) -> ImportResult:
    """Import a price list in one transaction and return the result.

    Calls `on_progress` for each batch of rows. `after_merge` runs in the same transaction with the
    ids of supplier and task, once the items are written, and returns the number of products that
    it created.

    Raises PriceListError if the whole price list is refused; without a lease, the failure is
    recorded as a task. Raises SourceUnavailableError or ParserKilledError if it could not be read,
    DatabaseBusyError if a lock was not free in time.
    """
    started_at = datetime.now(UTC)
    async with database.connection() as conn:
        to_correct = await find_task_to_correct(conn, request.corrections_of)
        request = _request_of(request, to_correct) if to_correct else request
        supplier = await suppliers.find_supplier(conn, request.supplier_id or request.supplier_name)
    if request.supplier_id is not None and supplier is None:
        raise PriceListError(f"The supplier {request.supplier_name} no longer exists.")
    read_request = ReadRequest(
        source=request.source,
        currency=request.currency,
        catalog_vat=request.catalog_vat,
        today=started_at.date(),
        config=(
            correction_config(request.config, to_correct, supplier)
            if to_correct
            else merge_config(request.config, supplier)
        ),
        previous_profile=None if request.new_layout else stored_profile(supplier),
        limits=request.limits,
        corrections=correction_request(to_correct) if to_correct else None,
    )
    task = _inline_task(request, read_request.config, supplier, started_at)
    try:
        async with parser_pool.opened(read_request) as stream:
            return await _import_from_reader(
                database, request, task, _ProgressReportingReader(stream, on_progress), after_merge
            )
    except PriceListError as error:
        if not (request.dry_run or request.lease):
            await _record_failure(database, task, error)
        raise


def _request_of(request: ImportRequest, to_correct: TaskToCorrect) -> ImportRequest:
    """Return a request with the supplier and the id of the task that it corrects."""
    return msgspec.structs.replace(
        request,
        corrections_of=to_correct.id,
        supplier_id=to_correct.supplier_id,
        supplier_name=to_correct.supplier_name,
        config=msgspec.structs.replace(request.config, mode="partial"),
        safety_thresholds=correction_thresholds(request.safety_thresholds),
    )


def _inline_task(
    request: ImportRequest, config: ReadConfig, supplier: Supplier | None, started_at: datetime
) -> InlineTask:
    """Return the task that an import without a lease records."""
    place = _as_builtins(without_credentials(request.source))
    return InlineTask(
        supplier_id=supplier.id if supplier else None,
        supplier_name=request.supplier_name,
        parser_type=expected_source_type(request.source, supplier),
        source_config={"place": place, **_as_builtins(config)},
        requested_by=request.requested_by,
        started_at=started_at,
        reason=request.reason,
        corrections_of=request.corrections_of,
    )


async def apply_held(
    database: Database,
    task_id: UUID,
    after_merge: AfterMerge | None = None,
    options: ApplyOptions = DEFAULT_APPLY_OPTIONS,
) -> ImportResult:
    """Apply a held price list, by default beyond the safety thresholds, and return the result.

    Single rows that are out of line are quarantined even so. Later held lists of the supplier are
    compared again by the worker: those that exceed no threshold any more are applied.

    Raises NotFoundError without such a task; ConflictError if it is not held, a later price list of
    the supplier was imported, the supplier was deleted, or corrections were to leave articles out;
    PriceListError for a code to leave out that the list does not have; DatabaseBusyError if a lock
    was not free in time.
    """
    async with (
        database.transaction() as conn,
        bounded_lock_waits(database, conn, options.lock_timeout_seconds),
    ):
        await set_transaction_actor(conn, task_id=task_id)
        held = await tasks.claim_held(conn, task_id)
        supplier = await suppliers.lock_existing_supplier(conn, held.supplier_id)
        if supplier is None:
            raise ConflictError(f"The supplier {held.supplier_name} no longer exists.")
        held = await tasks.claim_held(conn, task_id)  # again, now under the supplier's lock
        await staging_repository.create_staging(conn)
        await row_error_repository.restage_held_rows(conn, task_id, NO_EXCHANGE_RATE)
        if held.corrections_of is None:
            stored = held.source_config.get("applied_without", ())
            await leave_out_rows(conn, supplier.id, [*options.left_out_codes, *stored])
        elif options.left_out_codes:
            raise ConflictError("Corrections of single rows leave nothing out: refuse them.")
        days = options.rate_max_age_days
        staged = StagedImport(
            lease=TaskLease(task_id, None),
            supplier=supplier,
            found=await check_restaged_rows(conn, task_id, supplier.id, held.found, days),
            mode=held.source_config.get("mode", "full"),
            ignored=held.count_ignored,
            safety_thresholds=options.safety_thresholds,
            may_hold=options.may_hold,
            after_merge=after_merge,
            to_correct=(
                await tasks.find_task_to_correct(conn, held.corrections_of, locks=True)
                if held.corrections_of
                else None
            ),
        )
        result = await merge_staged_rows(conn, staged)
        if result.status == "success":
            await tasks.record_applied(conn, task_id, options.applied_by)
        return result


class _ProgressReportingReader:
    """Passes the rows of a price list to the staging table and reports the progress."""

    def __init__(self, stream: PriceListStream, on_progress: ProgressCallback) -> None:
        self.stream = stream
        self._on_progress = on_progress

    async def lines(self) -> AsyncGenerator[bytes]:
        total = self.stream.rows_total
        async for rows in self.stream.chunks():
            self._on_progress(Progress("reading", rows.fraction, rows.read, total))
            yield rows.lines
        self._on_progress(Progress("merging", 1.0, self.stream.rows_read, total))


async def _import_from_reader(
    database: Database,
    request: ImportRequest,
    task: InlineTask,
    progress_reader: _ProgressReportingReader,
    after_merge: AfterMerge | None,
) -> ImportResult:
    found = progress_reader.stream.profile
    async with (
        database.transaction(force_rollback=request.dry_run) as conn,
        bounded_lock_waits(database, conn, request.lock_timeout_seconds),
    ):
        await staging_repository.create_staging(conn)
        await staging_repository.copy_rows(conn, progress_reader.lines())
        await stage_sheets(conn, found)
        parser_type = source_type_of(found)
        supplier, is_new = await _find_or_create_supplier(conn, request, parser_type)
        lease = request.lease or await tasks.record_inline_task(
            conn, msgspec.structs.replace(task, supplier_id=supplier.id, parser_type=parser_type)
        )
        await set_transaction_actor(conn, task_id=lease.task_id)
        rule = ExchangeRule(request.currency, request.rate_max_age_days)
        await check_staged_rows(conn, supplier.id, rule)
        if request.corrections_of is None:
            await leave_out_rows(conn, supplier.id, request.config.left_out_codes)
        await add_cells(conn, progress_reader.stream)
        await row_error_repository.insert_row_errors(conn, lease.task_id, supplier.id)
        to_correct = await find_task_to_correct(conn, request.corrections_of, locks=True)
        if to_correct is None:
            await row_error_repository.delete_older_row_errors(conn, lease.task_id, supplier.id)
        staged = StagedImport(
            lease=lease,
            supplier=supplier,
            is_new_supplier=is_new,
            found=await with_applied_rates(conn, progress_reader.stream.profile, rule),
            mode=merge_config(request.config, supplier).mode or "full",
            ignored=progress_reader.stream.rows_ignored,
            safety_thresholds=request.safety_thresholds,
            after_merge=after_merge,
            dry_run=request.dry_run,
            to_correct=to_correct,
            max_listed_rows=request.max_listed_rows,
        )
        return await merge_staged_rows(conn, staged)


async def _find_or_create_supplier(
    conn: Connection, request: ImportRequest, source_type: SourceType
) -> tuple[Supplier, bool]:
    if request.supplier_id is None:
        return await suppliers.lock_or_create_supplier(conn, request.supplier_name, source_type)
    existing = await suppliers.lock_existing_supplier(conn, request.supplier_id)
    if existing is None:
        raise PriceListError(f"The supplier {request.supplier_name} no longer exists.")
    return existing, False


async def _record_failure(database: Database, task: InlineTask, error: PriceListError) -> None:
    async with database.transaction() as conn:
        lease = await tasks.record_inline_task(conn, task)
        await tasks.end_task(conn, lease, TaskEnd(state="failed", errors=error.sentences))


def _as_builtins(struct: msgspec.Struct | None) -> dict[str, Any]:
    return msgspec.to_builtins(struct)
