"""The program that parser processes are forked from, and what such a process does.

It reads one price list, or one table with known columns, and exits.

It is a process of its own because a file can exhaust memory or time or crash a library, and it is
sandboxed because a file can exploit a library. It has no database and no network; it writes the
rows to its standard output as lines for COPY.
"""

import gc
import math
import os
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO

import msgspec

from pricebook.errors import ParserKilledError, PricebookError, PriceListError
from pricebook.pricelists import formats
from pricebook.pricelists.column_table import open_column_table
from pricebook.pricelists.formats.table_file import TableFile
from pricebook.pricelists.isolation import fork_loop, frames, sandbox
from pricebook.pricelists.isolation.copy_lines import LineFormatter
from pricebook.pricelists.isolation.frames import (
    Frame,
    PriceListFailed,
    PriceListFinished,
    PriceListOpened,
    RowCells,
    RowChunk,
    SampleRead,
    SheetSample,
    TableChunk,
    TableOpened,
)
from pricebook.pricelists.reader import PriceList, open_price_list
from pricebook.pricelists.row_rejection import stored_cells
from pricebook.pricelists.schemas.price_list_rows import IgnoredRow
from pricebook.pricelists.schemas.read_request import (
    FetchedSheet,
    FileSource,
    ReadRequest,
    RowCellsRequest,
    SampleRequest,
)
from pricebook.pricelists.schemas.table_rows import TableRequest, TableRow
from pricebook.system.disk_errors import translate_temporary_disk_full
from pricebook.system.parent_death import set_parent_death_signal

_CHUNK_CHARACTERS = 128 * 1024
_ROWS_PER_CHUNK = 4096
# Parsing yields the processor to the other processes of the machine.
_NICENESS = 10
_MEBIBYTE = 1024 * 1024
_MAX_SAMPLED_SHEETS = 5
# The limit of processor time grows with the file: a small file that takes long is an attack.
_MIN_CPU_SECONDS = 120
_CPU_SECONDS_PER_MEBIBYTE = 20
_CPU_GRACE_SECONDS = 2
# The spool of a workbook may have four times the size of the largest file.
_MAX_WRITE_RATIO = 5
_encode = msgspec.msgpack.Encoder().encode
_Request = ReadRequest | SampleRequest | TableRequest
_request_decoder: msgspec.msgpack.Decoder[_Request] = msgspec.msgpack.Decoder(_Request)
_cells_request_decoder = msgspec.msgpack.Decoder(RowCellsRequest)


def main() -> None:
    """Fork a parser process for each request on the socket that the second argument names."""
    parent, descriptor = map(int, sys.argv[1:])
    set_parent_death_signal(parent, signal.SIGKILL)
    sandbox.preload_lazy_modules()
    gc.freeze()
    with socket.socket(fileno=descriptor) as requests:
        fork_loop.serve(requests, partial(_parse, os.getpid()))


def _parse(parent: int, user: str) -> None:
    """Process the one price list on standard input; exit without it if standard input is closed."""
    os.nice(_NICENESS)
    with (
        os.fdopen(os.dup(sys.stdout.fileno()), "wb") as responses,
        Path("/proc/self/status").open() as status,
    ):
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # no library prints between the frames
        sandbox.confine(int(user) if user else None)
        set_parent_death_signal(parent, signal.SIGKILL)  # changing the user would clear it
        if payload := frames.receive(sys.stdin.buffer):
            _handle_request(_request_decoder.decode(payload), responses, status)


def _handle_request(
    request: ReadRequest | TableRequest, responses: BinaryIO, status: TextIO
) -> None:
    memory_limit = request.limits.memory_mebibytes
    try:
        _set_resource_limits(request)
        with translate_temporary_disk_full():
            if isinstance(request, TableRequest):
                _send_table(responses, request)
                _send_frame(responses, PriceListFinished(_peak_memory_kib(status)))
            elif isinstance(request, SampleRequest):
                _send_frame(responses, _read_sample(request))
            else:
                _handle_price_list(request, responses, status)
    except MemoryError:
        _send_error(
            responses,
            ParserKilledError(f"The price list needs more than {memory_limit} MiB of memory."),
        )
    except PricebookError as error:
        _send_error(responses, error)


def _handle_price_list(request: ReadRequest, responses: BinaryIO, status: TextIO) -> None:
    price_list = open_price_list(request)
    _send_frame(responses, PriceListOpened(price_list.profile, price_list.rows_total))
    _send_rows(responses, price_list)
    peak_memory_kib = _peak_memory_kib(status)
    unread = price_list.unread_cells
    counts = dict(sorted(unread.counts.items()))
    _send_frame(responses, PriceListFinished(peak_memory_kib, counts, unread.texts))
    while payload := frames.receive(sys.stdin.buffer):
        wanted = _cells_request_decoder.decode(payload)
        rows = frozenset(wanted.row_numbers)
        struck = price_list.struck_cells(rows) if wanted.with_struck else {}
        _send_frame(responses, RowCells(price_list.cells(rows), struck))


def _read_sample(request: SampleRequest) -> SampleRead:
    """Return the first rows of the first sheets, as a rejected row stores its cells."""
    files = formats.open_tables(request).files
    samples: list[SheetSample] = []
    for file in files[:_MAX_SAMPLED_SHEETS]:
        with closing(file.records()) as records:
            rows = [
                (number, stored_cells(cells))
                for number, cells, _ in islice(records, request.sample_rows)
            ]
        samples.append(SheetSample(file.sheet, rows, struck=_struck_rows(file, rows)))
    return SampleRead(samples)


def _struck_rows(
    file: TableFile, rows: Sequence[tuple[int, list[str]]]
) -> list[tuple[int, list[str]]]:
    """Return the rows with struck-out cells; their other cells are empty."""
    found = ((number, cells, set(file.struck_cells.columns(number))) for number, cells in rows)
    return [
        (number, [cell if column in struck else "" for column, cell in enumerate(cells)])
        for number, cells, struck in found
        if struck
    ]


def _send_table(responses: BinaryIO, request: TableRequest) -> None:
    table = open_column_table(request)
    _send_frame(responses, TableOpened(table.columns, table.rows_total))
    rows: list[TableRow] = []
    characters = 0
    for row in table.rows(request.number_column, request.currency):
        rows.append(row)
        characters += sum(map(len, row.cells))
        if characters > _CHUNK_CHARACTERS or len(rows) == _ROWS_PER_CHUNK:
            _send_frame(responses, TableChunk(rows))
            rows, characters = [], 0
    _send_frame(responses, TableChunk(rows))


def _send_rows(responses: BinaryIO, price_list: PriceList) -> None:
    format_line = LineFormatter(has_categories="category" in price_list.profile.columns).format
    lines: list[str] = []
    row_count = characters = ignored = 0
    for row_count, row in enumerate(price_list.rows(), start=1):
        if isinstance(row, IgnoredRow):
            ignored += 1
        else:
            line = format_line(row)
            lines.append(line)
            characters += len(line)
        if characters > _CHUNK_CHARACTERS or row_count % _ROWS_PER_CHUNK == 0:
            _send_frame(
                responses, RowChunk(_take_lines(lines), row_count, ignored, price_list.progress)
            )
            characters = 0
    _send_frame(responses, RowChunk(_take_lines(lines), row_count, ignored, 1.0))


def _take_lines(lines: list[str]) -> bytes:
    encoded = "".join(lines).encode()
    lines.clear()
    return encoded


def _set_resource_limits(request: ReadRequest | TableRequest) -> None:
    """Set the limits of memory, processor time and file size for the price list of a request."""
    limits, source = request.limits, request.source
    memory = limits.memory_mebibytes * _MEBIBYTE
    max_file_bytes = _MAX_WRITE_RATIO * limits.mebibytes * _MEBIBYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))
    size = Path(source.path).stat().st_size if isinstance(source, FileSource | FetchedSheet) else 0
    seconds = min(limits.seconds, _MIN_CPU_SECONDS + _CPU_SECONDS_PER_MEBIBYTE * size // _MEBIBYTE)
    cpu_limit = math.ceil(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + max(1, seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit, cpu_limit + _CPU_GRACE_SECONDS))

    def raise_cpu_limit_error(*_: object) -> NoReturn:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)  # a second signal ends the process
        raise PriceListError(f"The price list takes more than {seconds} seconds of processor time.")

    signal.signal(signal.SIGXCPU, raise_cpu_limit_error)


def _peak_memory_kib(status: TextIO) -> int:
    """Return VmHWM of /proc/self/status; `ru_maxrss` would include the parent's peak (Linux)."""
    status.seek(0)
    return int(status.read().partition("VmHWM:")[2].split()[0])


def _send_error(responses: BinaryIO, error: PricebookError) -> None:
    is_refused = isinstance(error, PriceListError)
    kind = PriceListError if is_refused else type(error)  # not a class of the reader's own
    issues = error.issues if is_refused else ()
    _send_frame(responses, PriceListFailed(kind.__name__, error.message, issues))


def _send_frame(responses: BinaryIO, frame: Frame) -> None:
    frames.send(responses, _encode(frame))


if __name__ == "__main__":
    main()
