"""The other side of the parser process: asks it for a list, and ends it when it takes too much."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self, cast

import msgspec

from pricebook.errors import (
    ParserKilledError,
    PriceListError,
    SourceUnavailableError,
    StorageFullError,
)
from pricebook.full_disk import storage_full, temporary_files_named
from pricebook.ingestion import frames
from pricebook.ingestion.frames import Finished, Frame, Opened, Refused, Rows
from pricebook.ingestion.schemas import Findings, ListOrder

_frames = msgspec.msgpack.Decoder(Frame)
_ERRORS = {
    kind.__name__: kind
    for kind in (PriceListError, ParserKilledError, SourceUnavailableError, StorageFullError)
}


class Reading:
    """A list that the parser process understands and is reading."""

    def __init__(self, parser: "_Parser", opened: Opened) -> None:
        self.findings: Findings = opened.findings
        self.rows_total = opened.rows_total
        self.rows_read = 0
        self.rows_ignored = 0
        self.peak_memory_kib = 0
        self._parser = parser

    async def chunks(self) -> AsyncGenerator[Rows]:
        """Receive the rows, many at a time, to the end of the list.

        Raises PriceListError, ParserKilledError or SourceUnavailableError if it does not come.
        """
        while not isinstance(frame := await self._parser.receive(), Finished):
            if not isinstance(frame, Rows):
                raise ParserKilledError("The parser process answered out of turn.")
            self.rows_read, self.rows_ignored = frame.read, frame.ignored
            yield frame
        self.peak_memory_kib = frame.peak_memory_kib


class Parsers:
    """Parser processes for the lists that are read at once; each is used again for the next list.

    They are waited for in threads, so that a process is not bound to one event loop.
    """

    def __init__(self) -> None:
        self._idle: list[_Parser] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().kill()

    @asynccontextmanager
    async def opened(self, order: ListOrder) -> AsyncGenerator[Reading]:
        """Let a parser process understand a list and begin to read it.

        Raises PriceListError if it cannot be understood, SourceUnavailableError if its place does
        not answer, ParserKilledError if the process took too much memory or time, or crashed,
        StorageFullError if the disk for temporary files is full.
        """
        with _temporary_folder() as folder:
            parser = self._idle.pop() if self._idle else _Parser()
            try:
                order = msgspec.structs.replace(order, folder=folder)
                yield Reading(parser, await parser.ask(order))
            finally:
                if parser.is_idle:
                    self._idle.append(parser)
                else:
                    parser.kill()


@contextmanager
def _temporary_folder() -> Generator[str]:
    """Make a folder for what a parser process keeps of a list, as long as a block runs."""
    with temporary_files_named():
        folder = tempfile.TemporaryDirectory(prefix="pricebook-")
    with folder as path:
        yield path


class _Parser:
    """One parser process."""

    def __init__(self) -> None:
        self.is_idle = True
        self._deadline = 0.0
        self._seconds = 0
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `kill`)
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "pricebook.ingestion.parsing", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )
        self._orders = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)

    async def ask(self, order: ListOrder) -> Opened:
        self.is_idle = False
        self._seconds = order.limits.seconds
        self._deadline = asyncio.get_running_loop().time() + self._seconds
        self._send(msgspec.msgpack.encode(order))
        opened = await self.receive()
        if not isinstance(opened, Opened):
            raise ParserKilledError("The parser process answered out of turn.")
        return opened

    async def receive(self) -> Frame:
        try:
            async with asyncio.timeout_at(self._deadline):
                payload = await asyncio.to_thread(self._receive)
        except TimeoutError as error:
            raise ParserKilledError(
                f"Reading the list takes more than {self._seconds} seconds."
            ) from error
        if payload is None:
            raise ParserKilledError(self._last_words())
        frame = _frames.decode(payload)
        self.is_idle = isinstance(frame, Finished)
        if isinstance(frame, Refused):
            if frame.error == StorageFullError.__name__:
                raise storage_full("temporary files", Path(tempfile.gettempdir()))
            raise _ERRORS[frame.error](frame.message)
        return frame

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._orders, self._answers, self._complaints):
            with suppress(OSError):
                pipe.close()

    def _send(self, payload: bytes) -> None:
        with suppress(BrokenPipeError):  # it has ended: receiving tells why
            frames.send(self._orders, payload)

    def _receive(self) -> bytes | None:
        return frames.receive(self._answers)

    def _last_words(self) -> str:
        code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        ended = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        said = f": {lines[-1]}" if lines else "."
        return f"The parser process ended ({ended}) while it read the list{said}"
