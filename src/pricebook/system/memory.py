"""Memory that is free again goes back to the system: no process keeps the size of its peak."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

TRIM_INTERVAL_SECONDS = 10.0

_libc = ctypes.CDLL(None)


@asynccontextmanager
async def trim_memory_periodically() -> AsyncGenerator[None]:
    """Trim the heap every ten seconds while the block runs.

    When a burst is over, garbage in cycles is collected first, once: that takes tens of
    milliseconds, and the collector may not run by itself until very much more is allocated.
    """
    task = asyncio.create_task(_trim_memory())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _trim_memory() -> None:
    last_collected = 0
    while True:
        before = _young_collections()
        await asyncio.sleep(TRIM_INTERVAL_SECONDS)
        if last_collected != _young_collections() == before:
            gc.collect()
            last_collected = before
        if hasattr(_libc, "malloc_trim"):  # glibc alone has it
            _libc.malloc_trim(0)


def _young_collections() -> int:
    """How often the youngest objects were collected, which is once for so many allocations."""
    return gc.get_stats()[0]["collections"]
