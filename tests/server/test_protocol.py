"""Limits and timeouts of a connection, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from pricebook.server import protocol
from pricebook.settings import Settings
from served_here import RawHttpClient, RawResponse, connected, respond_to_lifespan, served_here

GET = b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n"
POST = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
SHORT_SECONDS = 0.2


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Respond at once, after the body (/whole), or after a delay (/late)."""
    if scope["type"] == "lifespan":
        await respond_to_lifespan(receive, send)
        return
    if scope["path"] == "/late":
        await asyncio.sleep(SHORT_SECONDS)
    while scope["path"] == "/whole" and (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served_here(app, Settings(api_connections=3)) as port:
        yield port


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "REQUEST_HEAD_TIMEOUT_SECONDS",
        "BODY_DISCARD_TIMEOUT_SECONDS",
        "KEEP_ALIVE_TIMEOUT_SECONDS",
    ):
        monkeypatch.setattr(protocol, name, SHORT_SECONDS)


async def rejected(client: RawHttpClient, request: bytes) -> RawResponse:
    """Send a request that is rejected: expect a problem, and the end of the connection."""
    response = await client.request(request)
    with suppress(ConnectionError):  # a reset, because the server has unread bytes
        assert await client.rest() == b""
    assert response.fields["content-type"] == "application/problem+json"
    problem = json.loads(response.body)
    assert problem["status"] == response.status
    assert problem["request_id"] == response.fields["x-request-id"]
    return response


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
        GET % (b"/", b"Content-Length: 1\r\nContent-Length: 2\r\n"),
        GET % (b"/", b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
        GET % (b"/", b"X-Nul: a\0b\r\n"),
        GET % (b"/\xff", b""),
    ],
)
async def test_malformed_request_is_rejected_with_a_problem(port: int, request_: bytes) -> None:
    async with connected(port) as client:
        response = await rejected(client, request_)
    assert response.status == 400
    assert b"VALIDATION_ERROR" in response.body


@pytest.mark.parametrize(
    "request_",
    [
        GET % (b"/", b"X-Long: " + b"x" * 1_000_000 + b"\r\n"),
        GET % (b"/", b"X-Long: " + b"x" * protocol.MAX_REQUEST_HEAD_BYTES + b"\r\n"),
        GET % (b"/?" + b"x" * protocol.MAX_REQUEST_HEAD_BYTES, b""),
        GET % (b"/", b"".join(b"X-%d: 1\r\n" % number for number in range(100))),
    ],
    ids=["a million", "just over", "an address", "fields"],
)
async def test_head_over_a_limit_is_rejected(port: int, request_: bytes) -> None:
    async with connected(port) as client:
        assert (await rejected(client, request_)).status == 413


async def test_head_at_the_limits_is_accepted(port: int) -> None:
    fields = b"".join(b"X-%d: 1\r\n" % number for number in range(98))
    long = b"X-Long: " + b"x" * (protocol.MAX_REQUEST_HEAD_BYTES - 2000) + b"\r\n"
    async with connected(port) as client:
        assert (await client.request(GET % (b"/", fields + long))).status == 200
        assert (await client.request(GET % (b"/", fields))).status == 200


@pytest.mark.usefixtures("short_timeouts")
@pytest.mark.parametrize("before", [b"", GET % (b"/", b"")])
async def test_incomplete_head_is_timed_out(port: int, before: bytes) -> None:
    async with connected(port) as client:
        if before:
            await client.request(before)
        client.writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
        for _ in range(3):
            await asyncio.sleep(SHORT_SECONDS / 4)
            client.writer.write(b"x")
        assert await client.rest() == b""


@pytest.mark.usefixtures("short_timeouts")
@pytest.mark.parametrize("before", [b"", GET % (b"/", b"")])
async def test_idle_connection_is_closed(port: int, before: bytes) -> None:
    async with connected(port) as client:
        if before:
            await client.request(before)
        assert await client.rest() == b""


@pytest.mark.usefixtures("short_timeouts")
async def test_slow_response_is_not_timed_out(port: int) -> None:
    async with connected(port) as client:
        assert (await client.request(GET % (b"/late", b""))).body == b"ok"


async def test_long_unread_body_is_cut_off(port: int) -> None:
    async with connected(port) as client:
        assert (await client.request(POST % (b"/", 10**9))).body == b"ok"
        with pytest.raises(ConnectionError):
            await send_forever(client)


async def send_forever(client: RawHttpClient) -> None:
    for _ in range(10_000):
        client.writer.write(b"x" * 65536)
        await client.writer.drain()


async def test_unread_body_is_timed_out(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "BODY_DISCARD_TIMEOUT_SECONDS", SHORT_SECONDS)
    async with connected(port) as client:
        assert (await client.request(POST % (b"/", 10))).body == b"ok"
        assert await client.rest() == b""


@pytest.mark.usefixtures("short_timeouts")
async def test_slow_body_that_is_read_is_received(port: int) -> None:
    async with connected(port) as client:
        client.writer.write(POST % (b"/whole", 3))
        for _ in range(3):
            await asyncio.sleep(SHORT_SECONDS)
            client.writer.write(b"x")
        assert (await client.response()).body == b"ok"


@pytest.mark.parametrize("path", [b"/", b"/late"])
async def test_half_closed_connection_gets_its_response(port: int, path: bytes) -> None:
    async with connected(port) as client:
        client.writer.write(GET % (path, b""))
        client.writer.write_eof()
        assert (await client.response()).body == b"ok"
        assert await client.rest() == b""


async def test_connection_limit_rejects_until_others_disconnect(port: int) -> None:
    async with connected(port), connected(port), connected(port) as third:
        assert (await third.request(GET % (b"/", b""))).status == 200
        async with connected(port) as fourth:
            response = await fourth.response()
            assert (response.status, response.fields["retry-after"]) == (503, "1")
            assert b"TOO_MANY_CONNECTIONS" in response.body
    for _ in range(1000):  # until the server processes the disconnects
        if await status(port) == 200:
            return
    raise AssertionError("no connection is accepted")


async def status(port: int) -> int:
    async with connected(port) as client:
        return (await client.request(GET % (b"/", b""))).status
