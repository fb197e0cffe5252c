"""The SQL of the items that an import has made or found absent."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.suppliers.imported_item_schemas import ImportedItem, ImportedKind, ItemPosition

# The times of new and of absent items are those of the transaction of their import.
TIMES: dict[ImportedKind, LiteralString] = {"new": "created_at", "absent": "absent_since"}
ITEMS: LiteralString = """
    SELECT item.id, item.supplier_sku, item.name, item.current_price, item.product_id,
        product.name AS product_name, item.absent_since
    FROM (
        SELECT * FROM supplier_items
        WHERE supplier_id = %(supplier)s AND {time} = %(imported_at)s AND {after}
        ORDER BY supplier_sku LIMIT %(limit)s
    ) AS item
    LEFT JOIN products AS product ON product.id = item.product_id
    ORDER BY item.supplier_sku
"""
AFTER: LiteralString = "supplier_sku > %(sku)s"


async def list_imported_items(
    conn: Connection,
    kind: ImportedKind,
    values: dict[str, UUID | datetime | int],
    after: ItemPosition | None,
) -> list[ImportedItem]:
    """Return items of a supplier that an import has made or found absent, sorted by their codes.

    The values are `supplier`, `imported_at` and `limit`.
    """
    condition: LiteralString = "true"
    fields: dict[str, Any] = {**values}
    if after is not None:
        condition, fields["sku"] = AFTER, after.supplier_sku
    statement = ITEMS.format(time=TIMES[kind], after=condition)
    async with conn.cursor(row_factory=struct_row(ImportedItem)) as cursor:
        return await (await cursor.execute(statement, fields)).fetchall()
