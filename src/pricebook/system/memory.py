"""Return of freed memory to the operating system."""

import asyncio
import ctypes
import gc

TRIM_INTERVAL_SECONDS = 10.0

_libc = ctypes.CDLL(None)


async def trim_memory() -> None:
    """Trim the heap every ten seconds, until cancelled.

    After a burst of load, cyclic garbage is collected once before. That takes tens of milliseconds;
    the collector itself may not run until much more memory is allocated.
    """
    last_collected = 0
    while True:
        before = _young_collections()
        await asyncio.sleep(TRIM_INTERVAL_SECONDS)
        if last_collected != _young_collections() == before:
            gc.collect()
            last_collected = before
        if hasattr(_libc, "malloc_trim"):  # glibc only
            _libc.malloc_trim(0)


def _young_collections() -> int:
    """Return the number of collections of the youngest generation, a measure of allocations."""
    return gc.get_stats()[0]["collections"]
