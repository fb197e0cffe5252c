"""An embedded server that can be restarted after its end."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec

from pricebook.embedded import server_process
from pricebook.embedded.server_process import ChildProcess, Program


class ServerSpec(msgspec.Struct, frozen=True):
    """How to run a server: its program, working folder, readiness check and cleanup."""

    program: Program
    folder: Path
    accepts_connections: Callable[[], bool]
    remove_stale_pid_file: Callable[[], None]


class Server:
    """An embedded server; the constructor starts it.

    Create and restart it in a thread that lives as long as the server: see `server_process.start`.
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
        """The id of the main process."""
        return self._child.pid

    def exit_reason(self) -> str | None:
        """Return the signal or exit code of the ended server; None while it runs."""
        return self._child.exit_reason()

    def exit_message(self) -> str:
        """One sentence: why the server ended and where its log is."""
        return self._child.exit_message() or f"{self.name} runs."

    def is_ready(self) -> bool:
        """Return whether the server accepts connections; kill it if its start takes too long."""
        if self._spec.accepts_connections():
            return True
        if self._child.is_start_overdue():
            self._child.kill()
        return False

    def may_restart(self) -> bool:
        """Return whether no process of the ended server is left; kill those that are."""
        return server_process.kill_orphans(Path(self._spec.program.argv[0]), self._spec.folder)

    def restart(self) -> None:
        """Start the server again; `may_restart` must have returned True."""
        self._child = self._start()

    def run_maintenance(self) -> None:
        """Rotate the log if it is too large."""
        server_process.rotate_log(self._spec.program.log)

    def stop(self) -> None:
        """Shut the server down and kill the processes that it leaves."""
        self._child.stop()
        self.may_restart()

    def wait_until_ready(self) -> None:
        """Wait until it accepts connections; raise EmbeddedServerError if it ends or is late."""
        self._child.wait_until_ready(self._spec.accepts_connections)

    def _start(self) -> ChildProcess:
        self._spec.remove_stale_pid_file()
        return server_process.start(self._spec.program, self._lock)
