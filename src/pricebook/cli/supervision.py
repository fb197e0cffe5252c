"""Restarts the processes of a running system when they exit, with backoff."""

import signal
import subprocess
import time
from collections.abc import Sequence
from typing import Protocol

from pricebook.cli.output import print_error
from pricebook.errors import EmbeddedServerError
from pricebook.system import parent_death

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}
POLL_SECONDS = 0.05
MAINTENANCE_INTERVAL_SECONDS = 10.0
MAX_FAILURES = 5
# A process that was ready for this long starts again with the shortest delay.
STABLE_SECONDS = 60.0
FIRST_DELAY_SECONDS, DELAY_FACTOR, MAX_DELAY_SECONDS = 0.2, 3, 5.0


class SystemPart(Protocol):
    """One process of the system, with its child processes."""

    name: str

    @property
    def pid(self) -> int:
        """The id of its process."""
        ...

    def exit_reason(self) -> str | None:
        """Return the signal or exit code of the ended process; None while it runs."""
        ...

    def exit_message(self) -> str:
        """One sentence: why the process ended and where its log is."""
        ...

    def is_ready(self) -> bool:
        """Return whether the process serves requests or runs tasks."""
        ...

    def may_restart(self) -> bool:
        """Return whether nothing of the ended process prevents a restart."""
        ...

    def restart(self) -> None:
        """Start the process again after its end."""
        ...

    def run_maintenance(self) -> None:
        """Do periodic work, such as rotating a log."""
        ...


class ProcessMonitor:
    """Monitors one process and restarts it when it exits; `check` never blocks."""

    def __init__(self, part: SystemPart) -> None:
        self._part = part
        self._failures = 0
        self._exit_reason: str | None = None
        self._exited_at = 0.0
        self._ready_since: float | None = time.monotonic()
        self._next_maintenance_at = time.monotonic()

    @property
    def is_ready(self) -> bool:
        """Return whether the process was running and ready at the last check."""
        return self._ready_since is not None

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._part.pid

    def check(self) -> None:
        """Restart an ended process when its delay is over; otherwise run due maintenance.

        Raises EmbeddedServerError if the process ended too often.
        """
        if self._exit_reason is not None:
            self._restart_when_due(self._exit_reason)
        elif exit_reason := self._part.exit_reason():
            self._record_exit(exit_reason, self._part.exit_message())
        elif self._ready_since is None and self._part.is_ready():
            self._ready_since = time.monotonic()
        elif time.monotonic() >= self._next_maintenance_at:
            self._next_maintenance_at = time.monotonic() + MAINTENANCE_INTERVAL_SECONDS
            self._part.run_maintenance()

    def _record_exit(self, exit_reason: str, message: str) -> None:
        now = time.monotonic()
        if self._ready_since is not None and now - self._ready_since >= STABLE_SECONDS:
            self._failures = 0
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            raise EmbeddedServerError(
                f"{self._part.name} exited {self._failures} times in a row, each time within "
                f"{STABLE_SECONDS:.0f} seconds: {message}"
            )
        self._exit_reason, self._exited_at, self._ready_since = exit_reason, now, None

    def _restart_when_due(self, exit_reason: str) -> None:
        downtime = time.monotonic() - self._exited_at
        if downtime < restart_delay(self._failures) or not self._part.may_restart():
            return
        try:
            self._part.restart()
        except (OSError, subprocess.SubprocessError) as error:
            self._record_exit(exit_reason, f"It could not be started: {error}.")
            return
        self._exit_reason = None
        print_error(f"{self._part.name} exited ({exit_reason}); restarted after {downtime:.1f} s.")


def restart_delay(failures: int) -> float:
    """Return the seconds to wait before a restart after this number of failures in a row."""
    return min(FIRST_DELAY_SECONDS * DELAY_FACTOR ** (failures - 1), MAX_DELAY_SECONDS)


def run_until_signal(parts: Sequence[ProcessMonitor]) -> None:
    """Restart the processes that exit until SIGTERM or Ctrl-C.

    Raises EmbeddedServerError if one of them ends too often. It must run in the thread that started
    the processes: the parent-death signal is sent when that thread ends.
    """
    # Blocked, so that no signal interrupts a restart.
    previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        while not signal.sigtimedwait(STOP_SIGNALS, POLL_SECONDS):
            for part in parts:
                part.check()
            parent_death.reap_orphans({part.pid for part in parts})
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)
