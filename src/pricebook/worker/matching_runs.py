"""Starts a process for each matching run that is due."""

import asyncio
import os
import sys

import msgspec
import structlog

from pricebook.db.database import Database
from pricebook.matching import service as matching
from pricebook.settings import DatabaseDriver, LogFormat, LogLevel, Settings

log = structlog.stdlib.get_logger(__name__)

MODULE = "pricebook.worker.matching_process"
RETRY_SECONDS = 10.0


class RunSettings(msgspec.Struct, frozen=True):
    """The settings that a run needs; no secrets but the address of the database."""

    database_url: str
    database_driver: DatabaseDriver
    catalog_currency: str
    log_level: LogLevel
    log_format: LogFormat | None


class MatchingRuns:
    """Does runs one after the other, each in a process of its own."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database

    async def run_due(self) -> None:
        """Do the runs that are due; a cancellation ends the process of the one that runs.

        Raises DatabaseUnavailableError. A run whose process was ended is repeated once its lease
        has ended.
        """
        while await matching.is_run_due(self._database):
            code = await self._run_process()
            if code:
                log.error("the process of a matching run failed", exit_code=code)
                await asyncio.sleep(RETRY_SECONDS)
                return

    async def _run_process(self) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", MODULE, str(os.getpid())), stdin=asyncio.subprocess.PIPE
        )
        settings = self._settings
        try:
            await process.communicate(
                msgspec.json.encode(
                    RunSettings(
                        settings.required_database_url,
                        settings.database_driver,
                        settings.catalog_currency,
                        settings.log_level,
                        settings.log_format,
                    )
                )
            )
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        return await process.wait()
