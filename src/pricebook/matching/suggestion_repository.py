"""The SQL by which a run stores the suggestions of items."""

from collections.abc import Collection, Hashable, Sequence
from typing import LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.matching.schemas import Band


class StoredSuggestion(Struct, frozen=True):
    """A suggestion to be stored; `place` counts from 1, `features` are numbers by name.

    `rivals` are ids of products, `rival_items` of items.
    """

    product_id: UUID
    place: int
    score: float
    band: Band
    reasons: Sequence[str]
    objections: Sequence[str]
    features: dict[str, float]
    rivals: Sequence[UUID]
    rival_items: Sequence[Hashable]


class ExaminedItem(Struct, frozen=True):
    """An item and its suggestions, best first."""

    supplier_item_id: UUID
    supplier_id: UUID
    digest: str
    suggestions: list[StoredSuggestion]


TAKEN_BACK = "somebody took this link back"
# Such a pair is not certain. An undo restores the state before, so that it is no objection.
STORE: LiteralString = """
    WITH item AS (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given (
            supplier_item_id uuid, supplier_id uuid, digest text, suggestions jsonb)
    ), suggestion AS MATERIALIZED (
        SELECT item.supplier_item_id, found.product_id, place, score,
            CASE WHEN taken_back.is_true AND band = 'certain' THEN 'likely' ELSE band END AS band,
            reasons,
            CASE WHEN taken_back.is_true THEN objections || %s::text ELSE objections END
                AS objections, features, nullif(rivals, '{}') AS rivals,
            nullif(rival_items, '{}') AS rival_items
        FROM item CROSS JOIN LATERAL jsonb_to_recordset(suggestions) AS found (
            product_id uuid, place smallint, score float8, band match_band, reasons text[],
            objections text[], features jsonb, rivals uuid[], rival_items uuid[])
        LEFT JOIN LATERAL (
            SELECT true AS is_true FROM match_unlinked_pairs AS unlinked
            WHERE unlinked.supplier_item_id = item.supplier_item_id
                AND unlinked.product_id = found.product_id
                AND NOT EXISTS (
                    SELECT FROM match_decisions AS decision
                    WHERE decision.supplier_item_id = item.supplier_item_id
                        AND decision.product_id = found.product_id
                        AND action = 'accept' AND undone_at IS NOT NULL)
            LIMIT 1
        ) AS taken_back ON true
        WHERE EXISTS (SELECT FROM products WHERE id = found.product_id)
            AND NOT EXISTS (
                SELECT FROM match_decisions AS decision
                WHERE decision.supplier_item_id = item.supplier_item_id
                    AND decision.product_id = found.product_id
                    AND action = 'reject' AND undone_at IS NULL)
            AND NOT EXISTS (
                SELECT FROM match_decisions AS decision
                JOIN match_batches AS batch ON batch.id = batch_id
                JOIN products AS product ON product.id = found.product_id
                WHERE decision.supplier_item_id = item.supplier_item_id
                    AND decision.product_id IS NULL AND decision.undone_at IS NULL
                    AND product.created_at <= batch.created_at AND found.band <> 'certain')
    ), stored AS (
        INSERT INTO match_items
            (supplier_item_id, supplier_id, texts_digest, suggestions, best_band, best_score,
            best_product_id, best_objections, best_rivals)
        SELECT item.supplier_item_id, item.supplier_id, item.digest,
            coalesce(best.suggestions, 0), best.band, best.score, best.product_id,
            cardinality(best.objections),
            coalesce(cardinality(best.rivals || best.rival_items), 0)
        FROM item LEFT JOIN (
            SELECT DISTINCT ON (supplier_item_id) *,
                count(*) OVER (PARTITION BY supplier_item_id) AS suggestions
            FROM suggestion ORDER BY supplier_item_id, place
        ) AS best USING (supplier_item_id)
        RETURNING supplier_item_id
    )
    INSERT INTO match_suggestions (supplier_item_id, product_id, place, score, band, reasons,
        objections, features, rivals, rival_items)
    SELECT suggestion.* FROM suggestion JOIN stored USING (supplier_item_id)
"""


async def store_suggestions(
    conn: Connection, examined: Sequence[ExaminedItem]
) -> list[Band | None]:
    """Store the suggestions of items in place of earlier ones; return the best band of each item.

    Left out are items that were linked meanwhile, that another transaction has locked, or with a
    product that was deleted meanwhile, which are examined by the next run, and pairs that were
    rejected meanwhile; of an item that no product fits, all but certain ones and products made
    since. Suggestions of an item are written by the holder of its lock only, or by who deletes a
    product.
    """
    cursor = await conn.execute(
        """
        SELECT id FROM supplier_items WHERE id = ANY (%s) AND product_id IS NULL
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        """,
        [[each.supplier_item_id for each in examined]],
    )
    locked = {item_id for (item_id,) in await cursor.fetchall()}
    held = await _hold_products(conn, examined, locked)
    await conn.execute("DELETE FROM match_items WHERE supplier_item_id = ANY (%s)", [list(locked)])
    stored = [
        each
        for each in examined
        if each.supplier_item_id in locked
        and held.issuperset(suggestion.product_id for suggestion in each.suggestions)
    ]
    await conn.execute(
        STORE,
        [msgspec.json.encode(stored).decode(), TAKEN_BACK],
    )
    cursor = await conn.execute(
        "SELECT best_band FROM match_items WHERE supplier_item_id = ANY (%s)", [list(locked)]
    )
    return [band for (band,) in await cursor.fetchall()]


async def _hold_products(
    conn: Connection, examined: Sequence[ExaminedItem], locked: Collection[UUID]
) -> set[UUID]:
    """Keep the products of old and new suggestions from being deleted until the transaction ends.

    Return those that there are. Who deletes a product then writes to its items; to wait for it
    later could deadlock.
    """
    cursor = await conn.execute(
        """
        SELECT id FROM products WHERE id = ANY (ARRAY(
            SELECT product_id FROM match_suggestions WHERE supplier_item_id = ANY (%s)
            UNION SELECT unnest(%s::uuid[])))
        ORDER BY id FOR KEY SHARE
        """,
        [
            list(locked),
            list({each.product_id for item in examined for each in item.suggestions}),
        ],
    )
    return {product_id for (product_id,) in await cursor.fetchall()}
