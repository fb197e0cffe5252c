"""Where every command begins: Ctrl-C ends it quietly, even while its modules are being loaded."""

import os
import signal
from types import FrameType

INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it."""
    before = signal.signal(signal.SIGINT, _leave)
    from pricebook import cli  # noqa: PLC0415 (this is what takes a while)

    signal.signal(signal.SIGINT, before)
    cli.main()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End at once: nothing has been begun, and a half-loaded module cannot clean up."""
    os._exit(INTERRUPTED)
