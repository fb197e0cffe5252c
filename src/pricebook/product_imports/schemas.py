from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.db.actor import Actor, requester_as_actor
from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.product_imports.file_columns import RowErrorKind

ImportState = Literal["queued", "running", "succeeded", "partially_succeeded", "failed"]
Outcome = Literal["new", "changed", "rejected", "duplicate"]

ImportId = Annotated[UUID, doc("Id of the import.")]
EnqueuedAt = Annotated[datetime, doc("Time of the request, ISO 8601 UTC.")]


class ImportOptions(Struct, frozen=True, kw_only=True):
    """How a file of own products is imported."""

    dry_run: Annotated[
        bool, doc("Whether to find out what the file changes without changing anything.")
    ] = False
    sheet_name: Annotated[
        Annotated[str, Meta(min_length=1, max_length=255)] | None,
        doc("Sheet of a workbook; needed if several sheets have products."),
    ] = None


class ProductFile(ImportOptions, frozen=True, kw_only=True):
    """The form of an import: the file and its options."""

    file: Annotated[
        str,
        doc("File of own products (CSV, xlsx, xls or ods, by its content).", format="binary"),
    ]


class ImportCounts(Struct, frozen=True):
    """Rows of a file by outcome."""

    new: Annotated[int, doc("Products that were created.")] = 0
    changed: Annotated[int, doc("Products of which a field or a link changed.")] = 0
    unchanged: Annotated[int, doc("Products that are as the file says already.")] = 0
    rejected: Annotated[int, doc("Rows that were not applied, each with its reason.")] = 0
    duplicate: Annotated[int, doc("Rows that repeat another row of their product.")] = 0


class ProductImport(Struct, frozen=True):
    """An import of own products: its request, its progress and its result."""

    id: ImportId
    state: Annotated[
        ImportState, doc("State; `partially_succeeded` if rows were rejected, the others applied.")
    ]
    dry_run: Annotated[bool, doc("Whether nothing is changed.")]
    file_name: Annotated[str | None, doc("Name of the file.")]
    requested_by: Annotated[str | None, doc("Name of the user or API key; null for a command.")]
    request_id: Annotated[str | None, doc("Id of the request in the log; null for a command.")]
    enqueued_at: EnqueuedAt
    started_at: Annotated[
        datetime | None, doc("Start of the first attempt, ISO 8601 UTC, or null.")
    ]
    completed_at: Annotated[datetime | None, doc("End of the import, ISO 8601 UTC, or null.")]
    columns: Annotated[
        list[str] | None, doc("Columns of the file; fields without a column do not change.")
    ]
    rows_total: Annotated[int | None, doc("Rows of the file; null while it is read.")]
    rows_done: Annotated[int, doc("Rows that are processed.")]
    errors: Annotated[list[str], doc("Sentences for people: why the import failed.")]
    counts: Annotated[ImportCounts, doc("Rows by outcome; in a dry run what they would be.")]


class ImportPage(CursorPage[ProductImport], frozen=True):
    """A page of imports."""


class FieldChange(Struct, frozen=True):
    """A field of a product and its values as texts, as the file has them."""

    field: Annotated[str, doc("Name of the column.")]
    old: Annotated[str | None, doc("Value before; null if it was empty.")]
    new: Annotated[str | None, doc("Value after; null if it is empty.")]


class ImportedRow(Struct, frozen=True):
    """A row of a file that is no unchanged product, and what came of it."""

    row_number: Annotated[int, doc("Row of the file, as a spreadsheet shows it.")]
    internal_sku: Annotated[
        str | None, doc("Own article code; null for a new product of a dry run without one.")
    ]
    outcome: Annotated[Outcome, doc("What came of the row.")]
    changes: Annotated[
        list[FieldChange], doc("Fields that are changed, or those of a new product.")
    ]
    error_type: Annotated[RowErrorKind | None, doc("Kind of the reason; null if it is applied.")]
    error_message: Annotated[str | None, doc("Why the row is rejected; null if it is applied.")]
    cells: Annotated[list[str] | None, doc("Cells of a rejected row; null for others.")]


class ImportedRowPage(CursorPage[ImportedRow], frozen=True):
    """A page of rows."""


class ImportedRowQuery(CursorPaging, frozen=True):
    """Filters of rows, and which page of them to return."""

    outcome: Annotated[Outcome | None, doc("Only rows of this outcome.")] = None


class DryRun(Struct, frozen=True):
    """A dry run that ended, and its file."""

    file_path: str
    file_name: str | None
    sheet_name: str | None


class NewImport(Struct, frozen=True, kw_only=True):
    """A request to import a file; `file_path` is relative to UPLOADS_DIR."""

    options: ImportOptions
    file_path: str | None
    file_name: str | None
    requested_by: str | None = None
    requested_by_id: UUID | None = None
    request_id: str | None = None
    idempotency_key: str | None = None
    digest: bytes | None = None


class ImportLease(Struct, frozen=True):
    """An import that this process runs, until the lease expires."""

    id: UUID
    owner: str


class ClaimedImport(Struct, frozen=True):
    """A leased import; `columns` is None until the rows of its file are stored.

    `api_key` is the name of the key that requested it.
    """

    id: UUID
    lease_owner: str
    dry_run: bool
    file_path: str | None
    file_name: str | None
    sheet_name: str | None
    columns: list[str] | None
    last_row_number: int
    attempts: int
    requested_by: str | None
    requested_by_id: UUID | None
    api_key: str | None
    request_id: str | None

    @property
    def lease(self) -> ImportLease:
        """The lease."""
        return ImportLease(self.id, self.lease_owner)

    @property
    def actor(self) -> Actor:
        """Who requested the import, as the author of what it changes."""
        return requester_as_actor(
            self.requested_by, self.api_key, self.requested_by_id, self.request_id
        )


class ImportWithRows(ProductImport, frozen=True):
    """An import with its rows, as a command prints it."""

    rows: list[ImportedRow]


class StoredImport(Struct, frozen=True):
    """The id of an import that a request with an idempotency key made, and its digest."""

    id: UUID
    digest: bytes | None
