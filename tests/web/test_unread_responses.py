"""Responses that clients read slowly or not at all: what waits to be sent is bounded."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from pricebook import flow, held_bytes
from pricebook.settings import Settings
from pricebook.web.answers import PIECE_BYTES, Answer
from served_here import served_here

GET = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
PIECES = 64
WHOLE_BYTES = PIECES * PIECE_BYTES


class App:
    """Sends a long body in pieces, and counts the clients who have left before its end."""

    def __init__(self) -> None:
        self.left: set[str] = set()
        self.has_left = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        watching = asyncio.create_task(self._watch(scope["path"], receive))
        headers = [(b"content-length", b"%d" % WHOLE_BYTES)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        piece = {"type": "http.response.body", "body": b"x" * PIECE_BYTES}
        for number in range(PIECES):
            await send({**piece, "more_body": number < PIECES - 1})
        watching.cancel()

    async def _watch(self, path: str, receive: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left.add(path)
        self.has_left.set()

    async def until_left(self, path: str) -> None:
        async with asyncio.timeout(60):
            while path not in self.left:
                self.has_left.clear()
                await self.has_left.wait()


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def port(app: App) -> AsyncIterator[int]:
    async with served_here(app, Settings()) as port:
        yield port


async def ask(port: int, number: int) -> socket.socket:
    """Send a request over a connection whose receiving side holds little."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(0)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(client, GET % number)
    return client


async def read(client: socket.socket, size: int, seconds: float) -> int:
    """Read to the end, so much at a time with a pause behind it; return how much came."""
    received = 0
    with suppress(ConnectionError):
        while received < WHOLE_BYTES:
            data = await asyncio.get_running_loop().sock_recv(client, size)
            if not data:
                break
            received += len(data)
            await asyncio.sleep(seconds)
    return received


async def test_who_reads_too_slowly_is_disconnected(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "GRACE_SECONDS", 0.5)
    monkeypatch.setattr(flow, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(flow, "LEAST_BYTES_A_SECOND", 10**6)
    with await ask(port, 0) as client:
        reading = asyncio.create_task(read(client, 100, 0.02))
        await app.until_left("/0")
        reading.cancel()


async def test_who_keeps_up_the_least_pace_is_served(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "GRACE_SECONDS", 0.5)
    monkeypatch.setattr(flow, "CHECK_SECONDS", 0.1)
    with await ask(port, 0) as client:
        async with asyncio.timeout(60):
            assert await read(client, PIECE_BYTES, 0.02) >= WHOLE_BYTES
    assert not app.left


async def test_those_who_have_not_read_for_longest_are_disconnected_over_a_total(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_bytes, "MAX_BYTES", 5 * PIECE_BYTES)
    clients = [await ask(port, 0)]
    try:
        while "/0" not in app.left:
            assert len(clients) < 200, "unsent bytes grow and grow"
            clients.append(await ask(port, len(clients)))
            await asyncio.sleep(0.02)
        last = clients[-1]
        async with asyncio.timeout(60):
            assert await read(last, PIECE_BYTES, 0.0) >= WHOLE_BYTES
    finally:
        for client in clients:
            client.close()


async def test_a_long_body_is_sent_in_pieces() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    body = b"0123456789" * 20_000
    await Answer(body)({"headers": []}, None, send)
    pieces = [message["body"] for message in sent[1:]]
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= PIECE_BYTES
    assert [message.get("more_body", False) for message in sent[1:]] == [True, True, True, False]
