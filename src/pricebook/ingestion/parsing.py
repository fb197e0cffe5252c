"""The parser process: reads the lists that it is asked for, one after the other.

It runs apart because a file from outside may take any amount of memory or time, or bring a library
down. It knows no database; what it reads goes through its standard output as lines for COPY.
"""

import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from pricebook.errors import ParserKilledError, PricebookError
from pricebook.full_disk import temporary_files_named
from pricebook.ingestion import frames
from pricebook.ingestion.frames import Finished, Frame, Opened, Refused, Rows
from pricebook.ingestion.reader import PriceList, open_list
from pricebook.ingestion.schemas import ListOrder
from pricebook.ingestion.staging import copy_line
from pricebook.lifeline import end_with

_CHUNK_CHARACTERS = 128 * 1024
_ROWS_PER_LOOK = 4096
# Whoever shares the processors with a list goes first.
_NICENESS = 10
_encode = msgspec.msgpack.Encoder().encode
_orders = msgspec.msgpack.Decoder(ListOrder)


def main() -> None:
    """Serve the orders on standard input until it is closed, or the parent is gone."""
    end_with(int(sys.argv[1]), signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked
    os.nice(_NICENESS)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # no library prints among the answers
        while payload := frames.receive(sys.stdin.buffer):
            _serve(_orders.decode(payload), answers)


def _serve(order: ListOrder, answers: BinaryIO) -> None:
    limit = order.limits.memory_mebibytes
    resource.setrlimit(resource.RLIMIT_AS, (limit * 1024 * 1024, resource.RLIM_INFINITY))
    try:
        with temporary_files_named():
            price_list = open_list(order)
            _send(answers, Opened(price_list.findings, price_list.rows_total))
            _send_rows(answers, price_list)
    except MemoryError:
        _refuse(answers, ParserKilledError(f"The list needs more than {limit} MiB of memory."))
    except PricebookError as error:
        _refuse(answers, error)
    else:
        _send(answers, Finished(_peak_memory_kib()))


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


def _peak_memory_kib() -> int:
    """Read it from the kernel's status: `ru_maxrss` begins with that of the parent (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def _refuse(answers: BinaryIO, error: PricebookError) -> None:
    _send(answers, Refused(type(error).__name__, error.message))


def _send(answers: BinaryIO, frame: Frame) -> None:
    frames.send(answers, _encode(frame))


if __name__ == "__main__":
    main()
