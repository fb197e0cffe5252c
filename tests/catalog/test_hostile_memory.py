"""Memory of a real API process whose clients send long and always different texts."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

import builders
from pricebook.db.database import Connection
from pricebook.settings import Settings
from served_api import ApiProcess
from served_here import connected

CATALOG_MB = 8
# Three times the limit of the cache, for Python and the framework.
MAX_GROWTH_MB = 3 * CATALOG_MB
PATH = "/api/v1/catalog"
ASTRAL = quote("\U0001f528")
WARM_UP = [PATH, f"{PATH}?search=hammer&max_price=3", f"{PATH}/x", "/x" * 200, "/x"] * 40


@pytest.fixture
def served(tmp_path: Path, settings: Settings) -> Iterator[ApiProcess]:
    opened = ApiProcess(tmp_path, settings, CATALOG_MEMORY_MB=f"{CATALOG_MB}", LOG_LEVEL="error")
    yield opened
    opened.stop()


def megabytes(served: ApiProcess) -> float:
    (worker,) = served.workers()
    lines = Path(f"/proc/{worker}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def send(served: ApiProcess, targets: Iterable[str]) -> set[int]:
    """Send requests one after the other; return the statuses."""
    async with connected(served.client.base_url.port or 0) as client:
        requests = (f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for target in targets)
        return {(await client.request(request)).status for request in requests}


async def growth(served: ApiProcess, targets: Iterable[str]) -> tuple[set[int], float]:
    await send(served, WARM_UP)
    before = await asyncio.to_thread(megabytes, served)
    return await send(served, targets), megabytes(served) - before


async def test_long_numbers_use_no_memory(served: ApiProcess) -> None:
    targets = (f"{PATH}?max_price=0.{'0' * 8_100}{number}" for number in range(14_000))
    statuses, growth_mb = await growth(served, targets)
    assert statuses == {400}
    assert growth_mb < MAX_GROWTH_MB


async def test_distinct_searches_stay_within_the_memory_limit(
    served: ApiProcess, conn: Connection
) -> None:
    await builders.product(conn, "Hammer")
    searches = (f"{ASTRAL * 200}{number}" for number in range(2_000))
    padded = (f"{number}{'+' * 7_000}" for number in range(2_000))
    spellings = (f"hammer{'+' * (number % 900)}&limit={1 + number % 7}" for number in range(4_000))
    for texts in (searches, padded, spellings):
        statuses, growth_mb = await growth(served, (f"{PATH}?search={text}" for text in texts))
        assert statuses == {200}
        assert growth_mb < MAX_GROWTH_MB


@pytest.mark.parametrize("folder", ["", PATH])
async def test_long_paths_use_no_memory(served: ApiProcess, folder: str) -> None:
    targets = (f"{folder}/{ASTRAL}{number}{'x' * 64_000}" for number in range(4_200))
    statuses, growth_mb = await growth(served, targets)
    assert statuses == {404}
    assert growth_mb < MAX_GROWTH_MB
