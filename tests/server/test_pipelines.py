"""Limits on pipelined requests: they wait unparsed, and those that are parsed are counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from pricebook.server import buffer_limits, protocol
from pricebook.settings import Settings
from served_here import connected, respond_to_lifespan, served_here

GET = b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n"
SLOW = GET % (b"/slow", b"")
CHUNKED = GET.replace(b"GET", b"POST") % (b"/slow", b"Transfer-Encoding: chunked\r\n")
SHORT = GET % (b"/", b"")
SHORT_REQUESTS = 100


class App:
    """Responds with the header field N; to /slow once `release` is set."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.has_started = asyncio.Event()
        self.responses_sent = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await respond_to_lifespan(receive, send)
            return
        if scope["path"] == "/slow":
            self.has_started.set()
            await self.release.wait()
        body = dict(scope["headers"]).get(b"n", b"")
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self.responses_sent += 1


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def port(app: App) -> AsyncIterator[int]:
    async with served_here(app, Settings()) as port:
        yield port


@pytest.fixture
def waiting(app: App, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of parsed requests without a response, at each parsed request."""
    begin = protocol.HttpProtocol.on_message_begin
    waiting: list[int] = []

    def counting(self: Any) -> None:
        begin(self)
        waiting.append(len(waiting) + 1 - app.responses_sent)

    monkeypatch.setattr(protocol.HttpProtocol, "on_message_begin", counting)
    return waiting


async def test_pipelined_requests_wait_unparsed(app: App, port: int, waiting: list[int]) -> None:
    number = 5000
    async with connected(port) as client:
        client.writer.write(SLOW)
        await app.has_started.wait()
        client.writer.write(b"".join(GET % (b"/", b"N: %d\r\n" % each) for each in range(number)))
        await asyncio.sleep(0.2)
        app.release.set()
        await client.response()
        bodies = [(await client.response()).body for _ in range(number)]
    assert bodies == [b"%d" % each for each in range(number)]
    assert max(waiting) <= 2  # the response to the first is counted after the second is parsed


@pytest.mark.parametrize("split_at", range(1, 5))
async def test_request_behind_a_split_head_end_waits(
    app: App, port: int, waiting: list[int], split_at: int
) -> None:
    async with connected(port) as client:
        client.writer.write(SLOW[:-split_at])
        await asyncio.sleep(0.1)
        client.writer.write(SLOW[-split_at:] + SHORT * 50)
        await app.has_started.wait()
        app.release.set()
        assert [(await client.response()).status for _ in range(51)] == [200] * 51
    assert max(waiting) <= 2


async def test_all_pipelined_requests_are_answered_after_the_end_of_sending(
    app: App, port: int
) -> None:
    async with connected(port) as client:
        client.writer.write(SLOW + SHORT * 500)
        client.writer.write_eof()
        await app.has_started.wait()
        app.release.set()
        assert [(await client.response()).status for _ in range(501)] == [200] * 501
        assert await client.rest() == b""


async def test_requests_parsed_behind_a_body_have_a_total_limit(
    app: App, port: int, waiting: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffer_limits, "MAX_BUFFERED_BYTES", 50_000)
    async with connected(port) as client:
        client.writer.write(CHUNKED)
        await app.has_started.wait()
        client.writer.write(b"1\r\na\r\n0\r\n\r\n" + SHORT * SHORT_REQUESTS)
        while len(waiting) <= SHORT_REQUESTS:  # noqa: ASYNC110 (there is no event)
            await asyncio.sleep(0.01)
        app.release.set()
        assert [(await client.response()).status for _ in range(2)] == [200, 503]
        with suppress(ConnectionError):  # a reset, because the server has unread bytes
            assert await client.rest() == b""
    assert app.responses_sent == 1


async def test_requests_parsed_behind_a_body_are_counted_until_they_are_answered(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffer_limits, "MAX_BUFFERED_BYTES", 1_000_000)
    app.release.set()
    async with connected(port) as client:
        for _ in range(20):
            client.writer.write(CHUNKED)
            await asyncio.sleep(0.01)
            client.writer.write(b"1\r\na\r\n0\r\n\r\n" + SHORT * SHORT_REQUESTS)
            for _ in range(SHORT_REQUESTS + 1):
                assert (await client.response()).status == 200
