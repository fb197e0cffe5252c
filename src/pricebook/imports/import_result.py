"""The shapes of taking a list in: what is asked for, what it would do, what came of it."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from pricebook.pricelists.schemas import DetectedProfile, PriceListSource, ReadConfig, ReadLimits
from pricebook.tasks.schemas import Counts, TaskLease

ImportStatus = Literal["success", "held", "failed"]


LOCK_TIMEOUT_SECONDS = 10.0


class SafetyThresholds(msgspec.Struct, frozen=True):
    """When a list is held instead of applied.

    More than these shares (percent) of the supplier's items would be absent, or of the rows are
    rejected, or the median price of the items it already has moves by more than a factor.
    """

    absent_percent: float = 40
    rejected_percent: float = 75
    price_factor: float = 2


class ImportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which list to take in, whose it is, and what is said about it.

    Without an id, a supplier of that name is made if there is none. `brakes` None takes the list in
    whatever it does; `new_layout` forgets how earlier lists looked; a `dry_run` does everything and
    then undoes it. With a `lease` the list is that of a task, which ends with it. No statement
    waits longer than `lock_seconds` for a lock of another transaction.
    """

    source: PriceListSource
    supplier_name: str
    supplier_id: UUID | None = None
    lease: TaskLease | None = None
    currency: str
    config: ReadConfig = ReadConfig()
    limits: ReadLimits = ReadLimits()
    safety_thresholds: SafetyThresholds | None = SafetyThresholds()
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS
    new_layout: bool = False
    dry_run: bool = False
    requested_by: str | None = None


class Progress(msgspec.Struct, frozen=True):
    """How far an import is: its stage, which part of the list is read (0 to 1), and its rows."""

    stage: Literal["reading", "merging"]
    fraction: float
    rows_read: int
    rows_total: int | None


class ImportImpact(msgspec.Struct, frozen=True):
    """What a list would do to what a supplier has; the medians are of the items in both."""

    present_items: int
    absent: int
    rows: int
    rejected: int
    median_before: Decimal | None
    median_after: Decimal | None


class PlannedRow(msgspec.Struct, frozen=True):
    """What becomes of an item; a price is None where there is none, the percent where it was 0."""

    outcome: Literal["new", "changed", "back", "absent"]
    row_number: int | None
    supplier_sku: str
    name: str
    old_price: Decimal | None
    new_price: Decimal | None
    percent: Decimal | None


class RowError(msgspec.Struct, frozen=True):
    """A row that was not taken in, and why."""

    row_number: int
    error_type: str
    error_message: str


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a list; row errors and plan are the first ones, the counts count all."""

    task_id: UUID
    status: ImportStatus
    supplier_name: str
    new_supplier: bool
    items_processed: int
    counts: Counts
    row_error_counts: dict[str, int]
    products_created: int
    errors: list[str]
    row_errors: list[RowError]
    plan: list[PlannedRow]
    dry_run: bool
    found: DetectedProfile | None
    completed_at: datetime
