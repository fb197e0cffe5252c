"""Merges the staged rows of a price list into the supplier's items, or holds or rejects it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.imports import merge_repository, row_error_repository
from pricebook.imports.importer_schemas import ImportResult, ImportStatus
from pricebook.imports.row_error_repository import MAX_STORED_ROW_ERRORS
from pricebook.imports.safety_thresholds import ImportImpact, SafetyThresholds, hold_reasons
from pricebook.pricelists.schemas import DetectedProfile, ImportMode
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import Supplier
from pricebook.tasks import service as tasks
from pricebook.tasks.schemas import Counts, EndState, TaskEnd, TaskLease

MAX_ROW_ERRORS = 1000
MAX_PLANNED_ROWS = 1000
NO_ROW_IMPORTED = "No row of the price list could be imported."
MALFORMED_ROW = "malformed_row"
_STATUS_BY_END_STATE: dict[EndState, ImportStatus] = {
    "succeeded": "success",
    "partially_succeeded": "success",
    "held": "held",
    "failed": "failed",
}

AfterMerge = Callable[[Connection, UUID], Awaitable[int]]


class StagedImport(msgspec.Struct, frozen=True, kw_only=True):
    """A price list whose rows are in the staging table, and how to merge it."""

    lease: TaskLease
    supplier: Supplier
    is_new_supplier: bool = False
    found: DetectedProfile | None
    mode: ImportMode
    ignored: int
    safety_thresholds: SafetyThresholds | None
    after_merge: AfterMerge | None = None
    dry_run: bool = False


async def merge_staged_rows(conn: Connection, staged: StagedImport) -> ImportResult:
    """Apply, hold or reject the staged price list, end its task and return the result.

    With a malformed row, no item is marked as absent: its code may stand in that row.
    """
    supplier_id = staged.supplier.id
    counts_by_error = await merge_repository.count_staged_by_error(conn)
    mode: ImportMode = "partial" if MALFORMED_ROW in counts_by_error else staged.mode
    await merge_repository.disable_nested_loops(conn)
    await merge_repository.create_merge_plan(conn, supplier_id, mode)
    counts = _row_counts(
        counts_by_error, await merge_repository.count_planned_by_outcome(conn), staged.ignored
    )
    end = _with_row_error_counts(await _decide_task_end(conn, staged, counts), counts_by_error)
    plan = (
        await merge_repository.list_planned_rows(conn, MAX_PLANNED_ROWS)
        if end.state != "failed"
        else []
    )
    created = 0
    if end.state == "held":
        await row_error_repository.insert_held_rows(conn, staged.lease.task_id)
        await tasks.store_mode(conn, staged.lease.task_id, staged.mode)
    elif end.state != "failed":
        created = await _apply(conn, staged)
    await tasks.end_task(conn, staged.lease, end)
    return ImportResult(
        task_id=staged.lease.task_id,
        status=_STATUS_BY_END_STATE[end.state],
        supplier_name=staged.supplier.name,
        new_supplier=staged.is_new_supplier,
        items_processed=counts.imported if _STATUS_BY_END_STATE[end.state] == "success" else 0,
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


def _row_counts(
    counts_by_error: dict[str | None, int], counts_by_outcome: dict[str, int], ignored: int
) -> Counts:
    """Count the rows by outcome; a price list without a valid row makes no item absent."""
    accepted, duplicate = counts_by_error.get(None, 0), counts_by_error.get("duplicate", 0)
    new, changed = (
        counts_by_outcome.get("new", 0),
        counts_by_outcome.get("changed", 0) + counts_by_outcome.get("back", 0),
    )
    return Counts(
        new=new,
        changed=changed,
        unchanged=accepted - new - changed,
        absent=counts_by_outcome.get("absent", 0) if accepted else 0,
        rejected=sum(counts_by_error.values()) - accepted - duplicate,
        duplicate=duplicate,
        ignored=ignored,
    )


def _with_row_error_counts(end: TaskEnd, counts_by_error: dict[str | None, int]) -> TaskEnd:
    """Add the counts of row errors by type, and a sentence if not all of the rows are stored."""
    counts_by_error_type = {
        error_type: count for error_type, count in counts_by_error.items() if error_type is not None
    }
    total = sum(counts_by_error_type.values())
    truncation_note = [
        f"Of {total:,} rows that were not imported, the first {MAX_STORED_ROW_ERRORS:,} are stored."
    ]
    errors = [*end.errors, *(truncation_note if total > MAX_STORED_ROW_ERRORS else [])]
    return msgspec.structs.replace(end, errors=errors, row_error_counts=counts_by_error_type)


async def _decide_task_end(conn: Connection, staged: StagedImport, counts: Counts) -> TaskEnd:
    """Return the task's end: failed without a valid row, held beyond a threshold, or applied."""
    profile = msgspec.to_builtins(staged.found)
    if not counts.imported:
        return TaskEnd(state="failed", counts=counts, errors=[NO_ROW_IMPORTED], found=profile)
    if staged.safety_thresholds:
        impact = await _measure_impact(conn, staged.supplier.id, counts)
        if reasons := hold_reasons(impact, staged.safety_thresholds):
            return TaskEnd(state="held", counts=counts, errors=reasons, found=profile)
    state = "partially_succeeded" if counts.rejected else "succeeded"
    return TaskEnd(state=state, counts=counts, found=profile)


async def _measure_impact(conn: Connection, supplier_id: UUID, counts: Counts) -> ImportImpact:
    before, after = await merge_repository.find_median_prices(conn, supplier_id)
    return ImportImpact(
        present_items=await merge_repository.count_present_items(conn, supplier_id),
        absent=counts.absent,
        rows=counts.imported + counts.rejected + counts.duplicate,
        rejected=counts.rejected,
        median_before=before,
        median_after=after,
    )


async def _apply(conn: Connection, staged: StagedImport) -> int:
    """Write the planned changes; return the number of products that the follow-up created."""
    supplier_id = staged.supplier.id
    await merge_repository.enable_nested_loops(conn)
    await merge_repository.update_planned_items(conn)
    await merge_repository.insert_new_items(conn, supplier_id)
    created = await staged.after_merge(conn, supplier_id) if staged.after_merge else 0
    if staged.found:
        await suppliers.save_detected_profile(conn, supplier_id, msgspec.to_builtins(staged.found))
    return created
