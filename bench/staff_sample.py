"""Rows of all staff lists, generated in SQL: `staff_sample.fill(connection, products=500_000)`.

The numbers are in proportion: for 500,000 products 2,000,000 linked and 2,000,000 unmatched items,
half of these with suggestions, and 100,000 clusters.
"""

from typing import LiteralString

import psycopg
import sample

SMALL_SUPPLIER: LiteralString = """
    WITH small AS (
        INSERT INTO suppliers (name, source_type) VALUES ('Small', 'csv') RETURNING id
    )
    INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
    SELECT small.id, product.id, 'S' || internal_sku, name, 20
    FROM small, (SELECT * FROM products ORDER BY internal_sku LIMIT 20) AS product
"""
# The products of this one have any words, those of the others few words each.
MEDIUM_SUPPLIER: LiteralString = """
    WITH medium AS (
        INSERT INTO suppliers (name, source_type) VALUES ('Medium', 'csv') RETURNING id
    )
    INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
    SELECT medium.id, product.id, 'M' || internal_sku, name, 5000
    FROM medium, products AS product WHERE hashtext(internal_sku) %% 10 = 3
"""
# Losses, codes, names with the common word, and times of change over a year.
PRODUCTS: LiteralString = """
    UPDATE products SET
        target_price = CASE WHEN hashtext(internal_sku) %% 10 = 0
            THEN round(target_price * 0.8, 2) ELSE target_price END,
        name = CASE WHEN hashtext(internal_sku) %% 3 = 0 THEN name || ' steel' ELSE name END,
        gtin = CASE WHEN internal_sku ~ '[02468]$' THEN '40' || right(internal_sku, 8) || '000' END,
        mpn = CASE WHEN internal_sku ~ '[13579]$' THEN 'MP-' || right(internal_sku, 7) END
"""
UNMATCHED_ITEMS: LiteralString = """
    INSERT INTO supplier_items
        (supplier_id, supplier_sku, name, current_price, created_at, price_details)
    SELECT supplier.ids[1 + n %% 20], 'U-' || n,
        (%(words)s::text[])[1 + n * 7 %% array_length(%(words)s::text[], 1)] || ' '
            || (%(colours)s::text[])[1 + n * 3 %% 10]
            || CASE WHEN n %% 2 = 0 THEN ' steel ' ELSE ' ' END || n,
        5 + n %% 997, now() - n * interval '1 second',
        CASE WHEN n %% 4 = 0 THEN jsonb_build_object('gtin', '5' || lpad(n::text, 12, '0'))
            WHEN n %% 4 = 1 THEN jsonb_build_object('mpn', 'UM-' || n) END
    FROM generate_series(1, %(items)s) AS n,
        (SELECT array_agg(id ORDER BY name) AS ids FROM suppliers WHERE name LIKE 'Supplier %%')
            AS supplier
"""
SUGGESTIONS: LiteralString = """
    WITH item AS MATERIALIZED (
        SELECT item.*, product.id AS product_id
        FROM (
            SELECT id, supplier_id, row_number() OVER (ORDER BY id) AS n
            FROM supplier_items WHERE product_id IS NULL LIMIT %(items)s / 2
        ) AS item
        JOIN (SELECT id, row_number() OVER () AS n FROM products) AS product
            ON product.n = 1 + item.n %% %(products)s
    ), examined AS (
        INSERT INTO match_items (supplier_item_id, supplier_id, texts_digest, suggestions,
            best_band, best_score, best_product_id, best_objections, best_rivals)
        SELECT id, supplier_id, 'sample', 1 + n %% 2,
            (CASE n %% 10 WHEN 0 THEN 'certain' WHEN 1 THEN 'likely' ELSE 'possible' END)
                ::match_band,
            (n %% 1000)::float8 / 1000, product_id, (n %% 3 = 0)::int, 0
        FROM item
    )
    INSERT INTO match_suggestions (supplier_item_id, product_id, place, score, band, reasons,
        objections, features)
    SELECT id, product_id, 1, (n %% 1000)::float8 / 1000,
        (CASE n %% 10 WHEN 0 THEN 'certain' WHEN 1 THEN 'likely' ELSE 'possible' END)
            ::match_band,
        ARRAY['same words'], CASE n %% 3 WHEN 0 THEN ARRAY['another size'] ELSE '{}' END, '{}'
    FROM item
"""
CLUSTERS: LiteralString = """
    WITH item AS MATERIALIZED (
        SELECT id, row_number() OVER () AS n FROM supplier_items
        WHERE product_id IS NULL LIMIT %(products)s * 3 / 5
    ), cluster AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, n FROM generate_series(1, %(products)s / 5) AS n
    ), stored AS (
        INSERT INTO match_clusters (id, score, reasons)
        SELECT id, (n %% 500)::float8 / 500, ARRAY['same words'] FROM cluster
    )
    INSERT INTO match_cluster_items (supplier_item_id, cluster_id)
    SELECT item.id, cluster.id FROM item JOIN cluster ON cluster.n = (item.n + 2) / 3
"""
TASKS: LiteralString = """
    INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, enqueued_at,
        started_at, completed_at)
    SELECT supplier.id, supplier.name, 'csv',
        (CASE task.n %% 50 WHEN 0 THEN 'failed' WHEN 1 THEN 'partially_succeeded'
            ELSE 'succeeded' END)
            ::task_state,
        now() - task.n * interval '10 minutes', now() - task.n * interval '10 minutes',
        now() - task.n * interval '10 minutes'
    FROM generate_series(1, %(products)s / 10) AS task (n)
    JOIN (SELECT id, name, row_number() OVER (ORDER BY name) AS n FROM suppliers) AS supplier
        ON supplier.n = 1 + task.n %% 20
"""
ROW_ERRORS: LiteralString = """
    INSERT INTO parsing_logs (task_id, supplier_id, error_type, error_message, row_number, row_data)
    SELECT task.id, task.supplier_id, 'missing_price', 'The price is missing.', n, '["A", ""]'
    FROM (SELECT * FROM ingestion_tasks WHERE state = 'partially_succeeded'
        ORDER BY enqueued_at DESC LIMIT 200) AS task, generate_series(1, 1000) AS n
"""
QUARANTINED_ROWS: LiteralString = """
    INSERT INTO quarantined_rows (task_id, supplier_id, supplier_item_id, row_number, supplier_sku,
        name, old_price, old_cost, price, reason, state, characteristics, created_at)
    SELECT task.id, item.supplier_id, item.id, item.n, item.supplier_sku, item.name, 10, 10, 20,
        'The price doubled.',
        (CASE item.n %% 4 WHEN 0 THEN 'accepted' WHEN 1 THEN 'refused' ELSE 'open' END)
            ::quarantine_state, '{}', now() - item.n * interval '1 minute'
    FROM (SELECT *, row_number() OVER () AS n FROM supplier_items
        WHERE product_id IS NULL LIMIT %(products)s / 5) AS item
    JOIN (SELECT DISTINCT ON (supplier_id) id, supplier_id FROM ingestion_tasks
        ORDER BY supplier_id, enqueued_at DESC) AS task USING (supplier_id)
"""
PRODUCT_IMPORTS: LiteralString = """
    INSERT INTO product_imports (state, dry_run, file_name, created_at, completed_at)
    SELECT 'succeeded', false, 'products.csv', now() - n * interval '1 hour', now()
    FROM generate_series(1, %(products)s / 50) AS n
"""
PRODUCT_IMPORT_ROWS: LiteralString = """
    INSERT INTO product_import_rows (import_id, row_number, internal_sku, outcome, changes)
    SELECT newest.id, n, 'SKU-' || n, CASE n %% 3 WHEN 0 THEN 'new' ELSE 'changed' END, '[]'
    FROM (SELECT id FROM product_imports ORDER BY created_at DESC LIMIT 1) AS newest,
        generate_series(1, %(products)s) AS n
"""
RATES: LiteralString = """
    INSERT INTO exchange_rates (base, currency, date, rate, source)
    SELECT 'EUR', currency, current_date - n, 1.1, 'ecb'
    FROM unnest(ARRAY['USD', 'GBP', 'CHF', 'JPY', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK', 'HUF'])
            AS currency, generate_series(0, %(products)s / 100) AS n
"""
RUNS: LiteralString = """
    INSERT INTO match_runs (supplier_id, state, requested_by, created_at)
    SELECT supplier.ids[1 + n %% 20], 'succeeded', 'import', now() - n * interval '10 minutes'
    FROM generate_series(1, %(products)s / 10) AS n,
        (SELECT array_agg(id) AS ids FROM suppliers) AS supplier
"""
BATCHES: LiteralString = """
    INSERT INTO match_batches (kind, created_by, created_at)
    SELECT 'decisions', 'procurement', now() - n * interval '1 minute'
    FROM generate_series(1, %(products)s / 10) AS n
"""
# The root of half of the categories.
SUBCATEGORIES: LiteralString = """
    WITH root AS (INSERT INTO categories (name) VALUES ('Root') RETURNING id)
    UPDATE categories SET parent_id = root.id FROM root WHERE name ~ '[02468]$'
"""
# A price of each third product changes.
PRICE_CHANGES: LiteralString = """
    UPDATE supplier_items SET current_price = round(current_price * (0.5 + (n %% 100) * 0.01), 2)
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM products) AS product
    WHERE product_id = product.id AND n %% 3 = 0 AND n < %(products)s AND supplier_sku LIKE 'A%%-0'
"""
STATEMENTS: list[LiteralString] = [
    SUBCATEGORIES, PRICE_CHANGES, SMALL_SUPPLIER, MEDIUM_SUPPLIER, PRODUCTS, UNMATCHED_ITEMS,
    SUGGESTIONS, CLUSTERS, TASKS, ROW_ERRORS, QUARANTINED_ROWS, PRODUCT_IMPORTS,
    PRODUCT_IMPORT_ROWS, RATES, RUNS, BATCHES,
]  # fmt: skip


def fill(connection: psycopg.Connection, *, products: int) -> None:
    """Fill an empty, migrated database."""
    sample.fill(connection, products=products)
    parameters = {
        "products": products,
        "items": products * 4,
        "words": sample.WORDS,
        "colours": sample.COLOURS,
    }
    for statement in STATEMENTS:
        connection.execute(statement, parameters)
    connection.execute("VACUUM (ANALYZE)")
