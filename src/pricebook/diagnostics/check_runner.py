"""Runs the checks of an installation in a process that serves requests.

No caller waits longer than WAIT_SECONDS. A check that takes longer goes on; until it has ended, its
last result is returned. Results are kept for some time: some checks read whole tables, or log in to
another server.
"""

import asyncio
import time
from datetime import UTC, datetime

import structlog

from pricebook.db.timeouts import with_timeout
from pricebook.diagnostics.installation_checks import CHECKS, CheckContext
from pricebook.diagnostics.schemas import CheckReport
from pricebook.errors import (
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    PricebookError,
    RedisUnavailableError,
)

log = structlog.stdlib.get_logger(__name__)

WAIT_SECONDS = 2.5
LIMIT_SECONDS, KEEP_SECONDS = 2.0, 5.0
# Checks that may take longer; each goes on after WAIT_SECONDS.
LIMITS = {"schema": 20.0, "aggregates": 60.0, "notices": 65.0, "parser": 20.0}
KEPT = {"schema": 120.0, "aggregates": 900.0, "notices": 120.0, "parser": 3600.0, "rights": 60.0}


class CheckRunner:
    """The last result of each check, and the checks that run now."""

    def __init__(self, context: CheckContext) -> None:
        self._context = context
        self._reports: dict[str, CheckReport] = {}
        self._ended_at: dict[str, float] = {}
        self._running: dict[str, asyncio.Task[CheckReport]] = {}

    async def report(self) -> list[CheckReport]:
        """Return a report of each check, in their order, after WAIT_SECONDS at the latest."""
        started = [self._start(name) for name in CHECKS if not self._is_fresh(name)]
        if started:
            await asyncio.wait(started, timeout=WAIT_SECONDS)
        return [self._last(name) for name in CHECKS]

    async def close(self) -> None:
        """Cancel the checks that run."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _is_fresh(self, name: str) -> bool:
        report = self._reports.get(name)
        if report is None:
            return False
        has_result = report.state in {"ok", "wrong"}
        seconds = KEPT.get(name, KEEP_SECONDS) if has_result else KEEP_SECONDS
        return time.monotonic() - self._ended_at[name] < seconds

    def _last(self, name: str) -> CheckReport:
        """Return the last result; while a server does not respond, that is the result."""
        task = self._running.get(name)
        if task is None or name in LIMITS:
            return self._reports.get(name) or CheckReport(name, "pending")
        return CheckReport(name, "unreachable", problems=[f"No result after {WAIT_SECONDS:g} s."])

    def _start(self, name: str) -> asyncio.Task[CheckReport]:
        """Return the task of a check, which is started unless it runs."""
        task = self._running.get(name)
        if task is None:
            task = self._running[name] = asyncio.create_task(self._run(name))
        return task

    async def _run(self, name: str) -> CheckReport:
        try:
            report = await self._check(name)
            self._reports[name], self._ended_at[name] = report, time.monotonic()
        finally:
            del self._running[name]
        return report

    async def _check(self, name: str) -> CheckReport:
        """Return the report of a check; one that needs another runs after its success."""
        check, needed = CHECKS[name]
        if needed and not await self._has_succeeded(needed):
            return CheckReport(name, "skipped", notes=[f"It is not checked without {needed}."])
        now = datetime.now(UTC)
        try:
            found = await with_timeout(check(self._context), LIMITS.get(name, LIMIT_SECONDS))
        except PricebookError as error:
            is_unreachable = isinstance(error, DatabaseUnavailableError | RedisUnavailableError)
            is_wrong = isinstance(error, DatabaseNotReadyError) or not is_unreachable
            state = "wrong" if is_wrong else "unreachable"
            return CheckReport(name, state, problems=[error.message], checked_at=now)
        except Exception as error:  # a bug in one check must not hide the others
            log.exception("check failed because of a bug", check=name)
            problem = f"The check failed ({type(error).__name__}): see the log."
            return CheckReport(name, "wrong", problems=[problem], checked_at=now)
        state = "wrong" if found.problems else "ok"
        summary = "" if found.problems else found.summary
        return CheckReport(name, state, summary, [*found.problems], [*found.notes], now)

    async def _has_succeeded(self, name: str) -> bool:
        if not self._is_fresh(name):
            await asyncio.shield(self._start(name))
        return self._reports[name].state == "ok"
