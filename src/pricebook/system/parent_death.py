"""Processes that do not outlive the one that started them (Linux)."""

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
    """Let the kernel send this process a signal when its parent, given by its id, ends.

    Linux goes by the thread that started this process: it must live as long as the parent.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # it ended before the signal was set
        os._exit(1)


def become_subreaper() -> None:
    """Become the parent of what our children leave running when they die."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def reap_orphans(own_children: Container[int]) -> None:
    """Collect ended processes which we adopted; those in `own` are for their starters to wait for.

    As process 1 of a container we get orphans, too, and nobody else collects them.
    """
    with suppress(ChildProcessError):
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid in own_children:
                return
            os.waitpid(ended.si_pid, 0)


def kill_orphans(own_children: Container[int]) -> None:
    """End the processes which we adopted and that still run."""
    for task in Path("/proc/self/task").iterdir():
        for pid in map(int, (task / "children").read_text().split()):
            if pid not in own_children:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
