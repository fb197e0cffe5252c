"""The SQL that counts unmatched items by what they wait for."""

from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
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
