"""Calls periodic work again and again, and stores the last run of each and the heartbeat."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from pricebook.diagnostics.worker_state import HEARTBEAT_SECONDS, WorkerReports
from pricebook.errors import DatabaseUnavailableError

log = structlog.stdlib.get_logger(__name__)

BUG_PAUSE_SECONDS = 60.0
REMOVAL_SECONDS = 1.0


async def run_periodically(
    reports: WorkerReports,
    name: str,
    seconds: float,
    do: Callable[[], Awaitable[object]],
    wake_up: asyncio.Event | None = None,
) -> None:
    """Call `do` again and again with a pause, which is longer after a bug.

    `wake_up` ends the pause; several loops may share it.
    """
    wake_up = wake_up or asyncio.Event()
    while True:
        wake_up.clear()
        pause, started_at, failure = seconds, datetime.now(UTC), None
        try:
            await do()
        except DatabaseUnavailableError as error:
            failure = error.message  # it is logged by the pool
        except Exception as error:  # a bug must not end the worker
            log.exception("periodic work failed because of a bug")
            failure = f"{type(error).__name__}: the log of the worker has the details."
            pause = max(seconds, BUG_PAUSE_SECONDS)
        reports.add(name, started_at, failure)
        with suppress(TimeoutError):
            await asyncio.wait_for(wake_up.wait(), pause)


async def report_state(reports: WorkerReports) -> None:
    """Store that this worker is alive, again and again; delete it at its end."""
    try:
        while True:
            with suppress(DatabaseUnavailableError):
                await reports.store()
            await asyncio.sleep(HEARTBEAT_SECONDS)
    finally:
        with suppress(DatabaseUnavailableError, TimeoutError):
            async with asyncio.timeout(REMOVAL_SECONDS):
                await reports.remove()
