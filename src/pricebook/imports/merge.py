"""Merges the staged rows of a price list into the supplier's items, or holds or rejects it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.imports import (
    exchange,
    impact_repository,
    left_out_row_repository,
    merge_repository,
    quarantine_repository,
    row_error_repository,
    staging_repository,
)
from pricebook.imports.configuration import supplier_thresholds
from pricebook.imports.corrections import record_corrections
from pricebook.imports.impact import (
    describe_unlike_prices,
    list_unlike_prices,
    list_warnings,
    measure_impact,
)
from pricebook.imports.importer_schemas import MAX_LISTED_ROWS, ImportResult, ImportStatus
from pricebook.imports.replaced_values import replaced_values
from pricebook.imports.row_error_repository import MAX_STORED_ROW_ERRORS
from pricebook.imports.safety_thresholds import SafetyThresholds, hold_reasons, price_reasons
from pricebook.matching import service as matching
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ImportMode
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import Supplier
from pricebook.tasks import refusal
from pricebook.tasks import service as tasks
from pricebook.tasks.correctable_tasks import TaskToCorrect
from pricebook.tasks.counts import Counts
from pricebook.tasks.schemas import EndState, TaskEnd, TaskLease
from pricebook.undo import service as undo

NO_ROW_IMPORTED = "No row of the price list could be imported."
MALFORMED_ROW = "malformed_row"
PRICE_ON_REQUEST = "price_on_request"
_STATUS_BY_END_STATE: dict[EndState, ImportStatus] = {
    "succeeded": "success",
    "partially_succeeded": "success",
    "held": "held",
    "failed": "failed",
}

CountsByError = dict[str | None, int]
AfterMerge = Callable[[Connection, UUID, UUID], Awaitable[int]]


class StagedImport(msgspec.Struct, frozen=True, kw_only=True):
    """A price list whose rows are in the staging table, and how to merge it.

    Without `may_hold` it is applied beyond the safety thresholds, too.
    """

    lease: TaskLease
    supplier: Supplier
    is_new_supplier: bool = False
    found: DetectedProfile | None
    mode: ImportMode
    ignored: int
    safety_thresholds: SafetyThresholds | None
    may_hold: bool = True
    after_merge: AfterMerge | None = None
    dry_run: bool = False
    to_correct: TaskToCorrect | None = None
    max_listed_rows: int | None = MAX_LISTED_ROWS


class Comparison(NamedTuple):
    """What merging a staged price list would do: its task's end, rows by error, and the mode."""

    end: TaskEnd
    counts_by_error: CountsByError
    mode: ImportMode


async def compare_staged_rows(conn: Connection, staged: StagedImport) -> Comparison:
    """Plan the changes by the staged price list; nothing of them is written.

    With a malformed row, no item is marked as absent: its code may stand in that row.
    """
    counts_by_error = await staging_repository.count_by_error(conn)
    if MALFORMED_ROW in counts_by_error:
        staged = msgspec.structs.replace(staged, mode="partial")
    await merge_repository.disable_nested_loops(conn)
    present_items = await impact_repository.count_present_items(conn, staged.supplier.id)
    accepted = counts_by_error.get(None, 0)
    await _plan_changes(conn, staged, accepted, present_items)
    end = await _decide_task_end(conn, staged, counts_by_error, present_items)
    return Comparison(_with_row_error_counts(end, counts_by_error), counts_by_error, staged.mode)


async def _plan_changes(
    conn: Connection, staged: StagedImport, accepted: int, present_items: int
) -> None:
    """Compare the rows with the items; absent ones are only looked for if rows are fewer."""
    supplier_id = staged.supplier.id
    await merge_repository.create_merge_plan(conn, supplier_id, replaced_values(staged.found))
    planned = Counter(await merge_repository.count_planned_by_outcome(conn))
    named = accepted - planned["new"] - planned["back"]
    if staged.mode == "full" and named < present_items:
        await merge_repository.plan_absent_items(conn, supplier_id)
    await merge_repository.analyze_merge_plan(conn)


async def merge_staged_rows(conn: Connection, staged: StagedImport) -> ImportResult:
    """Apply, hold or reject the staged price list, end its task and return the result."""
    end, counts_by_error, mode = await compare_staged_rows(conn, staged)
    staged = msgspec.structs.replace(staged, mode=mode)
    plan = (
        await merge_repository.list_planned_rows(conn, staged.max_listed_rows)
        if end.state != "failed"
        else []
    )
    created = 0
    if end.state == "held":
        unlike = await list_unlike_prices(conn, end.counts)
        end = msgspec.structs.replace(end, warnings=describe_unlike_prices(unlike))
        await row_error_repository.insert_held_rows(conn, staged.lease.task_id, unlike)
        await tasks.store_mode(conn, staged.lease.task_id, staged.mode)
    elif end.state != "failed":
        created = await _apply(conn, staged, counts_by_error)
    if staged.to_correct and end.state != "held":
        await record_corrections(conn, staged.to_correct, staged.lease.task_id)
    await tasks.end_task(conn, staged.lease, end)
    if end.state not in {"held", "failed"}:
        await refusal.refuse_superseded(conn, staged.supplier.id)
        await tasks.request_comparison_of_held(conn, staged.supplier.id)
    return ImportResult(
        task_id=staged.lease.task_id,
        status=_STATUS_BY_END_STATE[end.state],
        supplier_name=staged.supplier.name,
        new_supplier=staged.is_new_supplier,
        items_processed=end.counts.imported if _STATUS_BY_END_STATE[end.state] == "success" else 0,
        counts=end.counts,
        row_error_counts=end.row_error_counts,
        products_created=created,
        errors=end.errors,
        warnings=end.warnings,
        row_errors=await staging_repository.list_row_errors(conn, staged.max_listed_rows),
        plan=plan,
        dry_run=staged.dry_run,
        found=staged.found,
        profile_sentence=(
            describe_profile(staged.found, end.counts.accepted) if staged.found else None
        ),
        completed_at=datetime.now(UTC),
    )


def _row_counts(
    counts_by_error: CountsByError, counts_by_outcome: dict[str, int], ignored: int
) -> Counts:
    """Count the rows by outcome; a price list without a valid row makes no item absent."""
    accepted, duplicate = counts_by_error.get(None, 0), counts_by_error.get("duplicate", 0)
    planned = Counter(counts_by_outcome)
    changed, stock_updated = planned["changed"] + planned["back"], planned["stock_updated"]
    quarantined = planned["quarantined"]
    return Counts(
        new=planned["new"],
        changed=changed,
        unchanged=accepted - planned["new"] - changed - stock_updated - quarantined,
        absent=planned["absent"] if accepted else 0,
        rejected=sum(counts_by_error.values()) - accepted - duplicate,
        duplicate=duplicate,
        ignored=ignored,
        quarantined=quarantined,
        stock_updated=stock_updated,
    )


def _with_row_error_counts(end: TaskEnd, counts_by_error: CountsByError) -> TaskEnd:
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


async def _decide_task_end(
    conn: Connection, staged: StagedImport, counts_by_error: CountsByError, present_items: int
) -> TaskEnd:
    """Return the task's end: failed without a valid row, held beyond a threshold, or applied.

    Rows that are out of line are quarantined, unless the prices of the whole list are.
    """
    profile = msgspec.to_builtins(staged.found)
    counts = await _count_rows(conn, staged, counts_by_error)
    if not counts.imported:
        errors = [NO_ROW_IMPORTED, *await exchange.list_missing_rates(conn)]
        return TaskEnd(state="failed", counts=counts, errors=errors, found=profile)
    thresholds = supplier_thresholds(staged.safety_thresholds, staged.supplier)
    impact = None
    if thresholds:
        left_out = counts_by_error.get(left_out_row_repository.LEFT_OUT, 0)
        judged = msgspec.structs.replace(counts, rejected=counts.rejected - left_out)
        impact = await measure_impact(conn, staged.supplier.id, present_items, judged, thresholds)
        if not price_reasons(impact, thresholds):
            await quarantine_repository.quarantine_marked(conn)
            counts = await _count_rows(conn, staged, counts_by_error)
    average = await impact_repository.find_average_price_change(conn, present_items)
    reasons: list[str] = []
    unusual: list[str] = []
    if impact and thresholds and staged.may_hold:
        impact = msgspec.structs.replace(impact, average_change=average)
        if reasons := hold_reasons(impact, thresholds):
            reasons += await _describe_earlier_holds(conn, staged.lease)
        else:
            unusual = await list_warnings(conn, impact, counts, thresholds)
    state = "partially_succeeded" if counts.rejected or counts.quarantined else "succeeded"
    return TaskEnd(
        state="held" if reasons else state,
        counts=counts,
        errors=reasons,
        warnings=unusual,
        found=profile,
        average_price_change=average,
    )


async def _count_rows(
    conn: Connection, staged: StagedImport, counts_by_error: CountsByError
) -> Counts:
    counts_by_outcome = await merge_repository.count_planned_by_outcome(conn)
    return _row_counts(counts_by_error, counts_by_outcome, staged.ignored)


async def _describe_earlier_holds(conn: Connection, lease: TaskLease) -> list[str]:
    earlier = await tasks.find_earlier_held(conn, lease.task_id)
    if earlier is None:
        return []
    sentence = (
        f"Price lists of this supplier are held since {earlier.since:%Y-%m-%d %H:%M} UTC, this is"
        f" number {earlier.held_lists + 1}: applying one of them compares the later ones again."
    )
    return [sentence]


async def _apply(conn: Connection, staged: StagedImport, counts_by_error: CountsByError) -> int:
    """Write the planned changes; return the number of products that the follow-up created."""
    supplier_id = staged.supplier.id
    if PRICE_ON_REQUEST in counts_by_error:
        await merge_repository.plan_prices_on_request(conn, supplier_id)
    if await quarantine_repository.has_quarantined_rows(conn, supplier_id):
        await quarantine_repository.supersede_older_rows(
            conn, supplier_id, staged.lease.task_id, staged.mode
        )
        await quarantine_repository.update_repeated_rows(conn, staged.lease.task_id)
    await quarantine_repository.insert_quarantined_rows(conn, staged.lease.task_id, supplier_id)
    await merge_repository.enable_nested_loops(conn)
    task_id = staged.lease.task_id
    await undo.start_import(conn, task_id)
    await merge_repository.update_planned_items(conn, task_id)
    await merge_repository.insert_new_items(conn, supplier_id, task_id)
    created = await staged.after_merge(conn, supplier_id, task_id) if staged.after_merge else 0
    await undo.keep_changes(conn, task_id, supplier_id)
    if not staged.dry_run:
        await matching.request_run_after_import(conn, supplier_id)
    await left_out_row_repository.delete_imported(conn, supplier_id)
    if left_out_row_repository.LEFT_OUT in counts_by_error:
        await left_out_row_repository.store_left_out(conn, supplier_id, task_id)
    if staged.found and not staged.to_correct:
        await suppliers.save_detected_profile(conn, supplier_id, msgspec.to_builtins(staged.found))
    return created
