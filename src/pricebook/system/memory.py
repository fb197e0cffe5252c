"""Return of freed memory to the operating system."""

import asyncio
import ctypes
import gc

TRIM_INTERVAL_SECONDS = 10.0
# Options of mallopt(3). Blocks of this size and more are mapped on their own, so that they return
# to the system when they are freed; without a fixed size, glibc raises it up to 32 MiB.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
MAPPED_BLOCK_BYTES = 64 * 1024

_libc = ctypes.CDLL(None)


def configure_allocator() -> None:
    """Make glibc return large blocks at once, and use one heap for all threads of the process."""
    if hasattr(_libc, "mallopt"):
        _libc.mallopt(_M_MMAP_THRESHOLD, MAPPED_BLOCK_BYTES)
        _libc.mallopt(_M_ARENA_MAX, 1)


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
