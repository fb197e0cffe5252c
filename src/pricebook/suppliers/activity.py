"""Refreshes the products of suppliers that were activated or deactivated, in batches."""

from functools import partial

import structlog

from pricebook.db.database import Database
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.batches import run_in_batches

log = structlog.stdlib.get_logger(__name__)


async def refresh_requested_products(database: Database) -> None:
    """Refresh the aggregates of all products that a change of `is_active` has left to the worker.

    Raises DatabaseUnavailableError, also when another session holds a lock for long.
    """
    batches = await run_in_batches(partial(suppliers.refresh_batch, database))
    if batches > 1:
        log.info("products of activated or deactivated suppliers refreshed", batches=batches)
