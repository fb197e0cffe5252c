"""Makes upcoming prices the present ones on their day, in batches, each a short transaction."""

import asyncio
import time

import structlog

from pricebook.db.database import Database
from pricebook.rates import service as rates
from pricebook.suppliers import upcoming_repository

log = structlog.stdlib.get_logger(__name__)

BATCH_ITEMS = 2_000


async def apply_upcoming_prices(database: Database) -> int:
    """Make every upcoming price whose day has come the present one; return how many.

    Prices of days on which no worker ran are due, too. Each is applied once, whatever the number of
    workers. A batch is followed by an equal pause, in which other writers get the locks. Raises
    DatabaseUnavailableError.
    """
    total, applied = 0, BATCH_ITEMS
    while applied == BATCH_ITEMS:
        started_at = time.monotonic()
        async with database.short_transaction() as conn:
            await rates.lock_prices(conn)
            applied = await upcoming_repository.apply_due_prices(conn, BATCH_ITEMS)
        total += applied
        if applied == BATCH_ITEMS:
            await asyncio.sleep(time.monotonic() - started_at)
    if total:
        log.info("upcoming prices applied", items=total)
    return total
