"""Limits on heads and trailers, and rejected requests, over real sockets."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from pricebook.http.host_field import MAX_HOST_BYTES
from pricebook.server import flow_control, protocol
from pricebook.settings import Settings
from served_here import RawHttpClient, RawResponse, connected, respond_to_lifespan, served_here

GET = b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n"
CHUNKED = GET.replace(b"GET", b"POST") % (b"/whole", b"Transfer-Encoding: chunked\r\n")
ROOT_REQUEST = GET % (b"/", b"")
TINY = b"a:b\r\n"
FIELDS = b"".join(b"X-%d: 1\r\n" % number for number in range(105))
LONG = protocol.MAX_REQUEST_HEAD_BYTES + 10_000
SECURITY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=60",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


class App:
    """Responds with the request's fields; /slow once `release` is set, /endless without end."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.has_started = asyncio.Event()
        self.has_ended = asyncio.Event()
        self.responses_sent = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await respond_to_lifespan(receive, send)
            return
        if scope["path"] == "/endless":
            await self._stream(receive, send)
            return
        while scope["path"] == "/whole" and (await receive()).get("more_body"):
            pass
        self.has_started.set()
        if scope["path"] == "/slow":
            await self.release.wait()
        body = b"".join(b"%b: %b\n" % field for field in scope["headers"])
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self.responses_sent += 1

    async def _stream(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        piece = {"type": "http.response.body", "body": b"x" * 1000, "more_body": True}
        sending = asyncio.create_task(_send_forever(send, piece))
        while (await receive())["type"] != "http.disconnect":
            pass
        sending.cancel()
        self.has_ended.set()


async def _send_forever(send: Any, piece: Any) -> None:
    while True:
        await send(piece)
        await asyncio.sleep(0.001)


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def port(app: App) -> AsyncIterator[int]:
    async with served_here(app, Settings(hsts_seconds=60)) as port:
        yield port


async def rejected(client: RawHttpClient) -> RawResponse:
    """Return a rejection: a problem with all security fields, and the end of the connection."""
    response = await client.response()
    with suppress(ConnectionError):  # a reset, because the server has unread bytes
        assert await client.rest() == b""
    assert response.fields.items() >= SECURITY.items()
    assert response.fields["content-type"] == "application/problem+json"
    assert json.loads(response.body)["status"] == response.status
    return response


@pytest.mark.parametrize(
    "unfinished",
    [
        b"GET / HTTP/1.1\r\n" + FIELDS,
        b"GET / HTTP/1.1\r\nX: " + b"x" * LONG,
        b"GET /" + b"x" * LONG,
        b"GET / HTTP/1.1\r\n" + b"x" * LONG,
        CHUNKED + b"1\r\nx\r\n0\r\n" + FIELDS,
        CHUNKED + b"1\r\nx\r\n0\r\nX: " + b"x" * LONG,
        CHUNKED + b"1\r\nx\r\n0\r\n" + b"x" * LONG,
        CHUNKED + b"1\r\nx\r\n1;" + b"x" * LONG,
        CHUNKED + b"0" * LONG,
    ],
    ids=[
        "fields",
        "a value",
        "an address",
        "a name",
        "trailers",
        "a trailer",
        "name of a trailer",
        "a chunk extension",
        "a chunk size",
    ],
)
async def test_limit_applies_before_the_end_of_the_request(port: int, unfinished: bytes) -> None:
    async with connected(port) as client:
        client.writer.write(unfinished)
        assert (await rejected(client)).status == 413


async def test_endless_trailers_close_the_connection(port: int) -> None:
    async with connected(port) as client:
        client.writer.write(CHUNKED + b"1\r\nx\r\n0\r\n")
        with pytest.raises(ConnectionError):
            await send_forever(client)


async def send_forever(client: RawHttpClient) -> None:
    for _ in range(10_000):
        client.writer.write(TINY * 10_000)
        await client.writer.drain()


async def test_trailers_are_not_request_fields(port: int) -> None:
    trailers = b"X-Forwarded-For: 203.0.113.9\r\nAuthorization: Bearer x\r\nHost: y\r\n"
    async with connected(port) as client:
        for _ in range(2):
            client.writer.write(CHUNKED)
            client.writer.write(b"1\r\nx\r\n0\r\n" + trailers + b"\r\n")
            response = await client.response()
            assert response.body == b"host: x\ntransfer-encoding: chunked\n"


@pytest.mark.parametrize("behind", [b"", ROOT_REQUEST])
async def test_head_behind_a_long_body_has_a_limit_of_its_own(port: int, behind: bytes) -> None:
    body = b"x" * 4 * protocol.MAX_REQUEST_HEAD_BYTES
    post = b"POST /whole HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with connected(port) as client:
        client.writer.write(post + body + behind + ROOT_REQUEST[:10])
        for _ in range(2 if behind else 1):
            assert (await client.response()).status == 200
        assert (await client.request(ROOT_REQUEST[10:])).status == 200


async def test_head_timeout_starts_after_earlier_responses(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_HEAD_TIMEOUT_SECONDS", 0.1)
    async with connected(port) as client:
        client.writer.write(GET % (b"/slow", b"") + ROOT_REQUEST + ROOT_REQUEST[:10])
        await asyncio.sleep(0.4)
        app.release.set()
        for _ in range(2):
            assert (await client.response()).status == 200
        assert await client.rest() == b""


async def test_rejection_is_sent_after_earlier_responses(app: App, port: int) -> None:
    async with connected(port) as client:
        client.writer.write(
            GET % (b"/slow", b"") + ROOT_REQUEST + b"garbage\r\n\r\n" + ROOT_REQUEST
        )
        await app.has_started.wait()
        app.release.set()
        assert (await client.response()).status == 200
        assert (await client.response()).status == 200
        assert (await rejected(client)).status == 400


async def test_rejected_body_is_answered_in_order(app: App, port: int) -> None:
    async with connected(port) as client:
        client.writer.write(GET % (b"/slow", b"") + CHUNKED + b"zz\r\n")
        await app.has_started.wait()
        app.release.set()
        assert (await client.response()).status == 200
        assert (await rejected(client)).status == 400


async def test_rejection_is_never_written_into_a_response(port: int) -> None:
    endless = GET % (b"/endless", b"Transfer-Encoding: chunked\r\n")
    async with connected(port) as client:
        client.writer.write(endless)
        await client.reader.readuntil(b"x" * 1000)
        client.writer.write(b"zz\r\n")
        with suppress(ConnectionError):
            assert b"HTTP/1.1 400" not in await client.rest()


async def test_client_that_does_not_read_is_disconnected(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_control, "UNREAD_GRACE_SECONDS", 0.2)
    async with connected(port) as client:
        transport: Any = client.writer.transport
        transport.pause_reading()
        client.writer.write(GET % (b"/endless", b""))
        async with asyncio.timeout(120):
            await app.has_ended.wait()


async def test_disconnect_cancels_streamed_response(app: App, port: int) -> None:
    async with connected(port) as client:
        client.writer.write(GET % (b"/endless", b"") + ROOT_REQUEST * 2)
        await client.reader.readuntil(b"x" * 1000)
    async with asyncio.timeout(120):
        await app.has_ended.wait()


@pytest.mark.parametrize("before", [b"", ROOT_REQUEST])
async def test_empty_lines_before_a_request_are_ignored(
    port: int, before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "KEEP_ALIVE_TIMEOUT_SECONDS", 0.5)
    async with connected(port) as client:
        if before:
            await client.request(before)
        client.writer.write(b"\r\n\r\n")
        await asyncio.sleep(0.1)
        assert (await client.request(b"\r\n" + ROOT_REQUEST)).status == 200
        client.writer.write(b"\r\n")
        assert await client.rest() == b""


async def test_upgrade_is_ignored_and_connect_rejected(port: int) -> None:
    upgrade = GET % (b"/", b"Connection: Upgrade\r\nUpgrade: h2c\r\n")
    async with connected(port) as client:
        client.writer.write(upgrade + ROOT_REQUEST)
        assert [(await client.response()).status for _ in range(2)] == [200, 200]
    async with connected(port) as client:
        client.writer.write(b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n" + ROOT_REQUEST)
        assert (await rejected(client)).status == 400


@pytest.mark.parametrize(
    "framed",
    [
        b"Content-Length: %d\r\n\r\n%b" % (len(ROOT_REQUEST), ROOT_REQUEST),
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
        % (len(ROOT_REQUEST), ROOT_REQUEST),
    ],
    ids=["a length", "chunks"],
)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
async def test_upgrade_with_a_body_is_rejected(
    app: App, port: int, method: bytes, framed: bytes
) -> None:
    upgrade = b"%b / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    async with connected(port) as client:
        client.writer.write(upgrade % method + framed)
        assert (await rejected(client)).status == 400
    assert app.responses_sent == 0


async def test_upgrade_without_a_body_is_served(port: int) -> None:
    fields = b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n"
    async with connected(port) as client:
        assert (await client.request(GET % (b"/", fields))).status == 200
        assert (await client.request(ROOT_REQUEST)).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        b"",
        b"Host: a:b\r\n",
        b"Host: a b\r\n",
        b"Host: a/b\r\n",
        b"Host: a@b\r\n",
        b"Host: [::1\r\n",
        b"Host: a\xff\r\n",
        b"Host: a, b\r\n",
        b"Host: " + b"a" * (MAX_HOST_BYTES + 1) + b"\r\n",
        b"Host: a\r\nHost: a\r\n",
        b"Host: a\r\nhost: b\r\n",
    ],
)
async def test_invalid_host_is_rejected(port: int, fields: bytes) -> None:
    async with connected(port) as client:
        client.writer.write(b"GET / HTTP/1.1\r\n" + fields + b"\r\n")
        response = await rejected(client)
    assert response.status == 400
    assert json.loads(response.body)["error"]["details"]["errors"][0]["field"] == "Host"


@pytest.mark.parametrize(
    "head",
    [
        *(
            b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % host
            for host in (
                b"",
                b"x",
                b"x:80",
                b"a_b.example:8000",
                b"10.0.0.1",
                b"[::1]:8000",
                b"a" * MAX_HOST_BYTES,
            )
        ),
        b"GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
    ],
)
async def test_valid_host_is_accepted(port: int, head: bytes) -> None:
    async with connected(port) as client:
        assert (await client.request(head)).status == 200


@pytest.mark.parametrize("space", [b" ", b"\t", b" \t "])
async def test_whitespace_around_a_value_is_removed(port: int, space: bytes) -> None:
    fields = b"Host:%bx%b\r\nX-Other:%b1 2%b\r\nX-Empty:%b\r\n" % ((space,) * 5)
    async with connected(port) as client:
        response = await client.request(b"GET / HTTP/1.1\r\n" + fields + b"\r\n")
    assert (response.status, response.body) == (200, b"host: x\nx-other: 1 2\nx-empty: \n")


@pytest.mark.parametrize(
    "request_",
    [
        GET.replace(b"x", b"a:b") % (b"/", b""),
        GET % (b"/", FIELDS),
        GET % (b"/" + b"x" * LONG, b""),
        b"garbage\r\n\r\n",
    ],
    ids=["a host", "fields", "an address", "garbage"],
)
async def test_rejected_connection_is_freed(port: int, request_: bytes) -> None:
    for _ in range(3):
        async with connected(port) as client:
            client.writer.write(request_)
            await rejected(client)
    async with asyncio.timeout(120):
        while connections_in_memory():  # noqa: ASYNC110 (objects of a server)
            await asyncio.sleep(0.01)


def connections_in_memory() -> int:
    gc.collect()
    return sum(isinstance(each, protocol.HttpProtocol) for each in gc.get_objects())
