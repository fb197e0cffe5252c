"""Exits that Python ignores: raised by a signal handler while a finalizer or weak reference ran.

Without a second attempt, a process that got SIGTERM during an import would run for ever.
"""

import signal
import sys
from types import FrameType

_DELAY_SECONDS = 0.05


def repeat_ignored_exits() -> None:
    """Raise an ignored SystemExit or KeyboardInterrupt again, 0.05 seconds later.

    Uses SIGALRM and its timer. Call it in the main thread, where signal handlers run.
    """
    sys.unraisablehook = _repeat_exit


def _repeat_exit(ignored: "sys.UnraisableHookArgs") -> None:
    exit_ = ignored.exc_value
    if not isinstance(exit_, SystemExit | KeyboardInterrupt):
        sys.__unraisablehook__(ignored)
        return

    def raise_again(_signal: int, _frame: FrameType | None) -> None:
        raise exit_

    # Not raised here: Python ignores the exceptions of this function, too.
    signal.signal(signal.SIGALRM, raise_again)
    signal.setitimer(signal.ITIMER_REAL, _DELAY_SECONDS)
