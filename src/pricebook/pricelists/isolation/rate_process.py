"""The process that reads one file of exchange rates, sandboxed like a parser process, and exits."""

import math
import os
import resource
import signal
import sys
from pathlib import Path

import msgspec

from pricebook.errors import ParserKilledError, PricebookError
from pricebook.pricelists.formats.rate_file import read_rate_file
from pricebook.pricelists.isolation import frames, sandbox
from pricebook.pricelists.isolation.frames import Frame, PriceListFailed, RatesRead
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.pricelists.schemas.reference_rates import RateFileRequest
from pricebook.system.parent_death import set_parent_death_signal

_MEBIBYTE = 1024 * 1024


def main() -> None:
    """Process the one request on standard input; exit without it if standard input is closed."""
    parent, user = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as responses:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # no library prints between the frames
        sandbox.confine(int(user) if user else None)
        set_parent_death_signal(int(parent), signal.SIGKILL)  # changing the user would clear it
        if payload := frames.receive(sys.stdin.buffer):
            request = msgspec.msgpack.decode(payload, type=RateFileRequest)
            frames.send(responses, msgspec.msgpack.encode(_response(request)))


def _response(request: RateFileRequest) -> Frame:
    limits = request.limits
    try:
        _set_resource_limits(limits)
        return RatesRead(read_rate_file(Path(request.path), limits))
    except MemoryError:
        error = ParserKilledError(
            f"The exchange rates need more than {limits.memory_mebibytes} MiB of memory."
        )
    except PricebookError as refused:
        error = refused
    return PriceListFailed(type(error).__name__, error.message)


def _set_resource_limits(limits: ReadLimits) -> None:
    """Set the limits of memory and processor time; the process writes no files."""
    memory = limits.memory_mebibytes * _MEBIBYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    used_seconds = math.ceil(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    cpu_limit = used_seconds + limits.seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit, cpu_limit))


if __name__ == "__main__":
    main()
