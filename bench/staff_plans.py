"""Times and plans of the staff lists: `python bench/staff_plans.py [products] [URL] [NAME]`.

Prints, for each list, filter and sort, the median time of the first page and of the hundredth by
cursor, with its count, and how the rows are read. With the URL of a database that an earlier run
has filled, this one is measured; with a name, the lists whose names contain it. Exits with 1 if a
page takes longer than LIMIT_MS.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from statistics import median
from typing import Any

import msgspec
import psycopg
import staff_activity
import staff_sample
from servers import migrated_servers
from staff_lists import lists_of

from pricebook.db.database import Connection, Database
from pricebook.db.keyset import Listing, Window, page_statement
from pricebook.db.list_pages import estimate_rows
from pricebook.http.pagination import CursorPage, KeysetQuery

RUNS = 7
LIMIT_MS = 30
DEEP_PAGE = 100
Service = Callable[[Database, Any], Awaitable[CursorPage[Any]]]


class Case(msgspec.Struct, frozen=True):
    """A list with filters: the service that returns its pages, and the statement, if it has one."""

    name: str
    service: Service
    query: KeysetQuery
    listing: Callable[[Connection, Any], Awaitable[Listing]] | None = None


class Measured(msgspec.Struct, frozen=True):
    """The times of a case in milliseconds, and how its rows are read."""

    name: str
    count: str
    first: float
    deep: float | None
    reads: str

    @property
    def line(self) -> str:
        """The case as a line of the table."""
        deep = "" if self.deep is None else f"{self.deep:8.1f}"
        return f"{self.name:58} {self.count:>11} {self.first:8.1f} {deep:>8}   {self.reads}"


def main() -> int:
    """Measure every list and print a line for each."""
    products, url, name = [*sys.argv[1:], *("500000", "", "")[len(sys.argv) - 1 :]]
    if url:
        return asyncio.run(measure_all(url, int(products), name))
    with migrated_servers() as endpoints:
        with psycopg.connect(endpoints.database_url) as conn:
            staff_sample.fill(conn, products=int(products))
            staff_activity.fill(conn, products=int(products))
        return asyncio.run(measure_all(endpoints.database_url, int(products)))


async def measure_all(url: str, products: int, part: str = "") -> int:
    """Print the table; return 1 if a page takes too long."""
    print(
        f"{products:,} products, {products * 4:,} linked and {products * 4:,} unmatched items;"
        f" ms, medians of {RUNS} runs\n{'list':58} {'rows':>11} {'first':>8} {'100th':>8}   reads"
    )
    slow = 0
    async with Database(url) as database:
        async with database.connection() as conn:
            cases = await lists_of(conn)
        for name, service, query, listing in cases:
            if part not in name:
                continue
            measured = await measure(database, Case(name, service, query, listing))
            slow += max(measured.first, measured.deep or 0) > LIMIT_MS
            print(measured.line, flush=True)
    print(f"{slow} slower than {LIMIT_MS} ms")
    return int(slow > 0)


async def measure(database: Database, case: Case) -> Measured:
    """Measure the first and the hundredth page of a list."""
    first, page = await time_page(database, case, case.query)
    deep = None
    cursor = page.next_cursor
    for _ in range(DEEP_PAGE - 2):
        if cursor is None:
            break
        cursor = (await case.service(database, with_cursor(case.query, cursor))).next_cursor
    if cursor is not None:
        deep, _ = await time_page(database, case, with_cursor(case.query, cursor))
    reads = ""
    if case.listing:
        async with database.connection() as conn:
            reads = await describe_plan(conn, await case.listing(conn, case.query), case.query)
    return Measured(case.name, count_of(page), first, deep, reads)


def count_of(page: Any) -> str:
    """Return the number of rows of a list, with ~ if it is estimated; some lists have none."""
    total_count = getattr(page, "total_count", None)
    if total_count is None:
        return ""
    return f"{'' if getattr(page, 'total_count_is_exact', True) else '~'}{total_count:,}"


def with_cursor(query: Any, cursor: str) -> Any:
    """Return a query of a later page."""
    return msgspec.structs.replace(query, cursor=cursor)


async def time_page(
    database: Database, case: Case, query: KeysetQuery
) -> tuple[float, CursorPage[Any]]:
    """Return the median time of a page in milliseconds, and the page."""
    seconds: list[float] = []
    page = await case.service(database, query)
    for _ in range(RUNS):
        start = time.perf_counter()
        page = await case.service(database, query)
        seconds.append(time.perf_counter() - start)
    return median(seconds) * 1000, page


async def describe_plan(conn: Connection, listing: Listing, query: KeysetQuery) -> str:
    """Return the scans of a page that were executed, each with its rows."""
    estimate = await estimate_rows(conn, listing)
    statement = page_statement(listing, Window(query.limit + 1), estimate)
    explained = await conn.execute(
        "EXPLAIN (ANALYZE, FORMAT JSON) " + statement.text, statement.values
    )
    row = await explained.fetchone()
    scans = scans_of(row[0][0]["Plan"], listing.table) if row else iter(())
    return ", ".join(dict.fromkeys(scans))


def scans_of(plan: dict[str, Any], table: str) -> Iterator[str]:
    """Yield the executed scans of a table but those of single rows by their id."""
    for node in plan.get("Plans", ()):
        yield from scans_of(node, table)
    index = plan.get("Index Name", "")
    is_scan = plan.get("Relation Name") == table or index
    if not is_scan or not plan["Actual Loops"] or plan["Actual Loops"] > 1:
        return
    rows = int(plan["Actual Rows"]) + int(plan.get("Rows Removed by Filter", 0))
    name = index or plan["Node Type"]
    yield f"{name} {rows:,}"


if __name__ == "__main__":
    sys.exit(main())
