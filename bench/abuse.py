"""An API process under an hour of mixed abuse: `python bench/abuse.py [--minutes 60]`.

Every attack of `hostile.py` in random order, two at a time, while clients fill the response cache
(128 MB) with requests at random and a visitor reads the catalog. Prints the resident memory of the
API process after each attack, its peak, and what it is after a minute without requests. Ends with
exit code 1 when the peak or what remains is over its limit, or the visitor was not served.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
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


class Watch:
    """The resident memory of the largest process of the API, in MB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.now = self.peak = 0.0

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            self.now = max(megabytes(self._pid))
            self.peak = max(self.peak, self.now)
            await asyncio.sleep(SAMPLE_SECONDS)


def main() -> None:
    """Attack for some minutes, rest, and compare the memory with its limits."""
    minutes = float(sys.argv[sys.argv.index("--minutes") + 1]) if "--minutes" in sys.argv else 60
    with migrated_servers() as endpoints:
        with psycopg.connect(endpoints.database_url) as conn:
            sample.fill(conn, products=PRODUCTS)
        settings = msgspec.structs.replace(
            settings_for(endpoints, PORT), workers=1, catalog_memory_mb=128
        )
        paths = queries.different(queries.categories(endpoints.database_url), 100_000)
        with served(settings) as pid, hostile.visitor(PORT) as worst:
            watch = asyncio.run(_abuse(pid, paths, minutes * 60))
    print(f"peak {watch.peak:.0f} MB, after {REST_SECONDS} s of rest {watch.now:.0f} MB")
    print(f"the visitor waited {worst.value * 1000:.0f} ms at most")
    if watch.peak > PEAK_MB or watch.now > REMAINING_MB:
        raise SystemExit(f"The limits are {PEAK_MB} MB and {REMAINING_MB} MB.")


async def _abuse(pid: int, paths: list[str], seconds: float) -> Watch:
    watch = Watch(pid)
    ends_at = time.monotonic() + seconds
    watching = asyncio.create_task(watch.run())
    filling = asyncio.create_task(_fill(paths))
    deck = _deck(Random(1))
    await asyncio.gather(*(_attack(deck, watch, ends_at) for _ in range(AT_ONCE)))
    filling.cancel()
    with suppress(asyncio.CancelledError):
        await filling
    await asyncio.sleep(REST_SECONDS)
    watching.cancel()
    return watch


def _deck(chosen: Random) -> Iterator[tuple[str, Attack]]:
    """Yield all attacks in random order, again and again, so that no two alike run at once."""
    while True:
        yield from chosen.sample(list(hostile.ATTACKS.items()), len(hostile.ATTACKS))


async def _attack(deck: Iterator[tuple[str, Attack]], watch: Watch, ends_at: float) -> None:
    """Run one attack after the other; print what each did to the memory."""
    while time.monotonic() < ends_at:
        name, attack = next(deck)
        before = watch.now
        outcome = await attack(PORT)
        print(f"{name:44}{before:6.0f}{watch.now:6.0f} MB  {outcome[:70]}", flush=True)


async def _fill(paths: list[str]) -> None:
    """Fill the response cache with requests at random."""
    chosen = Random(1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
        while True:
            with suppress(httpx.HTTPError):
                await client.get(chosen.choice(paths))


if __name__ == "__main__":
    main()
