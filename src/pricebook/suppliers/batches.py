"""Runs long work on a supplier in batches, each a short transaction.

After a crash any worker continues: what is left to do is in the database.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

MAX_BATCH_ROWS = 5000
BATCH_SECONDS = 0.3


async def run_in_batches(run_batch: Callable[[int], Awaitable[bool]]) -> int:
    """Call `run_batch` with a number of rows until it returns that all is done; return the calls.

    A batch takes about a third of a second and is followed by an equal pause, in which other
    writers get the locks.
    """
    rows, batches, is_done = MAX_BATCH_ROWS // 10, 0, False
    while not is_done:
        started_at = time.monotonic()
        is_done = await run_batch(rows)
        batches += 1
        elapsed = time.monotonic() - started_at
        rows = _next_batch_size(rows, elapsed)
        if not is_done:
            await asyncio.sleep(max(elapsed, 0.05))
    return batches


def _next_batch_size(rows: int, elapsed: float) -> int:
    """Return the size of the next batch, adapted to the duration of the last one."""
    if elapsed > BATCH_SECONDS:
        return max(1, rows // 2)
    return min(MAX_BATCH_ROWS, rows * 2) if elapsed < BATCH_SECONDS / 3 else rows
