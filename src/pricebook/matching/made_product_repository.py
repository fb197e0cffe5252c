"""The SQL of the products that batches make of items, and of how an undo archives them."""

from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.matching.decision_schemas import MadeProductState

DIGEST: LiteralString = """
    md5(ROW(product.internal_sku, product.name, product.category_id, product.status,
        product.target_price, product.brand, product.mpn, product.gtin)::text)
"""


async def set_made_product(conn: Connection, batch_id: UUID, product_id: UUID) -> None:
    """Note the product that a batch has made, and its fields."""
    statement: LiteralString = """
        UPDATE match_batches AS batch
        SET product_id = product.id, product_digest = {digest}
        FROM products AS product WHERE product.id = %s AND batch.id = %s
    """
    await conn.execute(statement.format(digest=DIGEST), [product_id, batch_id])


async def archive_made_product(conn: Connection, batch_id: UUID) -> MadeProductState | None:
    """Archive the product that a batch has made if it has no items and nobody changed it.

    Return what became of it; None if the batch made none. One that is archived stays so.
    """
    statement: LiteralString = """
        WITH made AS MATERIALIZED (
            SELECT product.id, internal_sku, status = 'archived' AS is_archived,
                {digest} = product_digest AND NOT EXISTS (
                    SELECT FROM supplier_items WHERE product_id = product.id) AS is_unused
            FROM match_batches AS batch JOIN products AS product ON product.id = batch.product_id
            WHERE batch.id = %s
            FOR NO KEY UPDATE OF product
        ), archived AS (
            UPDATE products SET status = 'archived'
            FROM made WHERE products.id = made.id AND is_unused AND NOT is_archived
        )
        SELECT id, internal_sku, is_unused OR is_archived FROM made
    """
    cursor = await conn.execute(statement.format(digest=DIGEST), [batch_id])
    for product_id, internal_sku, is_archived in await cursor.fetchall():
        return MadeProductState(product_id, internal_sku, "archived" if is_archived else "kept")
    return None
