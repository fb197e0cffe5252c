"""HTTP/1.1 as any server speaks it, with our protocol class and with the stock one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from pricebook.settings import HttpProtocolName, Settings
from served_here import connected, respond_to_lifespan, served_here

GET = b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n"
POST = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
CHUNKED = b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %b\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


class App:
    """Responds with the target and the length of the body; to /slow once `release` is set."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.has_started = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await respond_to_lifespan(receive, send)
            return
        self.has_started.set()
        length, has_more = 0, scope["path"] != "/unread"
        while has_more:
            message = await receive()
            length += len(message.get("body", b""))
            has_more = message.get("more_body", False)
        if scope["path"] == "/slow":
            await self.release.wait()
        body = b"%b?%b %d" % (scope["raw_path"], scope["query_string"], length)
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def settings(http_protocol: HttpProtocolName) -> Settings:
    return Settings(http_protocol=http_protocol)


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def port(app: App, settings: Settings) -> AsyncIterator[int]:
    async with served_here(app, settings) as port:
        yield port


async def test_a_connection_serves_one_request_after_the_other(port: int) -> None:
    async with connected(port) as client:
        for number in range(10):
            response = await client.request(GET % (b"/?%d" % number, b""))
            assert (response.status, response.body) == (200, b"/?%d 0" % number)


async def test_pipelined_responses_come_in_the_order_of_requests(app: App, port: int) -> None:
    async with connected(port) as client:
        client.writer.write(GET % (b"/slow", b""))
        await app.has_started.wait()
        client.writer.write(b"".join(GET % (b"/?%d" % number, b"") for number in range(50)))
        app.release.set()
        bodies = [(await client.response()).body for _ in range(51)]
    assert bodies == [b"/slow? 0", *(b"/?%d 0" % number for number in range(50))]


@pytest.mark.parametrize("coding", [b"chunked", b"Chunked"])
async def test_chunked_body_is_received(port: int, coding: bytes) -> None:
    async with connected(port) as client:
        request = CHUNKED % coding + b"1\r\na\r\n" * 200 + LAST_CHUNK
        assert (await client.request(request)).body == b"/body? 200"


async def test_large_chunked_body_is_received(port: int) -> None:
    chunk = b"20\r\n" + b"a" * 32 + b"\r\n"
    async with connected(port) as client:
        response = await client.request(CHUNKED % b"chunked" + chunk * 5000 + LAST_CHUNK)
    assert (response.status, response.body) == (200, b"/body? 160000")


async def test_body_in_parts_is_received(app: App, port: int) -> None:
    async with connected(port) as client:
        client.writer.write(POST % (b"/body", 3))
        await app.has_started.wait()
        for _ in range(3):
            client.writer.write(b"x")
            await client.writer.drain()
        assert (await client.response()).body == b"/body? 3"


async def test_request_behind_an_unread_body_is_answered(port: int) -> None:
    async with connected(port) as client:
        assert (await client.request(POST % (b"/unread", 10))).body == b"/unread? 0"
        client.writer.write(b"x" * 10)
        assert (await client.request(GET % (b"/", b""))).body == b"/? 0"


@pytest.mark.parametrize("value", [b"100-continue", b"100-Continue"])
async def test_expect_100_continue_is_answered_before_the_body(port: int, value: bytes) -> None:
    request = POST.replace(b"\r\n\r\n", b"\r\nExpect: %b\r\n\r\n")
    async with connected(port) as client:
        client.writer.write(request % (b"/body", 2, value))
        async with asyncio.timeout(120):
            interim = await client.reader.readuntil(b"\r\n\r\n")
        assert interim.startswith(b"HTTP/1.1 100 ")
        assert (await client.request(b"ab")).body == b"/body? 2"


async def test_head_response_has_no_body(port: int) -> None:
    async with connected(port) as client:
        client.writer.write((GET % (b"/", b"")).replace(b"GET", b"HEAD"))
        async with asyncio.timeout(120):
            head = await client.reader.readuntil(b"\r\n\r\n")
        assert b"content-length: 4" in head
        assert (await client.request(GET % (b"/", b""))).body == b"/? 0"


@pytest.mark.parametrize(
    "request_",
    [GET % (b"/", b"Connection: close\r\n"), (GET % (b"/", b"")).replace(b"/1.1", b"/1.0")],
    ids=["Connection: close", "HTTP/1.0"],
)
async def test_connection_is_closed_behind_the_response(port: int, request_: bytes) -> None:
    async with connected(port) as client:
        response = await client.request(request_)
        assert (response.status, response.fields["connection"]) == (200, "close")
        assert await client.rest() == b""


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
        GET % (b"/", b"Content-Length: 1\r\nContent-Length: 2\r\n"),
        GET % (b"/", b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
    ],
    ids=["TLS", "unknown method", "two lengths", "length and chunks"],
)
async def test_malformed_request_is_rejected(port: int, request_: bytes) -> None:
    async with connected(port) as client:
        assert (await client.request(request_)).status == 400
        assert await client.rest() == b""


async def test_shutdown_completes_running_requests(app: App, settings: Settings) -> None:
    async with AsyncExitStack() as server:
        port = await server.enter_async_context(served_here(app, settings))
        async with connected(port) as client, connected(port) as idle:
            await idle.request(GET % (b"/", b""))
            app.has_started.clear()
            client.writer.write(GET % (b"/slow", b""))
            await app.has_started.wait()
            stopping = asyncio.create_task(server.aclose())
            assert await idle.rest() == b""
            with pytest.raises(ConnectionError):
                await asyncio.open_connection("127.0.0.1", port)
            assert not stopping.done()
            app.release.set()
            response = await client.response()
            assert (response.body, response.fields["connection"]) == (b"/slow? 0", "close")
            await stopping
