"""The parser process: reads the one list that it is asked for, and ends.

It runs apart because a file from outside may take any amount of memory or time, or bring a library
down, and confined, because it may be made to take the process over. It knows no database and no
network; what it reads goes through its standard output as lines for COPY.
"""

import math
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO

import msgspec

from pricebook.errors import ParserKilledError, PricebookError, PriceListError
from pricebook.full_disk import temporary_files_named
from pricebook.ingestion import frames, sandbox
from pricebook.ingestion.frames import Finished, Frame, Opened, Refused, Rows
from pricebook.ingestion.reader import PriceList, open_list
from pricebook.ingestion.schemas import FetchedSheet, FilePlace, ListOrder
from pricebook.ingestion.staging import copy_line
from pricebook.lifeline import end_with

_CHUNK_CHARACTERS = 128 * 1024
_ROWS_PER_LOOK = 4096
# Whoever shares the processors with a list goes first.
_NICENESS = 10
_MEBIBYTE = 1024 * 1024
# Processor time goes by the size of a file: a small one that takes long was made to.
_LEAST_SECONDS = 120
_SECONDS_A_MEBIBYTE = 20
_SECONDS_TO_REFUSE = 2
# What is kept of a workbook may be four times the largest file.
_WRITTEN = 5
_encode = msgspec.msgpack.Encoder().encode
_orders = msgspec.msgpack.Decoder(ListOrder)


def main() -> None:
    """Serve the one order on standard input, if it comes before that is closed."""
    parent, user = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    os.nice(_NICENESS)
    with (
        os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers,
        Path("/proc/self/status").open() as status,
    ):
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # no library prints among the answers
        sandbox.confine(int(user) if user else None)
        end_with(int(parent), signal.SIGKILL)  # a change of the user undoes it
        if payload := frames.receive(sys.stdin.buffer):
            _serve(_orders.decode(payload), answers, status)


def _serve(order: ListOrder, answers: BinaryIO, status: TextIO) -> None:
    limit = order.limits.memory_mebibytes
    try:
        _limit(order)
        with temporary_files_named():
            price_list = open_list(order)
            _send(answers, Opened(price_list.findings, price_list.rows_total))
            _send_rows(answers, price_list)
    except MemoryError:
        _refuse(answers, ParserKilledError(f"The list needs more than {limit} MiB of memory."))
    except PricebookError as error:
        _refuse(answers, error)
    else:
        _send(answers, Finished(_peak_memory_kib(status)))


def _send_rows(answers: BinaryIO, price_list: PriceList) -> None:
    names_categories = "category" in price_list.findings.columns
    lines: list[str] = []
    number = characters = ignored = 0
    for number, row in enumerate(price_list.rows(), start=1):
        if row.outcome == "ignored":
            ignored += 1
        else:
            line = copy_line(row, names_categories=names_categories)
            lines.append(line)
            characters += len(line)
        if characters > _CHUNK_CHARACTERS or number % _ROWS_PER_LOOK == 0:
            _send(answers, Rows(_joined(lines), number, ignored, price_list.progress))
            characters = 0
    _send(answers, Rows(_joined(lines), number, ignored, 1.0))


def _joined(lines: list[str]) -> bytes:
    joined = "".join(lines).encode()
    lines.clear()
    return joined


def _limit(order: ListOrder) -> None:
    """Set what this list may take of memory, of processor time and of the disk."""
    limits, place = order.limits, order.place
    memory = limits.memory_mebibytes * _MEBIBYTE
    written = _WRITTEN * limits.mebibytes * _MEBIBYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    size = Path(place.path).stat().st_size if isinstance(place, FilePlace | FetchedSheet) else 0
    seconds = min(limits.seconds, _LEAST_SECONDS + _SECONDS_A_MEBIBYTE * size // _MEBIBYTE)
    most = math.ceil(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + max(1, seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + _SECONDS_TO_REFUSE))

    def too_long(*_: object) -> NoReturn:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)  # the next second ends the process
        raise PriceListError(f"The list takes more than {seconds} seconds of processor time.")

    signal.signal(signal.SIGXCPU, too_long)


def _peak_memory_kib(status: TextIO) -> int:
    """Read it from the kernel's status: `ru_maxrss` begins with that of the parent (Linux)."""
    status.seek(0)
    return int(status.read().partition("VmHWM:")[2].split()[0])


def _refuse(answers: BinaryIO, error: PricebookError) -> None:
    _send(answers, Refused(type(error).__name__, error.message))


def _send(answers: BinaryIO, frame: Frame) -> None:
    frames.send(answers, _encode(frame))


if __name__ == "__main__":
    main()
