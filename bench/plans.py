"""Plans and times of the catalog's queries: `python bench/plans.py [products]`.

Exits with 1 when a first page, a category, a word search or a price range scans a whole table.
"""

import sys
import time
from statistics import median

import psycopg
import sample
from servers import migrated_servers

from pricebook.catalog.repository import page_statement
from pricebook.catalog.schemas import CatalogQuery
from pricebook.web.query import decode_query

RUNS = 7
QUERIES = {
    "first page": "",
    "category": "category_id={category}",
    "one word, common": "search=hammer",
    "one word, rare": "search=sku-00001234",
    "two words": "search=hammer+red",
    "no hit": "search=zzzzq",
    "price range, narrow": "min_price=10&max_price=10.5",
    "price range, wide": "min_price=10",
    "price and category": "category_id={category}&min_price=100",
    "price and word": "search=hammer&min_price=900",
    "page 100": "page=100",
}


def main() -> int:
    """Measure every query and print a line for each."""
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with migrated_servers() as endpoints, psycopg.connect(endpoints.database_url) as conn:
        sample.fill(conn, products=products)
        conn.execute("SET plan_cache_mode = force_custom_plan")
        print(f"{products:,} products, {products * 4:,} items; median of {RUNS} runs")
        return max(measure(conn, name, query) for name, query in QUERIES.items())


def measure(conn: psycopg.Connection, name: str, query: str) -> int:
    """Print the time of a query and how its tables are read; 1 if one is scanned."""
    row = conn.execute("SELECT category_id FROM products WHERE category_id IS NOT NULL").fetchone()
    category = row[0] if row else ""
    criteria = decode_query(CatalogQuery, query.format(category=category).encode())
    statement, values = page_statement(criteria)
    seconds: list[float] = []
    found = 0
    for _ in range(RUNS):
        start = time.perf_counter()
        found = conn.execute(statement, values).fetchall()[0][0]
        seconds.append(time.perf_counter() - start)
    plan = [line for (line,) in conn.execute("EXPLAIN " + statement, values)]
    reads = [line.split("->")[-1].strip() for line in plan if " on products" in line]
    nodes = [read.split("  (")[0] for read in reads]
    print(f"{name:20} {found:>9,} found {median(seconds) * 1000:8.1f} ms   {'; '.join(nodes)}")
    return int(any("Seq Scan" in node for node in nodes))


if __name__ == "__main__":
    sys.exit(main())
