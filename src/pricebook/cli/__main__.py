"""The entry point `pricebook`: handles Ctrl-C and SIGTERM while the command line is imported."""

import os
import signal
from types import FrameType

_EXIT_SIGNAL_BASE = 128


def main() -> None:
    """Import the command line and run it."""
    previous_handler = signal.signal(signal.SIGINT, _exit_immediately)
    signal.signal(signal.SIGTERM, _exit_immediately)
    from pricebook.cli import main as cli  # noqa: PLC0415 (the import takes a noticeable time)

    signal.signal(signal.SIGINT, previous_handler)
    cli.main()


def _exit_immediately(number: int, _frame: FrameType | None) -> None:
    """Exit without cleanup: no command has started, and modules may be partly imported."""
    os._exit(_EXIT_SIGNAL_BASE + number)


if __name__ == "__main__":
    main()
