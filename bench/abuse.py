"""An API process under an hour of mixed attacks: `python bench/abuse.py [--minutes 60]`.

Runs the attacks of `hostile.py` in random order, two at a time, while one client fills the response
cache (128 MB) with random requests and another one reads the catalog. Prints the resident memory of
the API process before and after each attack, its peak, and a minute after the last one. Exits
with 1 if the peak or the last value is over its limit, a response had the status 500, or the other
client got none. The warnings and errors of the API are kept in the file that it names.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import hostile
import httpx
import msgspec
import psycopg
import queries
import sample
from attacks import Attack
from load import megabytes
from servers import migrated_servers, served, settings_for

PORT = 8767
PRODUCTS = 10_000
PEAK_MB, REMAINING_MB = 400, 250
AT_ONCE = 2
REST_SECONDS = 60
SAMPLE_SECONDS = 0.2


class MemoryMonitor:
    """The resident memory of the largest process of the API, in MB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.now = self.peak = self._recent_peak = 0.0

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            self.now = max(megabytes(self._pid))
            self.peak = max(self.peak, self.now)
            self._recent_peak = max(self._recent_peak, self.now)
            await asyncio.sleep(SAMPLE_SECONDS)

    def take_recent_peak(self) -> float:
        """Return the largest value since the last call."""
        recent, self._recent_peak = self._recent_peak, self.now
        return recent


def main() -> None:
    """Attack for some minutes, rest, and compare the memory with its limits."""
    minutes = float(sys.argv[sys.argv.index("--minutes") + 1]) if "--minutes" in sys.argv else 60
    _, log = tempfile.mkstemp(prefix="pricebook-abuse-", suffix=".log")
    with migrated_servers() as endpoints:
        with psycopg.connect(endpoints.database_url) as conn:
            sample.fill(conn, products=PRODUCTS)
        settings = msgspec.structs.replace(
            settings_for(endpoints, PORT), workers=1, catalog_memory_mb=128, log_level="warning"
        )
        paths = queries.different(queries.categories(endpoints.database_url), 100_000)
        with served(settings, log=log) as pid, hostile.other_client(PORT) as worst:
            monitor = asyncio.run(_abuse(pid, paths, minutes * 60))
    errors = Path(log).read_bytes().count(b'"status":500')
    print(f"peak {monitor.peak:.0f} MB, after {REST_SECONDS} s of rest {monitor.now:.0f} MB")
    print(f"longest response time of the other client: {worst.value * 1000:.0f} ms")
    print(f"responses with the status 500: {errors} (log: {log})")
    if errors or monitor.peak > PEAK_MB or monitor.now > REMAINING_MB:
        raise SystemExit(f"The limits are {PEAK_MB} MB, {REMAINING_MB} MB and no status 500.")


async def _abuse(pid: int, paths: list[str], seconds: float) -> MemoryMonitor:
    monitor = MemoryMonitor(pid)
    ends_at = time.monotonic() + seconds
    monitoring = asyncio.create_task(monitor.run())
    filling = asyncio.create_task(_fill(paths))
    queue, running = _attacks(Random(1)), set[str]()
    await asyncio.gather(*(_attack(queue, running, monitor, ends_at) for _ in range(AT_ONCE)))
    filling.cancel()
    with suppress(asyncio.CancelledError):
        await filling
    await asyncio.sleep(REST_SECONDS)
    monitoring.cancel()
    return monitor


def _attacks(chosen: Random) -> Iterator[tuple[str, Attack]]:
    """Yield all attacks in random order, endlessly."""
    while True:
        yield from chosen.sample(list(hostile.ATTACKS.items()), len(hostile.ATTACKS))


async def _attack(
    queue: Iterator[tuple[str, Attack]], running: set[str], monitor: MemoryMonitor, ends_at: float
) -> None:
    """Run one attack after the other; print the memory before and after each, and its peak.

    None runs twice at once: 20,000 idle connections are more than a process may open.
    """
    while time.monotonic() < ends_at:
        name, attack = next(each for each in queue if each[0] not in running)
        running.add(name)
        before = monitor.now
        outcome = await attack(PORT)
        running.remove(name)
        peak = monitor.take_recent_peak()
        print(f"{name:44}{before:6.0f}{peak:6.0f}{monitor.now:6.0f} MB  {outcome[:64]}", flush=True)


async def _fill(paths: list[str]) -> None:
    """Fill the response cache with random requests."""
    chosen = Random(1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
        while True:
            with suppress(httpx.HTTPError):
                await client.get(chosen.choice(paths))


if __name__ == "__main__":
    main()
