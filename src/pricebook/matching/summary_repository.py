"""The SQL that counts unmatched items by what they wait for."""

from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.matching.auto_link_schemas import UnlinkedCertain
from pricebook.matching.schemas import MatchSummary


async def read_summary(conn: Connection, supplier_id: UUID | None) -> MatchSummary:
    """Return the numbers of unmatched items that price lists have, of a supplier or of all."""
    async with conn.cursor(row_factory=struct_row(MatchSummary)) as cursor:
        await cursor.execute(
            """
            SELECT count(*) AS unmatched,
                count(*) FILTER (WHERE examined.supplier_item_id IS NULL) AS not_examined,
                count(*) FILTER (WHERE best_band = 'certain') AS certain,
                count(*) FILTER (WHERE best_band = 'likely') AS likely,
                count(*) FILTER (WHERE best_band = 'possible') AS possible,
                count(*) FILTER (WHERE suggestions = 0 AND dismissed.id IS NULL) AS none,
                count(*) FILTER (WHERE suggestions = 0 AND dismissed.id IS NOT NULL) AS dismissed
            FROM supplier_items AS item
            JOIN suppliers AS supplier ON supplier.id = item.supplier_id
            LEFT JOIN match_items AS examined ON examined.supplier_item_id = item.id
            LEFT JOIN match_decisions AS dismissed
                ON dismissed.supplier_item_id = item.id AND dismissed.product_id IS NULL
                    AND dismissed.undone_at IS NULL
            WHERE item.product_id IS NULL AND item.absent_since IS NULL
                AND deleting_since IS NULL
                AND (%(supplier)s::uuid IS NULL OR item.supplier_id = %(supplier)s)
            """,
            {"supplier": supplier_id},
        )
        (summary,) = await cursor.fetchall()
    return summary


async def count_linked(conn: Connection, supplier_id: UUID) -> int:
    """Return how many items in the price lists of a supplier have a product."""
    return await fetch_value(
        conn,
        """
        SELECT count(*) FROM supplier_items
        WHERE supplier_id = %s AND product_id IS NOT NULL AND absent_since IS NULL
        """,
        [supplier_id],
    )


async def count_unlinked_certain(conn: Connection, supplier_id: UUID | None) -> UnlinkedCertain:
    """Count the unmatched items with a certain suggestion by why auto-link does not link them."""
    async with conn.cursor(row_factory=struct_row(UnlinkedCertain)) as cursor:
        await cursor.execute(
            """
            WITH certain AS (
                SELECT product.status = 'archived' AS is_archived,
                    EXISTS (
                        SELECT FROM match_unlinked_pairs AS unlinked
                        WHERE unlinked.supplier_item_id = item.id
                            AND unlinked.product_id = product.id) AS is_taken_back,
                    auto_links.supplier_id IS NULL OR switched_off_at IS NOT NULL AS is_off
                FROM match_items AS examined
                JOIN supplier_items AS item ON item.id = examined.supplier_item_id
                JOIN suppliers AS supplier ON supplier.id = item.supplier_id
                CROSS JOIN LATERAL (
                    SELECT product_id FROM match_suggestions AS suggestion
                    WHERE suggestion.supplier_item_id = item.id ORDER BY place LIMIT 1
                ) AS best
                JOIN products AS product ON product.id = best.product_id
                LEFT JOIN auto_links ON auto_links.supplier_id = item.supplier_id
                WHERE best_band = 'certain' AND suggestions > 0
                    AND item.product_id IS NULL AND item.absent_since IS NULL
                    AND deleting_since IS NULL
                    AND (%(supplier)s::uuid IS NULL OR item.supplier_id = %(supplier)s)
            )
            SELECT count(*) AS total,
                count(*) FILTER (WHERE is_archived) AS archived,
                count(*) FILTER (WHERE NOT is_archived AND is_taken_back) AS taken_back,
                count(*) FILTER (WHERE NOT is_archived AND NOT is_taken_back AND is_off)
                    AS auto_link_off
            FROM certain
            """,
            {"supplier": supplier_id},
        )
        (counts,) = await cursor.fetchall()
    return counts
