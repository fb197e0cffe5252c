"""Attacks by clients that do not read responses, or send almost nothing.

Each opens a bounded number of connections for a bounded time and returns the outcome.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

from attacks import raise_file_limit

HOST = "127.0.0.1"
CLIENTS = 2000
HEADS = 1000
HEAD_BYTES = 115_000
SHORT_REQUESTS = 150
CHUNKED_CLIENTS = 500
CHUNKS = 5000
HOLD_SECONDS = 40.0
RESETS = 200
FILES_BESIDE_CLIENTS = 500

ASSET = b"GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
LIVE = b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n"
SHORT = b"GET /x HTTP/1.1\r\nHost:x\r\n\r\n"
LOGIN = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


async def unread_assets(port: int) -> str:
    """Request a large file over very many connections, and read nothing."""
    return await _held(port, [ASSET] * CLIENTS, HOLD_SECONDS)


async def unread_pipelines(port: int) -> str:
    """Request a large file ten times over each connection, and read nothing."""
    return await _held(port, [ASSET * 10] * (CLIENTS // 2), HOLD_SECONDS)


async def unread_short_requests(port: int) -> str:
    """Send as many requests as fit into 4 KB behind one whose response is not read."""
    return await _held(port, [ASSET + SHORT * SHORT_REQUESTS] * (CLIENTS // 2), HOLD_SECONDS)


async def requests_behind_bodies(port: int) -> str:
    """Send such requests in one piece with the end of a chunked body."""
    requests = LOGIN + b"1\r\na\r\n0\r\n\r\n" + ASSET + SHORT * SHORT_REQUESTS
    return await _held(port, [requests] * (CLIENTS // 2), HOLD_SECONDS)


async def unfinished_heads(port: int) -> str:
    """Send nearly all of the largest head over very many connections."""
    head = LIVE[:-2] + b"X: " + b"x" * HEAD_BYTES
    return await _held(port, [head] * HEADS, 5.0)


async def tiny_chunks(port: int) -> str:
    """Send bodies in chunks of one byte over many connections."""
    body = LOGIN + b"1\r\na\r\n" * CHUNKS
    return await _held(port, [body] * CHUNKED_CLIENTS, 5.0)


async def resets(port: int) -> str:
    """Send many requests at once, and reset the connection during the responses."""
    for _ in range(RESETS):
        client = await _connect(port)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        await asyncio.get_running_loop().sock_sendall(client, LIVE * 30)
        await asyncio.sleep(0.002)
        client.close()
    return f"{RESETS} connections reset"


async def _held(port: int, requests: list[bytes], seconds: float) -> str:
    """Send each over a connection of its own, wait, and count the connections that were closed."""
    raise_file_limit(len(requests) + FILES_BESIDE_CLIENTS)
    clients = [await _connect(port) for _ in requests]
    try:
        await asyncio.gather(*map(_send, clients, requests))
        await asyncio.sleep(seconds)
        ended = sum(map(_has_ended, clients))
    finally:
        for client in clients:
            client.close()
    return f"{ended} of {len(clients)} connections ended by the API"


async def _connect(port: int) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(0)
    await asyncio.get_running_loop().sock_connect(client, (HOST, port))
    return client


async def _send(client: socket.socket, request: bytes) -> None:
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(20):
            await asyncio.get_running_loop().sock_sendall(client, request)


def _has_ended(client: socket.socket) -> bool:
    """Return whether the other side has closed or reset a connection (state of TCP_INFO)."""
    established = 1
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != established


ATTACKS: dict[str, Callable[[int], Awaitable[str]]] = {
    "2,000 clients that do not read an asset": unread_assets,
    "1,000 that pipeline and do not read": unread_pipelines,
    "1,000 pipelines of 150 short requests": unread_short_requests,
    "1,000 of them behind chunked bodies": requests_behind_bodies,
    "1,000 unfinished heads of 115 KB": unfinished_heads,
    "500 bodies in chunks of one byte": tiny_chunks,
    "200 resets in a pipeline": resets,
}
