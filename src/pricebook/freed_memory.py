"""Memory that is free again goes back to the system: no process keeps the size of its peak."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

TRIM_SECONDS = 10.0

_libc = ctypes.CDLL(None)


@asynccontextmanager
async def returning_freed_memory() -> AsyncGenerator[None]:
    """Trim the heap every ten seconds while the block runs.

    When a burst is over, garbage in cycles is collected first, once: that takes tens of
    milliseconds, and the collector may not run by itself until very much more is allocated.
    """
    task = asyncio.create_task(_return_freed_memory())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _return_freed_memory() -> None:
    last_collected = 0
    while True:
        before = _allocations()
        await asyncio.sleep(TRIM_SECONDS)
        if last_collected != _allocations() == before:
            gc.collect()
            last_collected = before
        if hasattr(_libc, "malloc_trim"):  # glibc alone has it
            _libc.malloc_trim(0)


def _allocations() -> int:
    """How often the youngest objects were collected, which is once for so many allocations."""
    return gc.get_stats()[0]["collections"]
