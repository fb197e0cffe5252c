"""The SQL of unmatched items that may be the article of other items."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import Fragment, compose, fragment


async def list_items_of_product(conn: Connection, product_id: UUID, limit: int) -> list[UUID]:
    """Return the oldest items of a product."""
    cursor = await conn.execute(
        """
        SELECT id FROM supplier_items WHERE product_id = %s ORDER BY created_at, id LIMIT %s
        """,
        [product_id, limit],
    )
    return [item_id for (item_id,) in await cursor.fetchall()]


async def list_by_codes(conn: Connection, item_ids: Sequence[UUID], limit: int) -> list[UUID]:
    """Return unmatched items of the clusters of items, or with the GTIN or MPN of one."""
    cursor = await conn.execute(
        """
        SELECT item.id
        FROM (
            (SELECT member.supplier_item_id AS id
            FROM match_cluster_items AS own JOIN match_cluster_items AS member USING (cluster_id)
            WHERE own.supplier_item_id = ANY (%(items)s) LIMIT %(most)s)
            UNION
            (SELECT other.supplier_item_id
            FROM item_identifiers AS own
            CROSS JOIN LATERAL (
                SELECT supplier_item_id FROM item_identifiers
                WHERE gtin IS NOT NULL AND gtin = ANY (gtin_forms(own.gtin)) LIMIT %(most)s
            ) AS other
            WHERE own.supplier_item_id = ANY (%(items)s) AND own.gtin IS NOT NULL)
            UNION
            (SELECT other.supplier_item_id
            FROM item_identifiers AS own
            CROSS JOIN LATERAL (
                SELECT supplier_item_id FROM item_identifiers
                WHERE mpn_key IS NOT NULL AND mpn_key = own.mpn_key LIMIT %(most)s
            ) AS other
            WHERE own.supplier_item_id = ANY (%(items)s) AND own.mpn_key IS NOT NULL)
        ) AS equal
        JOIN supplier_items AS item USING (id)
        WHERE product_id IS NULL AND absent_since IS NULL
        LIMIT %(most)s
        """,
        {"items": list(item_ids), "most": limit},
    )
    return [item_id for (item_id,) in await cursor.fetchall()]


async def list_by_search(conn: Connection, condition: Fragment, limit: int) -> list[UUID]:
    """Return unmatched items that pass the condition of a search."""
    template: LiteralString = """
        SELECT id FROM supplier_items
        WHERE product_id IS NULL AND absent_since IS NULL AND {condition} LIMIT {limit}
    """
    statement = compose(template, condition=condition, limit=fragment("%s", limit))
    cursor = await conn.execute(statement.text, statement.values)
    return [item_id for (item_id,) in await cursor.fetchall()]


async def list_suggested_items(conn: Connection, product_id: UUID, limit: int) -> list[UUID]:
    """Return items to which a product is suggested."""
    cursor = await conn.execute(
        "SELECT supplier_item_id FROM match_suggestions WHERE product_id = %s LIMIT %s",
        [product_id, limit],
    )
    return [item_id for (item_id,) in await cursor.fetchall()]
