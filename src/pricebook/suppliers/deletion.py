"""Deletes marked suppliers in batches, each a short transaction."""

import asyncio
import time

import structlog

from pricebook.db.database import Database
from pricebook.suppliers import service as suppliers

log = structlog.stdlib.get_logger(__name__)

MAX_BATCH_ITEMS = 5000
BATCH_SECONDS = 0.3


async def delete_marked_suppliers(database: Database) -> None:
    """Delete every supplier that is marked for deletion, with its items.

    After a crash any worker continues, by the mark alone. A batch takes about a third of a second
    and is followed by an equal pause, in which other writers get the locks. Raises
    DatabaseUnavailableError.
    """
    while (supplier_id := await suppliers.find_deleting(database)) is not None:
        items, is_deleted = MAX_BATCH_ITEMS // 10, False
        while not is_deleted:
            started_at = time.monotonic()
            is_deleted = await suppliers.delete_batch(database, supplier_id, items)
            elapsed = time.monotonic() - started_at
            items = _next_batch_size(items, elapsed)
            await asyncio.sleep(max(elapsed, 0.05))
        log.info("supplier deleted", supplier_id=str(supplier_id))


def _next_batch_size(items: int, elapsed: float) -> int:
    """Return the size of the next batch, adapted to the duration of the last one."""
    if elapsed > BATCH_SECONDS:
        return max(1, items // 2)
    return min(MAX_BATCH_ITEMS, items * 2) if elapsed < BATCH_SECONDS / 3 else items
