"""Deletes marked suppliers in batches."""

from functools import partial

import structlog

from pricebook.db.database import Database
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.batches import run_in_batches

log = structlog.stdlib.get_logger(__name__)


async def delete_marked_suppliers(database: Database) -> None:
    """Delete every supplier that is marked for deletion, with its items.

    Raises DatabaseUnavailableError.
    """
    while (supplier_id := await suppliers.find_deleting(database)) is not None:
        await run_in_batches(partial(suppliers.delete_batch, database, supplier_id))
        log.info("supplier deleted", supplier_id=str(supplier_id))
