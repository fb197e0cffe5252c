"""The process of a matching run: its index and its computations stay out of the worker.

`python -m pricebook.worker.matching_process PARENT` does one run with the RunSettings that it reads
as JSON from its input; it ends with its parent.
"""

import asyncio
import os
import signal
import sys

import msgspec
import structlog

from pricebook.db.actor import WORKER, set_actor
from pricebook.db.resources import open_resources
from pricebook.errors import PricebookError
from pricebook.matching.runs import run_next
from pricebook.observability.logs import configure_logging
from pricebook.settings import Settings
from pricebook.system.parent_death import set_parent_death_signal
from pricebook.worker.matching_runs import RunSettings

log = structlog.stdlib.get_logger(__name__)

# The catalog and imports come first.
NICENESS = 10


def main() -> None:
    """Do the next run; exit with 1 if it fails."""
    set_parent_death_signal(int(sys.argv[1]), signal.SIGKILL)
    os.nice(NICENESS)
    settings = msgspec.json.decode(sys.stdin.buffer.read(), type=RunSettings)
    configure_logging(settings.log_level, settings.log_format or "json")
    set_actor(WORKER)
    try:
        asyncio.run(_run(settings))
    except PricebookError as error:
        log.warning("the matching run failed", error=str(error))
        sys.exit(1)


async def _run(settings: RunSettings) -> None:
    database_settings = Settings(
        database_url=settings.database_url,
        database_driver=settings.database_driver,
        catalog_currency=settings.catalog_currency,
        db_pool_min=1,
    )
    async with open_resources(database_settings) as resources:
        await run_next(resources.database)


if __name__ == "__main__":
    main()
