"""What happens to the rows of `staff_sample` in time: `staff_activity.fill(connection, ...)`.

Items that price lists no longer have, imports that made items, the price changes of eight weeks,
decisions on matches, and bulk changes.
"""

from typing import LiteralString

import psycopg

# One linked item in fifty is absent since one of three lists.
ABSENT_ITEMS: LiteralString = """
    UPDATE supplier_items
    SET absent_since = date_trunc('day', now()) - hashtext(supplier_sku) %% 3 * interval '7 days'
    WHERE product_id IS NOT NULL AND hashtext(supplier_sku) %% 50 = 0
"""
# The newest import of one supplier made all of its linked items, that of another few ones.
MADE_ITEMS: LiteralString = """
    UPDATE supplier_items SET created_at = date_trunc('day', now()) - interval '1 day'
    WHERE supplier_id = (SELECT id FROM suppliers WHERE name = 'Supplier 2')
        AND hashtext(supplier_sku) %% 50 = 1
"""
IMPORT_TIMES: LiteralString = """
    UPDATE ingestion_tasks AS task SET keeps_changes = true, changes_at =
        CASE task.supplier_name WHEN 'Supplier 1' THEN (
                SELECT created_at FROM supplier_items AS item
                WHERE item.supplier_id = task.supplier_id AND product_id IS NOT NULL LIMIT 1)
            WHEN 'Supplier 2' THEN date_trunc('day', now()) - interval '1 day'
            ELSE date_trunc('day', now()) END
    FROM (SELECT DISTINCT ON (supplier_id) id FROM ingestion_tasks WHERE state = 'succeeded'
            ORDER BY supplier_id, enqueued_at DESC) AS newest
    WHERE task.id = newest.id
"""
# A third of the prices each week, within an hour for each supplier.
PRICE_HISTORY: LiteralString = """
    INSERT INTO price_history (supplier_item_id, price, recorded_at, created_at, updated_at,
        old_price, change_percent, product_id, margin_change, margin_points, target_price,
        supplier_id)
    SELECT item.id, new.price, new.at, week.at, new.at, item.price,
        round((new.price - item.price) * 100 / item.price, 2), item.product_id,
        CASE WHEN is_lowest THEN item.price - new.price ELSE 0 END,
        CASE WHEN is_lowest
            THEN round((item.price - new.price) * 100 / target_price, 2) ELSE 0 END,
        target_price, item.supplier_id
    FROM (
        SELECT item.id, item.supplier_id, item.product_id, item.current_price AS price,
            product.target_price, item.current_price = product.min_price AS is_lowest,
            hashtext(supplier_sku)::bigint AS hash,
            dense_rank() OVER (ORDER BY item.supplier_id) AS supplier
        FROM supplier_items AS item JOIN products AS product ON product.id = product_id
    ) AS item
    CROSS JOIN generate_series(1, 8) AS number
    CROSS JOIN LATERAL (
        SELECT now() - number * interval '7 days' + interval '5 days'
            + supplier * interval '1 hour' AS at
    ) AS week
    CROSS JOIN LATERAL (
        SELECT round(item.price * (0.9 + abs(hash + number * 7919) %% 1000 / 4500.0), 2) AS price,
            week.at + abs(hash) %% 3600 * interval '1 ms' AS at
    ) AS new
    WHERE abs(hash / 7 + number) %% 3 = 0
"""
DECISIONS: LiteralString = """
    INSERT INTO match_decisions (batch_id, supplier_item_id, product_id, action, score, band)
    SELECT batch.id, item.id, item.product_id, 'accept', 0.9, 'likely'
    FROM (SELECT id, product_id, row_number() OVER (ORDER BY id) AS n FROM supplier_items
        WHERE product_id IS NOT NULL LIMIT %(products)s / 5) AS item
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM match_batches) AS batch
        ON batch.n = 1 + item.n / 10
"""
PRODUCT_BATCHES: LiteralString = """
    INSERT INTO product_batches (kind, state, fields, created_by, created_at, applied_by,
        applied_at)
    SELECT 'bulk', 'applied', '{target_price}', 'sales', now() - n * interval '1 hour', 'sales',
        now() - n * interval '1 hour'
    FROM generate_series(1, %(products)s / 500) AS n
"""
PRODUCT_BATCH_CHANGES: LiteralString = """
    INSERT INTO product_batch_changes (batch_id, product_id, lowest_price, old_status, new_status,
        old_category_id, new_category_id, old_target_price, new_target_price, outcome)
    SELECT batch.id, product.id, min_price, status, status, category_id, category_id, target_price,
        target_price * 1.1, 'applied'
    FROM (SELECT id FROM product_batches ORDER BY created_at LIMIT 1) AS batch,
        (SELECT * FROM products WHERE min_price IS NOT NULL LIMIT %(products)s / 5) AS product
"""
STATEMENTS: list[LiteralString] = [
    ABSENT_ITEMS, MADE_ITEMS, IMPORT_TIMES, PRICE_HISTORY, DECISIONS, PRODUCT_BATCHES,
    PRODUCT_BATCH_CHANGES,
]  # fmt: skip


def fill(connection: psycopg.Connection, *, products: int) -> None:
    """Fill a database of `staff_sample`, in autocommit."""
    for statement in STATEMENTS:
        connection.execute(statement, {"products": products})
    connection.execute("VACUUM (ANALYZE)")
