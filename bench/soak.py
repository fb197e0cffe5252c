"""Staleness, paging, latency and memory under load: `python bench/soak.py [--quick] [name]`.

stale: four API processes, prices that change 50 times a second, the listeners' connections killed
every second. paging: all pages by cursor during an import. import: the p95 of the catalog while
100,000 rows are imported into 500,000 products. memory: a million random requests.
"""

import asyncio
import sys
import time
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import psycopg
import queries
import sample
from load import Demand, drive, megabytes
from servers import migrated_servers, served, settings_for

from pricebook.db.database import LISTENER_APPLICATION_NAME, Database
from pricebook.embedded import Endpoints
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.settings import Settings

PORT = 8091
CHANGES_A_SECOND = 50
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


class Size(msgspec.Struct, frozen=True):
    """The seconds, products, rows and requests of a run."""

    seconds: int
    products: int
    rows: int
    requests: int


LARGE = Size(seconds=60, products=500_000, rows=100_000, requests=1_000_000)
QUICK = Size(seconds=5, products=5_000, rows=5_000, requests=20_000)


class Staleness(msgspec.Struct, frozen=True):
    """The numbers of changes and responses, and the age in ms of each stale response."""

    changes: int
    responses: int
    stale_ms: list[float]

    @property
    def worst_ms(self) -> float:
        """The age of the oldest stale response in ms."""
        return max(self.stale_ms, default=0.0)


def main() -> None:
    """Run the named tests, or all."""
    size = QUICK if "--quick" in sys.argv else LARGE
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    for name in named or ["stale", "paging", "import", "memory"]:
        SOAKS[name](size)


def soak_staleness(size: Size) -> None:
    """Print the age of stale responses, with connected and with killed listeners."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        settings = [settings_for(endpoints, PORT + number) for number in range(4)]
        for each in settings:
            stack.enter_context(served(each))
        for kills in (False, True):
            found = asyncio.run(staleness(settings, seconds=size.seconds, kills=kills))
            worst = sorted(found.stale_ms)
            percentiles = [f"{worst[int(len(worst) * part)]:.1f}" for part in (0.5, 0.95, 0.99)]
            print(
                f"stale ({'listeners killed every second' if kills else 'listeners connected'}):"
                f" {found.changes:,} changes, {found.responses:,} responses,"
                f" {len(worst):,} stale: by {' / '.join(percentiles)} ms (p50/p95/p99),"
                f" {found.worst_ms:.1f} ms at worst"
                if worst
                else f"stale: {found.responses:,} responses, none stale"
            )


async def staleness(settings: list[Settings], *, seconds: float, kills: bool) -> Staleness:
    """Change a price repeatedly, and measure for how long each API returns an older one."""
    url = settings[0].required_database_url
    committed: list[float] = []
    stop = asyncio.Event()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        await make_product(conn)
        writer = asyncio.create_task(change_prices(conn, committed, stop))
        killer = asyncio.create_task(kill_listeners(url, stop) if kills else asyncio.sleep(0))
        readers = [
            asyncio.create_task(read(each.address, path, committed, stop))
            for each in settings
            for path in ("/api/v1/catalog", "/api/v1/catalog?search=stale")
        ]
        await asyncio.sleep(seconds)
        stop.set()
        await asyncio.gather(writer, killer)
        found = await asyncio.gather(*readers)
    responses = sum(count for count, _ in found)
    return Staleness(len(committed), responses, [each for _, ages in found for each in ages])


async def make_product(conn: psycopg.AsyncConnection[Any]) -> None:
    """Create the product whose price changes; its price is the number of the change."""
    await conn.execute("TRUNCATE products, suppliers CASCADE")
    await conn.execute("""
        WITH product AS (
            INSERT INTO products (internal_sku, name, status) VALUES ('S', 'Stale?', 'active')
            RETURNING id
        ), supplier AS (
            INSERT INTO suppliers (name, source_type) VALUES ('S', 'csv') RETURNING id
        )
        INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
        SELECT supplier.id, product.id, 'S', 'S', 0 FROM product, supplier
    """)


async def change_prices(
    conn: psycopg.AsyncConnection[Any], committed: list[float], stop: asyncio.Event
) -> None:
    """Set the price to 1, 2, 3, … in bursts, so that a missed change is visible in the pauses."""
    chosen = Random(1)
    while not stop.is_set():
        for _ in range(chosen.randint(1, CHANGES_A_SECOND // 2)):
            await conn.execute(
                "UPDATE supplier_items SET current_price = %s", [Decimal(len(committed) + 1)]
            )
            committed.append(time.perf_counter())
            await asyncio.sleep(0.5 / CHANGES_A_SECOND)
        await asyncio.sleep(chosen.random() / 2)


async def kill_listeners(url: str, stop: asyncio.Event) -> None:
    """Close the connections on which the APIs receive notifications, every second."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        while not stop.is_set():
            await conn.execute(KILL, [LISTENER_APPLICATION_NAME])
            await asyncio.sleep(1)


async def read(
    address: str, path: str, committed: list[float], stop: asyncio.Event
) -> tuple[int, list[float]]:
    """Read the price repeatedly; return the number of responses and the ages of stale ones."""
    count, ages = 0, list[float]()
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        while not stop.is_set():
            committed_count, start = len(committed), time.perf_counter()
            (product,) = (await client.get(path)).raise_for_status().json()["data"]
            count += 1
            shown = int(Decimal(product["min_price"]))
            if shown < committed_count:  # a later change was committed before the request
                ages.append((start - committed[shown]) * 1000)
            await asyncio.sleep(0.002)
    return count, ages


def soak_paging(size: Size) -> None:
    """Print how many products were missed or repeated by cursor paging during an import."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        fill(endpoints, size.products // 10)
        settings = settings_for(endpoints, PORT)
        stack.enter_context(served(settings))
        path = Path(stack.enter_context(TemporaryDirectory())) / "list.csv"
        active, returned = asyncio.run(read_all_pages(settings, path, size.rows))
        repeated = len(returned) - len(set(returned))
        missed = len(active - set(returned))
        print(f"paging: {len(active):,} products, {missed} missed, {repeated} repeated")


async def read_all_pages(settings: Settings, path: Path, rows: int) -> tuple[set[str], list[str]]:
    """Read all pages by cursor during an import; return the active and the returned products."""
    url = settings.required_database_url
    with psycopg.connect(url) as conn:
        active = conn.execute("SELECT id FROM products WHERE status = 'active'").fetchall()
        stays = {str(each) for (each,) in active}
    write_price_list(path, rows, "1.00")
    importing = asyncio.create_task(run_import(url, path))
    seen: list[str] = []
    async with httpx.AsyncClient(base_url=settings.address, timeout=60) as client:
        next_page = "/api/v1/catalog?limit=200"
        while next_page:
            response = (await client.get(next_page)).raise_for_status()
            seen += [product["id"] for product in response.json()["data"]]
            next_page = response.links.get("next", {}).get("url", "")
    await importing
    return stays, seen


def soak_import(size: Size) -> None:
    """Print the p95 of the catalog without and with an import."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        fill(endpoints, size.products)
        settings = settings_for(endpoints, PORT)
        stack.enter_context(served(settings))
        path = Path(stack.enter_context(TemporaryDirectory())) / "list.csv"
        write_price_list(path, size.rows, "1.00")
        paths = queries.different(queries.categories(endpoints.database_url), 10_000)
        asyncio.run(compare_imports(settings, path, paths, size.rows))


async def compare_imports(settings: Settings, path: Path, paths: list[str], rows: int) -> None:
    """Send different queries at a steady rate, before and during two imports."""
    url = settings.required_database_url
    quiet = asyncio.create_task(asyncio.sleep(10))
    print(f"import: p95 without {await p95_until(quiet, settings, paths)}")
    for name, price in (("new", "1.00"), ("changed", "2.00")):
        write_price_list(path, rows, price)
        start = time.perf_counter()
        importing = asyncio.create_task(asyncio.to_thread(asyncio.run, run_import(url, path)))
        p95 = await p95_until(importing, settings, paths)
        seconds = time.perf_counter() - start
        print(f"import: p95 with {rows:,} {name} rows in {seconds:.1f} s: {p95}")


async def p95_until(running: asyncio.Task[Any], settings: Settings, paths: list[str]) -> str:
    """Send 50 requests a second until a task has ended; return the p95 of all and of each kind."""
    times: dict[str, list[float]] = {}
    async with httpx.AsyncClient(base_url=settings.address, timeout=60) as client:
        for path in paths:
            if running.done():
                break
            start = time.perf_counter()
            (await client.get(path)).raise_for_status()
            took = (time.perf_counter() - start) * 1000
            times.setdefault(kind_of(path), []).append(took)
            await asyncio.sleep(0.02)
    await running
    of_all = p95([each for some in times.values() for each in some])
    of_kinds = ", ".join(f"{kind} {p95(some):.1f}" for kind, some in sorted(times.items()))
    return f"{of_all:.1f} ms ({of_kinds})"


def kind_of(path: str) -> str:
    """Return the names of the query parameters."""
    return "+".join(sorted(set(parse_qs(urlsplit(path).query)) - {"limit"}))


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(times, n=20)[-1]


def soak_memory(size: Size) -> None:
    """Print the memory of an API process before and after many random requests."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        fill(endpoints, 10_000)
        settings = settings_for(endpoints, PORT)
        pid = stack.enter_context(served(settings))
        paths = queries.different(queries.categories(endpoints.database_url), 200_000)
        done, rounds = 0, 0
        print(f"memory: {sizes(pid)} at the start")
        while done < size.requests:
            done += drive(settings.address, Demand(paths, connections=64, seconds=20)).requests
            rounds += 1
            Random(rounds).shuffle(paths)
        print(f"memory: {sizes(pid)} after {done:,} requests")


def sizes(pid: int) -> str:
    """Return the megabytes of each process as text."""
    return " + ".join(f"{each:.0f} MB" for each in megabytes(pid))


def fill(endpoints: Endpoints, products: int) -> None:
    """Fill the catalog."""
    with psycopg.connect(endpoints.database_url) as conn:
        sample.fill(conn, products=products)


def write_price_list(path: Path, rows: int, price: str) -> None:
    """Write a price list of the first supplier: existing items at another price."""
    lines = [f"A{number}-0,Imported {number},{price}" for number in range(1, rows + 1)]
    path.write_text("\n".join(["Article code,Name,Price", *lines]))


async def run_import(url: str, path: Path) -> None:
    """Import the price list without safety thresholds."""
    request = ImportRequest(
        source=FileSource(str(path)),
        supplier_name="Supplier 1",
        currency="USD",
        safety_thresholds=None,
    )
    async with Database(url) as database:
        with ParserPool() as parser_pool:
            result = await importer.run_import(database, parser_pool, request, lambda _: None)
    if result.status != "success":
        raise SystemExit(f"The import is {result.status}: {result.errors}")


SOAKS = {
    "stale": soak_staleness,
    "paging": soak_paging,
    "import": soak_import,
    "memory": soak_memory,
}

if __name__ == "__main__":
    main()
