"""Serves an application with the production configuration in the event loop of the test."""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import uvicorn

from pricebook.server.uvicorn_config import uvicorn_config
from pricebook.settings import Settings

TIMEOUT_SECONDS = 120


class RawResponse(NamedTuple):
    status: int
    fields: dict[str, str]
    body: bytes


class RawHttpClient:
    """An HTTP client that sends raw bytes and reads responses with a Content-Length."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def request(self, request: bytes) -> RawResponse:
        self.writer.write(request)
        return await self.response()

    async def response(self) -> RawResponse:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            start, *lines = head.strip().split("\r\n")
            fields = dict(re.split(": ?", line, maxsplit=1) for line in lines)
            body = await self.reader.readexactly(int(fields.get("content-length", 0)))
        return RawResponse(int(start.split()[1]), fields, body)

    async def rest(self) -> bytes:
        """Read to the end of the connection."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await self.reader.read()


async def respond_to_lifespan(receive: Any, send: Any) -> None:
    """Complete the startup and the shutdown of an application that has no resources."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


@asynccontextmanager
async def served_here(app: Any, settings: Settings) -> AsyncGenerator[int]:
    """Serve on a free port until the block ends; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn_config(app, settings))
        running = asyncio.create_task(server.serve([listener]))
        while not server.started:
            assert not running.done(), running
            await asyncio.sleep(0.01)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def connected(port: int, host: str = "127.0.0.1") -> AsyncGenerator[RawHttpClient]:
    """Connect from a loopback address; abort the connection when the block ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
    try:
        yield RawHttpClient(reader, writer)
    finally:
        writer.transport.abort()
