"""Measures the price history: `python bench/price_history.py [rows] [products] [folder]`.

100 million rows need about 40 GB and an hour. With a folder the data stays there, and the next
run only measures.
"""

import asyncio
import csv
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
import sample
from import_speed import import_seconds
from kept_data import data_folder, is_filled, mark_filled
from price_history_data import fill_history
from psycopg.conninfo import make_conninfo

from pricebook.db import migrations
from pricebook.db.database import Database
from pricebook.embedded import servers
from pricebook.prices import change_scope, repository, service
from pricebook.prices.product_schemas import PriceAtQuery, PriceSeriesQuery
from pricebook.prices.schemas import ChangeSort, PriceChangeQuery, SupplierChangeQuery

SUPERUSER = "postgres"
EMPTY = "without_history"
LIST_SUPPLIER = "Supplier 1"
PRODUCTS_TRIED = 200
RUNS = 5
IMPORTS = 4
SORTS: Sequence[ChangeSort] = (
    *("margin_loss", "margin_gain", "percent_up", "percent_down", "newest"),
)


def main() -> None:
    """Fill the databases unless that was done, and measure."""
    rows, products = map(int, [*sys.argv[1:3], "100000000", "500000"][:2])
    with (
        data_folder(*sys.argv[3:4]) as folder,
        servers(folder / "home", durable=False) as endpoints,
    ):
        url = endpoints.database_url
        if not is_filled(url):
            fill(url, rows, products)
        print_size(url)
        asyncio.run(measure_reads(url))
        asyncio.run(measure_imports(url, folder))


def fill(url: str, rows: int, products: int) -> None:
    """Fill a database with products and items, copy it, and fill the history of the first one."""
    start = time.perf_counter()
    migrations.upgrade(url)
    user = make_conninfo(url, user=SUPERUSER)
    with psycopg.connect(user) as conn:
        # Without triggers: they would take most of the time.
        conn.execute("SET session_replication_role = replica")
        sample.fill(conn, products=products)
        conn.execute(
            """
            UPDATE products SET min_price = found.low, max_price = found.high, supplier_count = 4
            FROM (SELECT product_id, min(current_price) AS low, max(current_price) AS high
                  FROM supplier_items GROUP BY product_id) AS found
            WHERE found.product_id = products.id
            """
        )
        conn.execute("VACUUM (ANALYZE)")
    with psycopg.connect(make_conninfo(user, dbname="postgres"), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {EMPTY} TEMPLATE pricebook OWNER pricebook".encode())
    print(f"{products:,} products with four items each: {time.perf_counter() - start:.0f} s")
    fill_history(url, rows=rows)
    mark_filled(url)
    print(f"history filled after {time.perf_counter() - start:.0f} s")


def print_size(url: str) -> None:
    """Print the numbers of rows and partitions, and the size."""
    with psycopg.connect(url) as conn:
        row = conn.execute(
            """
            SELECT sum(reltuples)::bigint, count(*), sum(pg_table_size(oid)) / 1e9,
                sum(pg_indexes_size(oid)) / 1e9
            FROM pg_class WHERE relispartition AND relkind = 'r'
            """
        ).fetchone()
    if row:
        print(
            f"{row[0]:,} rows in {row[1]} partitions; table {row[2]:.1f} GB,"
            f" indexes {row[3]:.1f} GB",
            flush=True,
        )


async def measure_reads(url: str) -> None:
    """Measure prices of products, their series, pages of changes, and the sums by supplier."""
    async with Database(url, pool_max=1) as database:
        await measure_products(database, some_products(url))
        week = since(7)
        for sort in SORTS:
            await measure_changes(database, f"week, {sort}", since=week, sort=sort)
        await print_plan(database, PriceChangeQuery(since=week))
        for sort in SORTS:
            await measure_changes(database, f"year, {sort}", since=since(365), sort=sort)
        await measure_changes(database, "hour", since=since(1 / 24))
        supplier_id = some_supplier(url)
        filters: dict[str, dict[str, Any]] = {
            "up 10 %": {"direction": "up", "min_percent": Decimal(10)},
            "linked": {"linked": True},
            "unlinked": {"linked": False},
            "supplier": {"supplier_id": supplier_id},
            "supplier, up 20 %": {
                "supplier_id": supplier_id,
                "direction": "up",
                "min_percent": Decimal(20),
            },
            "supplier, newest": {"supplier_id": supplier_id, "sort": "newest"},
        }
        for name, given in filters.items():
            await measure_changes(database, f"week, {name}", since=week, **given)
        for name, days in (("week", 7), ("month", 31)):
            query = SupplierChangeQuery(since=since(days))
            await measure(
                f"{name}, by supplier",
                lambda query=query: service.list_changes_by_supplier(database, query),
            )


async def measure_products(database: Database, products: Sequence[UUID]) -> None:
    """Print the times of the prices and of the series of products, at first and repeated."""
    random = Random(1)
    queries = [(each, PriceAtQuery(since(random.uniform(0, 1_000)))) for each in products]
    for name in ("as of, first", "as of, repeated"):
        seconds = list[float]()
        for product_id, query in queries:
            start = time.perf_counter()
            await service.get_product_prices(database, product_id, query)
            seconds.append(time.perf_counter() - start)
        print_times(name, seconds)
    year = PriceSeriesQuery(since=(datetime.now(UTC) - timedelta(days=365)).date())
    seconds = list[float]()
    for product_id in products[:50]:
        start = time.perf_counter()
        await service.get_price_series(database, product_id, year)
        seconds.append(time.perf_counter() - start)
    print_times("series of a year", seconds)


async def measure_changes(database: Database, name: str, **query: Any) -> None:
    """Print the times of the first page and of the tenth."""
    first = PriceChangeQuery(**query)
    await measure(f"{name}, page 1", lambda: service.list_changes(database, first))
    wanted = first
    for _ in range(9):
        page = await service.list_changes(database, wanted)
        if page.next_cursor is None:
            return
        wanted = PriceChangeQuery(**query, cursor=page.next_cursor)
    await measure(f"{name}, page 10", lambda: service.list_changes(database, wanted))


async def print_plan(database: Database, query: PriceChangeQuery) -> None:
    """Print how PostgreSQL finds a page of changes."""
    async with database.connection() as conn:
        scope = await change_scope.find_scope(conn, query)
        statement, values = repository.changes_statement(query, scope)
        cursor = await conn.execute(
            b"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + statement.encode(), values
        )
        print("\n".join(line for (line,) in await cursor.fetchall()), flush=True)


async def measure(name: str, run: Callable[[], Awaitable[object]]) -> None:
    """Print the times of repeated runs."""
    seconds = list[float]()
    for _ in range(RUNS):
        start = time.perf_counter()
        await run()
        seconds.append(time.perf_counter() - start)
    print_times(name, seconds)


def print_times(name: str, seconds: Sequence[float]) -> None:
    """Print the median, the 95th percentile and the maximum in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name:32} median {median(ordered) * 1000:8.1f} ms  p95 {p95 * 1000:8.1f} ms"
        f"  max {ordered[-1] * 1000:8.1f} ms",
        flush=True,
    )


async def measure_imports(url: str, folder: Path) -> None:
    """Import a list in which every price changed, by turns with and without a history."""
    empty_url = make_conninfo(url, dbname=EMPTY)
    lists = [write_list(url, folder / f"list-{number}.csv", number) for number in range(IMPORTS)]
    seconds: dict[str, list[float]] = {url: [], empty_url: []}
    for number, path in enumerate(lists):
        for each in (url, empty_url) if number % 2 else (empty_url, url):
            seconds[each].append(await import_seconds(each, path, LIST_SUPPLIER))
    with_history, without = (median(each) for each in seconds.values())
    print(
        f"import of a list of changed prices: {with_history:.1f} s with the history,"
        f" {without:.1f} s without ({(with_history / without - 1) * 100:+.0f} %);"
        f" {', '.join(f'{each:.1f}' for each in [*seconds[url], *seconds[empty_url]])}"
    )


def write_list(url: str, path: Path, number: int) -> Path:
    """Write the price list of a supplier with all prices changed."""
    with psycopg.connect(url) as conn, path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("Article code", "Name", "Price"))
        writer.writerows(
            conn.execute(
                """
                SELECT supplier_sku, item.name, round(current_price * (1.01 + 0.01 * %s), 2) + 0.01
                FROM supplier_items AS item JOIN suppliers ON suppliers.id = supplier_id
                WHERE suppliers.name = %s ORDER BY supplier_sku
                """,
                [number, LIST_SUPPLIER],
            )
        )
    return path


def since(days: float) -> str:
    """Return the time so many days ago."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def some_products(url: str) -> list[UUID]:
    """Return products from all over the table."""
    with psycopg.connect(url) as conn:
        cursor = conn.execute(
            "SELECT id FROM products TABLESAMPLE SYSTEM (2) ORDER BY md5(id::text) LIMIT %s",
            [PRODUCTS_TRIED],
        )
        return [product_id for (product_id,) in cursor]


def some_supplier(url: str) -> UUID:
    """Return the id of a supplier."""
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT id FROM suppliers WHERE name = %s", [LIST_SUPPLIER]).fetchone()
    if row is None:
        raise LookupError(LIST_SUPPLIER)
    return row[0]


if __name__ == "__main__":
    main()
