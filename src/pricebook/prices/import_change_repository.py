"""The SQL of the price changes of one import."""

from datetime import datetime
from typing import Any, LiteralString

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.prices.import_change_schemas import ImportPosition, ImportPriceChange
from pricebook.prices.margin_columns import margins

SIZE: LiteralString = "coalesce(abs(change_percent), 'Infinity')"
# An import writes its changes in one transaction, whose time is that of the creation of its rows.
# Changes that were undone have no old price any more, but an undone one.
CHANGES: LiteralString = """
    SELECT change.id, change.recorded_at, change.size, item.supplier_id, item.supplier_sku,
        item.name, change.product_id, product.name AS product_name, change.before AS old_price,
        change.price, change.change_percent, change.margin_points, {margin_before} AS margin_before,
        {margin_after} AS margin_after, change.undone_by
    FROM (
        SELECT *, {size} AS size, coalesce(old_price, undone_old_price) AS before
        FROM price_history
        WHERE recorded_at >= %(begin)s AND recorded_at <= %(end)s AND created_at = %(begin)s
            AND (old_price IS NOT NULL OR undone_old_price IS NOT NULL) AND {after}
        ORDER BY {size} DESC, recorded_at DESC, id DESC
        LIMIT %(limit)s
    ) AS change
    JOIN supplier_items AS item ON item.id = change.supplier_item_id
    LEFT JOIN products AS product ON product.id = change.product_id
    ORDER BY change.size DESC, change.recorded_at DESC, change.id DESC
"""
MARGIN_BEFORE, MARGIN_AFTER = margins("before")
AFTER: LiteralString = "({size}, recorded_at, id) < (%(size)s, %(recorded_at)s, %(id)s)"


async def list_import_changes(
    conn: Connection, times: tuple[datetime, datetime], after: ImportPosition | None, limit: int
) -> list[ImportPriceChange]:
    """Return price changes of the import with these times, the largest in percent first."""
    begin, end = times
    values: dict[str, Any] = {"begin": begin, "end": end, "limit": limit}
    condition: LiteralString = "true"
    if after is not None:
        condition = AFTER.format(size=SIZE)
        values |= {"size": after.size, "recorded_at": after.recorded_at, "id": after.id}
    async with conn.cursor(row_factory=struct_row(ImportPriceChange)) as cursor:
        statement = CHANGES.format(
            size=SIZE, after=condition, margin_before=MARGIN_BEFORE, margin_after=MARGIN_AFTER
        )
        await cursor.execute(statement, values)
        return await cursor.fetchall()
