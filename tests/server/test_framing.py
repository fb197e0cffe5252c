"""Framing of requests: transfer codings, chunks, empty lines, incomplete heads."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from pricebook.server import buffer_limits, protocol
from pricebook.settings import Settings
from served_here import RawHttpClient, connected, respond_to_lifespan, served_here

POST = b"POST / HTTP/%b\r\nHost: x\r\nTransfer-Encoding: %b\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
TINY_CHUNK = b"1\r\na\r\n"
LAST_CHUNK = b"0\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Respond with the length of the body."""
    if scope["type"] == "lifespan":
        await respond_to_lifespan(receive, send)
        return
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    body = b"%d" % length
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served_here(app, Settings()) as port:
        yield port


@pytest.mark.parametrize(
    ("version", "coding"),
    [
        (b"1.1", b"gzip, chunked"),
        (b"1.1", b",chunked"),
        (b"1.1", b"chunked,"),
        (b"1.1", b"chunked, chunked"),
        (b"1.1", b"chunked;a=b"),
        (b"1.1", b"gzip"),
        (b"1.0", b"chunked"),
    ],
)
async def test_only_chunked_coding_is_accepted(port: int, version: bytes, coding: bytes) -> None:
    async with connected(port) as client:
        response = await client.request(POST % (version, coding) + TINY_CHUNK + LAST_CHUNK)
    assert response.status == 400


async def test_body_of_tiny_chunks_is_rejected(port: int) -> None:
    async with connected(port) as client:
        response = await client.request(
            POST % (b"1.1", b"chunked") + TINY_CHUNK * 5000 + LAST_CHUNK
        )
    assert response.status == 400
    assert "chunks" in json.loads(response.body)["error"]["details"]["errors"][0]["issue"]


@pytest.mark.parametrize("before", [b"", GET])
async def test_empty_lines_do_not_extend_the_keep_alive_timeout(
    port: int, before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "KEEP_ALIVE_TIMEOUT_SECONDS", 0.5)
    async with connected(port) as client:
        if before:
            await client.request(before)
        sending = asyncio.create_task(send_slowly(client, b"\r\n"))
        assert await client.rest() == b""
        assert not sending.done()
        sending.cancel()


async def send_slowly(client: RawHttpClient, data: bytes) -> None:
    """Send data again and again, with pauses."""
    for _ in range(8):
        await asyncio.sleep(0.4)
        client.writer.write(data)


async def test_many_empty_lines_are_rejected(port: int) -> None:
    async with connected(port) as client:
        assert (await client.request(b"\r\n" * 100)).status == 400


async def test_incomplete_heads_over_the_total_limit_are_rejected(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffer_limits, "MAX_BUFFERED_BYTES", 1_000_000)
    head = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connected(port)) for _ in range(11)]
        for client in clients:
            client.writer.write(head)
        rejected = await first_status(clients)
        assert rejected == 503
        short = await stack.enter_async_context(connected(port))
        short.writer.write(GET[:20])
        await asyncio.sleep(0.1)
        assert (await short.request(GET[20:])).status == 200
    async with connected(port) as client:
        client.writer.write(head)
        await asyncio.sleep(0.1)
        assert (await client.request(b"\r\n\r\n")).status == 200


async def first_status(clients: list[RawHttpClient]) -> int:
    waiting = [asyncio.create_task(client.response()) for client in clients]
    done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in rest:
        each.cancel()
    return done.pop().result().status
