"""Plans and times of the catalog's queries, uncached: `python bench/plans.py [products ...]`.

Measures each size in turn; the default is 10,000 and 500,000 products. The table has the time of
the page alone, with the count and the first product known from another page, and of the page with
its count. Exits with 1 if a query that an index could serve scans the whole table.
"""

import sys
import time
from statistics import median
from typing import Any

import msgspec
import psycopg
import sample
from servers import migrated_servers

from pricebook.catalog.schemas import CatalogQuery
from pricebook.catalog.statements import FilterStatistics, SortKey, Statement, page_statement
from pricebook.http.query_string import decode_query

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
SCANNING = {"one letter": "search=h", "two letters": "search=ha"}


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
        conn.execute("SET plan_cache_mode = auto")
        conn.execute("SET random_page_cost = 1.1")
        return {name: measure(conn, query) for name, query in (QUERIES | SCANNING).items()}


def measure(conn: psycopg.Connection, query: str) -> Timed:
    """Time a query with and without its count."""
    criteria = criteria_of(conn, query)
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


def criteria_of(conn: psycopg.Connection, query: str) -> CatalogQuery:
    """Decode a query; `cursor` stands for the page after the 4,950th product."""
    row = conn.execute("SELECT category_id FROM products WHERE category_id IS NOT NULL").fetchone()
    if query != "cursor":
        text = query.format(category=row[0] if row else "")
        return decode_query(CatalogQuery, text.encode())
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
