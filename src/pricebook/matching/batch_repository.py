"""The SQL of batches of decisions, and how one is taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.fragments import fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import struct_row
from pricebook.db.sort_keys import Key
from pricebook.matching.decision_schemas import BatchQuery, MatchBatch
from pricebook.matching.schemas import Action

MATCH_BATCH: LiteralString = """
    SELECT id, kind, created_by, created_at, undone_by, undone_at, made.*
    FROM match_batches AS batch
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE action = 'accept') AS linked,
            count(*) FILTER (WHERE action = 'reject') AS rejected,
            count(*) FILTER (WHERE action = 'unlink') AS unlinked,
            count(*) FILTER (WHERE action = 'none') AS dismissed,
            count(*) FILTER (WHERE undone_at IS NOT NULL AND replaced_by IS NULL) AS undone,
            count(*) FILTER (WHERE replaced_by IS NOT NULL
                OR superseded_at IS NOT NULL AND undone_at IS NULL) AS changed
        FROM match_decisions WHERE batch_id = batch.id
    ) AS made
"""
OF_SEVERAL: LiteralString = """
    EXISTS (SELECT FROM match_decisions WHERE batch_id = match_batches.id OFFSET 1)
"""
BATCHES = Listing(
    table="match_batches",
    keys=(
        Key("created_at", "timestamptz", is_descending=True),
        Key("id", "uuid", is_descending=True),
    ),
    details=f"{MATCH_BATCH} WHERE id = page.k2",
)


class BatchUndo(Struct, frozen=True):
    """Who took a batch back, and when; whether decisions of it were not taken back."""

    undone_by: str | None
    undone_at: datetime | None
    has_decisions: bool


class BatchDecision(Struct, frozen=True):
    """A decision of a batch."""

    id: int
    supplier_item_id: UUID
    product_id: UUID | None
    action: Action
    supplier_sku: str
    internal_sku: str | None


async def list_batches(conn: Connection, query: BatchQuery) -> ListPage[MatchBatch]:
    """Return a page of the batches of decisions, newest first."""
    listing = BATCHES
    if query.several:
        listing = msgspec.structs.replace(BATCHES, conditions=fragment(OF_SEVERAL))
    return await read_page(conn, listing, query.window, as_structs(MatchBatch))


async def find_batch(conn: Connection, batch_id: UUID) -> MatchBatch | None:
    """Find a batch."""
    async with conn.cursor(row_factory=struct_row(MatchBatch)) as cursor:
        await cursor.execute(f"{MATCH_BATCH} WHERE id = %s", [batch_id])
        return await cursor.fetchone()


async def find_undo(conn: Connection, batch_id: UUID) -> BatchUndo | None:
    """Find who took a batch back, and whether decisions of it are in effect."""
    async with conn.cursor(row_factory=struct_row(BatchUndo)) as cursor:
        await cursor.execute(
            """
            SELECT undone_by, undone_at, EXISTS (
                SELECT FROM match_decisions AS decision
                JOIN supplier_items AS item ON item.id = supplier_item_id
                WHERE batch_id = batch.id AND decision.undone_at IS NULL) AS has_decisions
            FROM match_batches AS batch WHERE id = %s
            """,
            [batch_id],
        )
        return await cursor.fetchone()


async def list_decisions(
    conn: Connection, batch_id: UUID, after: int, limit: int
) -> list[BatchDecision]:
    """Return decisions of a batch that were not taken back, in their order."""
    async with conn.cursor(row_factory=struct_row(BatchDecision)) as cursor:
        await cursor.execute(
            """
            SELECT decision.id, supplier_item_id, decision.product_id, action, supplier_sku,
                internal_sku
            FROM match_decisions AS decision
            JOIN supplier_items AS item ON item.id = supplier_item_id
            LEFT JOIN products AS product ON product.id = decision.product_id
            WHERE batch_id = %s AND undone_at IS NULL AND decision.id > %s
            ORDER BY decision.id LIMIT %s
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


async def undo_decisions(conn: Connection, batch_id: UUID, undone: Sequence[BatchDecision]) -> int:
    """Take decisions of a batch about locked items back; return how many rejections hold again.

    What the batch had replaced is in effect again.
    """
    unlinked = [each for each in undone if each.action == "accept"]
    relinked = [each for each in undone if each.action == "unlink"]
    await _set_links(conn, unlinked, is_linked=False)
    await _set_links(conn, relinked, is_linked=True)
    await conn.execute(
        "UPDATE match_decisions SET undone_at = now() WHERE id = ANY (%s)",
        [[each.id for each in undone]],
    )
    cursor = await conn.execute(
        """
        UPDATE match_decisions AS rejected SET undone_at = NULL, replaced_by = NULL
        WHERE replaced_by = %s AND supplier_item_id = ANY (%s) AND NOT EXISTS (
            SELECT FROM match_decisions AS again
            WHERE again.supplier_item_id = rejected.supplier_item_id
                AND again.product_id IS NOT DISTINCT FROM rejected.product_id
                AND again.action = rejected.action AND again.undone_at IS NULL)
        """,
        [
            batch_id,
            [each.supplier_item_id for each in undone if each.action in {"accept", "none"}],
        ],
    )
    return cursor.rowcount


async def _set_links(
    conn: Connection, decisions: Sequence[BatchDecision], *, is_linked: bool
) -> None:
    """Link pairs or unlink them; a trigger notes those unlinked, which auto-link leaves then."""
    await conn.execute(
        """
        UPDATE supplier_items AS item
        SET product_id = CASE WHEN %(linked)s THEN pair.product_id END
        FROM unnest(%(items)s::uuid[], %(products)s::uuid[]) AS pair (item_id, product_id)
        WHERE item.id = pair.item_id
        """,
        {
            "items": [each.supplier_item_id for each in decisions],
            "products": [each.product_id for each in decisions],
            "linked": is_linked,
        },
    )


async def set_undone(conn: Connection, batch_id: UUID, name: str) -> None:
    """Record who took a batch back, the first time."""
    statement: LiteralString = """
        UPDATE match_batches SET undone_by = %s, undone_at = now()
        WHERE id = %s AND undone_at IS NULL
    """
    await conn.execute(statement, [name, batch_id])
