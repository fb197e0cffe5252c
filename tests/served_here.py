"""An application served as in production, by the loop of the test, and a client of plain bytes."""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import uvicorn

from pricebook.server import configure
from pricebook.settings import Settings

PATIENCE_SECONDS = 30


class Answer(NamedTuple):
    status: int
    fields: dict[str, str]
    body: bytes


class Client:
    """Sends bytes, and reads answers of a known length."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, request: bytes) -> Answer:
        self.writer.write(request)
        return await self.answer()

    async def answer(self) -> Answer:
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            start, *lines = head.strip().split("\r\n")
            fields = dict(re.split(": ?", line, maxsplit=1) for line in lines)
            body = await self.reader.readexactly(int(fields.get("content-length", 0)))
        return Answer(int(start.split()[1]), fields, body)

    async def rest(self) -> bytes:
        """Read to the end of the connection."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.reader.read()


@asynccontextmanager
async def served_here(app: Any, settings: Settings) -> AsyncGenerator[int]:
    """Serve on a port of its own until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(configure(app, settings))
        running = asyncio.create_task(server.serve([listening]))
        while not server.started:
            assert not running.done(), running
            await asyncio.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def connected(port: int, host: str = "127.0.0.1") -> AsyncGenerator[Client]:
    """Connect, from an address of this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()
