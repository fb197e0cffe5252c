"""Where every command begins: Ctrl-C and SIGTERM end it quietly, even while modules are loaded."""

import os
import signal
from types import FrameType

_ENDED_BY_SIGNAL = 128


def main() -> None:
    """Load the command line and run it."""
    before = signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    from pricebook import cli  # noqa: PLC0415 (this is what takes a while)

    signal.signal(signal.SIGINT, before)
    cli.main()


def _leave(number: int, _frame: FrameType | None) -> None:
    """End at once: nothing has been begun, and a half-loaded module cannot clean up."""
    os._exit(_ENDED_BY_SIGNAL + number)
