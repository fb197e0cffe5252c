"""The SQL of decisions: links and rejections in batches, and how a batch is taken back."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from pricebook.db.actor import set_transaction_actor
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.matching.decision_schemas import Decision
from pricebook.matching.schemas import BatchKind


class NewBatch(Struct, frozen=True):
    """A batch of decisions, which is stored with the first decision that changes something."""

    kind: BatchKind
    created_by: str
    id: UUID = msgspec.field(default_factory=uuid4)


class LockedItem(Struct, frozen=True):
    """An item that is locked until the transaction ends, with the SKU of its product."""

    id: UUID
    product_id: UUID | None
    supplier_sku: str
    linked_sku: str | None


class LockedProduct(Struct, frozen=True):
    """A product that is locked until the transaction ends."""

    id: UUID
    internal_sku: str
    is_archived: bool


class PairIds(Struct, frozen=True):
    """An item and a product by their codes, and the product that the item is linked to."""

    supplier_item_id: UUID | None
    product_id: UUID | None
    linked_product_id: UUID | None


async def list_known_items(conn: Connection, item_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these items that exist, of suppliers that are not being deleted."""
    cursor = await conn.execute(
        """
        SELECT item.id FROM supplier_items AS item JOIN suppliers ON suppliers.id = supplier_id
        WHERE item.id = ANY (%s) AND deleting_since IS NULL
        """,
        [list(item_ids)],
    )
    return {item_id for (item_id,) in await cursor.fetchall()}


async def lock_free_items(conn: Connection, item_ids: Sequence[UUID]) -> dict[UUID, LockedItem]:
    """Lock those of these items that no other transaction has locked.

    A request that waited for an item while it held others could deadlock with an import.
    """
    async with conn.cursor(row_factory=struct_row(LockedItem)) as cursor:
        await cursor.execute(
            """
            SELECT id, product_id, supplier_sku,
                (SELECT internal_sku FROM products WHERE id = product_id) AS linked_sku
            FROM supplier_items AS item WHERE id = ANY (%s)
            ORDER BY id FOR NO KEY UPDATE OF item SKIP LOCKED
            """,
            [list(item_ids)],
        )
        return {item.id: item for item in await cursor.fetchall()}


async def lock_products(conn: Connection, product_ids: Sequence[UUID]) -> dict[UUID, LockedProduct]:
    """Lock products in the order of their ids, as every writer does after its items."""
    async with conn.cursor(row_factory=struct_row(LockedProduct)) as cursor:
        await cursor.execute(
            """
            SELECT id, internal_sku, status = 'archived' AS is_archived FROM products
            WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE
            """,
            [list(product_ids)],
        )
        return {product.id: product for product in await cursor.fetchall()}


async def insert_decisions(
    conn: Connection, batch: NewBatch, decisions: Sequence[Decision]
) -> None:
    """Carry decisions about locked items out and store them, with what was suggested.

    The trigger of a link deletes the suggestions of its item, so they are read before; earlier
    links are set superseded by it, so the new ones are stored after. A pair that is rejected twice
    is stored once.
    """
    await set_transaction_actor(conn, batch_id=batch.id)
    await conn.execute(
        """
        INSERT INTO match_batches (id, kind, created_by) VALUES (%s, %s, %s)
        ON CONFLICT (id) DO NOTHING
        """,
        [batch.id, batch.kind, batch.created_by],
    )
    given = msgspec.json.encode(decisions).decode()
    suggested = await fetch_value(conn, WITH_SUGGESTED, [given, given])
    await conn.execute(SET_LINKS, [given])
    await conn.execute(REPLACE_REJECTIONS, {"batch": batch.id, "given": given})
    await conn.execute(INSERT_DECISIONS, {"batch": batch.id, "suggested": suggested})
    await _delete_rejected_suggestions(conn, decisions)


# An item that no product fits rejects all that is suggested to it.
WITH_SUGGESTED: LiteralString = """
    SELECT coalesce(jsonb_agg(to_jsonb(decided)), '[]')::text
    FROM (
        SELECT given.*, score, band, features
        FROM jsonb_to_recordset(%s::jsonb)
            AS given (supplier_item_id uuid, product_id uuid, action match_action)
        LEFT JOIN match_suggestions USING (supplier_item_id, product_id)
        UNION ALL
        SELECT supplier_item_id, suggestion.product_id, 'reject', score, band, features
        FROM jsonb_to_recordset(%s::jsonb) AS given (supplier_item_id uuid, action match_action)
        JOIN match_suggestions AS suggestion USING (supplier_item_id)
        WHERE action = 'none'
    ) AS decided
"""
SET_LINKS: LiteralString = """
    UPDATE supplier_items AS item
    SET product_id = CASE action WHEN 'accept' THEN given.product_id END
    FROM jsonb_to_recordset(%s::jsonb)
        AS given (supplier_item_id uuid, product_id uuid, action match_action)
    WHERE item.id = given.supplier_item_id
        AND (action = 'accept' AND item.product_id IS NULL
            OR action = 'unlink' AND item.product_id = given.product_id)
"""
REPLACE_REJECTIONS: LiteralString = """
    UPDATE match_decisions AS rejected SET undone_at = now(), replaced_by = %(batch)s
    FROM jsonb_to_recordset(%(given)s::jsonb)
        AS given (supplier_item_id uuid, product_id uuid, action match_action)
    WHERE rejected.supplier_item_id = given.supplier_item_id AND rejected.undone_at IS NULL
        AND (rejected.product_id IS NULL AND given.action IN ('accept', 'none')
            OR rejected.action = 'reject' AND given.action = 'accept'
                AND rejected.product_id = given.product_id)
"""
INSERT_DECISIONS: LiteralString = """
    INSERT INTO match_decisions
        (batch_id, supplier_item_id, product_id, action, score, band, features)
    SELECT %(batch)s, supplier_item_id, product_id, action, score, band, features
    FROM jsonb_to_recordset(%(suggested)s::jsonb) AS given (supplier_item_id uuid, product_id uuid,
        action match_action, score float8, band match_band, features jsonb)
    ON CONFLICT DO NOTHING
"""


async def _delete_rejected_suggestions(conn: Connection, decisions: Sequence[Decision]) -> None:
    rejected = [each for each in decisions if each.action in {"reject", "none"}]
    if not rejected:
        return
    item_ids = [each.supplier_item_id for each in rejected]
    await conn.execute(
        """
        DELETE FROM match_suggestions AS suggestion
        USING unnest(%s::uuid[], %s::uuid[]) AS pair (item_id, product_id)
        WHERE supplier_item_id = pair.item_id
            AND (pair.product_id IS NULL OR suggestion.product_id = pair.product_id)
        """,
        [item_ids, [each.product_id for each in rejected]],
    )
    await conn.execute(
        """
        UPDATE match_items AS item
        SET suggestions = rest.suggestions, best_band = best.band, best_score = best.score,
            best_product_id = best.product_id, best_objections = best.objections,
            best_rivals = coalesce(best.rivals, 0)
        FROM unnest(%s::uuid[]) AS examined (id)
        CROSS JOIN LATERAL (
            SELECT count(*) AS suggestions FROM match_suggestions
            WHERE supplier_item_id = examined.id
        ) AS rest
        LEFT JOIN LATERAL (
            SELECT product_id, band, score, cardinality(objections) AS objections,
                cardinality(rivals || rival_items) AS rivals
            FROM match_suggestions WHERE supplier_item_id = examined.id
            ORDER BY place LIMIT 1
        ) AS best ON true
        WHERE item.supplier_item_id = examined.id
        """,
        [item_ids],
    )


async def list_siblings(conn: Connection, item_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the codes of the other items of the same supplier that the products of items have."""
    cursor = await conn.execute(
        """
        SELECT item.id, array_agg(sibling.supplier_sku ORDER BY sibling.created_at, sibling.id)
        FROM supplier_items AS item
        JOIN supplier_items AS sibling
            ON sibling.product_id = item.product_id AND sibling.supplier_id = item.supplier_id
                AND sibling.id <> item.id
        WHERE item.id = ANY (%s)
        GROUP BY item.id
        """,
        [list(item_ids)],
    )
    return dict(await cursor.fetchall())


async def list_dismissed_items(conn: Connection, item_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these items that no product fits and to which none was suggested since."""
    cursor = await conn.execute(
        """
        SELECT supplier_item_id FROM match_decisions
        LEFT JOIN match_items AS examined USING (supplier_item_id)
        WHERE supplier_item_id = ANY (%s) AND product_id IS NULL AND undone_at IS NULL
            AND coalesce(suggestions, 0) = 0
        """,
        [list(item_ids)],
    )
    return {item_id for (item_id,) in await cursor.fetchall()}


async def list_rejected_pairs(
    conn: Connection, decisions: Sequence[Decision]
) -> set[tuple[UUID, UUID]]:
    """Return those of these pairs that are rejected already."""
    cursor = await conn.execute(
        """
        SELECT supplier_item_id, decision.product_id FROM match_decisions AS decision
        JOIN unnest(%s::uuid[], %s::uuid[]) AS pair (item_id, product_id)
            ON supplier_item_id = pair.item_id AND decision.product_id = pair.product_id
        WHERE action = 'reject' AND undone_at IS NULL
        """,
        [[each.supplier_item_id for each in decisions], [each.product_id for each in decisions]],
    )
    return {(item_id, product_id) for item_id, product_id in await cursor.fetchall()}


async def list_unlinked_pairs(
    conn: Connection, decisions: Sequence[Decision]
) -> set[tuple[UUID, UUID]]:
    """Return those of these pairs whose link somebody has taken back."""
    cursor = await conn.execute(
        """
        SELECT supplier_item_id, unlinked.product_id FROM match_unlinked_pairs AS unlinked
        JOIN unnest(%s::uuid[], %s::uuid[]) AS pair (item_id, product_id)
            ON supplier_item_id = pair.item_id AND unlinked.product_id = pair.product_id
        """,
        [[each.supplier_item_id for each in decisions], [each.product_id for each in decisions]],
    )
    return {(item_id, product_id) for item_id, product_id in await cursor.fetchall()}


async def find_pair_ids(
    conn: Connection, supplier_id: UUID, codes: Sequence[str], skus: Sequence[str | None]
) -> list[PairIds]:
    """Return the ids of items of a supplier and of products by their codes; None for unknown ones.

    `codes` and `skus` are as long as each other, and so is the result.
    """
    async with conn.cursor(row_factory=struct_row(PairIds)) as cursor:
        await cursor.execute(
            """
            SELECT item.id AS supplier_item_id, product.id AS product_id,
                item.product_id AS linked_product_id
            FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS pair (code, sku, place)
            LEFT JOIN supplier_items AS item
                ON item.supplier_id = %s AND item.supplier_sku = pair.code
            LEFT JOIN products AS product ON product.internal_sku = pair.sku
            ORDER BY place
            """,
            [list(codes), list(skus), supplier_id],
        )
        return await cursor.fetchall()
