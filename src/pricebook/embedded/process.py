"""Child processes that do not outlive us."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

import msgspec

from pricebook.embedded.places import Account
from pricebook.errors import EmbeddedServerError
from pricebook.lifeline import end_with

_READY_SECONDS = 120  # recovery after a crash replays up to a gigabyte of write-ahead log
_STOP_SECONDS = 30
_VACANT_SECONDS = 3
_PAUSE_SECONDS = 0.01
_LOG_BYTES = 4_000_000
_LOG_TAIL_BYTES = 10_000

_TELLING_LINE = re.compile(r"(?:FATAL|PANIC|error):.*")


class Program(msgspec.Struct, frozen=True):
    """What to run, as whom, where its output goes and the signal that ends it in good order."""

    name: str
    argv: tuple[str, ...]
    account: Account
    log: Path
    stop_signal: signal.Signals
    text: bytes = b""  # what it reads on its standard input


class Child:
    """A running program: whether it still runs, why it does not, and its end."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes], log_start: int) -> None:
        self._program = program
        self._process = process
        self._log_start = log_start

    def ended(self) -> str | None:
        """One sentence on why the program ended; None while it runs."""
        if self._process.poll() is None:
            return None
        return self._why_it_ended()

    def await_ready(self, is_ready: Callable[[], bool]) -> None:
        """Return once `is_ready` says so; EmbeddedServerError when the program ends before."""
        deadline = time.monotonic() + _READY_SECONDS
        while not is_ready():
            if reason := self.ended():
                raise EmbeddedServerError(reason)
            if time.monotonic() >= deadline:
                raise EmbeddedServerError(
                    f"{self._program.name} is not ready after {_READY_SECONDS} seconds "
                    f"(its log is {self._program.log})."
                )
            time.sleep(_PAUSE_SECONDS)

    def await_end(self) -> None:
        """Wait until the program ends by itself; EmbeddedServerError when it failed."""
        if self._process.wait() != 0:
            raise EmbeddedServerError(self._why_it_ended())

    def stop(self) -> None:
        """Ask the program to end, and make it when it does not."""
        self._process.send_signal(self._program.stop_signal)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _why_it_ended(self) -> str:
        code, log = self._process.returncode, self._program.log
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        with log.open("rb") as file:
            file.seek(max(self._log_start, log.stat().st_size - _LOG_TAIL_BYTES))
            said = _telling_line(file.read().decode(errors="replace"))
        return f"{self._program.name} stopped ({how}) after it said: {said} (its log is {log})."


@contextmanager
def running(program: Program, lock: TextIO) -> Generator[Child]:
    """Run a program until the block ends; it and its own children share `lock` while they live.

    Call it from a thread that lives as long: Linux ends the program with the thread, not only with
    the process, that started it.
    """
    with _open_log(program.log) as log:
        log_start = log.tell()
        child = Child(program, _start(program, lock, log), log_start)
    try:
        yield child
    finally:
        child.stop()


def run(program: Program, lock: TextIO) -> None:
    """Run a program to its own end; EmbeddedServerError when it fails."""
    with running(program, lock) as child:
        child.await_end()


def spawn(argv: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own that gets SIGTERM when the calling thread ends."""
    return subprocess.Popen(  # noqa: S603 - our own command line
        argv,
        env=env,
        start_new_session=True,
        preexec_fn=partial(end_with, os.getpid(), signal.SIGTERM),  # noqa: PLW1509 - takes no locks
    )


def await_vacant(folder: Path, name: str) -> None:
    """Wait until no process works in `folder`; EmbeddedServerError when one stays."""
    deadline = time.monotonic() + _VACANT_SECONDS
    while pids := processes_in(folder):
        if time.monotonic() >= deadline:
            raise EmbeddedServerError(
                f"{name} already runs in {folder} as process {pids[0]}; stop it first."
            )
        time.sleep(_PAUSE_SECONDS)


def processes_in(folder: Path) -> list[int]:
    """List the processes, as far as we may look, whose working directory is `folder`."""
    return sorted(int(pid.name) for pid in Path("/proc").glob("[0-9]*") if _works_in(pid, folder))


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").samefile(folder)
    except OSError:
        return False


def _start(program: Program, lock: TextIO, log: BinaryIO) -> subprocess.Popen[bytes]:
    account = program.account
    with tempfile.TemporaryFile() as text:
        text.write(program.text)
        text.seek(0)
        return subprocess.Popen(  # noqa: S603 - our own command line
            program.argv,
            stdin=text,
            stdout=log,
            stderr=log,
            cwd="/",
            # Nothing of ours: PGPORT, PGOPTIONS, LC_ALL or LD_PRELOAD would change the servers.
            env={"LANG": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath},
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
            pass_fds=[lock.fileno()],
            start_new_session=True,
            preexec_fn=partial(end_with, os.getpid(), program.stop_signal),  # noqa: PLW1509 - takes no locks
        )


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def _telling_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    telling = [match.group() for line in lines if (match := _TELLING_LINE.search(line))]
    return (telling or lines or ["it wrote no log"])[-1].strip().rstrip(".")
