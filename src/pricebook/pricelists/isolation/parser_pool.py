"""The other side of the parser process: gives it a list, and ends it when it takes too much."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import msgspec

from pricebook.errors import ParserKilledError
from pricebook.pricelists.isolation import sandbox
from pricebook.pricelists.isolation.child_process import IsolatedProcess
from pricebook.pricelists.isolation.frames import (
    Frame,
    ListFetched,
    ListFinished,
    ListOpened,
    RowChunk,
)
from pricebook.pricelists.isolation.workspace import Workspace, remove_abandoned_workspaces
from pricebook.pricelists.schemas import (
    DetectedProfile,
    FetchRequest,
    GoogleSheetSource,
    HttpsSource,
    LocalSource,
    ReadRequest,
)
from pricebook.system.disk_errors import translate_temporary_disk_full

_PARSE_MODULE, _FETCH_MODULE = (
    "pricebook.pricelists.isolation.parse_process",
    "pricebook.pricelists.isolation.fetch_process",
)
# Whom https trusts; a parser process has no use for these.
_CA_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_UNEXPECTED_FRAME = "The parser process answered out of turn."


class PriceListStream:
    """A list that the parser process understands and is reading."""

    def __init__(self, parser: "_ParserProcess", opened: ListOpened) -> None:
        self.profile: DetectedProfile = opened.profile
        self.rows_total = opened.rows_total
        self.rows_read = 0
        self.rows_ignored = 0
        self.peak_memory_kib = 0
        self._parser = parser

    async def chunks(self) -> AsyncGenerator[RowChunk]:
        """Receive the rows, many at a time, to the end of the list.

        Raises PriceListError, ParserKilledError or SourceUnavailableError if it does not come.
        """
        while not isinstance(frame := await self._parser.receive(), ListFinished):
            if not isinstance(frame, RowChunk):
                raise ParserKilledError(_UNEXPECTED_FRAME)
            self.rows_read, self.rows_ignored = frame.read, frame.ignored
            yield frame
        self.peak_memory_kib = frame.peak_memory_kib


class ParserPool:
    """A new parser process for each list: one that a list has taken over reads no other.

    With a spare, the next one starts while a list is read. They are waited for in threads, so that
    a process is not bound to one event loop.
    """

    def __init__(self, *, has_spare: bool = False) -> None:
        self._has_spare = has_spare
        self._spare: _ParserProcess | None = None

    def __enter__(self) -> Self:
        remove_abandoned_workspaces()
        return self

    def __exit__(self, *_: object) -> None:
        if self._spare:
            self._spare.kill()
            self._spare = None

    @asynccontextmanager
    async def opened(self, request: ReadRequest) -> AsyncGenerator[PriceListStream]:
        """Let a parser process understand a list and begin to read it.

        Raises PriceListError if it cannot be understood, SourceUnavailableError if its place does
        not answer, ParserKilledError if the process took too much memory or time, or crashed,
        StorageFullError if the disk for temporary files is full.
        """
        seconds = request.limits.seconds
        deadline = asyncio.get_running_loop().time() + seconds
        with translate_temporary_disk_full():
            parser = self._take_process()
        try:
            with parser.workspace.input_folder() as input_folder:
                source = request.source
                if isinstance(source, GoogleSheetSource | HttpsSource):
                    source = await _fetch(source, request, input_folder, deadline)
                source = await asyncio.to_thread(
                    parser.workspace.copy_in, source, input_folder, request.limits
                )
                request = msgspec.structs.replace(request, source=source)
                stream = PriceListStream(parser, await parser.read(request, deadline))
                self._start_spare()
                yield stream
        finally:
            parser.kill()

    def _take_process(self) -> "_ParserProcess":
        spare, self._spare = self._spare, None
        if spare and spare.is_running:
            return spare
        if spare:
            spare.kill()
        return _ParserProcess()

    def _start_spare(self) -> None:
        if self._has_spare and self._spare is None:
            with translate_temporary_disk_full():
                self._spare = _ParserProcess()


async def _fetch(
    source: GoogleSheetSource | HttpsSource,
    request: ReadRequest,
    input_folder: Path,
    deadline: float,
) -> LocalSource:
    """Let a process of its own fetch a list, so that the one which reads it needs no network."""
    fetch_process = IsolatedProcess(_FETCH_MODULE, folder=Path.cwd(), variables=_CA_VARIABLES)
    try:
        fetch_process.set_deadline(deadline, request.limits.seconds)
        fetch_process.send(
            FetchRequest(source=source, limits=request.limits, folder=str(input_folder))
        )
        frame = await fetch_process.receive()
    finally:
        fetch_process.kill()
    if not isinstance(frame, ListFetched):
        raise ParserKilledError(_UNEXPECTED_FRAME)
    return frame.source


class _ParserProcess:
    """One parser process and its folder."""

    def __init__(self) -> None:
        user = sandbox.unused_user_id()
        self.workspace = Workspace(user)
        self._child = IsolatedProcess(_PARSE_MODULE, str(user or ""), folder=self.workspace.path)

    @property
    def is_running(self) -> bool:
        return self._child.is_running

    async def read(self, request: ReadRequest, deadline: float) -> ListOpened:
        self._child.set_deadline(deadline, request.limits.seconds)
        self._child.send(request)
        opened = await self._child.receive()
        if not isinstance(opened, ListOpened):
            raise ParserKilledError(_UNEXPECTED_FRAME)
        return opened

    async def receive(self) -> Frame:
        return await self._child.receive()

    def kill(self) -> None:
        self._child.kill()
        self.workspace.remove()
