"""The program as real processes in a folder of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from servers import free_port

TIMEOUT_SECONDS = 300
SETTINGS = {"DATABASE_URL", "REDIS_URL", "PRICEBOOK_HOME", "PORT", "HOST", "CATALOG_CURRENCY"} | {
    "JWT_SECRET"
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in SETTINGS}
Serve = Callable[..., subprocess.Popen[str]]
ENVIRONMENT["BCRYPT_COST"] = "10"  # the minimum: hashing is not tested here


class System:
    """A folder in which `pricebook` commands are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.running: subprocess.Popen[str] | None = None
        self._started: list[subprocess.Popen[str]] = []

    @property
    def command(self) -> list[str]:
        return [str(Path(sys.executable).parent / "pricebook")]

    def run(
        self, *arguments: str, given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with `given` on standard input."""
        return subprocess.run(
            [*self.command, *arguments],
            input=given,
            cwd=self.folder,
            env={**ENVIRONMENT, **environment},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command in the background; `close` ends it."""
        process = subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.folder,
            env={**ENVIRONMENT, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def close(self) -> None:
        """Kill the commands that still run and wait until no process works in the folder."""
        for process in self._started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        self.running = None
        eventually(lambda: not self.processes())

    def up(self, *arguments: str, **environment: str) -> list[str]:
        """Start the system; return what it printed until it was ready."""
        self.running = self.start("up", "--port", str(self.port), *arguments, **environment)
        assert self.running.stdout
        printed: list[str] = []
        for line in self.running.stdout:
            printed.append(line.rstrip())
            if line.startswith("ready "):
                return printed
        raise AssertionError("\n".join(printed))

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.running
        self.running.send_signal(number)
        code = self.running.wait(TIMEOUT_SECONDS)
        assert self.running.stdout
        self.running.stdout.close()
        self.running = None
        return code

    def get(self, path: str) -> Any:
        response = httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=TIMEOUT_SECONDS)
        assert response.status_code == 200, response.text
        return response.json()

    def child(self, word: str) -> int:
        """Return the id of a child of the running system, by a word of its command line."""
        assert self.running
        for pid in children(self.running.pid):
            arguments = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").split()
            if word in {Path(each).name for each in arguments}:
                return pid
        raise LookupError(word)

    def kill(self, word: str) -> None:
        """SIGKILL a child, and wait until the system has started another one in its place.

        Also waits for the end of the killed child's own children, which may serve a moment longer.
        """
        killed = self.child(word)
        started = children(killed)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: self._has_another(word, killed))
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))

    def _has_another(self, word: str, killed: int) -> bool:
        if Path(f"/proc/{killed}").exists():
            return False  # not yet reaped
        try:
            return self.child(word) != killed
        except (LookupError, FileNotFoundError):
            return False

    def rest(self) -> str:
        """Return the output of an ended system after its start."""
        assert self.running
        text, _ = self.running.communicate(timeout=TIMEOUT_SECONDS)
        self.running = None
        return text

    def processes(self) -> list[str]:
        """Return the command lines of the processes with a working directory in this folder."""
        commands: list[str] = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                cwd = (process / "cwd").readlink()
                command = (process / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if cwd.is_relative_to(self.folder):
                commands.append(command)
        return commands


def children(pid: int) -> list[int]:
    """Return the ids of the children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ready(system: System) -> int:
    """Return the status of /ready; 0 if the port refuses or drops the connection."""
    url = f"http://127.0.0.1:{system.port}/ready"
    try:
        return httpx.get(url, timeout=TIMEOUT_SECONDS).status_code
    except httpx.TransportError:
        return 0


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
