"""Hostile requests: malformed bytes, slow clients and many connections."""

import asyncio
import gzip
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

HOST = "127.0.0.1"
# Attacks the API on a port, within bounds, and returns the outcome.
Attack = Callable[[int], Awaitable[str]]

TIMEOUT_SECONDS = 40.0
PIECE = b"x" * 65536
GIGABYTE = 1024**3
MANY_CONNECTIONS = 10_000
SLOW_CLIENTS = 500
OTHER_FILES = 2000

INCOMPLETE_HEAD = b"GET /api/v1/catalog HTTP/1.1\r\nHost: x\r\n"
GET = b"GET /api/v1/catalog%b HTTP/1.1\r\nHost: x\r\n%b\r\n"
POST = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%b\r\n%b"
LOGIN = b'{"username": "nobody", "password": "wrong password"}'


def posted(body: bytes, fields: bytes = b"") -> bytes:
    """Return a request with a Content-Length body."""
    return POST % (b"Content-Length: %d\r\n%b" % (len(body), fields), body)


def chunked(body: bytes) -> bytes:
    """Return a request with a chunked body."""
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    return POST % (b"Transfer-Encoding: chunked\r\n", chunk)


BOTH_LENGTHS = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"
HIDDEN = b"0\r\n\r\n" + GET % (b"?page=0", b"")

# Each of these is refused (4xx) or its connection is closed.
REFUSED: dict[str, bytes] = {
    "header of 10 MB": GET % (b"", b"X-Long: " + b"x" * 10_000_000 + b"\r\n"),
    "a thousand headers": GET % (b"", b"".join(b"X-%d: 1\r\n" % n for n in range(1000))),
    "a million parameters": GET % (b"?" + b"a=1&" * 1_000_000, b""),
    "a thousand parameters": GET % (b"?" + b"a=1&" * 1_000, b""),
    "NUL in the query": GET % (b"?search=%00", b""),
    "NUL in the head": GET % (b"", b"X-Nul: a\0b\r\n"),
    "NUL in the body": posted(b'{"username": "no\\u0000body", "password": "wrong password"}'),
    "invalid UTF-8 in the query": GET % (b"?search=%ff%fe", b""),
    "invalid UTF-8 in the body": posted(b'{"username": "\xff\xfe", "password": "wrong password"}'),
    "deeply nested JSON": posted(b'{"username": ' + b"[" * 500_000),
    "deeply nested JSON, unknown": posted(b'{"x": ' + b"[" * 400_000 + b"]" * 400_000 + b"}"),
    "chunked body of 2 MB": chunked(b" " * 2_000_000),
    "body of 2 MB": posted(b" " * 2_000_000),
    "compressed body": posted(gzip.compress(b" " * 100_000_000), b"Content-Encoding: gzip\r\n"),
    "two lengths": POST % (b"Content-Length: 4\r\nContent-Length: 40\r\n", LOGIN[:40]),
    "a length below zero": POST % (b"Content-Length: -1\r\n", LOGIN),
    "a length with a sign": POST % (b"Content-Length: +%d\r\n" % len(LOGIN), LOGIN),
    "a chunk without a size": POST % (b"Transfer-Encoding: chunked\r\n", b"zz\r\n" + LOGIN),
    "an unknown transfer encoding": POST % (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "both lengths": POST % (BOTH_LENGTHS, HIDDEN),
    "a space before the colon": GET % (b"", b"X-Space : 1\r\n"),
    "a folded header": GET % (b"", b"X-Fold: 1\r\n 2\r\n"),
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a version that is none": b"GET /api/v1/catalog HTTP/9.9\r\nHost: x\r\n\r\n",
}


async def send_request(port: int, request: bytes, *, closes: bool = False) -> str:
    """Send bytes; return the status of each response, or `closed` without one."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        with suppress(ConnectionError):
            writer.write(request)
            await writer.drain()
            if closes:
                writer.write_eof()
        return await _statuses(reader)
    finally:
        writer.transport.abort()


async def _statuses(reader: asyncio.StreamReader) -> str:
    """Read responses until none has arrived for 0.3 seconds."""
    received = b""
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(TIMEOUT_SECONDS):
            received = await reader.read(65536)
        while received:
            async with asyncio.timeout(0.3):
                piece = await reader.read(65536)
            if not piece:
                break
            received += piece
    found = [part[:3].decode() for part in received.split(b"HTTP/1.1 ")[1:]]
    return " and ".join(found) or "closed"


async def stream_a_gigabyte(port: int) -> str:
    """Send a body of one gigabyte in pieces until the server closes the connection."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(POST % (b"Content-Length: %d\r\n" % GIGABYTE, b""))
    sent = 0
    try:
        with suppress(ConnectionError):
            while sent < GIGABYTE and not reader.at_eof():
                writer.write(PIECE)
                await writer.drain()
                sent += len(PIECE)
        return f"{await _statuses(reader)} after {sent // 1024} KiB"
    finally:
        writer.transport.abort()


async def slow_loris(port: int) -> str:
    """Send endless request heads, one field a second, until the server closes."""
    return await _until_closed(port, SLOW_CLIENTS, INCOMPLETE_HEAD, b"X-Slow: 1\r\n")


async def slow_bodies(port: int) -> str:
    """Send request bodies at one byte a second."""
    return await _until_closed(port, SLOW_CLIENTS, POST % (b"Content-Length: 900\r\n", b""), b" ")


async def idle_connections(port: int) -> str:
    """Open many connections and send nothing."""
    return await _until_closed(port, MANY_CONNECTIONS, b"", b"")


async def _until_closed(port: int, number: int, first: bytes, often: bytes) -> str:
    raise_file_limit(number + OTHER_FILES)
    started_at = asyncio.get_running_loop().time()
    connections = [await _connected(port, first) for _ in range(number)]
    opened = asyncio.get_running_loop().time() - started_at
    closing = [_closed(reader, writer, often) for reader, writer in connections]
    closed = sum(await asyncio.gather(*closing))
    took = asyncio.get_running_loop().time() - started_at
    return f"{closed} of {number} closed after {took:.0f} s (opened in {opened:.1f} s)"


async def _connected(port: int, first: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(first)
    return reader, writer


async def _closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, often: bytes) -> bool:
    """Send bytes every second; return whether the server responded or closed in time."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async for _ in _ticks():
                writer.write(often)
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await reader.read(65536)
                        return True
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    finally:
        writer.transport.abort()
    return False


async def _ticks() -> AsyncIterator[None]:
    while True:
        yield
        await asyncio.sleep(1)


async def half_closed(port: int) -> str:
    """Send a request and close the sending side."""
    return await send_request(port, GET % (b"", b""), closes=True)


def raise_file_limit(number: int) -> None:
    """Raise the soft limit of open files to this number, at most to the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(number, hard)), hard))


# These take longer; each returns a description of the outcome.
SLOW: dict[str, Attack] = {
    "body of 1 GB": stream_a_gigabyte,
    "half-closed connection": half_closed,
    "slow-loris": slow_loris,
    "slow bodies": slow_bodies,
    "10,000 idle connections": idle_connections,
}
