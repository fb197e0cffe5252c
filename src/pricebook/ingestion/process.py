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
from pricebook.ingestion.workspace import Workspace, remove_leftovers

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
    """A new parser process for each list: one that a list has taken over reads no other.

    With a spare, the next one starts while a list is read. They are waited for in threads, so that
    a process is not bound to one event loop.
    """

    def __init__(self, *, has_spare: bool = False) -> None:
        self._has_spare = has_spare
        self._spare: _Parser | None = None

    def __enter__(self) -> Self:
        remove_leftovers()
        return self

    def __exit__(self, *_: object) -> None:
        if self._spare:
            self._spare.kill()
            self._spare = None

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
            parser = self._take()
        try:
            with parser.workspace.inbox() as inbox:
                place = order.place
                if isinstance(place, SheetPlace | WebPlace):
                    place = await _fetched(place, order, inbox, deadline)
                place = await asyncio.to_thread(parser.workspace.bring, place, inbox, order.limits)
                order = msgspec.structs.replace(order, place=place)
                reading = Reading(parser, await parser.read(order, deadline))
                self._start_spare()
                yield reading
        finally:
            parser.kill()

    def _take(self) -> "_Parser":
        spare, self._spare = self._spare, None
        if spare and spare.is_running:
            return spare
        if spare:
            spare.kill()
        return _Parser()

    def _start_spare(self) -> None:
        if self._has_spare and self._spare is None:
            with temporary_files_named():
                self._spare = _Parser()


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
        user = sandbox.free_user()
        self.workspace = Workspace(user)
        self._child = Child(_PARSING, str(user or ""), folder=self.workspace.path)

    @property
    def is_running(self) -> bool:
        return self._child.is_running

    async def read(self, order: ListOrder, deadline: float) -> Opened:
        self._child.limit(deadline, order.limits.seconds)
        self._child.send(order)
        opened = await self._child.receive()
        if not isinstance(opened, Opened):
            raise ParserKilledError(_OUT_OF_TURN)
        return opened

    async def receive(self) -> Frame:
        return await self._child.receive()

    def kill(self) -> None:
        self._child.kill()
        self.workspace.remove()
