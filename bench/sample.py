"""A catalog of any size, generated in SQL: `sample.fill(connection, products=500_000)`."""

import psycopg

WORDS = [
    *("hammer", "drill", "saw", "screw", "bolt", "nut", "washer", "clamp", "pliers", "wrench"),
    *("socket", "bit", "blade", "chisel", "file", "rasp", "level", "tape", "glove", "goggle"),
    *("mask", "helmet", "ladder", "vice", "anvil", "plane", "router", "sander", "grinder", "torch"),
    *("cable", "plug", "switch", "lamp", "fuse", "relay", "sensor", "valve", "pump", "hose"),
]
COLOURS = ["red", "blue", "green", "black", "white", "silver", "grey", "yellow", "orange", "brown"]

SUPPLIERS = """
    INSERT INTO suppliers (name, source_type)
    SELECT 'Supplier ' || n, 'csv' FROM generate_series(1, 20) AS n
"""

CATEGORIES = """
    INSERT INTO categories (name) SELECT 'Category ' || n FROM generate_series(1, 200) AS n
"""

PRODUCTS = """
    INSERT INTO products (internal_sku, name, category_id, status, target_price)
    SELECT 'SKU-' || lpad(n::text, 8, '0'),
        initcap((%(words)s::text[])[1 + n * 7 %% array_length(%(words)s::text[], 1)]) || ' '
            || (%(colours)s::text[])[1 + n * 3 %% 10] || ' '
            || (%(words)s::text[])[1 + n / 7 %% array_length(%(words)s::text[], 1)] || ' ' || n,
        category.ids[1 + n %% 200],
        CASE WHEN hashint4(n::integer) %% 5 = 0 THEN 'draft' ELSE 'active' END::product_status,
        round((5 + n %% 997)::numeric * 1.2, 2)
    FROM generate_series(1, %(products)s) AS n,
        (SELECT array_agg(id ORDER BY name) AS ids FROM categories) AS category
"""

# Four items for each product, of four suppliers, at prices that differ by up to a fifth.
ITEMS = """
    INSERT INTO supplier_items
        (supplier_id, product_id, supplier_sku, name, current_price, characteristics)
    SELECT supplier.ids[1 + (product.n + offer * 5) %% 20], product.id,
        'A' || product.n || '-' || offer, product.name,
        round((5 + product.n %% 997) * (1 + offer * 0.05 + product.n %% 7 * 0.01), 2),
        '{"unit": "pc", "pack": "10"}'
    FROM (SELECT *, row_number() OVER (ORDER BY internal_sku) AS n FROM products) AS product,
        generate_series(0, 3) AS offer,
        (SELECT array_agg(id ORDER BY name) AS ids FROM suppliers) AS supplier
"""


def fill(connection: psycopg.Connection, *, products: int) -> None:
    """Fill an empty, migrated database with products and four items for each."""
    parameters = {"products": products, "words": WORDS, "colours": COLOURS}
    for statement in (SUPPLIERS, CATEGORIES, PRODUCTS, ITEMS):
        connection.execute(statement, parameters)
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM (ANALYZE)")
