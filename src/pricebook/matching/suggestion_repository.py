"""The SQL by which a run stores the suggestions of items."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.matching.schemas import Band


class StoredSuggestion(Struct, frozen=True):
    """A suggestion to be stored; `place` counts from 1, `features` are numbers by name."""

    product_id: UUID
    place: int
    score: float
    band: Band
    reasons: Sequence[str]
    objections: Sequence[str]
    features: dict[str, float]


class ExaminedItem(Struct, frozen=True):
    """An item and its suggestions, best first."""

    supplier_item_id: UUID
    supplier_id: UUID
    digest: str
    suggestions: list[StoredSuggestion]


async def store_suggestions(conn: Connection, examined: Sequence[ExaminedItem]) -> int:
    """Store the suggestions of items in place of earlier ones; return of how many items.

    Left out are items that were linked meanwhile or that another transaction has locked, which are
    examined by the next run, and pairs that were rejected meanwhile. Suggestions of an item are
    written by the holder of its lock only.
    """
    cursor = await conn.execute(
        """
        SELECT id FROM supplier_items WHERE id = ANY (%s) AND product_id IS NULL
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        """,
        [[each.supplier_item_id for each in examined]],
    )
    locked = {item_id for (item_id,) in await cursor.fetchall()}
    await conn.execute("DELETE FROM match_items WHERE supplier_item_id = ANY (%s)", [list(locked)])
    stored = [each for each in examined if each.supplier_item_id in locked]
    await conn.execute(
        """
        WITH item AS (
            SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given (
                supplier_item_id uuid, supplier_id uuid, digest text, suggestions jsonb)
        ), suggestion AS MATERIALIZED (
            SELECT item.supplier_item_id, found.*
            FROM item CROSS JOIN LATERAL jsonb_to_recordset(suggestions) AS found (
                product_id uuid, place smallint, score float8, band match_band, reasons text[],
                objections text[], features jsonb)
            WHERE EXISTS (SELECT FROM products WHERE id = found.product_id)
                AND NOT EXISTS (
                    SELECT FROM match_decisions AS decision
                    WHERE decision.supplier_item_id = item.supplier_item_id
                        AND decision.product_id = found.product_id
                        AND action = 'reject' AND undone_at IS NULL)
        ), stored AS (
            INSERT INTO match_items
                (supplier_item_id, supplier_id, texts_digest, suggestions, best_band, best_score)
            SELECT item.supplier_item_id, item.supplier_id, item.digest,
                count(suggestion.product_id), min(suggestion.band), max(suggestion.score)
            FROM item LEFT JOIN suggestion USING (supplier_item_id)
            GROUP BY item.supplier_item_id, item.supplier_id, item.digest
            RETURNING supplier_item_id
        )
        INSERT INTO match_suggestions (supplier_item_id, product_id, place, score, band, reasons,
            objections, features)
        SELECT suggestion.* FROM suggestion JOIN stored USING (supplier_item_id)
        """,
        [msgspec.json.encode(stored).decode()],
    )
    return len(stored)
