"""Previews of price lists: what was understood, what would change, what is in doubt."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.errors import PriceListIssue
from pricebook.imports.preview_basis import PreviewBasis
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.pricelists.profile_sentence import Description
from pricebook.pricelists.sources.address_logins import mask_address
from pricebook.tasks.counts import Counts

PreviewState = Literal["queued", "reading", "ready", "refused", "applied", "discarded"]
OPEN_STATES = ("queued", "reading", "ready", "refused")


class NewPreview(Struct, frozen=True, kw_only=True):
    """A preview to insert; `source` has the path of a stored file, or an address to fetch."""

    supplier_id: UUID
    supplier_name: str
    source: dict[str, str]
    file_name: str | None
    created_by: str
    created_by_id: UUID


class PreviewLease(Struct, frozen=True):
    """The lease of a worker on a preview, valid while its row names the owner."""

    id: UUID
    owner: str


class ClaimedPreview(Struct, frozen=True):
    """A preview that this worker reads."""

    id: UUID
    owner: str
    supplier_id: UUID
    supplier_name: str
    source: dict[str, str]
    file_name: str | None
    config: dict[str, Any]
    new_layout: bool
    created_by: str
    created_by_id: UUID
    attempts: int

    @property
    def lease(self) -> PreviewLease:
        """The lease on the preview."""
        return PreviewLease(self.id, self.owner)


class PreviewChange(Struct, frozen=True):
    """The outcome of one item, its prices, their change in percent, and why it is out of line.

    `currency` None: that of the catalog. `vat_included` is whether the listed price includes VAT,
    `vat_rate` is percent; both None if they are not known. `details` are those of the price as
    JSON, in which numbers are decimals. `next_price` holds from `next_from` on, for one unit.
    """

    outcome: str
    row_number: int | None
    supplier_sku: str
    name: str
    old_price: Decimal | None
    new_price: Decimal | None
    percent: Decimal | None
    old_name: str | None = None
    reason: str | None = None
    currency: str | None = None
    vat_included: bool | None = None
    vat_rate: Decimal | None = None
    details: str | None = None
    next_price: Decimal | None = None
    next_from: date | None = None


class UnlikePrice(Struct, frozen=True):
    """A new item whose price is far from the usual one of the rows that it is `similar_to`.

    `usual_price` is the median of these; `currency` None: that of the catalog.
    """

    row_number: int
    supplier_sku: str
    name: str
    price: Decimal
    currency: str | None
    similar_to: str
    usual_price: Decimal


class RejectedPreviewRow(Struct, frozen=True):
    """A row that is not imported: why, and its cells, if they are known."""

    row_number: int
    error_type: str
    error_message: str
    cells: list[str] | None = None


class PreviewResult(Struct, frozen=True, kw_only=True):
    """What was understood and what would happen; without a profile, why the list is refused.

    `reasons` are those for which it would be held. `changes` are the largest ones, `added` and
    `absent` the first in their order; `counts` are of all rows,
    `average_price_change` is in percent. `basis` is None if the list could not be fetched, and in
    previews of earlier releases.
    """

    issues: tuple[PriceListIssue, ...] = ()
    sheets: tuple[SheetSample, ...] = ()
    understood: tuple[Description, ...] = ()
    counts: Counts | None = None
    row_error_counts: dict[str, int] = {}
    average_price_change: float | None = None
    reasons: tuple[str, ...] = ()
    fails: bool = False
    changes: tuple[PreviewChange, ...] = ()
    added: tuple[PreviewChange, ...] = ()
    absent: tuple[PreviewChange, ...] = ()
    rejected: tuple[RejectedPreviewRow, ...] = ()
    ambiguous: RejectedPreviewRow | None = None
    unlike: tuple[UnlikePrice, ...] = ()
    mode: str = "full"
    basis: PreviewBasis | None = None

    @property
    def largest_change(self) -> PreviewChange | None:
        """The change of a price by the largest factor, None without any."""
        changed = (each for each in self.changes if each.old_price != each.new_price)
        return next(changed, None)


class Preview(Struct, frozen=True):
    """A preview as its page shows it."""

    id: UUID
    supplier_id: UUID
    supplier_name: str
    state: PreviewState
    source: dict[str, str]
    file_name: str | None
    config: dict[str, Any]
    new_layout: bool
    created_at: datetime
    updated_at: datetime
    created_by: str
    stage: str | None
    rows_read: int
    rows_total: int | None
    compared_at: datetime | None
    found: dict[str, Any] | None
    result: dict[str, Any] | None
    task_id: UUID | None
    decided_by: str | None
    decided_at: datetime | None
    may_hold: bool

    @property
    def is_fetched(self) -> bool:
        """Whether the price list comes from an address, not from an upload."""
        return bool(self.source.get("url") or self.source.get("spreadsheet_url"))

    @property
    def title(self) -> str:
        """The name of the file, else the address of the price list without secrets."""
        address = self.source.get("url") or self.source.get("spreadsheet_url", "")
        return self.file_name or mask_address(address)


class PreviewImport(Struct, frozen=True):
    """A preview that a task imports."""

    id: UUID
    task_id: UUID | None
    found: dict[str, Any] | None
    count_ignored: int
    may_hold: bool


class PreviewTask(Struct, frozen=True):
    """The task that imports a preview, as far as its page shows it."""

    id: UUID
    state: str
    stage: str | None
    rows_read: int
    rows_total: int | None
    errors: list[str]
    count_new: int
    count_changed: int
    count_absent: int
    count_unchanged: int
    count_rejected: int
    count_quarantined: int
