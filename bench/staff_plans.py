"""Plans and times of the staff lists: `python bench/staff_plans.py [products]`.

Exits with 1 if a page of products or of unmatched items scans a whole table.
"""

import sys
import time
from statistics import median
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import sample
from servers import migrated_servers

from pricebook.http.query_string import decode_query
from pricebook.products.list_filters import StaffProductQuery
from pricebook.products.list_statements import Window, staff_export_statement, staff_page_statement
from pricebook.products.search_filters import filter_of_words
from pricebook.suppliers.item_repository import unmatched_items_statement
from pricebook.suppliers.overview_repository import OVERVIEW
from pricebook.suppliers.schemas import UnmatchedItemQuery

RUNS = 5
PRODUCTS = {
    "first page": "",
    "200 a page": "limit=200",
    "page 100": "page=100",
    "status active": "status=active",
    "status draft": "status=draft",
    "status archived, none": "status=archived",
    "margin from 5": "min_margin=5",
    "margin to 0": "max_margin=0",
    "margin, negative": "min_margin=-5&max_margin=-1",
    "margin, narrow": "min_margin=14.5&max_margin=14.6",
    "margin, none": "max_margin=-90",
    "draft, margin to 12": "status=draft&max_margin=12",
    "supplier": "supplier_id={supplier}",
    "supplier, small": "supplier_id={small}",
    "supplier and draft": "supplier_id={supplier}&status=draft",
    "supplier and margin": "supplier_id={supplier}&max_margin=11",
    "one word, common": "search=hammer",
    "one word, rare": "search=sku-00001234",
    "word and supplier": "search=hammer&supplier_id={supplier}",
    "no hit": "search=zzzzq",
}
UNMATCHED = {
    "unmatched": "",
    "unmatched, page 100": "page=100",
    "unmatched, supplier": "supplier_id={supplier}",
    "unmatched, common": "search=hammer",
    "unmatched, two words": "search=hammer+red",
    "unmatched, rare": "search=u-1234567",
    "unmatched, both": "search=hammer&supplier_id={supplier}",
    "unmatched, no hit": "search=zzzzq",
}
SMALL_SUPPLIER = """
    WITH small AS (
        INSERT INTO suppliers (name, source_type) VALUES ('Small', 'csv') RETURNING id
    )
    INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
    SELECT small.id, product.id, 'S' || internal_sku, name, 20
    FROM small, (SELECT * FROM products ORDER BY internal_sku LIMIT 20) AS product
"""
LOSSES = """
    UPDATE products SET target_price = round(target_price * 0.8, 2) WHERE internal_sku LIKE '%7'
"""
UNMATCHED_ITEMS = """
    INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price, created_at)
    SELECT supplier.ids[1 + n %% 20], 'U-' || n,
        (%(words)s::text[])[1 + n * 7 %% array_length(%(words)s::text[], 1)] || ' '
            || (%(colours)s::text[])[1 + n * 3 %% 10] || ' ' || n,
        5 + n %% 997, now() - n * interval '1 second'
    FROM generate_series(1, %(items)s) AS n,
        (SELECT array_agg(id ORDER BY name) AS ids FROM suppliers) AS supplier
"""


def main() -> int:
    """Measure every query and print a line for each."""
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with migrated_servers() as endpoints, psycopg.connect(endpoints.database_url) as conn:
        sample.fill(conn, products=products)
        conn.execute(SMALL_SUPPLIER)
        conn.execute(LOSSES)
        words = {"words": sample.WORDS, "colours": sample.COLOURS}
        conn.execute(UNMATCHED_ITEMS, {"items": products * 4, **words})
        conn.execute("VACUUM (ANALYZE)")
        conn.execute("SET plan_cache_mode = force_custom_plan")
        print(
            f"{products:,} products, {products * 4:,} linked and {products * 4:,} unmatched items;"
            f" median of {RUNS} runs"
        )
        return measure_all(conn)


def measure_all(conn: psycopg.Connection) -> int:
    """Measure the pages, the supplier list and the export."""
    ids = {"supplier": supplier(conn, "Supplier 1"), "small": supplier(conn, "Small")}
    scans = 0
    for name, query in PRODUCTS.items():
        criteria = decode_query(StaffProductQuery, query.format(**ids).encode())
        scans += measure(
            conn,
            name,
            *staff_page_statement(
                criteria,
                Window(criteria.limit, criteria.offset),
                filter_of_words(criteria.words) if criteria.words else None,
            ),
        )
    for name, query in UNMATCHED.items():
        free = decode_query(UnmatchedItemQuery, query.format(**ids).encode())
        scans += measure(conn, name, *unmatched_items_statement(free))
    measure(conn, "suppliers", OVERVIEW + "ORDER BY supplier.name, supplier.id", [])
    conn.execute("SET cursor_tuple_fraction = 0.1")
    export(conn)
    return int(scans > 0)


def supplier(conn: psycopg.Connection, name: LiteralString) -> UUID:
    """Return the id of a supplier."""
    row = conn.execute("SELECT id FROM suppliers WHERE name = %s", [name]).fetchone()
    if row is None:
        raise LookupError(name)
    return row[0]


def measure(conn: psycopg.Connection, name: str, statement: LiteralString, values: Any) -> int:
    """Print the time of a query and its scans; return 1 if a whole table is scanned."""
    seconds: list[float] = []
    found: Any = 0
    for _ in range(RUNS):
        start = time.perf_counter()
        found = conn.execute(statement, values).fetchall()[0][0]
        seconds.append(time.perf_counter() - start)
    plan = [line for (line,) in conn.execute("EXPLAIN " + statement, values)]
    reads = [line.split("->")[-1].strip() for line in plan if " on products" in line]
    reads += [line.split("->")[-1].strip() for line in plan if " on supplier_items" in line]
    nodes = [read.split("  (")[0] for read in reads]
    print(f"{name:22} {found!s:>9.9} {median(seconds) * 1000:8.1f} ms   {'; '.join(nodes)}")
    return int(any("Seq Scan" in node for node in nodes))


def export(conn: psycopg.Connection) -> None:
    """Print the times of the first rows and of the whole export."""
    statement, values = staff_export_statement(StaffProductQuery())
    rows = 0
    start = time.perf_counter()
    with conn.transaction(), conn.cursor(name="export") as cursor:
        cursor.execute(statement, values)
        cursor.fetchmany(1000)
        first = time.perf_counter() - start
        while found := cursor.fetchmany(1000):
            rows += len(found)
    seconds = time.perf_counter() - start
    print(f"export: first rows {first * 1000:.1f} ms, {rows:,} rows {seconds:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
