"""Suppliers with the number of their items and their last task."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.row_types import struct_row
from pricebook.db.sort_keys import Key
from pricebook.http.pagination import CursorPaging
from pricebook.pricelists.sources.address_logins import hide_logins
from pricebook.suppliers.credential_schemas import CredentialKind, StoredCredentials
from pricebook.suppliers.expected_columns import EXPECTED_COLUMNS, ExpectedRow
from pricebook.suppliers.schemas import LastTask, SourceType, SupplierOverview
from pricebook.tasks.schemas import TaskState

OVERVIEW_TEMPLATE: LiteralString = """
    SELECT {expected}, supplier.id, supplier.name, supplier.source_type,
        coalesce(metadata -> 'source_config', '{{}}') AS source_config,
        credentials.kind AS credentials_kind, credentials.name AS credentials_name,
        credentials.origin AS credentials_origin, credentials.updated_at AS credentials_updated_at,
        credentials.updated_by AS credentials_updated_by, contact_email,
        deleting_since,
        (SELECT coalesce(sum(items), 0)::bigint FROM supplier_item_counts
            WHERE supplier_id = supplier.id) AS items_count,
        supplier.created_at, supplier.updated_at,
        task.id AS task_id, task.state AS task_state, task.enqueued_at AS task_enqueued_at,
        task.completed_at AS task_completed_at
    FROM suppliers AS supplier
    LEFT JOIN supplier_credentials AS credentials ON credentials.supplier_id = supplier.id
    LEFT JOIN expected_lists AS expected ON expected.supplier_id = supplier.id
    LEFT JOIN LATERAL (
        SELECT id, state, enqueued_at, completed_at FROM ingestion_tasks
        WHERE supplier_id = supplier.id
        ORDER BY enqueued_at DESC, id DESC
        LIMIT 1
    ) AS task ON true
"""
OVERVIEW: LiteralString = OVERVIEW_TEMPLATE.format(expected=EXPECTED_COLUMNS)
SUPPLIERS = Listing(
    table="suppliers",
    conditions=fragment("deleting_since IS NULL"),
    keys=(Key("name", "text"), Key("id", "uuid")),
    details=OVERVIEW + "WHERE supplier.id = page.k2",
)


class OverviewRow(ExpectedRow, frozen=True):
    """A supplier and its last task in one row; the task's columns are null without a task.

    Those of the credentials and of the expected list are null without any.
    """

    id: UUID
    name: str
    source_type: SourceType
    source_config: dict[str, Any]
    credentials_kind: CredentialKind | None
    credentials_name: str | None
    credentials_origin: str
    credentials_updated_at: datetime
    credentials_updated_by: str
    contact_email: str | None
    deleting_since: datetime | None
    items_count: int
    created_at: datetime
    updated_at: datetime
    task_id: UUID | None
    task_state: TaskState
    task_enqueued_at: datetime
    task_completed_at: datetime | None

    @property
    def overview(self) -> SupplierOverview:
        """The supplier with its last task."""
        return SupplierOverview(
            id=self.id,
            name=self.name,
            source_type=self.source_type,
            source_config=hide_logins(self.source_config),
            credentials=self.credentials_kind
            and StoredCredentials(
                self.credentials_kind,
                self.credentials_name,
                self.credentials_origin,
                self.credentials_updated_at,
                self.credentials_updated_by,
            ),
            contact_email=self.contact_email,
            is_active=self.is_active,
            deleting_since=self.deleting_since,
            items_count=self.items_count,
            created_at=self.created_at,
            updated_at=self.updated_at,
            last_task=self.task_id
            and LastTask(
                self.task_id, self.task_state, self.task_enqueued_at, self.task_completed_at
            ),
            expected_list=self.expected_list,
        )


async def list_suppliers(conn: Connection, paging: CursorPaging) -> ListPage[SupplierOverview]:
    """List a page of the suppliers by name."""
    found = await read_page(conn, SUPPLIERS, paging.window, as_structs(OverviewRow))
    return map_rows(found, lambda row: row.overview)


async def find_overview(conn: Connection, supplier_id: UUID) -> SupplierOverview | None:
    """Find a supplier with the number of its items and its last task."""
    async with conn.cursor(row_factory=struct_row(OverviewRow)) as cursor:
        await cursor.execute(OVERVIEW + "WHERE supplier.id = %s", [supplier_id])
        row = await cursor.fetchone()
    return row and row.overview
