"""Keeps the parts of a running system alive: restarts what died, with backoff."""

import signal
import subprocess
import time
from collections.abc import Sequence
from typing import Protocol

from pricebook import lifeline
from pricebook.console import complain
from pricebook.errors import EmbeddedServerError

STOP = {signal.SIGTERM, signal.SIGINT}
POLL_SECONDS = 0.05
TIDY_SECONDS = 10.0
MOST_DEATHS = 5
# A part that was ready for so long begins again with the shortest delay.
STABLE_SECONDS = 60.0
FIRST_DELAY_SECONDS, DELAY_FACTOR, LONGEST_DELAY_SECONDS = 0.2, 3, 5.0


class Part(Protocol):
    """One process of the system, and all that it starts."""

    name: str

    @property
    def pid(self) -> int:
        """The id of its process."""
        ...

    def end(self) -> str | None:
        """Return the signal or exit code by which it ended; None while it runs."""
        ...

    def explain_end(self) -> str:
        """One sentence on why it ended and where its log is."""
        ...

    def is_ready(self) -> bool:
        """Whether it does its work."""
        ...

    def may_restart(self) -> bool:
        """Whether nothing is left of the ended process that is in the way."""
        ...

    def restart(self) -> None:
        """Start it again after its end."""
        ...

    def tidy(self) -> None:
        """Do what is due from time to time."""
        ...


class Restarts:
    """Watches one part and restarts it each time it dies; `look` never waits for it."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._deaths = 0
        self._end: str | None = None
        self._ended_at = 0.0
        self._ready_since: float | None = time.monotonic()
        self._tidy_at = time.monotonic()

    @property
    def is_ready(self) -> bool:
        """Whether the part runs and was ready when last looked at."""
        return self._ready_since is not None

    @property
    def pid(self) -> int:
        """The id of the part's process."""
        return self._part.pid

    def look(self) -> None:
        """Do what is due; EmbeddedServerError when the part died too often."""
        if self._end is not None:
            self._restart_when_due(self._end)
        elif end := self._part.end():
            self._note_end(end, self._part.explain_end())
        elif self._ready_since is None and self._part.is_ready():
            self._ready_since = time.monotonic()
        elif time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_SECONDS
            self._part.tidy()

    def _note_end(self, end: str, explained: str) -> None:
        now = time.monotonic()
        if self._ready_since is not None and now - self._ready_since >= STABLE_SECONDS:
            self._deaths = 0
        self._deaths += 1
        if self._deaths >= MOST_DEATHS:
            raise EmbeddedServerError(
                f"{self._part.name} died {self._deaths} times in a row, each time within "
                f"{STABLE_SECONDS:.0f} seconds: {explained}"
            )
        self._end, self._ended_at, self._ready_since = end, now, None

    def _restart_when_due(self, end: str) -> None:
        waited = time.monotonic() - self._ended_at
        if waited < delay_after(self._deaths) or not self._part.may_restart():
            return
        try:
            self._part.restart()
        except (OSError, subprocess.SubprocessError) as error:
            self._note_end(end, f"It cannot be started: {error}.")
            return
        self._end = None
        complain(f"{self._part.name} died ({end}); restarted after {waited:.1f} s.")


def delay_after(deaths: int) -> float:
    """Seconds to wait before the restart after so many deaths in a row."""
    return min(FIRST_DELAY_SECONDS * DELAY_FACTOR ** (deaths - 1), LONGEST_DELAY_SECONDS)


def keep_alive(parts: Sequence[Restarts]) -> None:
    """Restart what dies until SIGTERM or Ctrl-C; EmbeddedServerError when that is in vain.

    Call it from the thread that started the parts: Linux ends them with that thread.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP)  # so none arrives within a restart
    try:
        while not signal.sigtimedwait(STOP, POLL_SECONDS):
            for part in parts:
                part.look()
            lifeline.reap_adopted({part.pid for part in parts})
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
