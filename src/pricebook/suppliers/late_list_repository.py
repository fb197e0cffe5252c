"""The SQL of expected price lists: when lists arrived, and when the next ones are expected."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.suppliers.status_schemas import ExpectedBy, LateList

LOCK_KEY = 7_301_005
# More files than that of one supplier are not read when its lists are looked at for the first time.
MAX_ARRIVALS = 1_000


class ListState(Struct, frozen=True):
    """What is stored about the lists of a supplier; see the columns of `expected_lists`."""

    supplier_id: UUID
    lists: list[datetime]
    last_list_at: datetime | None
    rule: str | None
    rule_since: datetime | None
    expected_by: ExpectedBy | None
    expected_at: datetime | None
    late_at: datetime | None
    late_since: datetime | None


class SupplierLists(Struct, frozen=True):
    """What decides when the next list of a supplier is expected; `at` is the present time."""

    id: UUID
    name: str
    is_active: bool
    created_at: datetime
    at: datetime
    late_after_days: Any
    sync_every: str | None
    new_arrivals: list[datetime]
    newest_arrival: list[datetime]
    has_unfinished_task: bool
    state: ListState


async def lock_expected_lists(conn: Connection) -> bool:
    """Lock all expected lists until the transaction ends; return False if another worker has."""
    return await fetch_value(conn, "SELECT pg_try_advisory_xact_lock(%s)", [LOCK_KEY])


async def list_suppliers(conn: Connection) -> list[SupplierLists]:
    """Return all suppliers with what is known about their lists.

    `new_arrivals` are those of successful imports since the last stored list, `newest_arrival` is
    that of the newest list that is imported or held, empty without one.
    """
    cursor = await conn.execute(
        """
        SELECT supplier.id, supplier.name, is_active, supplier.created_at, now(),
            metadata #> '{source_config,late_after_days}',
            metadata #>> '{source_config,sync_every}',
            ARRAY(
                SELECT enqueued_at FROM ingestion_tasks
                WHERE supplier_id = supplier.id
                    AND state IN ('held', 'succeeded', 'partially_succeeded')
                    AND state <> 'held' AND corrections_of IS NULL AND undo_of IS NULL
                    AND enqueued_at > coalesce(lists[cardinality(lists)], '-infinity')
                ORDER BY enqueued_at DESC LIMIT %s
            ),
            ARRAY(
                SELECT enqueued_at FROM ingestion_tasks
                WHERE supplier_id = supplier.id
                    AND state IN ('held', 'succeeded', 'partially_succeeded')
                    AND corrections_of IS NULL AND undo_of IS NULL
                ORDER BY enqueued_at DESC LIMIT 1
            ),
            EXISTS (
                SELECT FROM ingestion_tasks
                WHERE supplier_id = supplier.id AND state IN ('queued', 'running')
            ),
            coalesce(lists, '{}'), last_list_at, rule, rule_since, expected_by, expected_at,
            late_at, late_since
        FROM suppliers AS supplier
        LEFT JOIN expected_lists AS expected ON expected.supplier_id = supplier.id
        WHERE deleting_since IS NULL
        """,
        [MAX_ARRIVALS],
    )
    return [
        SupplierLists(*row[:10], state=ListState(row[0], *row[10:]))
        for row in await cursor.fetchall()
    ]


async def upsert_states(conn: Connection, states: Sequence[ListState]) -> None:
    """Store what is known about the lists of suppliers; those that are deleted are skipped."""
    if not states:
        return
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO expected_lists (supplier_id, lists, last_list_at, rule, rule_since,
                expected_by, expected_at, late_at, late_since)
            SELECT id, %(lists)s, %(last_list_at)s, %(rule)s, %(rule_since)s, %(expected_by)s,
                %(expected_at)s, %(late_at)s, %(late_since)s
            FROM suppliers WHERE id = %(supplier_id)s AND deleting_since IS NULL
            ON CONFLICT (supplier_id) DO UPDATE
            SET lists = excluded.lists, last_list_at = excluded.last_list_at,
                rule = excluded.rule, rule_since = excluded.rule_since,
                expected_by = excluded.expected_by, expected_at = excluded.expected_at,
                late_at = excluded.late_at, late_since = excluded.late_since
            """,
            [msgspec.structs.asdict(state) for state in states],
        )


async def list_late(conn: Connection) -> list[LateList]:
    """Return the suppliers whose lists are late, by the time since which they are."""
    async with conn.cursor(row_factory=struct_row(LateList)) as cursor:
        await cursor.execute(
            """
            SELECT supplier_id, supplier.name AS supplier_name, late_since, last_list_at
            FROM expected_lists JOIN suppliers AS supplier ON supplier.id = supplier_id
            WHERE late_since IS NOT NULL AND deleting_since IS NULL
            ORDER BY late_since, supplier.id
            """
        )
        return await cursor.fetchall()
