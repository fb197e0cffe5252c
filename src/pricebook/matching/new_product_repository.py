"""The SQL of products that are new or changed, and of the examined items that they may be."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.db.database import Connection


async def list_noted(conn: Connection) -> dict[int, UUID]:
    """Return the products that triggers have noted, by the ids of the notes."""
    cursor = await conn.execute("SELECT id, product_id FROM uncompared_products")
    return dict(await cursor.fetchall())


async def list_tokens(conn: Connection, product_ids: Sequence[UUID]) -> list[list[int]]:
    """Return the ids of the tokens of those of these products that are not archived."""
    cursor = await conn.execute(
        """
        SELECT tokens FROM product_tokens JOIN products ON id = product_id
        WHERE product_id = ANY (%s) AND status <> 'archived'
        """,
        [list(product_ids)],
    )
    return [tokens for (tokens,) in await cursor.fetchall()]


async def list_items(
    conn: Connection, product_ids: Sequence[UUID], similar_ids: Sequence[UUID]
) -> list[tuple[UUID, UUID]]:
    """Return supplier and id of items to which one of some products is suggested, wherever.

    Also those whose best suggestion is one of the similar ones.
    """
    cursor = await conn.execute(
        """
        SELECT supplier_id, id FROM supplier_items AS item
        WHERE product_id IS NULL AND absent_since IS NULL AND id IN (
            SELECT supplier_item_id FROM match_suggestions WHERE product_id = ANY (%s)
            UNION ALL
            SELECT supplier_item_id
            FROM match_suggestions AS suggestion JOIN match_items USING (supplier_item_id)
            WHERE suggestion.product_id = ANY (%s) AND suggestion.product_id = best_product_id)
            AND EXISTS (
                SELECT FROM suppliers WHERE id = item.supplier_id AND deleting_since IS NULL)
        ORDER BY supplier_id, id
        """,
        [list(product_ids), list(similar_ids)],
    )
    return [(supplier_id, item_id) for supplier_id, item_id in await cursor.fetchall()]


async def delete_noted(conn: Connection, note_ids: Sequence[int]) -> None:
    """Delete notes of products."""
    await conn.execute("DELETE FROM uncompared_products WHERE id = ANY (%s)", [list(note_ids)])
