"""One embedded server that can be started again after its end."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec

from pricebook.embedded import server_process
from pricebook.embedded.server_process import ChildProcess, Program


class ServerSpec(msgspec.Struct, frozen=True):
    """How a server is run: its program, its working folder, and what a killed one needs cleared."""

    program: Program
    folder: Path
    accepts_connections: Callable[[], bool]
    remove_stale_pid_file: Callable[[], None]


class Server:
    """One embedded server, started when it is made.

    Make and restart it in a thread that lives as long as the server: see `process.start`.
    """

    def __init__(self, spec: ServerSpec, lock: TextIO) -> None:
        self.name = spec.program.name
        self._spec = spec
        self._lock = lock
        self._child = self._start()

    @property
    def child(self) -> ChildProcess:
        """The running program."""
        return self._child

    @property
    def pid(self) -> int:
        """The id of its main process."""
        return self._child.pid

    def exit_reason(self) -> str | None:
        """Return the signal or exit code by which it ended; None while it runs."""
        return self._child.exit_reason()

    def exit_message(self) -> str:
        """One sentence on why it ended, with the place of its log."""
        return self._child.exit_message() or f"{self.name} runs."

    def is_ready(self) -> bool:
        """Whether it answers; one that is not ready in time is killed."""
        if self._spec.accepts_connections():
            return True
        if self._child.is_start_overdue():
            self._child.kill()
        return False

    def may_restart(self) -> bool:
        """Whether no process of the ended server is left; those that are get killed."""
        return server_process.kill_orphans(Path(self._spec.program.argv[0]), self._spec.folder)

    def restart(self) -> None:
        """Start it again after its end, once `may_restart`."""
        self._child = self._start()

    def run_maintenance(self) -> None:
        """Keep its log from growing without bound."""
        server_process.rotate_log(self._spec.program.log)

    def stop(self) -> None:
        """End it in good order, with all that it started."""
        self._child.stop()
        self.may_restart()

    def wait_until_ready(self) -> None:
        """Wait until it answers; EmbeddedServerError when it ends or is late."""
        self._child.wait_until_ready(self._spec.accepts_connections)

    def _start(self) -> ChildProcess:
        self._spec.remove_stale_pid_file()
        return server_process.start(self._spec.program, self._lock)
