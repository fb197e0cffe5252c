"""The SQL of batches of decisions, and how one is taken back."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.keyset import Key, Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import struct_row
from pricebook.http.pagination import CursorPaging
from pricebook.matching.decision_schemas import MatchBatch
from pricebook.matching.schemas import Action

BATCHES = Listing(
    table="match_batches",
    keys=(
        Key("created_at", "timestamptz", is_descending=True),
        Key("id", "uuid", is_descending=True),
    ),
    details="""
    SELECT id, kind, created_by, created_at, undone_by, undone_at, made.linked, made.rejected
    FROM match_batches AS batch
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE action = 'accept') AS linked,
            count(*) FILTER (WHERE action = 'reject') AS rejected
        FROM match_decisions WHERE batch_id = batch.id
    ) AS made
    WHERE id = page.k2
    """,
)


class BatchDecision(Struct, frozen=True):
    """A decision of a batch."""

    id: int
    supplier_item_id: UUID
    product_id: UUID
    action: Action


async def list_batches(conn: Connection, paging: CursorPaging) -> ListPage[MatchBatch]:
    """Return a page of the batches of decisions, newest first."""
    return await read_page(conn, BATCHES, paging.window, as_structs(MatchBatch))


async def batch_exists(conn: Connection, batch_id: UUID) -> bool:
    """Return whether there is a batch."""
    cursor = await conn.execute("SELECT FROM match_batches WHERE id = %s", [batch_id])
    return cursor.rowcount == 1


async def list_decisions(
    conn: Connection, batch_id: UUID, after: int, limit: int
) -> list[BatchDecision]:
    """Return decisions of a batch that were not taken back, in their order."""
    async with conn.cursor(row_factory=struct_row(BatchDecision)) as cursor:
        await cursor.execute(
            """
            SELECT id, supplier_item_id, product_id, action
            FROM match_decisions
            WHERE batch_id = %s AND undone_at IS NULL AND id > %s
            ORDER BY id LIMIT %s
            """,
            [batch_id, after, limit],
        )
        return await cursor.fetchall()


async def list_superseded(conn: Connection, decision_ids: Sequence[int]) -> set[int]:
    """Return those of these decisions whose link was changed by another request."""
    cursor = await conn.execute(
        "SELECT id FROM match_decisions WHERE id = ANY (%s) AND superseded_at IS NOT NULL",
        [list(decision_ids)],
    )
    return {decision_id for (decision_id,) in await cursor.fetchall()}


async def undo_decisions(
    conn: Connection, decision_ids: Sequence[int], item_ids: Sequence[UUID]
) -> None:
    """Take links of locked items and rejections back."""
    await conn.execute(
        "UPDATE supplier_items SET product_id = NULL WHERE id = ANY (%s)", [list(item_ids)]
    )
    await conn.execute(
        "UPDATE match_decisions SET undone_at = now() WHERE id = ANY (%s)", [list(decision_ids)]
    )


async def set_undone(conn: Connection, batch_id: UUID, name: str) -> None:
    """Record who took a batch back, the first time."""
    statement: LiteralString = """
        UPDATE match_batches SET undone_by = %s, undone_at = now()
        WHERE id = %s AND undone_at IS NULL
    """
    await conn.execute(statement, [name, batch_id])
