"""Taking a price list in: read apart, staged, compared, then applied, held or refused."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from pricebook.db import Connection, Database
from pricebook.errors import ConflictError, PriceListError
from pricebook.ingestion import repository, task_repository
from pricebook.ingestion.brakes import reasons_to_hold
from pricebook.ingestion.configuration import (
    effective_config,
    expected_type,
    remembered,
    type_of,
)
from pricebook.ingestion.counting import counts_of, with_row_errors
from pricebook.ingestion.import_schemas import (
    LOCK_SECONDS,
    Brakes,
    Effect,
    ImportOrder,
    ImportResult,
    Progress,
    Status,
)
from pricebook.ingestion.lock_waits import bounded_lock_waits
from pricebook.ingestion.process import Parsers, Reading
from pricebook.ingestion.schemas import Findings, ListOrder, Mode
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import SourceType, Supplier
from pricebook.tasks import service as tasks
from pricebook.tasks.schemas import Counts, DoneTask, EndState, TaskEnd, TaskLease

MAX_ROW_ERRORS = 1000
MAX_PLANNED_ROWS = 1000
_STATUS: dict[EndState, Status] = {
    "succeeded": "success",
    "partially_succeeded": "success",
    "held": "held",
    "failed": "failed",
}
NOTHING_TAKEN = "No row of the list could be taken in."
UNREADABLE = "malformed_row"

FollowUp = Callable[[Connection, UUID], Awaitable[int]]
Watcher = Callable[[Progress], None]


class _Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A list whose rows are staged, whose it is, and what may become of it."""

    lease: TaskLease
    supplier: Supplier
    is_new_supplier: bool = False
    found: Findings | None
    mode: Mode
    ignored: int
    brakes: Brakes | None
    follow_up: FollowUp | None = None
    dry_run: bool = False


async def take_in(
    database: Database,
    parsers: Parsers,
    order: ImportOrder,
    watch: Watcher,
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
        supplier = await suppliers.find_supplier(conn, order.supplier_id or order.supplier_name)
    if order.supplier_id is not None and supplier is None:
        raise PriceListError(f"The supplier {order.supplier_name} is no longer there.")
    config = effective_config(order.config, supplier)
    task = DoneTask(
        supplier_id=supplier.id if supplier else None,
        supplier_name=order.supplier_name,
        parser_type=expected_type(order.place, supplier),
        source_config={"place": _said(order.place), **_said(config)},
        requested_by=order.requested_by,
        started_at=started_at,
    )
    list_order = ListOrder(
        place=order.place,
        currency=order.currency,
        config=config,
        remembered=None if order.new_layout else remembered(supplier),
        limits=order.limits,
    )
    try:
        async with parsers.opened(list_order) as reading:
            return await _take_in(database, order, task, _Watched(reading, watch), follow_up)
    except PriceListError as error:
        if not (order.dry_run or order.lease):
            await _keep_failure(database, task, error.message)
        raise


async def apply_held(
    database: Database,
    task_id: UUID,
    follow_up: FollowUp | None = None,
    lock_seconds: float = LOCK_SECONDS,
) -> ImportResult:
    """Apply a list that was held, whatever it does.

    Raises NotFoundError without such a task, ConflictError when it is not held, a later list of its
    supplier was taken in, or the supplier is gone, DatabaseBusyError when others held their locks
    for too long.
    """
    async with (
        database.transaction() as conn,
        bounded_lock_waits(database, conn, lock_seconds),
    ):
        held = await tasks.claim_held(conn, task_id)
        supplier = await suppliers.claim_known(conn, held.supplier_id)
        if supplier is None:
            raise ConflictError(f"The supplier {held.supplier_name} is no longer there.")
        held = await tasks.claim_held(conn, task_id)  # as it is under the supplier's lock
        await repository.create_staging(conn)
        await task_repository.stage_held_rows(conn, task_id)
        staged = _Staged(
            lease=TaskLease(task_id, None),
            supplier=supplier,
            found=msgspec.convert(held.found, Findings | None),
            mode=held.source_config.get("mode", "full"),
            ignored=held.count_ignored,
            brakes=None,
            follow_up=follow_up,
        )
        return await _settle(conn, staged)


class _Watched:
    """The lines of a list on their way to the staging table."""

    def __init__(self, reading: Reading, watch: Watcher) -> None:
        self.reading = reading
        self._watch = watch

    async def lines(self) -> AsyncGenerator[bytes]:
        total = self.reading.rows_total
        async for rows in self.reading.chunks():
            self._watch(Progress("reading", rows.fraction, rows.read, total))
            yield rows.lines
        self._watch(Progress("merging", 1.0, self.reading.rows_read, total))


async def _take_in(
    database: Database,
    order: ImportOrder,
    task: DoneTask,
    watched: _Watched,
    follow_up: FollowUp | None,
) -> ImportResult:
    found = watched.reading.findings
    async with (
        database.transaction(undo=order.dry_run) as conn,
        bounded_lock_waits(database, conn, order.lock_seconds),
    ):
        await repository.create_staging(conn)
        await repository.copy_rows(conn, watched.lines())
        parser_type = type_of(found)
        supplier, is_new = await _claim_supplier(conn, order, parser_type)
        lease = order.lease or await tasks.record_task(
            conn, msgspec.structs.replace(task, supplier_id=supplier.id, parser_type=parser_type)
        )
        await repository.set_repeated_codes(conn)
        await task_repository.insert_row_errors(conn, lease.task_id, supplier.id)
        await task_repository.delete_older_row_errors(conn, lease.task_id, supplier.id)
        staged = _Staged(
            lease=lease,
            supplier=supplier,
            is_new_supplier=is_new,
            found=found,
            mode=effective_config(order.config, supplier).mode,
            ignored=watched.reading.rows_ignored,
            brakes=order.brakes,
            follow_up=follow_up,
            dry_run=order.dry_run,
        )
        return await _settle(conn, staged)


async def _claim_supplier(
    conn: Connection, order: ImportOrder, source_type: SourceType
) -> tuple[Supplier, bool]:
    if order.supplier_id is None:
        return await suppliers.claim_supplier(conn, order.supplier_name, source_type)
    known = await suppliers.claim_known(conn, order.supplier_id)
    if known is None:
        raise PriceListError(f"The supplier {order.supplier_name} is no longer there.")
    return known, False


async def _settle(conn: Connection, staged: _Staged) -> ImportResult:
    """Compare what is staged with what is there, and decide what becomes of it."""
    supplier_id = staged.supplier.id
    outcomes = await repository.count_staged(conn)
    mode: Mode = "partial" if UNREADABLE in outcomes else staged.mode
    await repository.join_as_wholes(conn)
    await repository.create_plan(conn, supplier_id, mode)
    counts = counts_of(outcomes, await repository.count_planned(conn), staged.ignored)
    if not counts.taken:
        counts = msgspec.structs.replace(counts, absent=0)
    end = with_row_errors(await _decided(conn, staged, counts), outcomes)
    plan = await repository.list_planned(conn, MAX_PLANNED_ROWS) if end.state != "failed" else []
    created = 0
    if end.state == "held":
        await task_repository.insert_held_rows(conn, staged.lease.task_id)
    elif end.state != "failed":
        created = await _apply(conn, staged)
    await tasks.end_task(conn, staged.lease, end)
    return ImportResult(
        task_id=staged.lease.task_id,
        status=_STATUS[end.state],
        supplier_name=staged.supplier.name,
        new_supplier=staged.is_new_supplier,
        items_processed=counts.taken if _STATUS[end.state] == "success" else 0,
        counts=counts,
        row_error_counts=end.row_error_counts,
        products_created=created,
        errors=end.errors,
        row_errors=await repository.list_row_errors(conn, MAX_ROW_ERRORS),
        plan=plan,
        dry_run=staged.dry_run,
        found=staged.found,
        completed_at=datetime.now(UTC),
    )


async def _decided(conn: Connection, staged: _Staged, counts: Counts) -> TaskEnd:
    """Decide whether a list is applied."""
    if not counts.taken:
        return TaskEnd(
            state="failed", counts=counts, errors=[NOTHING_TAKEN], found=_said(staged.found)
        )
    if staged.brakes:
        effect = await _effect(conn, staged.supplier.id, counts)
        if reasons := reasons_to_hold(effect, staged.brakes):
            return TaskEnd(state="held", counts=counts, errors=reasons, found=_said(staged.found))
    state = "partially_succeeded" if counts.rejected else "succeeded"
    return TaskEnd(state=state, counts=counts, found=_said(staged.found))


async def _effect(conn: Connection, supplier_id: UUID, counts: Counts) -> Effect:
    before, after = await repository.find_median_prices(conn, supplier_id)
    return Effect(
        present_items=await repository.count_present_items(conn, supplier_id),
        absent=counts.absent,
        rows=counts.taken + counts.rejected + counts.duplicate,
        rejected=counts.rejected,
        median_before=before,
        median_after=after,
    )


async def _apply(conn: Connection, staged: _Staged) -> int:
    """Apply the plan; return how many products were made of it."""
    supplier_id = staged.supplier.id
    await repository.join_as_estimated(conn)
    await repository.set_planned_items(conn)
    await repository.insert_new_items(conn, supplier_id)
    created = await staged.follow_up(conn, supplier_id) if staged.follow_up else 0
    if staged.found:
        await suppliers.remember_found(conn, supplier_id, msgspec.to_builtins(staged.found))
    return created


async def _keep_failure(database: Database, task: DoneTask, message: str) -> None:
    async with database.transaction() as conn:
        lease = await tasks.record_task(conn, task)
        await tasks.end_task(conn, lease, TaskEnd(state="failed", errors=[message]))


def _said(what: msgspec.Struct | None) -> dict[str, Any]:
    return msgspec.to_builtins(what)
