"""The SQL of decisions: links and rejections in batches, and how a batch is taken back."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.actor import set_transaction_actor
from pricebook.db.database import Connection
from pricebook.db.row_types import find_value, struct_row
from pricebook.matching.decision_schemas import Decision
from pricebook.matching.schemas import BatchKind


class LockedItem(Struct, frozen=True):
    """An item that is locked until the transaction ends."""

    id: UUID
    product_id: UUID | None


class LockedProduct(Struct, frozen=True):
    """A product that is locked until the transaction ends."""

    id: UUID
    internal_sku: str
    is_archived: bool


async def insert_batch(conn: Connection, kind: BatchKind, name: str) -> UUID:
    """Insert a batch without decisions and return its id."""
    return await find_value(
        conn,
        "INSERT INTO match_batches (kind, created_by) VALUES (%s, %s) RETURNING id",
        [kind, name],
    )


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
            SELECT id, product_id FROM supplier_items WHERE id = ANY (%s)
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
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


async def insert_decisions(conn: Connection, batch_id: UUID, decisions: Sequence[Decision]) -> None:
    """Store decisions about locked items, with what was suggested; then link the accepted ones.

    The trigger of a link deletes the suggestions of its item, so they are read before; earlier
    links are set superseded by it, so the new ones are stored after. A link takes an earlier
    rejection of the pair back. A pair that is rejected twice is stored once.
    """
    await set_transaction_actor(conn, batch_id=batch_id)
    given = msgspec.json.encode(decisions).decode()
    async with conn.cursor() as cursor:
        await cursor.execute(
            """
            SELECT coalesce(jsonb_agg(to_jsonb(given) || jsonb_build_object(
                'score', score, 'band', band, 'features', features)), '[]')::text
            FROM jsonb_to_recordset(%s::jsonb)
                AS given (supplier_item_id uuid, product_id uuid, action match_action)
            LEFT JOIN match_suggestions USING (supplier_item_id, product_id)
            """,
            [given],
        )
        ((suggested,),) = await cursor.fetchall()
    await conn.execute(
        """
        UPDATE supplier_items AS item SET product_id = given.product_id
        FROM jsonb_to_recordset(%s::jsonb)
            AS given (supplier_item_id uuid, product_id uuid, action match_action)
        WHERE item.id = given.supplier_item_id AND action = 'accept' AND item.product_id IS NULL
        """,
        [given],
    )
    await conn.execute(
        """
        UPDATE match_decisions AS rejected SET undone_at = now()
        FROM jsonb_to_recordset(%s::jsonb)
            AS given (supplier_item_id uuid, product_id uuid, action match_action)
        WHERE rejected.supplier_item_id = given.supplier_item_id
            AND rejected.product_id = given.product_id AND given.action = 'accept'
            AND rejected.action = 'reject' AND rejected.undone_at IS NULL
        """,
        [given],
    )
    await conn.execute(
        """
        INSERT INTO match_decisions
            (batch_id, supplier_item_id, product_id, action, score, band, features)
        SELECT %s, supplier_item_id, product_id, action, score, band, features
        FROM jsonb_to_recordset(%s::jsonb) AS given (supplier_item_id uuid, product_id uuid,
            action match_action, score float8, band match_band, features jsonb)
        ON CONFLICT (supplier_item_id, product_id) WHERE action = 'reject' AND undone_at IS NULL
            DO NOTHING
        """,
        [batch_id, suggested],
    )
    await _delete_rejected_suggestions(conn, decisions)


async def _delete_rejected_suggestions(conn: Connection, decisions: Sequence[Decision]) -> None:
    rejected = [each for each in decisions if each.action == "reject"]
    if not rejected:
        return
    item_ids = [each.supplier_item_id for each in rejected]
    await conn.execute(
        """
        DELETE FROM match_suggestions AS suggestion
        USING unnest(%s::uuid[], %s::uuid[]) AS pair (item_id, product_id)
        WHERE supplier_item_id = pair.item_id AND suggestion.product_id = pair.product_id
        """,
        [item_ids, [each.product_id for each in rejected]],
    )
    await conn.execute(
        """
        UPDATE match_items AS item
        SET suggestions = rest.suggestions, best_band = rest.band, best_score = rest.score
        FROM (
            SELECT examined.id, count(product_id) AS suggestions, min(band) AS band,
                max(score) AS score
            FROM unnest(%s::uuid[]) AS examined (id)
            LEFT JOIN match_suggestions ON supplier_item_id = examined.id
            GROUP BY examined.id
        ) AS rest
        WHERE item.supplier_item_id = rest.id
        """,
        [item_ids],
    )


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


async def find_pair_ids(
    conn: Connection, supplier_id: UUID, codes: Sequence[str], skus: Sequence[str]
) -> list[tuple[UUID | None, UUID | None]]:
    """Return the ids of items of a supplier and of products by their codes; None for unknown ones.

    `codes` and `skus` are as long as each other, and so is the result.
    """
    cursor = await conn.execute(
        """
        SELECT item.id, product.id
        FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS pair (code, sku, place)
        LEFT JOIN supplier_items AS item ON item.supplier_id = %s AND item.supplier_sku = pair.code
        LEFT JOIN products AS product ON product.internal_sku = pair.sku
        ORDER BY place
        """,
        [list(codes), list(skus), supplier_id],
    )
    return [(item_id, product_id) for item_id, product_id in await cursor.fetchall()]
