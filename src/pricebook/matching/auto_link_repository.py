"""The SQL of auto-link: suppliers whose certain matches are linked by themselves."""

from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.matching.auto_link_schemas import AutoLink


async def find_auto_link(conn: Connection, supplier_id: UUID) -> AutoLink | None:
    """Find whether certain matches of a supplier are linked; None without the supplier."""
    async with conn.cursor(row_factory=struct_row(AutoLink)) as cursor:
        await cursor.execute(
            """
            SELECT supplier.id AS supplier_id,
                switched_on_at IS NOT NULL AND switched_off_at IS NULL AS is_on,
                switched_on_by, switched_on_at, switched_off_at, switched_off_by,
                switched_off_reason
            FROM suppliers AS supplier LEFT JOIN auto_links ON auto_links.supplier_id = supplier.id
            WHERE supplier.id = %s AND deleting_since IS NULL
            """,
            [supplier_id],
        )
        return await cursor.fetchone()


async def set_auto_link(conn: Connection, supplier_id: UUID, name: str, *, is_on: bool) -> None:
    """Switch the auto-link of a supplier on or off; repeating changes nothing."""
    if is_on:
        await conn.execute(
            """
            INSERT INTO auto_links AS stored (supplier_id, switched_on_by) VALUES (%s, %s)
            ON CONFLICT (supplier_id) DO UPDATE
            SET switched_on_by = excluded.switched_on_by, switched_on_at = now(),
                switched_off_at = NULL, switched_off_by = NULL, switched_off_reason = NULL
            WHERE stored.switched_off_at IS NOT NULL
            """,
            [supplier_id, name],
        )
    else:
        await conn.execute(
            """
            UPDATE auto_links SET switched_off_at = now(), switched_off_by = %s,
                switched_off_reason = NULL
            WHERE supplier_id = %s AND switched_off_at IS NULL
            """,
            [name, supplier_id],
        )


async def holds_auto_link(conn: Connection, supplier_id: UUID) -> bool:
    """Return whether auto-link of a supplier is on, and keep it so until the transaction ends."""
    cursor = await conn.execute(
        "SELECT FROM auto_links WHERE supplier_id = %s AND switched_off_at IS NULL FOR SHARE",
        [supplier_id],
    )
    return cursor.rowcount == 1


async def list_certain_pairs(conn: Connection, supplier_id: UUID) -> list[tuple[UUID, UUID]]:
    """Return the items of a supplier with their certain product, the likeliest first.

    Pairs whose link somebody has taken back are left to people.
    """
    cursor = await conn.execute(
        """
        SELECT supplier_item_id, best.product_id
        FROM match_items
        CROSS JOIN LATERAL (
            SELECT product_id FROM match_suggestions AS suggestion
            WHERE suggestion.supplier_item_id = match_items.supplier_item_id
            ORDER BY place LIMIT 1
        ) AS best
        WHERE supplier_id = %s AND best_band = 'certain' AND suggestions > 0
            AND NOT EXISTS (
                SELECT FROM match_unlinked_pairs AS unlinked
                WHERE unlinked.supplier_item_id = match_items.supplier_item_id
                    AND unlinked.product_id = best.product_id)
        ORDER BY (-best_score), supplier_item_id
        """,
        [supplier_id],
    )
    return [(item_id, product_id) for item_id, product_id in await cursor.fetchall()]
