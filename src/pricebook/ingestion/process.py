"""The other side of the parser process: gives it a list, and ends it when it takes too much."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import msgspec

from pricebook.errors import ParserKilledError
from pricebook.full_disk import temporary_files_named
from pricebook.ingestion import sandbox
from pricebook.ingestion.child import Child
from pricebook.ingestion.frames import Fetched, Finished, Frame, Opened, Rows
from pricebook.ingestion.schemas import (
    FetchOrder,
    Findings,
    ListOrder,
    LocalPlace,
    SheetPlace,
    WebPlace,
)
from pricebook.ingestion.workspace import Workspace

_PARSING, _FETCHING = "pricebook.ingestion.parsing", "pricebook.ingestion.fetching"
# Whom https trusts; a parser process has no use for these.
_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_OUT_OF_TURN = "The parser process answered out of turn."


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
                raise ParserKilledError(_OUT_OF_TURN)
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
        seconds = order.limits.seconds
        deadline = asyncio.get_running_loop().time() + seconds
        with temporary_files_named():
            parser = self._idle.pop() if self._idle else _Parser()
        try:
            with parser.workspace.inbox() as inbox:
                place = order.place
                if isinstance(place, SheetPlace | WebPlace):
                    place = await _fetched(place, order, inbox, deadline)
                place = await asyncio.to_thread(parser.workspace.bring, place, inbox, order.limits)
                order = msgspec.structs.replace(order, place=place)
                yield Reading(parser, await parser.read(order, deadline))
        finally:
            if parser.is_idle:
                self._idle.append(parser)
            else:
                parser.kill()


async def _fetched(
    place: SheetPlace | WebPlace, order: ListOrder, inbox: Path, deadline: float
) -> LocalPlace:
    """Let a process of its own fetch a list, so that the one which reads it needs no network."""
    fetching = Child(_FETCHING, folder=Path.cwd(), variables=_TRUST)
    try:
        fetching.limit(deadline, order.limits.seconds)
        fetching.send(FetchOrder(place=place, limits=order.limits, folder=str(inbox)))
        frame = await fetching.receive()
    finally:
        fetching.kill()
    if not isinstance(frame, Fetched):
        raise ParserKilledError(_OUT_OF_TURN)
    return frame.place


class _Parser:
    """One parser process and its folder."""

    def __init__(self) -> None:
        self.is_idle = True
        user = sandbox.free_user()
        self.workspace = Workspace(user)
        self._child = Child(_PARSING, str(user or ""), folder=self.workspace.path)

    async def read(self, order: ListOrder, deadline: float) -> Opened:
        self.is_idle = False
        self._child.limit(deadline, order.limits.seconds)
        self._child.send(order)
        opened = await self.receive()
        if not isinstance(opened, Opened):
            raise ParserKilledError(_OUT_OF_TURN)
        return opened

    async def receive(self) -> Frame:
        frame = await self._child.receive()
        self.is_idle = isinstance(frame, Finished)
        return frame

    def kill(self) -> None:
        self._child.kill()
        self.workspace.remove()
