"""A matching run of 10,000 items against 500,000 products beside the catalog.

Prints the seconds, the CPU time and the memory of runs, and the p95 of the catalog before and
meanwhile. The first run computes the tokens of all products; later ones find them stored.
"""

import asyncio
import resource
import tempfile
import time
from contextlib import ExitStack
from uuid import UUID

import psycopg
import queries
from servers import free_port, migrated_servers, served, settings_for
from soak import fill, p95_until

from pricebook.db.database import Database
from pricebook.matching import service
from pricebook.matching.run_schemas import MatchRun, RunRequest
from pricebook.settings import Settings
from pricebook.worker.matching_runs import MatchingRuns

PRODUCTS, ITEMS = 500_000, 10_000
RUNS = ("first", "all items again", "all items again")
QUIET_SECONDS = 10
SUPPLIER = "INSERT INTO suppliers (name, source_type) VALUES ('New', 'csv') RETURNING id"
# Names of products in another order of words, as other suppliers write them.
NEW_ITEMS = """
    INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
    SELECT %s, 'N' || number, concat_ws(', ', split_part(name, ' ', 3), split_part(name, ' ', 1),
        split_part(name, ' ', 2) || ' ' || split_part(name, ' ', 4)), 10 + number %% 500
    FROM (
        SELECT row_number() OVER (ORDER BY md5(id::text)) AS number, name FROM products
    ) AS product
    WHERE number <= %s
"""


def main() -> None:
    """Fill the servers, and measure."""
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        fill(endpoints, PRODUCTS)
        with psycopg.connect(endpoints.database_url) as conn:
            conn.execute(NEW_ITEMS, [*(conn.execute(SUPPLIER).fetchone() or ()), ITEMS])
        settings = settings_for(endpoints, free_port())
        log = stack.enter_context(tempfile.NamedTemporaryFile(suffix=".log"))
        stack.enter_context(served(settings, log=log.name))
        asyncio.run(measure(settings))


async def measure(settings: Settings) -> None:
    """Print what each run takes, and how long the catalog takes meanwhile."""
    paths = queries.different(queries.categories(settings.required_database_url), 20_000)
    quiet = asyncio.create_task(asyncio.sleep(QUIET_SECONDS))
    print(f"catalog: p95 without a run {await p95_until(quiet, settings, paths)}")
    async with Database(settings.required_database_url) as database:
        for name in RUNS:
            requested = await service.request_run(database, RunRequest(), "bench")
            start, cpu = time.perf_counter(), cpu_of_children()
            running = asyncio.create_task(MatchingRuns(settings, database).run_due())
            p95 = await p95_until(running, settings, paths)
            seconds = time.perf_counter() - start
            run = await find_run(database, requested.id)
            print(
                f"run ({name}): {run.items_done:,} items, {run.certain:,} certain, {run.likely:,}"
                f" likely, {run.possible:,} possible; {seconds:.1f} s, CPU"
                f" {cpu_of_children() - cpu:.1f} s, {peak_of_children():,.0f} MB"
            )
            print(f"catalog: p95 meanwhile {p95}")


async def find_run(database: Database, run_id: UUID) -> MatchRun:
    """Return a run that has ended well, or exit."""
    run = await service.get_run(database, run_id)
    if run.state != "succeeded":
        raise SystemExit(f"The run {run.state}: {run.error}")
    return run


def cpu_of_children() -> float:
    """Return the CPU seconds of the child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def peak_of_children() -> float:
    """Return the largest resident memory of a child process that has ended, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    main()
