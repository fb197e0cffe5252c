"""Cached responses over a real socket: correct with both protocol classes, unparsed with ours."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

import builders
from pricebook.api.application import create_app
from pricebook.db.database import Connection
from pricebook.http.cached_response import ResponseForm
from pricebook.http.middleware.cache_lookup import CachedResponseRef
from pricebook.observability.request_line import CompletedRequest
from pricebook.server import protocol
from pricebook.server.raw_cache import RawCacheEntry, RawRequestCache
from pricebook.settings import HttpProtocolName, Settings
from served_here import RawHttpClient, RawResponse, connected, served_here

HEAD = b"GET /api/v1/catalog HTTP/1.1\r\nHost: x\r\n%b\r\n"
PLAIN = HEAD % b""
raw_cache_only = pytest.mark.parametrize("http_protocol", ["pricebook"])
# Each response has its own values of these.
PER_RESPONSE_HEADERS = dict.fromkeys(("date", "x-request-id"))


class Api:
    """An API on a real socket, the requests that it logs, and the heads that it parses."""

    def __init__(self, settings: Settings, parsed_heads: list[bytes]) -> None:
        self._settings = settings
        self.parsed_heads = parsed_heads
        self.logged: list[CompletedRequest] = []
        self.port = 0

    @asynccontextmanager
    async def serve(self, **changed: Any) -> AsyncGenerator[int]:
        settings = msgspec.structs.replace(self._settings, **changed)
        app = create_app(settings, log_request=self.log_request)
        async with served_here(app, settings) as self.port:
            yield self.port

    def log_request(self, completed: CompletedRequest) -> None:
        self.logged.append(completed)

    async def cached(self, client: RawHttpClient, head: bytes = PLAIN) -> RawResponse:
        """Request until the response comes from the cache: with our protocol, without parsing."""
        if self._settings.http_protocol == "stock":
            return [await client.request(head) for _ in range(3)][-1]
        async with asyncio.timeout(120):
            while True:
                before = len(self.parsed_heads)
                response = await client.request(head)
                if len(self.parsed_heads) == before:
                    return response
                await asyncio.sleep(0.02)

    def clients(self) -> list[str]:
        return [logged.client[0] for logged in self.logged if logged.client]


@pytest.fixture
def api(
    settings: Settings, http_protocol: HttpProtocolName, monkeypatch: pytest.MonkeyPatch
) -> Api:
    parsed_heads: list[bytes] = []
    begin = protocol.HttpProtocol.on_message_begin

    def recording(self: Any) -> None:
        parsed_heads.append(self._segment)
        begin(self)

    monkeypatch.setattr(protocol.HttpProtocol, "on_message_begin", recording)
    return Api(msgspec.structs.replace(settings, http_protocol=http_protocol), parsed_heads)


async def changed_response(before: RawResponse, client: RawHttpClient, head: bytes) -> RawResponse:
    """Request until the response shows a change."""
    for _ in range(1000):
        response = await client.request(head)
        if response.body != before.body:
            return response
        await asyncio.sleep(0.01)
    raise AssertionError("the response does not change")


async def test_cached_response_equals_the_computed_one(api: Api, conn: Connection) -> None:
    await builders.offered_product(conn, "Hammer", "10.00", sku="HAM-1")
    async with api.serve() as port, connected(port) as client:
        first = await client.request(PLAIN)
        repeats = [await api.cached(client) for _ in range(3)]
    assert b"HAM-1" in first.body
    for each in repeats:
        assert each._replace(fields=each.fields | PER_RESPONSE_HEADERS) == first._replace(
            fields=first.fields | PER_RESPONSE_HEADERS
        )
    logged = [each.request_id for each in api.logged]
    assert {each.fields["x-request-id"] for each in (first, *repeats)} <= set(logged)
    assert len(set(logged)) == len(logged)
    assert {each.path for each in api.logged} == {"/api/v1/catalog"}
    assert set(api.clients()) == {"127.0.0.1"}
    assert {(each.method, each.route, each.status, each.bytes) for each in api.logged} == {
        ("GET", "/api/v1/catalog", 200, len(first.body))
    }


async def test_cached_requests_are_counted_in_metrics(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        await api.cached(client)
        await api.cached(client)
        requests = len(api.logged)
        logged = (await client.request(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")).body.decode()
    lines = [line for line in logged.splitlines() if 'route="/api/v1/catalog"' in line]
    counted = [line for line in lines if line.startswith("pricebook_http_requests_total")]
    assert sum(float(line.split()[-1]) for line in counted) == requests


async def test_cached_response_is_never_stale(api: Api, conn: Connection) -> None:
    await builders.offered_product(conn, "Hammer", "1.00")
    async with api.serve() as port, connected(port) as client:
        for price in range(2, 12):
            before = await api.cached(client)
            await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
            response = await changed_response(before, client, PLAIN)
            assert b'"min_price":"%d.00"' % price in response.body
            assert response.fields["etag"] != before.fields["etag"]


async def test_gzip_and_not_modified_responses_are_cached(api: Api, conn: Connection) -> None:
    for number in range(20):
        await builders.offered_product(conn, f"Hammer {number}", "1.00")
    async with api.serve() as port, connected(port) as client:
        plain = await api.cached(client)
        gzipped = await api.cached(client, HEAD % b"Accept-Encoding: gzip\r\n")
        assert gzipped.fields["content-encoding"] == "gzip"
        assert gzip.decompress(gzipped.body) == plain.body
        etag = plain.fields["etag"].encode()
        unchanged = await api.cached(client, HEAD % (b"If-None-Match: %b\r\n" % etag))
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.fields["etag"] == plain.fields["etag"]
        assert (await api.cached(client)).status == 200


async def test_cached_requests_may_be_split_or_pipelined(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        response = await api.cached(client)
        client.writer.write(PLAIN[:20])
        await asyncio.sleep(0.1)
        assert (await client.request(PLAIN[20:])).body == response.body
        client.writer.write(PLAIN * 5)
        assert [(await client.response()).body for _ in range(5)] == [response.body] * 5
        assert (await api.cached(client)).body == response.body


@pytest.mark.parametrize("length", [3, 4, 5, len(PLAIN) - 2, len(PLAIN) - 1])
async def test_partial_request_never_matches_the_cache(api: Api, length: int) -> None:
    first, rest = PLAIN[:length], PLAIN[length:]
    async with api.serve() as port, connected(port) as client:
        await api.cached(client)
        for _ in range(3):
            client.writer.write(first)
            await asyncio.sleep(0.05)
            assert (await client.request(rest)).status == 200
        async with connected(port) as other:
            other.writer.write(b"GET"[:length])
            await asyncio.sleep(0.05)
            assert b"alive" in (await other.request(b" /live HTTP/1.1\r\nHost: x\r\n\r\n")).body


async def test_request_id_of_the_client_is_returned(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        response = await api.cached(client, HEAD % b"X-Request-ID: mine\r\n")
    assert response.fields["x-request-id"] == "mine"
    assert {each.request_id for each in api.logged} == {"mine"}


@raw_cache_only
@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"Content-Length: 5\r\n", b"hello"),
        (b"Content-Length: 0\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    ],
)
async def test_head_that_may_have_a_body_is_parsed_each_time(
    api: Api, fields: bytes, body: bytes
) -> None:
    async with api.serve() as port, connected(port) as client:
        await api.cached(client)
        for _ in range(3):
            client.writer.write(HEAD % fields)
            await asyncio.sleep(0.05)
            client.writer.write(body)
            assert (await client.response()).status == 200
        assert len([head for head in api.parsed_heads if head != PLAIN]) == 3
        assert (await client.request(PLAIN)).status == 200


@pytest.mark.parametrize(
    "request_", [HEAD % b"Connection: close\r\n", PLAIN.replace(b"/1.1", b"/1.0")]
)
async def test_connection_close_is_honoured_each_time(api: Api, request_: bytes) -> None:
    async with api.serve() as port:
        for _ in range(4):
            async with connected(port) as client:
                response = await client.request(request_)
                assert (response.status, await client.rest()) == (200, b"")
                assert response.fields["connection"] == "close"


@raw_cache_only
async def test_keep_alive_header_is_cacheable(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        assert (await api.cached(client, HEAD % b"Connection: keep-alive\r\n")).status == 200


async def test_rate_limit_counts_each_request(api: Api) -> None:
    async with (
        api.serve(catalog_rate_limit_per_minute=5) as port,
        connected(port) as client,
    ):
        statuses = [(await client.request(PLAIN)).status for _ in range(8)]
    assert statuses == [200] * 5 + [429] * 3


async def test_cors_headers_are_cached_per_origin(api: Api) -> None:
    async with api.serve(allowed_origins="https://shop.example") as port, connected(port) as client:
        allowed = await api.cached(client, HEAD % b"Origin: https://shop.example\r\n")
        denied = await api.cached(client, HEAD % b"Origin: https://other.example\r\n")
    assert allowed.fields["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in denied.fields


async def test_forwarded_client_is_cached_per_trusted_proxy(api: Api) -> None:
    head = HEAD % b"X-Forwarded-For: 203.0.113.9\r\n"
    async with (
        api.serve(trusted_proxies="127.0.0.2") as port,
        connected(port, "127.0.0.2") as proxy,
        connected(port, "127.0.0.3") as untrusted,
    ):
        await api.cached(proxy, head)
        seen = len(api.logged)
        for client in (untrusted, proxy, untrusted, proxy):
            await client.request(head)
    assert api.clients()[:seen] == ["203.0.113.9"] * seen
    assert api.clients()[seen:] == ["127.0.0.3", "203.0.113.9"] * 2


async def test_cached_response_gets_current_headers(api: Api, conn: Connection) -> None:
    await builders.offered_product(conn, "Hammer", "1.00")
    other = HEAD % b"X-Other: 1\r\n"
    async with api.serve() as port, connected(port) as client:
        before = await api.cached(client)
        await conn.execute("UPDATE supplier_items SET current_price = 1000")
        response = await changed_response(before, client, other)
        after = await client.request(PLAIN)
    assert after.body == response.body
    for name in ("etag", "content-length"):
        assert after.fields[name] == response.fields[name] != before.fields[name]


async def test_body_that_equals_a_cached_head_is_not_a_request(api: Api) -> None:
    post = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(PLAIN)
    async with api.serve() as port, connected(port) as client:
        await api.cached(client)
        assert (await client.request(post)).status == 404
        client.writer.write(PLAIN)
        await asyncio.sleep(0.2)
        response = await client.request(b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"alive" in response.body


@raw_cache_only
async def test_cached_requests_reset_the_keep_alive_timeout(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api.serve() as port:
        monkeypatch.setattr(protocol, "KEEP_ALIVE_TIMEOUT_SECONDS", 3.0)
        async with connected(port) as client:
            await api.cached(client)
            for _ in range(18):
                await asyncio.sleep(0.2)
                assert (await client.request(PLAIN)).status == 200
            assert await client.rest() == b""


@raw_cache_only
async def test_unread_responses_pause_cached_requests(api: Api, conn: Connection) -> None:
    for number in range(100):
        await builders.offered_product(conn, f"Hammer {number}", "1.00")
    head = PLAIN.replace(b"catalog", b"catalog?limit=200")
    async with api.serve() as port, connected(port) as client:
        response = await api.cached(client, head)
        transport: Any = client.writer.transport
        transport.pause_reading()
        requests, max_requests = 1, 64 * 1024 * 1024 // len(response.body)
        before = len(api.logged)
        while (
            len(api.logged) - before == requests - 1 and requests < max_requests
        ):  # each one has a response so far
            client.writer.write(head)
            await asyncio.sleep(0.005)
            requests += 1
        assert requests < max_requests
        transport.resume_reading()
        bodies = {(await client.response()).body for _ in range(requests - 1)}
    assert bodies == {response.body}


def cache_entry(response_head: bytes, key: str) -> RawCacheEntry:
    cached_ref = CachedResponseRef(
        lambda _: None, key, b"", ResponseForm(compressed=False, is_not_modified=False)
    )
    return RawCacheEntry(response_head, cached_ref, lambda _client, _begun: "", None, None)


def test_oldest_entry_is_evicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricebook.server.raw_cache.MAX_ENTRIES", 2)
    raw_cache = RawRequestCache()
    cached = cache_entry(b"", "")
    for head in (b"a", b"b", b"c"):
        raw_cache.add(head, cached)
    assert [raw_cache.find(head) for head in (b"a", b"b", b"c")] == [None, cached, cached]


def test_large_entries_are_not_cached() -> None:
    raw_cache = RawRequestCache()
    for response_head, key in ((b"x" * 2048, ""), (b"", "x" * 2048), (b"", "\U0001f528" * 512)):
        raw_cache.add(b"head", cache_entry(response_head, key))
        assert raw_cache.find(b"head") is None
    raw_cache.add(b"head", cache_entry(b"x" * 1024, "x" * 512))
    assert raw_cache.find(b"head")


def test_head_received_once_is_not_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricebook.server.raw_cache.MAX_SEEN_HEADS", 2)
    raw_cache = RawRequestCache()
    heads = [HEAD % (b"X-Request-ID: %d\r\n" % number) for number in range(5)]
    assert [raw_cache.is_repeated(head) for head in heads] == [False] * 5
    assert [raw_cache.is_repeated(heads[number]) for number in (4, 2, 0)] == [True, True, False]
    assert [raw_cache.is_repeated(b"GET"), raw_cache.is_repeated(b"GET")] == [False, False]


@raw_cache_only
async def test_head_is_registered_at_its_second_request(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        await api.cached(client)
        for number in range(3):
            await client.request(HEAD % (b"X-Request-ID: %d\r\n" % number))
        repeated = HEAD % b"X-Request-ID: again\r\n"
        before = len(api.parsed_heads)
        for _ in range(4):
            assert (await client.request(repeated)).status == 200
    assert api.parsed_heads[before:] == [repeated] * 2
