"""Processes that do not outlive the one that started them (Linux)."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


def end_with(parent: int, death_signal: signal.Signals) -> None:
    """Let the kernel send this process a signal when its parent, given by its id, ends.

    Linux goes by the thread that started this process: it must live as long as the parent.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # it ended before the signal was set
        os._exit(1)
