"""The SQL that finds new items of a staged list whose price is far from those of similar rows.

Rows are similar that have the same category, or without one the same first word of the name; and
the same currency and unit.
"""

from typing import LiteralString

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.imports.preview_schemas import UnlikePrice
from pricebook.imports.price_factor import price_factor

# A price without its decimal point is a hundred times as high; the usual one may be twice as high.
FACTOR = 50
# Fewer rows have no usual price; if more of them are far from it, prices of the group are mixed.
_MIN_SIMILAR = 5
_MAX_SHARE = 10
_UNLIKE: LiteralString = """
    WITH priced AS (
        SELECT row_number, supplier_sku, name, currency, coalesce(cost, price) AS price,
            coalesce(characteristics ->> 'category', lower(split_part(name, ' ', 1))) AS similar_to,
            concat_ws(' ', currency, details ->> 'unit') AS basis
        FROM staged_row WHERE error_type IS NULL AND price IS NOT NULL
    ), usual AS (
        SELECT similar_to, basis, count(*) AS rows,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS usual_price
        FROM priced GROUP BY similar_to, basis HAVING count(*) >= %(min_similar)s
    ), unlike AS (
        SELECT priced.*, usual_price, rows, count(*) OVER (PARTITION BY similar_to, basis) AS unlike
        FROM priced JOIN usual USING (similar_to, basis)
        WHERE price > usual_price * %(factor)s OR price * %(factor)s < usual_price
    )
    SELECT row_number, supplier_sku, name, price, currency, similar_to, usual_price
    FROM unlike
    WHERE unlike <= greatest(1, rows / %(max_share)s) AND EXISTS (
        SELECT FROM planned_item
        WHERE outcome = 'new' AND planned_item.row_number = unlike.row_number)
    ORDER BY {factor} DESC, row_number LIMIT %(limit)s
"""


async def list_unlike_prices(conn: Connection, limit: int) -> list[UnlikePrice]:
    """Return the new items with over 50 times the usual price, or under 2 %; the farthest first."""
    async with conn.cursor(row_factory=struct_row(UnlikePrice)) as cursor:
        await cursor.execute(
            _UNLIKE.format(factor=price_factor("usual_price", "price")),
            {
                "factor": FACTOR,
                "min_similar": _MIN_SIMILAR,
                "max_share": _MAX_SHARE,
                "limit": limit,
            },
        )
        return await cursor.fetchall()
