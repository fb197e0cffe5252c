"""Child processes that end with their parent (Linux)."""

import ctypes
import os
import signal
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None)


def set_parent_death_signal(parent: int, death_signal: signal.Signals) -> None:
    """Set the signal that the kernel sends to this process when its parent ends.

    For Linux the parent is the thread that started this process: it must live as long. Exits at
    once if the process with the id `parent` has already ended.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # the parent ended before the signal was set
        os._exit(1)


def become_subreaper() -> None:
    """Become the parent of the processes that ended children leave running."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def reap_orphans(own_children: Container[int]) -> None:
    """Reap ended orphans; the processes in `own_children` are left to the code that waits for them.

    Process 1 of a container is the parent of all orphans.
    """
    with suppress(ChildProcessError):
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid in own_children:
                return
            os.waitpid(ended.si_pid, 0)


def kill_orphans(own_children: Container[int]) -> None:
    """Kill the adopted orphans that still run."""
    for task in Path("/proc/self/task").iterdir():
        for pid in map(int, (task / "children").read_text().split()):
            if pid not in own_children:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
