"""Child processes that end with their parent: start, stop, logs and leftovers."""

import errno
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

import msgspec

from pricebook.embedded.data_folders import Account
from pricebook.errors import EmbeddedServerError
from pricebook.system.parent_death import set_parent_death_signal

_STOP_SECONDS = 30
_VACANCY_TIMEOUT_SECONDS = 3
_POLL_SECONDS = 0.01
_LOG_BYTES = 4_000_000
_LOG_TAIL_BYTES = 10_000

_ERROR_LINE = re.compile(r"(?:FATAL|PANIC|error):.*")


class Program(msgspec.Struct, frozen=True):
    """A program with its account, its log file and the signal for a graceful shutdown."""

    name: str
    argv: tuple[str, ...]
    account: Account
    log: Path
    stop_signal: signal.Signals
    text: bytes = b""  # its standard input
    progress: re.Pattern[bytes] | None = None  # log lines that restart `ready_seconds`
    ready_seconds: float = 120


class ChildProcess:
    """A running program: its state, the reason of its exit, and its shutdown."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes], log_start: int) -> None:
        self._program = program
        self._process = process
        self._log_start = log_start
        self._deadline = time.monotonic() + program.ready_seconds
        self._progress: list[bytes] = []

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def exit_reason(self) -> str | None:
        """Return the signal or exit code of the ended program; None while it runs."""
        code = self._process.poll()
        return None if code is None else describe_exit(code)

    def exit_message(self) -> str | None:
        """One sentence: why the program ended; None while it runs."""
        return None if self.exit_reason() is None else self._compose_exit_message()

    def is_start_overdue(self) -> bool:
        """Return whether `ready_seconds` have passed since the start or the last progress."""
        if time.monotonic() < self._deadline:
            return False
        progress = self._read_progress()
        if progress == self._progress:
            return True
        self._progress = progress
        self._deadline = time.monotonic() + self._program.ready_seconds
        return False

    def wait_until_ready(self, is_ready: Callable[[], bool]) -> None:
        """Wait for `is_ready`; raise EmbeddedServerError if the program ends or is late."""
        while not is_ready():
            if reason := self.exit_message():
                raise EmbeddedServerError(reason)
            if self.is_start_overdue():
                raise EmbeddedServerError(
                    f"{self._program.name} is not ready after {self._program.ready_seconds:.0f} "
                    f"seconds (log file {self._program.log})."
                )
            time.sleep(_POLL_SECONDS)

    def wait_until_exited(self) -> None:
        """Wait for the exit of the program; raise EmbeddedServerError if it failed."""
        if self._process.wait() != 0:
            raise EmbeddedServerError(self._compose_exit_message())

    def stop(self) -> None:
        """Send the shutdown signal, and SIGKILL after 30 seconds."""
        self._process.send_signal(self._program.stop_signal)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Send SIGKILL and wait for the exit."""
        self._process.kill()
        self._process.wait()

    def _compose_exit_message(self) -> str:
        exit_status, log = describe_exit(self._process.returncode), self._program.log
        last_line = _error_line(self._read_log(_LOG_TAIL_BYTES).decode(errors="replace"))
        return (
            f"{self._program.name} stopped ({exit_status}). Last log line: {last_line} (log file "
            f"{log})."
        )

    def _read_progress(self) -> list[bytes]:
        pattern = self._program.progress
        return pattern.findall(self._read_log(_LOG_BYTES))[-1:] if pattern else []

    def _read_log(self, max_bytes: int) -> bytes:
        """Return the end of the log since the start of the program, at most `max_bytes`."""
        with suppress(FileNotFoundError), self._program.log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = self._log_start if self._log_start <= size else 0  # the log was rotated
            file.seek(max(start, size - max_bytes))
            return file.read()
        return b""


def describe_exit(code: int) -> str:
    """Return `exit code N`, or the name of the signal that ended a process."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:  # a realtime signal
        return f"signal {-code}"


def start(program: Program, lock: TextIO) -> ChildProcess:
    """Start a program; it and its children inherit the lock file `lock`.

    The calling thread must live as long as the program: Linux sends the parent-death signal when
    the thread that started a process ends, not only when the process does.
    """
    with _open_log(program.log) as log:
        log_start = log.tell()
        return ChildProcess(program, _start(program, lock, log), log_start)


@contextmanager
def running(program: Program, lock: TextIO) -> Generator[ChildProcess]:
    """Run a program until the block ends."""
    child = start(program, lock)
    try:
        yield child
    finally:
        child.stop()


def run(program: Program, lock: TextIO) -> None:
    """Run a program and wait for its exit; raise EmbeddedServerError if it fails."""
    with running(program, lock) as child:
        child.wait_until_exited()


def spawn(argv: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in a new session; it gets SIGTERM when the calling thread ends."""
    return subprocess.Popen(  # noqa: S603 (our own command line)
        argv,
        env=env,
        start_new_session=True,
        preexec_fn=partial(_set_up_child, os.getpid(), signal.SIGTERM),  # noqa: PLW1509 (takes no locks)
    )


def _set_up_child(parent: int, death_signal: signal.Signals) -> None:
    """Set the parent-death signal and unblock the signals that the parent may have blocked."""
    set_parent_death_signal(parent, death_signal)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def kill_orphans(program: Path, folder: Path) -> bool:
    """Kill the processes of a server whose main process ended; return True if there were none."""
    pids = [pid for pid in processes_in(folder) if _runs_program(pid, program)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return not pids


def _runs_program(pid: int, program: Path) -> bool:
    try:
        running_program = Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return False
    return running_program.removesuffix(" (deleted)") == program.name


def wait_until_folder_unused(folder: Path, name: str) -> None:
    """Wait until no process has `folder` as its working directory.

    Raises EmbeddedServerError if one still has after three seconds.
    """
    deadline = time.monotonic() + _VACANCY_TIMEOUT_SECONDS
    while pids := processes_in(folder):
        if time.monotonic() >= deadline:
            raise EmbeddedServerError(
                f"{name} is already running in {folder} as process {pids[0]}; stop it first."
            )
        time.sleep(_POLL_SECONDS)


def processes_in(folder: Path) -> list[int]:
    """Return the ids of the visible processes whose working directory is `folder`."""
    return sorted(
        int(pid.name) for pid in Path("/proc").glob("[0-9]*") if _has_working_folder(pid, folder)
    )


def _has_working_folder(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").samefile(folder)
    except OSError:
        return False


def _start(program: Program, lock: TextIO, log: BinaryIO) -> subprocess.Popen[bytes]:
    account = program.account
    with tempfile.TemporaryFile() as text:
        text.write(program.text)
        text.seek(0)
        return subprocess.Popen(  # noqa: S603 (our own command line)
            program.argv,
            stdin=text,
            stdout=log,
            stderr=log,
            cwd="/",
            # Without PGPORT, PGOPTIONS, LC_ALL and LD_PRELOAD, which change the servers.
            env={"LANG": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath},
            user=account.uid if account.switch_user else None,
            group=account.gid if account.switch_user else None,
            extra_groups=[] if account.switch_user else None,
            pass_fds=[lock.fileno()],
            start_new_session=True,
            preexec_fn=partial(_set_up_child, os.getpid(), program.stop_signal),  # noqa: PLW1509 (takes no locks)
        )


def rotate_log(path: Path) -> None:
    """Copy a log that is too large to `*.old.log` and truncate it."""
    with suppress(FileNotFoundError):
        if path.stat().st_size <= _LOG_BYTES:
            return
        with suppress(OSError):  # the log is truncated on a full disk, too
            shutil.copyfile(path, path.with_suffix(".old.log"))
        os.truncate(path, 0)


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(exist_ok=True)
    rotate_log(path)
    return path.open("ab")


def _error_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    # A full disk is named first, because it causes other errors.
    disk_full_lines = [line for line in lines if os.strerror(errno.ENOSPC) in line]
    error_lines = [match.group() for line in lines if (match := _ERROR_LINE.search(line))]
    return (
        (disk_full_lines or error_lines or lines or ["(the log is empty)"])[-1].strip().rstrip(".")
    )
