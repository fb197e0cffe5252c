"""Child processes that do not outlive us."""

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
    """What to run, as whom, where its output goes and the signal that ends it in good order."""

    name: str
    argv: tuple[str, ...]
    account: Account
    log: Path
    stop_signal: signal.Signals
    text: bytes = b""  # what it reads on its standard input
    progress: re.Pattern[bytes] | None = None  # lines of its log which extend `ready_seconds`
    ready_seconds: float = 120


class ChildProcess:
    """A running program: whether it still runs, why it does not, and its end."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes], log_start: int) -> None:
        self._program = program
        self._process = process
        self._log_start = log_start
        self._deadline = time.monotonic() + program.ready_seconds
        self._progress: list[bytes] = []

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    def exit_reason(self) -> str | None:
        """Return the signal or exit code by which the program ended; None while it runs."""
        code = self._process.poll()
        return None if code is None else describe_exit(code)

    def exit_message(self) -> str | None:
        """One sentence on why the program ended; None while it runs."""
        return None if self.exit_reason() is None else self._compose_exit_message()

    def is_start_overdue(self) -> bool:
        """Whether `ready_seconds` have passed since the start or the last sign of progress."""
        if time.monotonic() < self._deadline:
            return False
        progress = self._read_progress()
        if progress == self._progress:
            return True
        self._progress = progress
        self._deadline = time.monotonic() + self._program.ready_seconds
        return False

    def wait_until_ready(self, is_ready: Callable[[], bool]) -> None:
        """Return once `is_ready` is true; EmbeddedServerError when the program ends or is late."""
        while not is_ready():
            if reason := self.exit_message():
                raise EmbeddedServerError(reason)
            if self.is_start_overdue():
                raise EmbeddedServerError(
                    f"{self._program.name} is not ready after {self._program.ready_seconds:.0f} "
                    f"seconds (its log is {self._program.log})."
                )
            time.sleep(_POLL_SECONDS)

    def wait_until_exited(self) -> None:
        """Wait until the program ends by itself; EmbeddedServerError when it failed."""
        if self._process.wait() != 0:
            raise EmbeddedServerError(self._compose_exit_message())

    def stop(self) -> None:
        """Ask the program to end, and make it when it does not."""
        self._process.send_signal(self._program.stop_signal)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the program at once."""
        self._process.kill()
        self._process.wait()

    def _compose_exit_message(self) -> str:
        exit_status, log = describe_exit(self._process.returncode), self._program.log
        last_line = _error_line(self._read_log(_LOG_TAIL_BYTES).decode(errors="replace"))
        return (
            f"{self._program.name} stopped ({exit_status}) after it said: {last_line} (its log "
            f"is {log})."
        )

    def _read_progress(self) -> list[bytes]:
        pattern = self._program.progress
        return pattern.findall(self._read_log(_LOG_BYTES))[-1:] if pattern else []

    def _read_log(self, max_bytes: int) -> bytes:
        """Return the end of what the program has written, `most` bytes at most."""
        with suppress(FileNotFoundError), self._program.log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = self._log_start if self._log_start <= size else 0  # it was cut
            file.seek(max(start, size - max_bytes))
            return file.read()
        return b""


def describe_exit(code: int) -> str:
    """Name the exit code, or the signal, by which a process ended."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:  # a realtime signal
        return f"signal {-code}"


def start(program: Program, lock: TextIO) -> ChildProcess:
    """Start a program; it and its own children share `lock` while they live.

    Call it from a thread that lives as long: Linux ends the program with the thread, not only with
    the process, that started it.
    """
    with _open_log(program.log) as log:
        log_start = log.tell()
        return ChildProcess(program, _start(program, lock, log), log_start)


@contextmanager
def running(program: Program, lock: TextIO) -> Generator[ChildProcess]:
    """Run a program until the block ends, as `start` does."""
    child = start(program, lock)
    try:
        yield child
    finally:
        child.stop()


def run(program: Program, lock: TextIO) -> None:
    """Run a program to its own end; EmbeddedServerError when it fails."""
    with running(program, lock) as child:
        child.wait_until_exited()


def spawn(argv: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own that gets SIGTERM when the calling thread ends."""
    return subprocess.Popen(  # noqa: S603 - our own command line
        argv,
        env=env,
        start_new_session=True,
        preexec_fn=partial(_set_up_child, os.getpid(), signal.SIGTERM),  # noqa: PLW1509 - takes no locks
    )


def _set_up_child(parent: int, death_signal: signal.Signals) -> None:
    """Set the parent-death signal, and receive the signals that the parent may have blocked."""
    set_parent_death_signal(parent, death_signal)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def kill_orphans(program: Path, folder: Path) -> bool:
    """Kill the processes of a server whose main process died; return whether none is left."""
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
    """Wait until no process works in `folder`; EmbeddedServerError when one stays."""
    deadline = time.monotonic() + _VACANCY_TIMEOUT_SECONDS
    while pids := processes_in(folder):
        if time.monotonic() >= deadline:
            raise EmbeddedServerError(
                f"{name} already runs in {folder} as process {pids[0]}; stop it first."
            )
        time.sleep(_POLL_SECONDS)


def processes_in(folder: Path) -> list[int]:
    """List the processes, as far as we may look, whose working directory is `folder`."""
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
        return subprocess.Popen(  # noqa: S603 - our own command line
            program.argv,
            stdin=text,
            stdout=log,
            stderr=log,
            cwd="/",
            # Nothing of ours: PGPORT, PGOPTIONS, LC_ALL or LD_PRELOAD would change the servers.
            env={"LANG": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath},
            user=account.uid if account.switch_user else None,
            group=account.gid if account.switch_user else None,
            extra_groups=[] if account.switch_user else None,
            pass_fds=[lock.fileno()],
            start_new_session=True,
            preexec_fn=partial(_set_up_child, os.getpid(), program.stop_signal),  # noqa: PLW1509 - takes no locks
        )


def rotate_log(path: Path) -> None:
    """Move what a log holds aside when it has grown too large; its writer goes on in the file."""
    with suppress(FileNotFoundError):
        if path.stat().st_size <= _LOG_BYTES:
            return
        with suppress(OSError):  # on a full disk, too
            shutil.copyfile(path, path.with_suffix(".old.log"))
        os.truncate(path, 0)


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(exist_ok=True)
    rotate_log(path)
    return path.open("ab")


def _error_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    disk_full_lines = [
        line for line in lines if os.strerror(errno.ENOSPC) in line
    ]  # it causes other errors
    error_lines = [match.group() for line in lines if (match := _ERROR_LINE.search(line))]
    return (disk_full_lines or error_lines or lines or ["it wrote no log"])[-1].strip().rstrip(".")
