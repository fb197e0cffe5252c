"""Whether the catalog stays true and quick under strain: `python bench/soak.py [--quick] [name]`.

stale: four API processes, prices that change 50 times a second, the listeners' connections killed
every second. walk: all pages by cursor while a list is imported. import: the p95 of the catalog
while 100,000 rows are imported into 500,000 products. memory: a million requests at random.
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
from pricebook.imports.importer_schemas import ImportRequest, Progress
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas import FileSource
from pricebook.settings import Settings

PORT = 8091
CHANGES_A_SECOND = 50
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


class Size(msgspec.Struct, frozen=True):
    """How long and how large."""

    seconds: int
    products: int
    rows: int
    requests: int


LARGE = Size(seconds=60, products=500_000, rows=100_000, requests=1_000_000)
QUICK = Size(seconds=5, products=5_000, rows=5_000, requests=20_000)


class Staleness(msgspec.Struct, frozen=True):
    """The answers given, and the milliseconds for which those were untrue that were."""

    changes: int
    answers: int
    stale_ms: list[float]

    @property
    def worst_ms(self) -> float:
        """The longest time that an answer was given after it had become untrue."""
        return max(self.stale_ms, default=0.0)


def main() -> None:
    """Run what was asked for, or everything."""
    size = QUICK if "--quick" in sys.argv else LARGE
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    for name in named or ["stale", "walk", "import", "memory"]:
        SOAKS[name](size)


def soak_staleness(size: Size) -> None:
    """Print how long answers were untrue, with quiet listeners and with killed ones."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        settings = [settings_for(endpoints, PORT + number) for number in range(4)]
        for each in settings:
            stack.enter_context(served(each))
        for kills in (False, True):
            found = asyncio.run(staleness(settings, seconds=size.seconds, kills=kills))
            worst = sorted(found.stale_ms)
            told = [f"{worst[int(len(worst) * part)]:.1f}" for part in (0.5, 0.95, 0.99)]
            print(
                f"stale ({'listeners killed every second' if kills else 'listeners left alone'}):"
                f" {found.changes:,} changes, {found.answers:,} answers,"
                f" {len(worst):,} untrue when asked for: for {' / '.join(told)} ms (p50/p95/p99),"
                f" {found.worst_ms:.1f} ms at worst"
                if worst
                else f"stale: {found.answers:,} answers, none untrue"
            )


async def staleness(settings: list[Settings], *, seconds: float, kills: bool) -> Staleness:
    """Change a price again and again, and see for how long each API gives an older one."""
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
    answers = sum(count for count, _ in found)
    return Staleness(len(committed), answers, [each for _, ages in found for each in ages])


async def make_product(conn: psycopg.AsyncConnection[Any]) -> None:
    """Make the product whose price changes; its price is the number of the change."""
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
    """Set the price to 1, 2, 3, … in bursts, so that a missed change would show in the pauses."""
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
    """Cut the connections on which the APIs hear of changes, every second."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        while not stop.is_set():
            await conn.execute(KILL, [LISTENER_APPLICATION_NAME])
            await asyncio.sleep(1)


async def read(
    address: str, path: str, committed: list[float], stop: asyncio.Event
) -> tuple[int, list[float]]:
    """Ask again and again; return how often, and for how long untrue answers had been so."""
    asked, ages = 0, list[float]()
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        while not stop.is_set():
            known, start = len(committed), time.perf_counter()
            (product,) = (await client.get(path)).raise_for_status().json()["data"]
            asked += 1
            shown = int(Decimal(product["min_price"]))
            if shown < known:  # the change after the one shown was committed before we asked
                ages.append((start - committed[shown]) * 1000)
            await asyncio.sleep(0.002)
    return asked, ages


def soak_walk(size: Size) -> None:
    """Print what a walk by cursor saw while a list came in."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        fill(endpoints, size.products // 10)
        settings = settings_for(endpoints, PORT)
        stack.enter_context(served(settings))
        path = Path(stack.enter_context(TemporaryDirectory())) / "list.csv"
        stays, seen = asyncio.run(walk(settings, path, size.rows))
        again = len(seen) - len(set(seen))
        missed = len(stays - set(seen))
        print(f"walk: {len(stays):,} products, {missed} missed, {again} seen twice")


async def walk(settings: Settings, path: Path, rows: int) -> tuple[set[str], list[str]]:
    """Follow the cursor through all pages under an import; return who stayed and who was seen."""
    url = settings.required_database_url
    with psycopg.connect(url) as conn:
        active = conn.execute("SELECT id FROM products WHERE status = 'active'").fetchall()
        stays = {str(each) for (each,) in active}
    write_list(path, rows, "1.00")
    importing = asyncio.create_task(run_import(url, path))
    seen: list[str] = []
    async with httpx.AsyncClient(base_url=settings.address, timeout=60) as client:
        next_page = "/api/v1/catalog?limit=200"
        while next_page:
            answer = (await client.get(next_page)).raise_for_status()
            seen += [product["id"] for product in answer.json()["data"]]
            next_page = answer.links.get("next", {}).get("url", "")
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
        write_list(path, size.rows, "1.00")
        asked = queries.different(queries.categories(endpoints.database_url), 10_000)
        asyncio.run(compare_imports(settings, path, asked, size.rows))


async def compare_imports(settings: Settings, path: Path, asked: list[str], rows: int) -> None:
    """Ask different queries at a steady rate before an import and during two of them."""
    url = settings.required_database_url
    quiet = asyncio.create_task(asyncio.sleep(10))
    print(f"import: p95 without {await p95_until(quiet, settings, asked)}")
    for name, price in (("new", "1.00"), ("changed", "2.00")):
        write_list(path, rows, price)
        start = time.perf_counter()
        importing = asyncio.create_task(asyncio.to_thread(asyncio.run, run_import(url, path)))
        p95 = await p95_until(importing, settings, asked)
        seconds = time.perf_counter() - start
        print(f"import: p95 with {rows:,} {name} rows in {seconds:.1f} s: {p95}")


async def p95_until(running: asyncio.Task[Any], settings: Settings, asked: list[str]) -> str:
    """Ask 50 times a second until something has ended; tell the p95 of all and of each kind."""
    times: dict[str, list[float]] = {}
    async with httpx.AsyncClient(base_url=settings.address, timeout=60) as client:
        for path in asked:
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
    """Return the names of the parameters."""
    return "+".join(sorted(set(parse_qs(urlsplit(path).query)) - {"limit"}))


def p95(times: list[float]) -> float:
    """Return what one in twenty times is over."""
    return quantiles(times, n=20)[-1]


def soak_memory(size: Size) -> None:
    """Print the memory of an API process before and after many requests at random."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        fill(endpoints, 10_000)
        settings = settings_for(endpoints, PORT)
        pid = stack.enter_context(served(settings))
        asked = queries.different(queries.categories(endpoints.database_url), 200_000)
        done, rounds = 0, 0
        print(f"memory: {sizes(pid)} at first")
        while done < size.requests:
            done += drive(settings.address, Demand(asked, connections=64, seconds=20)).requests
            rounds += 1
            Random(rounds).shuffle(asked)
        print(f"memory: {sizes(pid)} after {done:,} requests")


def sizes(pid: int) -> str:
    """Write the megabytes of each process."""
    return " + ".join(f"{each:.0f} MB" for each in megabytes(pid))


def fill(endpoints: Endpoints, products: int) -> None:
    """Fill the catalog."""
    with psycopg.connect(endpoints.database_url) as conn:
        sample.fill(conn, products=products)


def write_list(path: Path, rows: int, price: str) -> None:
    """Write a list of the first supplier: what it has already, at another price."""
    lines = [f"A{number}-0,Imported {number},{price}" for number in range(1, rows + 1)]
    path.write_text("\n".join(["Article code,Name,Price", *lines]))


async def run_import(url: str, path: Path) -> None:
    """Import the list, whatever it changes."""
    order = ImportRequest(
        source=FileSource(str(path)),
        supplier_name="Supplier 1",
        currency="USD",
        safety_thresholds=None,
    )
    async with Database(url) as database:
        with ParserPool() as parser_pool:
            result = await importer.run_import(database, parser_pool, order, watch_nothing)
    if result.status != "success":
        raise SystemExit(f"The import {result.status}: {result.errors}")


def watch_nothing(_: Progress) -> None:
    """Stand for a progress bar."""


SOAKS = {
    "stale": soak_staleness,
    "walk": soak_walk,
    "import": soak_import,
    "memory": soak_memory,
}

if __name__ == "__main__":
    main()
