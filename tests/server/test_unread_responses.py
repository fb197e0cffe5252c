"""Responses that clients read slowly or not at all: unsent bytes are bounded."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from pricebook.http.cached_response import SEND_CHUNK_BYTES, CachedResponse
from pricebook.server import buffer_limits, flow_control, protocol
from pricebook.settings import HttpProtocolName, Settings
from served_here import connected, respond_to_lifespan, served_here

GET = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKS = 128
WHOLE_BYTES = CHUNKS * SEND_CHUNK_BYTES


class App:
    """Sends a long body in chunks, and records the clients that disconnect before its end."""

    def __init__(self) -> None:
        self.disconnected: set[str] = set()
        self.has_disconnected = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await respond_to_lifespan(receive, send)
            return
        watching = asyncio.create_task(self._watch(scope["path"], receive))
        headers = [(b"content-length", b"%d" % WHOLE_BYTES)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        chunk = {"type": "http.response.body", "body": b"x" * SEND_CHUNK_BYTES}
        for number in range(CHUNKS):
            await send({**chunk, "more_body": number < CHUNKS - 1})
        watching.cancel()

    async def _watch(self, path: str, receive: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.disconnected.add(path)
        self.has_disconnected.set()

    async def wait_until_disconnected(self, path: str) -> None:
        async with asyncio.timeout(120):
            while path not in self.disconnected:
                self.has_disconnected.clear()
                await self.has_disconnected.wait()


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def port(app: App) -> AsyncIterator[int]:
    async with served_here(app, Settings()) as port:
        yield port


async def open_request(port: int, number: int) -> socket.socket:
    """Send a request over a connection with a small receive buffer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(0)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(client, GET % number)
    return client


async def read(client: socket.socket, size: int, seconds: float) -> int:
    """Read to the end, `size` bytes at a time with a pause in between; return the total."""
    received = 0
    with suppress(ConnectionError):
        while received < WHOLE_BYTES:
            data = await asyncio.get_running_loop().sock_recv(client, size)
            if not data:
                break
            received += len(data)
            await asyncio.sleep(seconds)
    return received


async def test_slow_reader_is_disconnected(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_control, "UNREAD_GRACE_SECONDS", 0.5)
    monkeypatch.setattr(flow_control, "CHECK_INTERVAL_SECONDS", 0.1)
    monkeypatch.setattr(flow_control, "MIN_READ_BYTES_PER_SECOND", 10**6)
    with await open_request(port, 0) as client:
        reading = asyncio.create_task(read(client, 100, 0.02))
        await app.wait_until_disconnected("/0")
        reading.cancel()


async def test_reader_at_minimum_rate_is_served(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_control, "UNREAD_GRACE_SECONDS", 0.5)
    monkeypatch.setattr(flow_control, "CHECK_INTERVAL_SECONDS", 0.1)
    with await open_request(port, 0) as client:
        async with asyncio.timeout(120):
            assert await read(client, SEND_CHUNK_BYTES, 0.02) >= WHOLE_BYTES
    assert not app.disconnected


async def test_longest_unread_clients_are_disconnected_over_total_limit(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffer_limits, "MAX_BUFFERED_BYTES", 5 * SEND_CHUNK_BYTES)
    clients = [await open_request(port, 0)]
    try:
        while "/0" not in app.disconnected:
            assert len(clients) < 200, "the unsent bytes have no limit"
            clients.append(await open_request(port, len(clients)))
            await asyncio.sleep(0.02)
        last = clients[-1]
        async with asyncio.timeout(120):
            assert await read(last, SEND_CHUNK_BYTES, 0.0) >= WHOLE_BYTES
    finally:
        for client in clients:
            client.close()


async def test_unread_bytes_in_the_kernel_are_bounded(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_paused: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    class Recorded(flow_control.ClientFlowControl):
        def pause_writing(self) -> None:
            super().pause_writing()
            in_process = self._transport.get_write_buffer_size()
            is_paused.set_result(self._count_unacknowledged() - in_process)

    monkeypatch.setattr(protocol, "ClientFlowControl", Recorded)
    with await open_request(port, 0):
        async with asyncio.timeout(120):
            assert await is_paused < 2 * flow_control.KERNEL_UNSENT_BYTES


async def test_long_cached_body_is_sent_in_chunks() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    body = b"0123456789" * 20_000
    await CachedResponse(body)({"headers": []}, None, send)
    chunks = [message["body"] for message in sent[1:]]
    assert b"".join(chunks) == body
    assert max(map(len, chunks)) <= SEND_CHUNK_BYTES
    more = [message.get("more_body", False) for message in sent[1:]]
    assert more == [True] * (len(body) // SEND_CHUNK_BYTES) + [False]


async def test_clients_that_do_not_read_share_the_memory_of_a_cached_body() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    response = CachedResponse(b"0123456789" * 20_000)
    for _ in range(2):
        await response({"headers": []}, None, send)
    chunks = [message["body"] for message in sent if "body" in message]
    assert len({id(memoryview(chunk).obj) for chunk in chunks}) == 1


class LongResponse:
    """Responds with a cached body that ends with a short chunk."""

    body = bytes(range(256)) * 300

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await respond_to_lifespan(receive, send)
            return
        await CachedResponse(self.body).respond(scope["headers"], send)


async def test_pipelined_long_responses_are_complete(http_protocol: HttpProtocolName) -> None:
    number = 50
    async with (
        served_here(LongResponse(), Settings(http_protocol=http_protocol)) as port,
        connected(port) as client,
    ):
        client.writer.write((GET % 0) * number)
        for _ in range(number):
            assert (await client.response()).body == LongResponse.body
