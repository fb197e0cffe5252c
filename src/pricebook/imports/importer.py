"""Taking a price list in: read apart, staged, compared, then applied, held or refused."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, PriceListError
from pricebook.imports import merge_repository, row_error_repository
from pricebook.imports.configuration import (
    expected_source_type,
    merge_config,
    remembered,
    source_type_of,
)
from pricebook.imports.import_result import (
    LOCK_TIMEOUT_SECONDS,
    ImportImpact,
    ImportRequest,
    ImportResult,
    ImportStatus,
    Progress,
    SafetyThresholds,
)
from pricebook.imports.lock_waits import bounded_lock_waits
from pricebook.imports.row_counts import import_counts, with_row_error_counts
from pricebook.imports.safety_thresholds import hold_reasons
from pricebook.pricelists.isolation.parser_pool import ParserPool, PriceListStream
from pricebook.pricelists.schemas import DetectedProfile, ImportMode, ReadRequest
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import SourceType, Supplier
from pricebook.tasks import service as tasks
from pricebook.tasks.schemas import Counts, EndState, InlineTask, TaskEnd, TaskLease

MAX_ROW_ERRORS = 1000
MAX_PLANNED_ROWS = 1000
_STATUS_BY_END_STATE: dict[EndState, ImportStatus] = {
    "succeeded": "success",
    "partially_succeeded": "success",
    "held": "held",
    "failed": "failed",
}
NO_ROW_IMPORTED = "No row of the list could be taken in."
MALFORMED_ROW = "malformed_row"

FollowUp = Callable[[Connection, UUID], Awaitable[int]]
ProgressCallback = Callable[[Progress], None]


class _StagedImport(msgspec.Struct, frozen=True, kw_only=True):
    """A list whose rows are staged, whose it is, and what may become of it."""

    lease: TaskLease
    supplier: Supplier
    is_new_supplier: bool = False
    found: DetectedProfile | None
    mode: ImportMode
    ignored: int
    safety_thresholds: SafetyThresholds | None
    follow_up: FollowUp | None = None
    dry_run: bool = False


async def run_import(
    database: Database,
    parser_pool: ParserPool,
    request: ImportRequest,
    on_progress: ProgressCallback,
    follow_up: FollowUp | None = None,
) -> ImportResult:
    """Take in a price list: all of it in one transaction, or nothing.

    `watch` is told how far it is. `follow_up` does what else belongs to this list in the same
    transaction, given the supplier, and returns how many products it made.

    Raises PriceListError when the list cannot be understood as a whole; that a task failed, and
    why, is kept. Raises SourceUnavailableError and ParserKilledError when it could not be read,
    DatabaseBusyError when others held their locks for too long.
    """
    started_at = datetime.now(UTC)
    async with database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, request.supplier_id or request.supplier_name)
    if request.supplier_id is not None and supplier is None:
        raise PriceListError(f"The supplier {request.supplier_name} is no longer there.")
    config = merge_config(request.config, supplier)
    task = InlineTask(
        supplier_id=supplier.id if supplier else None,
        supplier_name=request.supplier_name,
        parser_type=expected_source_type(request.source, supplier),
        source_config={"place": _as_builtins(request.source), **_as_builtins(config)},
        requested_by=request.requested_by,
        started_at=started_at,
    )
    read_request = ReadRequest(
        source=request.source,
        currency=request.currency,
        config=config,
        remembered=None if request.new_layout else remembered(supplier),
        limits=request.limits,
    )
    try:
        async with parser_pool.opened(read_request) as stream:
            return await _import_from_reader(
                database, request, task, _ProgressReportingReader(stream, on_progress), follow_up
            )
    except PriceListError as error:
        if not (request.dry_run or request.lease):
            await _record_failure(database, task, error.message)
        raise


async def apply_held(
    database: Database,
    task_id: UUID,
    follow_up: FollowUp | None = None,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> ImportResult:
    """Apply a list that was held, whatever it does.

    Raises NotFoundError without such a task, ConflictError when it is not held, a later list of its
    supplier was taken in, or the supplier is gone, DatabaseBusyError when others held their locks
    for too long.
    """
    async with (
        database.transaction() as conn,
        bounded_lock_waits(database, conn, lock_timeout_seconds),
    ):
        held = await tasks.claim_held(conn, task_id)
        supplier = await suppliers.lock_existing_supplier(conn, held.supplier_id)
        if supplier is None:
            raise ConflictError(f"The supplier {held.supplier_name} is no longer there.")
        held = await tasks.claim_held(conn, task_id)  # as it is under the supplier's lock
        await merge_repository.create_staging(conn)
        await row_error_repository.restage_held_rows(conn, task_id)
        staged = _StagedImport(
            lease=TaskLease(task_id, None),
            supplier=supplier,
            found=msgspec.convert(held.found, DetectedProfile | None),
            mode=held.source_config.get("mode", "full"),
            ignored=held.count_ignored,
            safety_thresholds=None,
            follow_up=follow_up,
        )
        return await _plan_and_apply(conn, staged)


class _ProgressReportingReader:
    """The lines of a list on their way to the staging table."""

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
    follow_up: FollowUp | None,
) -> ImportResult:
    found = progress_reader.stream.profile
    async with (
        database.transaction(force_rollback=request.dry_run) as conn,
        bounded_lock_waits(database, conn, request.lock_timeout_seconds),
    ):
        await merge_repository.create_staging(conn)
        await merge_repository.copy_rows(conn, progress_reader.lines())
        parser_type = source_type_of(found)
        supplier, is_new = await _claim_supplier(conn, request, parser_type)
        lease = request.lease or await tasks.record_inline_task(
            conn, msgspec.structs.replace(task, supplier_id=supplier.id, parser_type=parser_type)
        )
        await merge_repository.mark_duplicate_codes(conn)
        await row_error_repository.insert_row_errors(conn, lease.task_id, supplier.id)
        await row_error_repository.delete_older_row_errors(conn, lease.task_id, supplier.id)
        staged = _StagedImport(
            lease=lease,
            supplier=supplier,
            is_new_supplier=is_new,
            found=found,
            mode=merge_config(request.config, supplier).mode,
            ignored=progress_reader.stream.rows_ignored,
            safety_thresholds=request.safety_thresholds,
            follow_up=follow_up,
            dry_run=request.dry_run,
        )
        return await _plan_and_apply(conn, staged)


async def _claim_supplier(
    conn: Connection, request: ImportRequest, source_type: SourceType
) -> tuple[Supplier, bool]:
    if request.supplier_id is None:
        return await suppliers.lock_or_create_supplier(conn, request.supplier_name, source_type)
    known = await suppliers.lock_existing_supplier(conn, request.supplier_id)
    if known is None:
        raise PriceListError(f"The supplier {request.supplier_name} is no longer there.")
    return known, False


async def _plan_and_apply(conn: Connection, staged: _StagedImport) -> ImportResult:
    """Compare what is staged with what is there, and decide what becomes of it."""
    supplier_id = staged.supplier.id
    counts_by_error = await merge_repository.count_staged_by_error(conn)
    mode: ImportMode = "partial" if MALFORMED_ROW in counts_by_error else staged.mode
    await merge_repository.disable_nested_loops(conn)
    await merge_repository.create_merge_plan(conn, supplier_id, mode)
    counts = import_counts(
        counts_by_error, await merge_repository.count_planned_by_outcome(conn), staged.ignored
    )
    if not counts.taken:
        counts = msgspec.structs.replace(counts, absent=0)
    end = with_row_error_counts(await _decide_task_end(conn, staged, counts), counts_by_error)
    plan = (
        await merge_repository.list_planned_rows(conn, MAX_PLANNED_ROWS)
        if end.state != "failed"
        else []
    )
    created = 0
    if end.state == "held":
        await row_error_repository.insert_held_rows(conn, staged.lease.task_id)
    elif end.state != "failed":
        created = await _apply(conn, staged)
    await tasks.end_task(conn, staged.lease, end)
    return ImportResult(
        task_id=staged.lease.task_id,
        status=_STATUS_BY_END_STATE[end.state],
        supplier_name=staged.supplier.name,
        new_supplier=staged.is_new_supplier,
        items_processed=counts.taken if _STATUS_BY_END_STATE[end.state] == "success" else 0,
        counts=counts,
        row_error_counts=end.row_error_counts,
        products_created=created,
        errors=end.errors,
        row_errors=await merge_repository.list_staged_row_errors(conn, MAX_ROW_ERRORS),
        plan=plan,
        dry_run=staged.dry_run,
        found=staged.found,
        completed_at=datetime.now(UTC),
    )


async def _decide_task_end(conn: Connection, staged: _StagedImport, counts: Counts) -> TaskEnd:
    """Decide whether a list is applied."""
    if not counts.taken:
        return TaskEnd(
            state="failed",
            counts=counts,
            errors=[NO_ROW_IMPORTED],
            found=_as_builtins(staged.found),
        )
    if staged.safety_thresholds:
        impact = await _measure_impact(conn, staged.supplier.id, counts)
        if reasons := hold_reasons(impact, staged.safety_thresholds):
            return TaskEnd(
                state="held", counts=counts, errors=reasons, found=_as_builtins(staged.found)
            )
    state = "partially_succeeded" if counts.rejected else "succeeded"
    return TaskEnd(state=state, counts=counts, found=_as_builtins(staged.found))


async def _measure_impact(conn: Connection, supplier_id: UUID, counts: Counts) -> ImportImpact:
    before, after = await merge_repository.find_median_prices(conn, supplier_id)
    return ImportImpact(
        present_items=await merge_repository.count_present_items(conn, supplier_id),
        absent=counts.absent,
        rows=counts.taken + counts.rejected + counts.duplicate,
        rejected=counts.rejected,
        median_before=before,
        median_after=after,
    )


async def _apply(conn: Connection, staged: _StagedImport) -> int:
    """Apply the plan; return how many products were made of it."""
    supplier_id = staged.supplier.id
    await merge_repository.enable_nested_loops(conn)
    await merge_repository.update_planned_items(conn)
    await merge_repository.insert_new_items(conn, supplier_id)
    created = await staged.follow_up(conn, supplier_id) if staged.follow_up else 0
    if staged.found:
        await suppliers.save_detected_profile(conn, supplier_id, msgspec.to_builtins(staged.found))
    return created


async def _record_failure(database: Database, task: InlineTask, message: str) -> None:
    async with database.transaction() as conn:
        lease = await tasks.record_inline_task(conn, task)
        await tasks.end_task(conn, lease, TaskEnd(state="failed", errors=[message]))


def _as_builtins(struct: msgspec.Struct | None) -> dict[str, Any]:
    return msgspec.to_builtins(struct)
