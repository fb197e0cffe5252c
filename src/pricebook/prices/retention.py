"""Keeps the partitions of the price history: the coming months exist, old ones are dropped."""

import structlog

from pricebook.db.database import Database
from pricebook.prices import partition_repository

log = structlog.stdlib.get_logger(__name__)


async def maintain_history(database: Database, keep_months: int) -> None:
    """Create the partitions of the coming months, and drop those before the last `keep_months`.

    0 keeps all. Raises DatabaseBusyError while imports run; then it is due again.
    """
    async with database.transaction() as conn:
        created = await partition_repository.insert_partitions(conn)
    if created:
        log.info("months added to the price history", months=created)
    if keep_months:
        async with database.transaction() as conn:
            dropped = await partition_repository.drop_partitions(conn, keep_months)
        if dropped:
            log.info("old months of the price history dropped", months=dropped)
