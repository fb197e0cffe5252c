"""One embedded server that can be started again after its end."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec

from pricebook.embedded import process
from pricebook.embedded.process import Child, Program


class Plan(msgspec.Struct, frozen=True):
    """How a server is run: its program, its working folder, and what a killed one needs cleared."""

    program: Program
    folder: Path
    answers: Callable[[], bool]
    clear_left_over: Callable[[], None]


class Server:
    """One embedded server, started when it is made.

    Make and restart it in a thread that lives as long as the server: see `process.start`.
    """

    def __init__(self, plan: Plan, lock: TextIO) -> None:
        self.name = plan.program.name
        self._plan = plan
        self._lock = lock
        self._child = self._start()

    @property
    def child(self) -> Child:
        """The running program."""
        return self._child

    @property
    def pid(self) -> int:
        """The id of its main process."""
        return self._child.pid

    def end(self) -> str | None:
        """Return the signal or exit code by which it ended; None while it runs."""
        return self._child.end()

    def explain_end(self) -> str:
        """One sentence on why it ended, with the place of its log."""
        return self._child.ended() or f"{self.name} runs."

    def is_ready(self) -> bool:
        """Whether it answers; one that is not ready in time is killed."""
        if self._plan.answers():
            return True
        if self._child.is_late():
            self._child.kill()
        return False

    def may_restart(self) -> bool:
        """Whether no process of the ended server is left; those that are get killed."""
        return process.kill_left_over(Path(self._plan.program.argv[0]), self._plan.folder)

    def restart(self) -> None:
        """Start it again after its end, once `may_restart`."""
        self._child = self._start()

    def tidy(self) -> None:
        """Keep its log from growing without bound."""
        process.cut_log(self._plan.program.log)

    def stop(self) -> None:
        """End it in good order, with all that it started."""
        self._child.stop()
        self.may_restart()

    def await_ready(self) -> None:
        """Wait until it answers; EmbeddedServerError when it ends or is late."""
        self._child.await_ready(self._plan.answers)

    def _start(self) -> Child:
        self._plan.clear_left_over()
        return process.start(self._plan.program, self._lock)
