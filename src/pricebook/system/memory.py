"""Return of freed memory to the operating system, and the limit of a process."""

import asyncio
import ctypes
import gc
import resource
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

TRIM_INTERVAL_SECONDS = 10.0
SHRINK_INTERVAL_SECONDS = 20.0
BURST_CHECK_SECONDS = 0.05
BURST_SHRINK_INTERVAL_SECONDS = 2.0
# What an API process may hold beside its response cache, usually and in a burst of requests
# (docs/decisions/0024-memory-bounded-in-bytes.md).
USUAL_BYTES, BURST_BYTES = 100 * 1024 * 1024, 140 * 1024 * 1024
STATM = Path("/proc/self/statm")
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


def memory_limits(
    cache_bytes: int, shrink_caches: Callable[[], None]
) -> tuple[Coroutine[None, None, None], ...]:
    """Return the coroutines that limit a process whose caches may have `cache_bytes`."""
    return (
        limit_memory(cache_bytes + USUAL_BYTES, shrink_caches),
        limit_bursts(cache_bytes + BURST_BYTES, shrink_caches),
    )


async def limit_memory(
    max_bytes: int,
    shrink_caches: Callable[[], None],
    shrink_interval: float = SHRINK_INTERVAL_SECONDS,
) -> None:
    """Return unused memory to the system every ten seconds, until cancelled.

    After a burst of load, cyclic garbage is collected once before. That takes tens of milliseconds;
    the collector itself may not run until much more memory is allocated. A process that still holds
    more than `max_bytes` shrinks its caches, once in `shrink_interval` seconds at most: Python
    returns small objects in blocks of 1 MiB, and one cached object keeps a block that a burst had
    filled.
    """
    last_collected, shrink_after = 0, float("-inf")
    while True:
        before = _young_collections()
        await asyncio.sleep(TRIM_INTERVAL_SECONDS)
        if last_collected != _young_collections() == before:
            gc.collect()
            last_collected = before
        _trim_heap()
        if resident_bytes() > max_bytes and time.monotonic() > shrink_after:
            shrink_after = time.monotonic() + shrink_interval
            shrink_caches()
            _trim_heap()


async def limit_bursts(max_bytes: int, shrink_caches: Callable[[], None]) -> None:
    """Shrink the caches as soon as the process holds more than `max_bytes`, until cancelled.

    A burst of requests can allocate 100 MB in a quarter of a second. While the process stays over
    the limit, it shrinks its caches again every two seconds.
    """
    while True:
        await asyncio.sleep(BURST_CHECK_SECONDS)
        if resident_bytes() > max_bytes:
            shrink_caches()
            gc.collect()
            _trim_heap()
            await asyncio.sleep(BURST_SHRINK_INTERVAL_SECONDS)


def resident_bytes() -> int:
    """Return the resident memory of this process; 0 on systems without /proc."""
    try:
        pages = int(STATM.read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _trim_heap() -> None:
    if hasattr(_libc, "malloc_trim"):  # glibc only
        _libc.malloc_trim(0)


def _young_collections() -> int:
    """Return the number of collections of the youngest generation, a measure of allocations."""
    return gc.get_stats()[0]["collections"]
