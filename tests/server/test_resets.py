"""A client that resets the connection, in any phase of a request, causes no error log."""

import asyncio
import json
import socket
import struct
from contextlib import suppress
from pathlib import Path

from pricebook.db.database import Connection
from pricebook.settings import Settings
from served_api import ApiProcess

PRODUCTS = """
INSERT INTO products (internal_sku, name, status)
SELECT 'SKU-' || number, 'Hammer ' || number || repeat(' long', 80), 'active'
FROM generate_series(1, 20000) AS number
"""
LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
EXPORT = b"GET /api/v1/catalog/export HTTP/1.1\r\nHost: x\r\n"
PIPELINED = b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n" * 300
PHASES = {
    "before a request": b"",
    "in a head": b"GET /api/v1/catalog HTTP/1.1\r\nHo",
    "in a body": LOGIN + b"Content-Length: 100\r\n\r\n{",
    "in a chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "before the response": b"GET /api/v1/catalog?search=hammer HTTP/1.1\r\nHost: x\r\n\r\n",
    "in a streamed response": EXPORT + b"\r\n",
    "in a streamed response with more requests behind": EXPORT + b"\r\n" + PIPELINED,
    "in a streamed response while a body is sent": (
        EXPORT + b"Transfer-Encoding: chunked\r\n\r\n" + (b"20\r\n%b\r\n" % (b"x" * 32)) * 1000
    ),
    "in pipelined requests": PIPELINED,
}


async def send_and_reset(port: int, request: bytes) -> bool:
    """Send, read the start of a stream, reset; return whether the request was accepted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        writer.write(request)
        await writer.drain()
        return not request.startswith(EXPORT) or b" 200 " in await reader.read(100)
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def until_accepted(port: int, request: bytes) -> None:
    """Repeat until the request is accepted: the number of concurrent exports is limited."""
    async with asyncio.timeout(120):
        while not await send_and_reset(port, request):  # noqa: ASYNC110 (nothing is notified)
            await asyncio.sleep(0.05)


async def test_resets_log_no_error(tmp_path: Path, settings: Settings, conn: Connection) -> None:
    await conn.execute(PRODUCTS)
    served = ApiProcess(tmp_path, settings)
    try:
        port = served.client.base_url.port
        assert port is not None
        for request in PHASES.values():
            for _ in range(5):
                await until_accepted(port, request)
            for _ in range(20):
                assert (await asyncio.to_thread(served.client.get, "/live")).status_code == 200
    finally:
        text = await asyncio.to_thread(served.stop)
    lines = [json.loads(line) for line in text.splitlines()]
    assert [
        line
        for line in lines
        if line["level"] not in {"info", "debug"} and line.get("status") != 503
    ] == []
    assert "Traceback" not in text
