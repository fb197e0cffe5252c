"""The SQL of the log of decisions: who linked, unlinked and rejected what."""

from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, equals
from pricebook.db.keyset import Listing, Window
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.sort_keys import Key
from pricebook.matching.log_schemas import DecisionQuery, LoggedDecision

# What changed a link is the entry of the audit log that was written with it; of several in one
# transaction the last one has the result. As one table of the join: with over eight, PostgreSQL
# would join all decisions before it reads those of the page.
DETAILS: LiteralString = """
    SELECT decision.id AS number, decision.batch_id, batch.kind, batch.created_by AS decided_by,
        batch.created_at AS decided_at, decision.action,
        CASE WHEN decision.replaced_by IS NOT NULL THEN 'changed'
            WHEN decision.undone_at IS NOT NULL THEN 'undone'
            WHEN decision.superseded_at IS NOT NULL THEN 'changed'
            ELSE 'in_effect' END AS state,
        decision.supplier_item_id, item.supplier_id, supplier.name AS supplier_name,
        item.supplier_sku, item.name AS item_name, decision.product_id, product.internal_sku,
        product.name AS product_name,
        coalesce(decision.undone_at, decision.superseded_at) AS changed_at,
        CASE WHEN decision.undone_at IS NOT NULL AND decision.replaced_by IS NULL
            THEN batch.undone_by ELSE change.author END AS changed_by,
        change.batch_id AS changed_batch_id, change.product_id AS new_product_id,
        (SELECT new_product.internal_sku FROM products AS new_product
            WHERE new_product.id = change.product_id) AS new_internal_sku
    FROM match_decisions AS decision
    JOIN match_batches AS batch ON batch.id = decision.batch_id
    JOIN supplier_items AS item ON item.id = decision.supplier_item_id
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    LEFT JOIN products AS product ON product.id = decision.product_id
    LEFT JOIN LATERAL (
        (SELECT replacing.created_by AS author, replacing.id AS batch_id, (
            SELECT accepted.product_id FROM match_decisions AS accepted
            WHERE accepted.batch_id = replacing.id AND accepted.action = 'accept'
                AND accepted.supplier_item_id = decision.supplier_item_id
            LIMIT 1) AS product_id
        FROM match_batches AS replacing WHERE replacing.id = decision.replaced_by)
        UNION ALL
        (SELECT entry.actor_name, entry.batch_id, (entry.after ->> 'product_id')::uuid
        FROM audit_log AS entry
        WHERE entry.entity_id = decision.supplier_item_id AND entry.at = decision.superseded_at
            AND decision.undone_at IS NULL AND decision.replaced_by IS NULL
            AND entry.action IN ('item.linked', 'item.unlinked')
        ORDER BY entry.id DESC LIMIT 1)
    ) AS change ON true
    WHERE decision.id = page.k1
"""


async def list_decisions(
    conn: Connection, query: DecisionQuery, window: Window
) -> ListPage[LoggedDecision]:
    """Return a window of the decisions that pass the filters, newest first."""
    listing = Listing(
        table="match_decisions",
        scope=all_of(
            *equals(
                batch_id=query.batch_id,
                supplier_id=query.supplier_id,
                supplier_item_id=query.supplier_item_id,
                product_id=query.product_id,
            )
        ),
        keys=(Key("id", "bigint", is_descending=True),),
        details=DETAILS,
    )
    return await read_page(conn, listing, window, as_structs(LoggedDecision))


async def find_item_by_code(conn: Connection, supplier_id: UUID, code: str) -> UUID | None:
    """Find an item of a supplier by its code."""
    cursor = await conn.execute(
        "SELECT id FROM supplier_items WHERE supplier_id = %s AND supplier_sku = %s",
        [supplier_id, code],
    )
    return next((item_id for (item_id,) in await cursor.fetchall()), None)


async def find_product_by_sku(conn: Connection, sku: str) -> UUID | None:
    """Find a product by its SKU."""
    cursor = await conn.execute("SELECT id FROM products WHERE internal_sku = %s", [sku])
    return next((product_id for (product_id,) in await cursor.fetchall()), None)
