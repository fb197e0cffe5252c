"""Compares the API of two checkouts: `python bench/pair.py OTHER [--quick] [case...]`.

OTHER is a checkout with its own `.venv` (`make install`), or `stock`: this checkout with
HTTP_PROTOCOL=stock, uvicorn's own protocol class. Each has its own servers and equal data.
Each round runs a case on both, so that other load on the machine affects both. Prints medians:
requests per second, their ratio (this / other), p95 in milliseconds and CPU of the API and of
PostgreSQL in microseconds per request. With case names, only the cases that begin with one of
them are run.
"""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
import psycopg
import sample
from load import cpu_seconds, drive, require_wrk
from servers import served, settings_for

from catalog import PRODUCTS, Case, cases, postmaster, prepare
from pricebook.embedded import servers
from pricebook.settings import HttpProtocolName

HERE = Path(__file__).parents[1]
PORTS = (8087, 8088)
WORKERS = 2
STOCK: HttpProtocolName = "stock"


class Run(msgspec.Struct, frozen=True):
    """One run: requests per second, p95 in ms, CPU microseconds per request, errors."""

    rate: float
    p95: float
    api_cpu: float
    postgres_cpu: float
    errors: int


class Side(msgspec.Struct, frozen=True):
    """One checkout: the address of its API, process ids, and the cases by name."""

    address: str
    api_pid: int
    postgres_pid: int
    cases: dict[str, Case]

    def run(self, case: Case, number: int, seconds: int) -> Run:
        """Run a case once; cases with new requests start at another path in each round."""
        start = number * 20_011 % len(case.paths) if case.is_new else 0
        paths = [*case.paths[start:], *case.paths[:start]]
        before = self.cpu_seconds()
        load = drive(self.address, case.demand(paths, seconds))
        api_cpu, postgres_cpu = (
            (after - start) / max(1, load.requests) * 1e6
            for start, after in zip(before, self.cpu_seconds(), strict=True)
        )
        return Run(load.rate, load.p95, api_cpu, postgres_cpu, load.errors)

    def cpu_seconds(self) -> tuple[float, float]:
        """Return the CPU seconds that the API and PostgreSQL have used."""
        return cpu_seconds(self.api_pid), cpu_seconds(self.postgres_pid)


def main() -> None:
    """Compare case by case."""
    require_wrk()
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not words:
        raise SystemExit(__doc__)
    rounds, seconds = (2, 2) if "--quick" in sys.argv else (7, 4)
    with ExitStack() as stack:
        this = stack.enter_context(serving(HERE, PORTS[0], "pricebook"))
        is_stock = words[0] == STOCK
        checkout = HERE if is_stock else Path(words[0]).resolve()
        other = stack.enter_context(serving(checkout, PORTS[1], STOCK if is_stock else "pricebook"))
        print(
            f"{'case':34}{'this':>8}{'other':>8}{'ratio':>7}{'p95 ms':>15}"
            f"{'API us':>15}{'PostgreSQL us':>15}"
        )
        for name in this.cases:
            if name.startswith(tuple(words[1:] or [""])):
                compare(name, (this, other), rounds, seconds)


def compare(name: str, sides: tuple[Side, Side], rounds: int, seconds: int) -> None:
    """Run a case on both in turn and print the medians; the order changes each round."""
    runs: tuple[list[Run], list[Run]] = ([], [])
    for number in range(rounds):
        for each in (0, 1) if number % 2 == 0 else (1, 0):
            runs[each].append(sides[each].run(sides[each].cases[name], number, seconds))
    ratio = median(ours.rate / theirs.rate for ours, theirs in zip(*runs, strict=True))
    rates = [median(run.rate for run in side) for side in runs]
    p95 = " / ".join(f"{median(run.p95 for run in side):.1f}" for side in runs)
    api = " / ".join(f"{median(run.api_cpu for run in side):.1f}" for side in runs)
    postgres = " / ".join(f"{median(run.postgres_cpu for run in side):.1f}" for side in runs)
    errors = sum(run.errors for side in runs for run in side)
    failed = f"  {errors} failed" if errors else ""
    print(
        f"{name:34}{rates[0]:8,.0f}{rates[1]:8,.0f}{ratio:7.3f}{p95:>15}{api:>15}"
        f"{postgres:>15}{failed}",
        flush=True,
    )


@contextmanager
def serving(checkout: Path, port: int, protocol: HttpProtocolName) -> Generator[Side]:
    """Run the API of a checkout with its own servers and data."""
    python = checkout / ".venv/bin/python"
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="pricebook-bench-"))
        Path(folder).chmod(0o755)
        endpoints = stack.enter_context(servers(Path(folder) / "home"))
        settings = msgspec.structs.replace(
            settings_for(endpoints, port), workers=WORKERS, http_protocol=protocol
        )
        environment = {**os.environ, **settings.as_environment()}
        command = [str(python), "-m", "pricebook.cli", "migrate"]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        with psycopg.connect(endpoints.database_url) as conn:
            sample.fill(conn, products=PRODUCTS)
        prepare(endpoints.database_url)
        pid = stack.enter_context(served(settings, str(python)))
        found = cases(endpoints.database_url, port)
        postgres_pid = postmaster(endpoints.database_url)
        yield Side(settings.address, pid, postgres_pid, {case.name: case for case in found})


if __name__ == "__main__":
    main()
