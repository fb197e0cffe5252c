"""Where every command begins: Ctrl-C and SIGTERM end it quietly, even while modules are loaded."""

import os
import signal
from types import FrameType

_EXIT_SIGNAL_BASE = 128


def main() -> None:
    """Load the command line and run it."""
    previous_handler = signal.signal(signal.SIGINT, _exit_immediately)
    signal.signal(signal.SIGTERM, _exit_immediately)
    from pricebook.cli import main as cli  # noqa: PLC0415 (loading takes a while)

    signal.signal(signal.SIGINT, previous_handler)
    cli.main()


def _exit_immediately(number: int, _frame: FrameType | None) -> None:
    """End at once: nothing has been begun, and a half-loaded module cannot clean up."""
    os._exit(_EXIT_SIGNAL_BASE + number)
