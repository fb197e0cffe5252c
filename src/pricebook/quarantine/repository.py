"""The SQL of quarantined rows: pages of them, and decisions about them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, equals
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.row_types import struct_row
from pricebook.db.sort_keys import Key
from pricebook.quarantine.schemas import (
    QuarantinedRow,
    QuarantineQuery,
    QuarantineSelection,
    QuarantineState,
    WaitingRows,
)
from pricebook.suppliers.item_terms import with_decoded_terms

PURGE_BATCH_ROWS = 5_000

NEWEST_FIRST = (
    Key("created_at", "timestamptz", is_descending=True),
    Key("id", "uuid", is_descending=True),
)
# Of one price list, the change by the largest factor comes first, up or down; that from or to 0 is
# larger than any.
LARGEST_FIRST = (
    Key(
        "CASE WHEN factor > 0 THEN greatest(factor, 1 / factor) ELSE 'Infinity'::numeric END",
        "numeric",
        is_descending=True,
    ),
    Key("id", "uuid", is_descending=True),
)
DETAILS: LiteralString = """
    SELECT item.id, task_id, supplier_id, supplier.name AS supplier_name, supplier_item_id,
        row_number, supplier_sku, item.name, old_price, price,
        coalesce(currency, (SELECT currency FROM catalog_settings)) AS currency,
        coalesce(cost, price) AS cost, next_cost AS next_price, next_from,
        factor::float8 AS factor, reason,
        state, decided_by, decided_at, superseded_at, characteristics,
        price_details::text AS details, availability::text AS availability, item.created_at
    FROM quarantined_rows AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
    WHERE item.id = page.k2
"""


class QuarantinedRowText(Struct, frozen=True):
    """A quarantined row; details and availability are JSON."""

    id: UUID
    task_id: UUID | None
    supplier_id: UUID
    supplier_name: str
    supplier_item_id: UUID
    row_number: int
    supplier_sku: str
    name: str
    old_price: Decimal
    price: Decimal
    currency: str
    cost: Decimal
    next_price: Decimal | None
    next_from: date | None
    factor: float | None
    reason: str
    state: QuarantineState
    decided_by: str | None
    decided_at: datetime | None
    superseded_at: datetime | None
    characteristics: dict[str, Any]
    details: str | None
    availability: str | None
    created_at: datetime


class RowState(Struct, frozen=True):
    """The state of a quarantined row, and the costs of its item: when it was read, and now."""

    id: UUID
    supplier_sku: str
    state: QuarantineState
    is_superseded: bool
    decided_by: str | None
    old_cost: Decimal
    old_currency: str
    cost_now: Decimal
    currency_now: str


async def list_rows(conn: Connection, query: QuarantineQuery) -> ListPage[QuarantinedRow]:
    """Return a page of the rows that pass every filter: of a task the largest change first."""
    rows = as_structs(QuarantinedRowText)
    found = await read_page(conn, rows_listing(query), query.window, rows)
    return map_rows(found, lambda row: QuarantinedRow(**with_decoded_terms(row)))


def rows_listing(query: QuarantineQuery) -> Listing:
    """Return the list of the rows that pass every filter: newest first, or largest change first."""
    filters = equals(supplier_id=query.supplier_id, task_id=query.task_id, state=query.state)
    keys = LARGEST_FIRST if query.task_id else NEWEST_FIRST
    return Listing(
        table="quarantined_rows", conditions=all_of(*filters), keys=keys, details=DETAILS
    )


async def count_open_rows(conn: Connection, task_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the open rows of each of these tasks that has some."""
    cursor = await conn.execute(
        """
        SELECT task_id, count(*) FROM quarantined_rows
        WHERE task_id = ANY (%s) AND state = 'open' GROUP BY task_id
        """,
        [list(task_ids)],
    )
    return dict(await cursor.fetchall())


async def list_waiting(conn: Connection) -> list[WaitingRows]:
    """Count the open rows of each supplier that has some, those that wait longest first."""
    async with conn.cursor(row_factory=struct_row(WaitingRows)) as cursor:
        await cursor.execute(
            """
            SELECT supplier.name AS supplier_name, rows, since
            FROM (
                SELECT supplier_id, count(*) AS rows, min(created_at) AS since
                FROM quarantined_rows WHERE state = 'open' GROUP BY supplier_id
            ) AS waiting
            JOIN suppliers AS supplier ON supplier.id = supplier_id
            ORDER BY since, supplier_name
            """
        )
        return await cursor.fetchall()


async def list_open_ids(conn: Connection, selection: QuarantineSelection) -> list[UUID]:
    """Return the ids of the open rows of a task or of a supplier."""
    cursor = await conn.execute(
        """
        SELECT id FROM quarantined_rows
        WHERE state = 'open' AND (task_id = %s OR supplier_id = %s)
        """,
        [selection.task_id, selection.supplier_id],
    )
    return [row_id for (row_id,) in await cursor.fetchall()]


async def list_states(conn: Connection, ids: Sequence[UUID]) -> list[RowState]:
    """Return the states of those of these rows that exist, in the order of their price lists."""
    async with conn.cursor(row_factory=struct_row(RowState)) as cursor:
        await cursor.execute(
            """
            SELECT quarantined.id, quarantined.supplier_sku, state,
                superseded_at IS NOT NULL AS is_superseded, decided_by, old_cost,
                coalesce(old_currency, catalog.currency, '') AS old_currency,
                coalesce(item.cost, item.current_price) AS cost_now,
                coalesce(item.currency, catalog.currency, '') AS currency_now
            FROM quarantined_rows AS quarantined
            JOIN supplier_items AS item ON item.id = supplier_item_id
            LEFT JOIN catalog_settings AS catalog ON true
            WHERE quarantined.id = ANY (%s)
            ORDER BY quarantined.created_at, row_number, quarantined.id
            """,
            [list(ids)],
        )
        return await cursor.fetchall()


async def accept_rows(conn: Connection, ids: Sequence[UUID], name: str) -> set[UUID]:
    """Apply rows to their items; return the ids of those that were."""
    cursor = await conn.execute(
        "SELECT row_id FROM accept_quarantined_rows(%s, %s) WHERE is_accepted", [list(ids), name]
    )
    return {row_id for (row_id,) in await cursor.fetchall()}


async def refuse_rows(conn: Connection, ids: Sequence[UUID], name: str) -> set[UUID]:
    """Set open rows refused; return the ids of those that were."""
    cursor = await conn.execute(
        """
        UPDATE quarantined_rows SET state = 'refused', decided_by = %s, decided_at = now()
        WHERE state = 'open' AND id IN (
            SELECT id FROM quarantined_rows WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE)
        RETURNING id
        """,
        [name, list(ids)],
    )
    return {row_id for (row_id,) in await cursor.fetchall()}


async def delete_closed_batch(conn: Connection) -> int:
    """Delete some closed rows whose task was deleted; return how many."""
    cursor = await conn.execute(
        """
        DELETE FROM quarantined_rows WHERE id IN (
            SELECT id FROM quarantined_rows
            WHERE task_id IS NULL
                AND (state IN ('accepted', 'superseded') OR superseded_at IS NOT NULL)
            LIMIT %s
            FOR UPDATE SKIP LOCKED
        )
        """,
        [PURGE_BATCH_ROWS],
    )
    return cursor.rowcount
