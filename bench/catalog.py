"""The public catalog beside a baseline on Bun and Elysia: `python bench/catalog.py [--quick]`.

Both run on the same two cores with PostgreSQL and wrk, on the same database, in turn. Writes
bench/results/catalog.json, and the table and the plot of docs/performance.md.
"""

import os
import platform
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median
from typing import Literal
from urllib.request import urlopen

import msgspec
import psycopg
import queries
import report
import sample
from load import Demand, Load, cpu_seconds, drive, megabytes, require_wrk
from servers import baseline, migrated_servers, served, settings_for

from pricebook.embedded import Endpoints

PRODUCTS = 10_000
CORES = 2
WORKERS = 2
PORTS = {"pricebook": 8089, "baseline": 8090}
MANY = 1000
FEW = 64
SERVERS = ("pricebook", "baseline")
RESULTS = Path(__file__).parent / "results/catalog.json"

Server = Literal["pricebook", "baseline"]


class RunPlan(msgspec.Struct, frozen=True):
    """The number of runs of each case, and their seconds."""

    runs: int
    seconds: int


class Case(msgspec.Struct, frozen=True):
    """The requests of a case, with the number of connections and a header field, if any.

    With `is_new`, each run starts at another path, so that no response is cached.
    """

    name: str
    paths: list[str]
    connections: int = FEW
    header: str = ""
    is_new: bool = False
    has_new_ids: bool = False

    def demand(self, paths: list[str], seconds: int) -> Demand:
        """Return the load of one run."""
        return Demand(paths, self.connections, seconds, self.header, has_new_ids=self.has_new_ids)


class Run(msgspec.Struct, frozen=True):
    """The load of one run and the CPU cores that each process used."""

    load: Load
    cpu: dict[str, float]


class Bench:
    """Two servers on one database."""

    def __init__(self, stack: ExitStack, endpoints: Endpoints, plan: RunPlan) -> None:
        settings = msgspec.structs.replace(
            settings_for(endpoints, PORTS["pricebook"]), workers=WORKERS
        )
        self.plan = plan
        self.pids = {
            "pricebook": stack.enter_context(served(settings)),
            "baseline": stack.enter_context(baseline(endpoints, PORTS["baseline"])),
            "PostgreSQL": postmaster(endpoints.database_url),
        }

    def run(self, server: Server, case: Case) -> Run:
        """Run a case on one server."""
        before = {name: cpu_seconds(pid) for name, pid in self.pids.items()}
        start = time.perf_counter()
        load = drive(
            f"http://127.0.0.1:{PORTS[server]}",
            case.demand(case.paths, self.plan.seconds),
        )
        elapsed = time.perf_counter() - start
        cpu = {name: (cpu_seconds(pid) - before[name]) / elapsed for name, pid in self.pids.items()}
        return Run(load, {name: cpu[name] for name in (server, "PostgreSQL")})

    def compare(self, case: Case) -> report.Row:
        """Run a case on both in turn; the baseline has no 304 and sends the page instead."""
        runs: dict[Server, list[Run]] = {"pricebook": [], "baseline": []}
        for number in range(self.plan.runs):
            start = number * len(case.paths) // self.plan.runs if case.is_new else 0
            turned = [*case.paths[start:], *case.paths[:start]]
            once = msgspec.structs.replace(case, paths=turned)
            runs["pricebook"].append(self.run("pricebook", once))
            runs["baseline"].append(self.run("baseline", msgspec.structs.replace(once, header="")))
        row = report.Row(case.name, *(middle(runs[server]) for server in SERVERS))
        print(report.line(row), flush=True)
        return row


def main() -> None:
    """Create the data, run all cases on both servers and write the results."""
    require_wrk()
    plan = RunPlan(runs=1, seconds=2) if "--quick" in sys.argv else RunPlan(runs=5, seconds=5)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with ExitStack() as stack:
        endpoints = stack.enter_context(migrated_servers())
        with psycopg.connect(endpoints.database_url) as conn:
            sample.fill(conn, products=PRODUCTS)
        prepare(endpoints.database_url)
        bench = Bench(stack, endpoints, plan)
        found = cases(endpoints.database_url, PORTS["pricebook"])
        rows = [bench.compare(case) for case in found]
        memory = {name: megabytes(bench.pids[name]) for name in SERVERS}
    written = report.Report(
        machine=f"{platform.processor() or platform.machine()}, {CORES} cores",
        products=PRODUCTS,
        runs=plan.runs,
        seconds=plan.seconds,
        rows=rows,
        megabytes=memory,
    )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(written)) + b"\n")
    report.write(written)


def cases(url: str, port: int) -> list[Case]:
    """Return the cases for a database and the port of the API that serves it."""
    ids = queries.categories(url)
    different = queries.different(ids, 400_000)
    repeated, unique = different[:10_000], different[10_000:]
    few = [Case(name, [path]) for name, path in queries.repeated(ids).items()]
    return [
        *few,
        Case("304 (baseline: first page)", [queries.PATH], header=etag_header(port, queries.PATH)),
        Case("behind a proxy (new ids)", [queries.PATH], has_new_ids=True),
        Case("10,000 queries at random", shuffled(repeated * 20)),
        Case("all different", unique[::2], is_new=True),
        Case("first page, 1,000 connections", [queries.PATH], connections=MANY),
        Case("all different, 1,000 connections", unique[1::2], connections=MANY, is_new=True),
    ]


def shuffled(paths: list[str]) -> list[str]:
    """Return paths in an order that is the same each time."""
    mixed = list(paths)
    Random(1).shuffle(mixed)
    return mixed


def etag_header(port: int, path: str) -> str:
    """Return the If-None-Match field of a client that has the current response."""
    with urlopen(f"http://127.0.0.1:{port}{path}") as response:
        return f"If-None-Match: {response.headers['etag']}"


def prepare(url: str) -> None:
    """Set the planner costs for data in memory, for both servers."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("ALTER DATABASE pricebook SET random_page_cost = 1.1")


def postmaster(url: str) -> int:
    """Return the process id of the PostgreSQL postmaster."""
    with psycopg.connect(url) as conn:
        backend = conn.info.backend_pid
        return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])


def middle(runs: list[Run]) -> report.Measured:
    """Return the medians of several runs, and the sum of their errors."""
    loads = [run.load for run in runs]
    return report.Measured(
        rate=median(load.rate for load in loads),
        p50=median(load.p50 for load in loads),
        p95=median(load.p95 for load in loads),
        p99=median(load.p99 for load in loads),
        errors=sum(load.errors for load in loads),
        cpu={name: round(median(run.cpu[name] for run in runs), 2) for name in runs[0].cpu},
    )


if __name__ == "__main__":
    main()
