"""Plans and times of the catalog's queries, uncached: `python bench/plans.py [products ...]`.

Measures each size in turn; the default is 10,000 and 500,000 products. The table has the time of
the page alone, with the count and the first product known from another page, and of the page with
its count. Exits with 1 if a query that an index could serve scans the whole table.
"""

import asyncio
import sys
import time
from statistics import median
from typing import Any

import msgspec
import psycopg
import sample
from servers import migrated_servers

from pricebook.catalog.kept_plans import may_keep_plan
from pricebook.catalog.price_distribution import (
    COLUMNS,
    PriceDistribution,
    read_distribution,
)
from pricebook.catalog.schemas import CatalogQuery, with_prices
from pricebook.catalog.statements import (
    FilterStatistics,
    SortKey,
    Statement,
    page_statement,
)
from pricebook.db import migrations
from pricebook.db.database import Database
from pricebook.http.query_string import decode_query
from pricebook.settings import CatalogPrices

RUNS = 9
SIZES = [10_000, 500_000]
QUERIES = {
    "first page": "",
    "sorted backwards": "sort=-name",
    "sorted by price": "sort=price",
    "sorted by price, dearest": "sort=-price",
    "newest": "sort=newest",
    "category": "category_id={category}",
    "category by price": "category_id={category}&sort=price",
    "one word, common": "search=hammer",
    "one word, rare": "search=sku-00001234",
    "two words": "search=hammer+red",
    "no hit": "search=zzzzq",
    "price range, narrow": "min_price=10&max_price=10.5",
    "price range, wide": "min_price=10",
    "price and category": "category_id={category}&min_price=100",
    "price and word": "search=hammer&min_price=900",
    "page 100": "page=100",
    "the same by cursor": "cursor",
}
# Of the catalog with CATALOG_PRICES=target.
TARGET_QUERIES = {
    "target price": "sort=price",
    "target price, dearest": "sort=-price",
    "target price, category": "category_id={category}&sort=price",
    "target price, narrow": "min_price=10&max_price=10.5",
    "target price, wide": "min_price=10",
    "target price and word": "search=hammer&min_price=900",
}
SUBTREE = "category_id={subtree}&include_subcategories=true"
SUBTREES = {
    "all": "Category 1",
    "a third": "Category 3",
    "few": "Category 60",
    "one": "Category 200",
    "scattered": "Rare 1",
}
SUBTREE_QUERIES = {
    f"subtree, {size}{name}": SUBTREE.replace("subtree}", f"{size}}}") + query
    for size in SUBTREES
    for name, query in {
        "": "",
        ", by price": "&sort=-price",
        ", newest": "&sort=newest",
        ", page 10": "&page=10",
        ", price range": "&min_price=10&max_price=10.5",
        ", word": "&search=hammer",
    }.items()
}
SCANNING = {"one letter": "search=h", "two letters": "search=ha"}
# Each category below the one of a third of its number; 2,000 more, with a product each.
NESTED = """
    UPDATE categories AS child SET parent_id = parent.id FROM categories AS parent
    WHERE parent.name = 'Category ' || greatest(split_part(child.name, ' ', 2)::integer / 3, 1)
        AND child.name <> 'Category 1'
"""
RARE = """
    WITH root AS (
        INSERT INTO categories (name) VALUES ('Rare 1') RETURNING id
    ), child AS (
        INSERT INTO categories (name, parent_id)
        SELECT 'Rare ' || n, root.id FROM root, generate_series(2, 2000) AS n RETURNING id
    ), numbered AS (SELECT id, row_number() OVER () AS n FROM child)
    UPDATE products SET category_id = numbered.id FROM numbered
    WHERE internal_sku = 'SKU-' || lpad((n * %s)::text, 8, '0')
"""


class Timed(msgspec.Struct, frozen=True):
    """The products that match a query, its milliseconds, and the scans of `products`."""

    found: int
    page: float
    counted: float
    reads: list[str]


def main() -> int:
    """Measure every query at every size and print them side by side."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    measured = [measure_all(size) for size in sizes]
    print("|".join(["| ms, uncached: page (page and count) ", *(f"{s:,}" for s in sizes), " |"]))
    for name in measured[0]:
        cells = [f"{t.page:.2f} ({t.counted:.2f})" for t in (each[name] for each in measured)]
        last = measured[-1][name]
        print(f"| {name} | {' | '.join(cells)} | {last.found:,} found; {'; '.join(last.reads)}")
    scans = [
        name
        for each in measured
        for name, timed in each.items()
        if name not in SCANNING and any("Seq Scan" in read for read in timed.reads)
    ]
    return int(bool(scans))


def measure_all(products: int) -> dict[str, Timed]:
    """Measure every query with this number of products."""
    with migrated_servers() as endpoints, psycopg.connect(endpoints.database_url) as conn:
        sample.fill(conn, products=products)
        conn.execute(NESTED)
        conn.execute(RARE, [products // 2000])
        conn.execute("VACUUM (ANALYZE) products, categories")
        conn.execute("SET random_page_cost = 1.1")
        timed = measure_queries(conn, QUERIES | SCANNING)
        migrations.upgrade(endpoints.database_url, catalog_prices="target")
        timed |= measure_queries(conn, TARGET_QUERIES, "target")
        return timed | measure_queries(conn, SUBTREE_QUERIES)


def measure_queries(
    conn: psycopg.Connection, named: dict[str, str], prices: CatalogPrices = "supplier"
) -> dict[str, Timed]:
    """Measure queries by name."""
    distribution = asyncio.run(distribution_of(conn.info.dsn, COLUMNS[prices]))
    return {name: measure(conn, query, prices, distribution) for name, query in named.items()}


async def distribution_of(url: str, column: str) -> PriceDistribution | None:
    """Return the distribution of the prices that the API would use."""
    async with Database(url) as database, database.connection() as conn:
        return await read_distribution(conn, column)


def measure(
    conn: psycopg.Connection,
    query: str,
    prices: CatalogPrices,
    distribution: PriceDistribution | None,
) -> Timed:
    """Time a query with and without its count."""
    criteria = criteria_of(conn, query, prices)
    mode = "auto" if may_keep_plan(criteria, distribution) else "force_custom_plan"
    conn.execute("SELECT set_config('plan_cache_mode', %s, false)", [mode])
    counting = page_statement(criteria)
    row = conn.execute(counting.text, counting.values).fetchone()
    found = row[-1] if row else 0
    page = page_statement(
        criteria, FilterStatistics(found, sort_key_of(row) if criteria.is_first else None)
    )
    plan = [line for (line,) in conn.execute("EXPLAIN " + page.text, page.values)]
    reads = [line.split("->")[-1].strip() for line in plan if " on products" in line]
    return Timed(
        found=found,
        page=milliseconds(conn, page),
        counted=milliseconds(conn, counting),
        reads=[read.split("  (")[0] for read in reads],
    )


def criteria_of(conn: psycopg.Connection, query: str, prices: CatalogPrices) -> CatalogQuery:
    """Decode a query; `cursor` stands for the page after the 4,950th product."""
    named = dict(conn.execute("SELECT name, id FROM categories").fetchall())
    subtrees = {size: named[name] for size, name in SUBTREES.items()}
    row = conn.execute("SELECT category_id FROM products WHERE category_id IS NOT NULL").fetchone()
    if query != "cursor":
        text = query.format(category=row[0] if row else "", **subtrees)
        return decode_query(with_prices(CatalogQuery, prices), text.encode())
    previous = page_statement(CatalogQuery(page=4950, limit=1), FilterStatistics(5000))
    last = conn.execute(previous.text, previous.values).fetchone()
    first = CatalogQuery()
    return CatalogQuery(cursor=first.cursor_after(last[2], str(last[0])) if last else None)


def sort_key_of(row: tuple[Any, ...] | None) -> SortKey | None:
    """Return the sort key of the first product, at which the scans of later pages begin."""
    return SortKey(row[2] if row[7] is None else row[7], str(row[0])) if row else None


def milliseconds(conn: psycopg.Connection, statement: Statement) -> float:
    """Return the median time of a statement, prepared like the API's."""
    times: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter()
        conn.execute(statement.text, statement.values, prepare=True).fetchall()
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


if __name__ == "__main__":
    sys.exit(main())
