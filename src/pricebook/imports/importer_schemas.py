"""The structs of the importer: the request, its progress and its result."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.row_errors import RowError
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import CatalogVat, ReadConfig
from pricebook.pricelists.schemas.read_request import PriceListSource, ReadLimits
from pricebook.tasks.counts import Counts
from pricebook.tasks.schemas import TaskLease

ImportStatus = Literal["success", "held", "failed"]


LOCK_TIMEOUT_SECONDS = 10.0
MAX_LISTED_ROWS = 1000
RATE_MAX_AGE_DAYS = 7


class ImportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which price list to import, of which supplier, and how.

    Without `supplier_id`, the supplier of that name is created if it does not exist. With `lease`,
    the import ends that task; without, it records a task of its own. `safety_thresholds` None
    applies every price list. `rate_max_age_days` is the age up to which an exchange rate is used,
    0 for rates of today only. `new_layout` ignores the profile of the supplier's earlier lists. A
    `dry_run` is rolled back. The `reason` is kept with a task that the import records. With
    `corrections_of`, the source has corrected rows of that task. No statement waits longer than
    `lock_timeout_seconds` for a lock. The result lists at most `max_listed_rows` planned rows and
    row errors, None for all.
    """

    source: PriceListSource
    supplier_name: str
    supplier_id: UUID | None = None
    lease: TaskLease | None = None
    currency: str
    catalog_vat: CatalogVat = "as_listed"
    config: ReadConfig = ReadConfig()
    limits: ReadLimits = ReadLimits()
    safety_thresholds: SafetyThresholds | None = SafetyThresholds()
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS
    new_layout: bool = False
    rate_max_age_days: int = RATE_MAX_AGE_DAYS
    dry_run: bool = False
    requested_by: str | None = None
    reason: str | None = None
    corrections_of: UUID | None = None
    max_listed_rows: int | None = MAX_LISTED_ROWS


class ApplyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a held price list is applied; with `may_hold` it stays held beyond a threshold.

    `applied_by` is the name to store, None where the request to apply it has stored one;
    `left_out_codes` are articles that are left out beside those that the request has stored.
    """

    safety_thresholds: SafetyThresholds | None = SafetyThresholds()
    may_hold: bool = False
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS
    rate_max_age_days: int = RATE_MAX_AGE_DAYS
    applied_by: str | None = None
    left_out_codes: Sequence[str] = ()


class Progress(msgspec.Struct, frozen=True):
    """The stage of an import, the share of the price list that is read (0 to 1), and its rows."""

    stage: Literal["reading", "merging"]
    fraction: float
    rows_read: int
    rows_total: int | None


class PlannedRow(msgspec.Struct, frozen=True):
    """The outcome of one item, its prices and the change of the price in percent.

    `old_price` is None for a new item, `new_price` for an absent one; `percent` also if the old
    price is 0. `old_name` is None unless the item is renamed.
    """

    outcome: Literal["new", "changed", "back", "absent", "stock_updated", "quarantined"]
    row_number: int | None
    supplier_sku: str
    name: str
    old_price: Decimal | None
    new_price: Decimal | None
    percent: Decimal | None
    old_name: str | None = None


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an import.

    `row_errors` and `plan` are cut after `max_listed_rows` of the request; `counts` and
    `row_error_counts` are of all rows.
    """

    task_id: UUID
    status: ImportStatus
    supplier_name: str
    new_supplier: bool
    items_processed: int
    counts: Counts
    row_error_counts: dict[str, int]
    products_created: int
    errors: list[str]
    warnings: list[str]
    row_errors: list[RowError]
    plan: list[PlannedRow]
    dry_run: bool
    found: DetectedProfile | None
    profile_sentence: str | None
    completed_at: datetime
