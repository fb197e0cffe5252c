"""Starts parser processes, sends each one price list, and kills it when it exceeds its limits."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Self

import msgspec

from pricebook.errors import ParserKilledError
from pricebook.pricelists.isolation import sandbox
from pricebook.pricelists.isolation.child_process import IsolatedProcess
from pricebook.pricelists.isolation.fork_server import ForkServer
from pricebook.pricelists.isolation.frames import (
    Frame,
    PriceListFinished,
    PriceListOpened,
    RowCells,
    RowChunk,
    SampleRead,
    SheetSample,
    TableChunk,
    TableOpened,
)
from pricebook.pricelists.isolation.remote_files import fetch
from pricebook.pricelists.isolation.workspace import Workspace, remove_abandoned_workspaces
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_request import (
    GoogleSheetSource,
    HttpsSource,
    ReadRequest,
    RowCellsRequest,
    SampleRequest,
)
from pricebook.pricelists.schemas.table_rows import TableRequest, TableRow
from pricebook.system.disk_errors import translate_temporary_disk_full

_PARSE_MODULE = "pricebook.pricelists.isolation.parse_process"
_UNEXPECTED_FRAME = "The parser process sent an unexpected frame."


class PriceListStream:
    """A price list that a parser process has opened and is reading."""

    def __init__(self, parser: "_ParserProcess", opened: PriceListOpened) -> None:
        self.profile: DetectedProfile = opened.profile
        self.rows_total = opened.rows_total
        self.rows_read = 0
        self.rows_ignored = 0
        self.peak_memory_kib = 0
        self._parser = parser

    async def chunks(self) -> AsyncGenerator[RowChunk]:
        """Yield the rows in chunks to the end of the price list; then complete the profile.

        Raises PriceListError if the price list cannot be read, ParserKilledError if the process
        exceeds its limits or crashes, StorageFullError if the disk for temporary files is full.
        """
        while not isinstance(frame := await self._parser.receive(), PriceListFinished):
            if not isinstance(frame, RowChunk):
                raise ParserKilledError(_UNEXPECTED_FRAME)
            self.rows_read, self.rows_ignored = frame.read, frame.ignored
            yield frame
        self.peak_memory_kib = frame.peak_memory_kib
        self.profile = msgspec.structs.replace(
            self.profile, unread_cells=frame.unread_cells, unread_texts=frame.unread_texts
        )

    async def read_cells(self, row_numbers: Sequence[int]) -> dict[int, list[str]]:
        """Return the cells of rows by row number, once the price list was read to its end.

        Raises the errors of `chunks`.
        """
        return (await self._request(RowCellsRequest(list(row_numbers)))).cells

    async def read_rows(self, row_numbers: Sequence[int]) -> RowCells:
        """Return the cells of rows and those that are struck out; raises as `read_cells`."""
        return await self._request(RowCellsRequest(list(row_numbers), with_struck=True))

    async def _request(self, request: RowCellsRequest) -> RowCells:
        self._parser.send(request)
        frame = await self._parser.receive()
        if not isinstance(frame, RowCells):
            raise ParserKilledError(_UNEXPECTED_FRAME)
        return frame


class TableStream:
    """A table with known columns that a parser process has opened and is reading."""

    def __init__(self, parser: "_ParserProcess", opened: TableOpened) -> None:
        self.columns = opened.columns
        self.rows_total = opened.rows_total
        self._parser = parser

    async def chunks(self) -> AsyncGenerator[list[TableRow]]:
        """Yield the rows in chunks to the end of the table; raises as `PriceListStream.chunks`."""
        while not isinstance(frame := await self._parser.receive(), PriceListFinished):
            if not isinstance(frame, TableChunk):
                raise ParserKilledError(_UNEXPECTED_FRAME)
            yield frame.rows


class ParserPool:
    """Runs a new parser process for each file, so that a hostile one reaches no other list.

    Frames are received in threads, so that a process is not bound to one event loop.
    """

    def __init__(self) -> None:
        self._server = ForkServer(_PARSE_MODULE)

    def __enter__(self) -> Self:
        remove_abandoned_workspaces()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    @asynccontextmanager
    async def opened(self, request: ReadRequest) -> AsyncGenerator[PriceListStream]:
        """Open a price list in a parser process and yield it; kill the process at the end.

        Raises PriceListError if the price list cannot be read, SourceUnavailableError if its source
        does not respond, ParserKilledError if the process exceeds its limits or crashes,
        StorageFullError if the disk for temporary files is full.
        """
        async with self._reading(request) as (parser, opened):
            if not isinstance(opened, PriceListOpened):
                raise ParserKilledError(_UNEXPECTED_FRAME)
            yield PriceListStream(parser, opened)

    @asynccontextmanager
    async def opened_table(self, request: TableRequest) -> AsyncGenerator[TableStream]:
        """Open a table with known columns and yield it; raises as `opened`."""
        async with self._reading(request) as (parser, opened):
            if not isinstance(opened, TableOpened):
                raise ParserKilledError(_UNEXPECTED_FRAME)
            yield TableStream(parser, opened)

    async def read_sample(self, request: SampleRequest) -> list[SheetSample]:
        """Return the first rows of each sheet of a price list; raises as `opened`."""
        async with self._reading(request) as (_, sample):
            if not isinstance(sample, SampleRead):
                raise ParserKilledError(_UNEXPECTED_FRAME)
            return sample.sheets

    @asynccontextmanager
    async def _reading(
        self, request: ReadRequest | TableRequest
    ) -> AsyncGenerator[tuple["_ParserProcess", Frame]]:
        """Send a request to a parser process; yield the process and its first frame."""
        seconds = request.limits.seconds
        deadline = asyncio.get_running_loop().time() + seconds
        with translate_temporary_disk_full():
            parser = _ParserProcess(self._server)
        try:
            with parser.workspace.input_folder() as input_folder:
                source = request.source
                if isinstance(source, GoogleSheetSource | HttpsSource):
                    source = await fetch(source, request.limits, input_folder, deadline)
                source = await asyncio.to_thread(
                    parser.workspace.copy_in, source, input_folder, request.limits
                )
                request = msgspec.structs.replace(request, source=source)
                yield parser, await parser.read(request, deadline)
        finally:
            parser.kill()


class _ParserProcess:
    """A parser process and its workspace."""

    def __init__(self, server: ForkServer) -> None:
        user = sandbox.unused_user_id()
        self.workspace = Workspace(user)
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `kill`)
        try:
            process = server.fork(self.workspace.path, str(user or ""), stderr)
        except OSError:
            stderr.close()
            self.workspace.remove()
            raise
        self._child = IsolatedProcess(process, (process.stdin, process.stdout), stderr)

    async def read(self, request: ReadRequest | TableRequest, deadline: float) -> Frame:
        self._child.set_deadline(deadline, request.limits.seconds)
        self._child.send(request)
        return await self._child.receive()

    def send(self, request: RowCellsRequest) -> None:
        self._child.send(request)

    async def receive(self) -> Frame:
        return await self._child.receive()

    def kill(self) -> None:
        self._child.kill()
        self.workspace.remove()
