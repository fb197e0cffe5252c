from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from pricebook.db import Connection, Database
from pricebook.errors import PriceListError
from pricebook.ingestion import repository
from pricebook.ingestion.reader import PriceList, open_list
from pricebook.ingestion.schemas import (
    Counts,
    ImportOrder,
    ImportResult,
    ListOrder,
    ListRow,
    NewTask,
    Progress,
    SourceConfig,
    StagedRow,
)
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import Supplier

PROGRESS_EVERY_ROWS = 1000
MAX_ROW_ERRORS = 1000

FollowUp = Callable[[Connection, UUID], Awaitable[int]]
Watcher = Callable[[Progress], None]


async def take_in(
    database: Database, order: ImportOrder, watch: Watcher, follow_up: FollowUp | None = None
) -> ImportResult:
    """Take in a price list: all of it in one transaction, or nothing.

    `watch` is told how far it is. `follow_up` does what else belongs to this list in the same
    transaction, given the supplier, and returns how many products it made.

    Raises PriceListError when the list cannot be understood as a whole; that a task failed, and
    why, is kept.
    """
    started_at = datetime.now(UTC)
    async with database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, order.supplier_name)
    config = _effective_config(order.config, supplier)
    task = NewTask(
        supplier_id=supplier.id if supplier else None,
        supplier_name=order.supplier_name,
        parser_type="csv",
        source_config={"place": _given(order.place), **_given(config)},
        requested_by=order.requested_by,
        started_at=started_at,
    )
    try:
        price_list = open_list(ListOrder(place=order.place, currency=order.currency, config=config))
        return await _apply(database, task, _Reading(price_list, watch), follow_up)
    except PriceListError as error:
        await _keep_failure(database, task, error.message)
        raise


class _Reading:
    """The rows of a list on their way to the staging table, counted as they pass."""

    def __init__(self, price_list: PriceList, watch: Watcher) -> None:
        self.price_list = price_list
        self.ignored = 0
        self._watch = watch

    def staged_rows(self) -> Iterator[StagedRow]:
        """Yield every row that is an item or was rejected; count those that are neither."""
        names_categories = "category" in self.price_list.findings.columns
        for number, row in enumerate(self.price_list.rows(), start=1):
            if number % PROGRESS_EVERY_ROWS == 0:
                self._watch(Progress("reading", self.price_list.progress))
            if row.outcome == "ignored":
                self.ignored += 1
            else:
                yield _staged(row, names_categories=names_categories)
        self._watch(Progress("merging", 1.0))


async def _apply(
    database: Database, task: NewTask, reading: _Reading, follow_up: FollowUp | None
) -> ImportResult:
    findings = reading.price_list.findings
    async with database.transaction() as conn:
        await repository.create_staging(conn)
        await repository.copy_rows(conn, reading.staged_rows())
        supplier, is_new = await suppliers.claim_supplier(
            conn, task.supplier_name, task.parser_type
        )
        task_id = await repository.insert_task(
            conn, msgspec.structs.replace(task, supplier_id=supplier.id)
        )
        counts = await _merge(conn, supplier.id, reading.ignored)
        await repository.insert_row_errors(conn, task_id, supplier.id)
        created = await follow_up(conn, supplier.id) if follow_up else 0
        await suppliers.remember_found(conn, supplier.id, msgspec.to_builtins(findings))
        state = _state(counts)
        errors = [] if counts.taken else ["No row of the list could be taken in."]
        await repository.set_task_end(conn, task_id, state, counts, errors)
        row_errors = await repository.list_row_errors(conn, task_id, MAX_ROW_ERRORS)
    return ImportResult(
        task_id=task_id,
        status="success" if counts.taken else "failed",
        supplier_name=supplier.name,
        new_supplier=is_new,
        items_processed=counts.taken,
        counts=counts,
        products_created=created,
        errors=errors,
        row_errors=row_errors,
        found=findings,
        completed_at=datetime.now(UTC),
    )


async def _merge(conn: Connection, supplier_id: UUID, ignored: int) -> Counts:
    await repository.set_repeated_codes(conn)
    await repository.create_plan(conn, supplier_id)
    changed = await repository.set_changed_items(conn)
    new = await repository.insert_new_items(conn, supplier_id)
    accepted, rejected, duplicate = await repository.count_staged(conn)
    return Counts(
        new=new,
        changed=changed,
        unchanged=accepted - new - changed,
        rejected=rejected,
        duplicate=duplicate,
        ignored=ignored,
    )


async def _keep_failure(database: Database, task: NewTask, message: str) -> None:
    async with database.transaction() as conn:
        task_id = await repository.insert_task(conn, task)
        await repository.set_task_end(conn, task_id, "failed", Counts(), [message])


def _effective_config(given: SourceConfig, supplier: Supplier | None) -> SourceConfig:
    """Let what is said now win over what is set for the supplier."""
    kept: dict[str, object] = supplier.metadata.get("source_config", {}) if supplier else {}
    known = {name: kept[name] for name in SourceConfig.__struct_fields__ if name in kept}
    return msgspec.convert({**known, **_given(given)}, SourceConfig)


def _given(said: msgspec.Struct) -> dict[str, object]:
    return msgspec.to_builtins(said)


def _state(counts: Counts) -> str:
    if not counts.taken:
        return "failed"
    return "partially_succeeded" if counts.rejected else "succeeded"


def _staged(row: ListRow, *, names_categories: bool) -> StagedRow:
    characteristics = row.characteristics
    if names_categories or row.category:
        characteristics = {**characteristics, "category": row.category}
    return StagedRow(
        row.row_number,
        row.supplier_sku,
        row.name,
        row.price,
        msgspec.json.encode(characteristics).decode(),
        row.error_type,
        row.error_message,
        msgspec.json.encode(row.row_data).decode() if row.error_type else None,
    )
