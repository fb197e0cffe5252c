import asyncio
import subprocess
import sys
from functools import partial

import pytest

from pricebook.system import memory
from pricebook.system.async_tasks import in_background

# Frees 80 MB in blocks of 100 KB that lie between small ones, which stay; prints the resident KiB
# that are left.
FREE_BLOCKS = """
from pathlib import Path
from pricebook.system import memory

def resident():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])

memory.configure_allocator()
before = resident()
blocks, pins = [], []
for _ in range(800):
    blocks.append(bytes([1]) * 100_000)
    pins.append(bytes([1]) * 1_000)
blocks.clear()
print(resident() - before)
"""


def test_freed_blocks_return_to_the_system() -> None:
    command = [sys.executable, "-c", FREE_BLOCKS]
    left = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert left < 20_000


async def test_a_process_over_its_limit_shrinks_its_caches_at_intervals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "TRIM_INTERVAL_SECONDS", 0.001)
    shrunk: list[str] = []
    often = asyncio.Queue[None]()
    async with in_background(
        memory.limit_memory(sys.maxsize, partial(shrunk.append, "under the limit"), 0),
        memory.limit_memory(1, partial(shrunk.append, "once a minute")),
        memory.limit_memory(1, partial(often.put_nowait, None), 0),
    ):
        for _ in range(3):
            await asyncio.wait_for(often.get(), 60)
    assert shrunk == ["once a minute"]


async def test_caches_shrink_at_once_when_a_burst_exceeds_the_limit() -> None:
    shrunk = asyncio.Queue[None]()
    limit = memory.resident_bytes() + 64 * 1024 * 1024
    async with in_background(memory.limit_bursts(limit, partial(shrunk.put_nowait, None))):
        await asyncio.sleep(2 * memory.BURST_CHECK_SECONDS)
        assert shrunk.empty()
        burst = bytes([1]) * (128 * 1024 * 1024)
        await asyncio.wait_for(shrunk.get(), 60)
    assert len(burst) > limit - memory.resident_bytes()
