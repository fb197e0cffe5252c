"""File locks (flock): the kernel releases them when the holder ends, however it ends."""

import fcntl
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

_POLL_SECONDS = 0.02


def acquire(path: Path, *, shared: bool = False, seconds: float = 0) -> TextIO | None:
    """Lock the file at `path` within `seconds`; return it, None while another process holds it.

    Closing the file releases the lock, unless a child process has inherited the open file.
    """
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    deadline = time.monotonic() + seconds
    with ExitStack() as stack:
        file = stack.enter_context(path.open("a+", encoding="utf-8"))
        while not _try_lock(file, mode):
            if time.monotonic() >= deadline:
                return None
            time.sleep(_POLL_SECONDS)
        stack.pop_all()
        return file


def _try_lock(file: TextIO, mode: int) -> bool:
    try:
        fcntl.flock(file, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_pid(lock: TextIO) -> None:
    """Write the id of this process into a held lock file."""
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()}\n")
    lock.flush()


def read_pid(path: Path) -> int | None:
    """Return the process id in a lock file, None without one; the process may have ended."""
    try:
        return int(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
