"""The same bytes again: what is answered without being read, and what must not be."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

import builders
from pricebook import connection, known_heads
from pricebook.api import behind_proxies, create_app
from pricebook.db import Connection
from pricebook.settings import Settings
from pricebook.web.answers import Form
from pricebook.web.request_line import Ended
from pricebook.web.shortcut import Kept
from served_here import Answer, Client, connected, served_here

HEAD = b"GET /api/v1/catalog HTTP/1.1\r\nHost: x\r\n%b\r\n"
PLAIN = HEAD % b""
# Each answer has these of its own.
OWN = dict.fromkeys(("date", "x-request-id"))
Told = list[tuple[dict[str, Any], str, Ended]]


class Api:
    """An API on a real socket, what it tells of requests, and the heads that it reads."""

    def __init__(self, settings: Settings, read: list[bytes]) -> None:
        self._settings = settings
        self.read = read
        self.told: Told = []
        self.port = 0

    @asynccontextmanager
    async def serve(self, **changed: Any) -> AsyncGenerator[int]:
        settings = msgspec.structs.replace(self._settings, **changed)
        app = create_app(settings, tell=self.tell)
        async with served_here(behind_proxies(app, settings), settings) as self.port:
            yield self.port

    def tell(self, scope: Any, path: str, ended: Ended) -> None:
        self.told.append((scope, path, ended))

    async def known(self, client: Client, head: bytes = PLAIN) -> Answer:
        """Ask until an answer comes without the head being read."""
        async with asyncio.timeout(30):
            while True:
                before = len(self.read)
                answer = await client.ask(head)
                if len(self.read) == before:
                    return answer
                await asyncio.sleep(0.02)

    def clients(self) -> list[str]:
        return [scope["client"][0] for scope, _, _ in self.told]


@pytest.fixture
def api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Api:
    read: list[bytes] = []
    begin = connection.Connection.on_message_begin

    def watched(self: Any) -> None:
        read.append(self._piece)
        begin(self)

    monkeypatch.setattr(connection.Connection, "on_message_begin", watched)
    return Api(settings, read)


async def other_than(before: Answer, client: Client, head: bytes) -> Answer:
    """Ask until the news of a change has arrived."""
    for _ in range(1000):
        answer = await client.ask(head)
        if answer.body != before.body:
            return answer
        await asyncio.sleep(0.01)
    raise AssertionError("no news")


async def test_an_answer_to_known_bytes_is_like_the_one_that_was_read(
    api: Api, conn: Connection
) -> None:
    await builders.offered_product(conn, "Hammer", "10.00", sku="HAM-1")
    async with api.serve() as port, connected(port) as client:
        first = await client.ask(PLAIN)
        again = [await api.known(client) for _ in range(3)]
    assert b"HAM-1" in first.body
    for each in again:
        assert each._replace(fields=each.fields | OWN) == first._replace(fields=first.fields | OWN)
    told = [scope["request_id"] for scope, _, _ in api.told]
    assert [each.fields["x-request-id"] for each in (first, *again)] == [told[0], *told[-3:]]
    assert len(set(told)) == len(told)
    assert {path for _, path, _ in api.told} == {"/api/v1/catalog"}
    assert set(api.clients()) == {"127.0.0.1"}
    assert {ended._replace(seconds=0.0) for _, _, ended in api.told} == {
        Ended("GET", "/api/v1/catalog", 200, 0.0, len(first.body))
    }


async def test_known_bytes_are_counted_like_any_request(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        await api.known(client)
        await api.known(client)
        asked = len(api.told)
        told = (await client.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")).body.decode()
    lines = [line for line in told.splitlines() if 'route="/api/v1/catalog"' in line]
    counted = [line for line in lines if line.startswith("pricebook_http_requests_total")]
    assert sum(float(line.split()[-1]) for line in counted) == asked


async def test_known_bytes_never_show_an_older_price(api: Api, conn: Connection) -> None:
    await builders.offered_product(conn, "Hammer", "1.00")
    async with api.serve() as port, connected(port) as client:
        for price in range(2, 12):
            before = await api.known(client)
            await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
            answer = await other_than(before, client, PLAIN)
            assert b'"min_price":"%d.00"' % price in answer.body
            assert answer.fields["etag"] != before.fields["etag"]


async def test_tags_and_compressed_forms_are_known_too(api: Api, conn: Connection) -> None:
    for number in range(20):
        await builders.offered_product(conn, f"Hammer {number}", "1.00")
    async with api.serve() as port, connected(port) as client:
        plain = await api.known(client)
        packed = await api.known(client, HEAD % b"Accept-Encoding: gzip\r\n")
        assert packed.fields["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        tag = plain.fields["etag"].encode()
        unchanged = await api.known(client, HEAD % (b"If-None-Match: %b\r\n" % tag))
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.fields["etag"] == plain.fields["etag"]
        assert (await api.known(client)).status == 200


async def test_known_bytes_may_come_in_pieces_and_many_at_once(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        answer = await api.known(client)
        client.writer.write(PLAIN[:20])
        await asyncio.sleep(0.1)
        assert (await client.ask(PLAIN[20:])).body == answer.body
        client.writer.write(PLAIN * 5)
        assert [(await client.answer()).body for _ in range(5)] == [answer.body] * 5
        assert (await api.known(client)).body == answer.body


@pytest.mark.parametrize("length", [3, 4, 5, len(PLAIN) - 2, len(PLAIN) - 1])
async def test_a_part_of_a_request_is_never_known(api: Api, length: int) -> None:
    first, rest = PLAIN[:length], PLAIN[length:]
    async with api.serve() as port, connected(port) as client:
        await api.known(client)
        for _ in range(3):
            client.writer.write(first)
            await asyncio.sleep(0.05)
            assert (await client.ask(rest)).status == 200
        async with connected(port) as other:
            other.writer.write(b"GET"[:length])
            await asyncio.sleep(0.05)
            assert b"alive" in (await other.ask(b" /live HTTP/1.1\r\nHost: x\r\n\r\n")).body


async def test_the_callers_own_names_of_a_request_come_back(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        answer = await api.known(client, HEAD % b"X-Request-ID: mine\r\n")
    assert answer.fields["x-request-id"] == "mine"
    assert {scope["request_id"] for scope, _, _ in api.told} == {"mine"}


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"Content-Length: 5\r\n", b"hello"),
        (b"Content-Length: 0\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    ],
)
async def test_a_head_that_may_have_a_body_is_read_each_time(
    api: Api, fields: bytes, body: bytes
) -> None:
    async with api.serve() as port, connected(port) as client:
        await api.known(client)
        for _ in range(3):
            client.writer.write(HEAD % fields)
            await asyncio.sleep(0.05)
            client.writer.write(body)
            assert (await client.answer()).status == 200
        assert len([head for head in api.read if head != PLAIN]) == 3
        assert (await client.ask(PLAIN)).status == 200


@pytest.mark.parametrize(
    "request_", [HEAD % b"Connection: close\r\n", PLAIN.replace(b"/1.1", b"/1.0")]
)
async def test_who_wants_the_connection_closed_is_obeyed_each_time(
    api: Api, request_: bytes
) -> None:
    async with api.serve() as port:
        for _ in range(4):
            async with connected(port) as client:
                answer = await client.ask(request_)
                assert (answer.status, await client.rest()) == (200, b"")
                assert answer.fields["connection"] == "close"


async def test_who_keeps_the_connection_alive_may_say_so(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        assert (await api.known(client, HEAD % b"Connection: keep-alive\r\n")).status == 200


async def test_each_request_counts_where_there_is_a_limit(api: Api) -> None:
    async with (
        api.serve(catalog_rate_limit_per_minute=5) as port,
        connected(port) as client,
    ):
        statuses = [(await client.ask(PLAIN)).status for _ in range(8)]
    assert statuses == [200] * 5 + [429] * 3


async def test_a_page_of_another_origin_may_read_it_if_it_may_at_all(api: Api) -> None:
    async with api.serve(allowed_origins="https://shop.example") as port, connected(port) as client:
        friend = await api.known(client, HEAD % b"Origin: https://shop.example\r\n")
        stranger = await api.known(client, HEAD % b"Origin: https://other.example\r\n")
    assert friend.fields["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in stranger.fields


async def test_only_a_trusted_proxy_says_who_is_calling_by_known_bytes_too(api: Api) -> None:
    head = HEAD % b"X-Forwarded-For: 203.0.113.9\r\n"
    async with (
        api.serve(trusted_proxies="127.0.0.2") as port,
        connected(port, "127.0.0.2") as proxy,
        connected(port, "127.0.0.3") as liar,
    ):
        await api.known(proxy, head)
        seen = len(api.told)
        for client in (liar, proxy, liar, proxy):
            await client.ask(head)
    assert api.clients()[:seen] == ["203.0.113.9"] * seen
    assert api.clients()[seen:] == ["127.0.0.3", "203.0.113.9"] * 2


async def test_known_bytes_get_the_fields_of_what_is_true_now(api: Api, conn: Connection) -> None:
    await builders.offered_product(conn, "Hammer", "1.00")
    other = HEAD % b"X-Other: 1\r\n"
    async with api.serve() as port, connected(port) as client:
        before = await api.known(client)
        await conn.execute("UPDATE supplier_items SET current_price = 1000")
        answer = await other_than(before, client, other)
        after = await client.ask(PLAIN)
    assert after.body == answer.body
    for name in ("etag", "content-length"):
        assert after.fields[name] == answer.fields[name] != before.fields[name]


async def test_a_body_that_looks_like_a_known_head_is_no_request(api: Api) -> None:
    post = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(PLAIN)
    async with api.serve() as port, connected(port) as client:
        await api.known(client)
        assert (await client.ask(post)).status == 404
        client.writer.write(PLAIN)
        await asyncio.sleep(0.2)
        answer = await client.ask(b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"alive" in answer.body


async def test_who_asks_by_known_bytes_is_not_silent(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api.serve() as port:
        monkeypatch.setattr(connection, "IDLE_SECONDS", 1.0)
        async with connected(port) as client:
            await api.known(client)
            for _ in range(15):
                await asyncio.sleep(0.1)
                assert (await client.ask(PLAIN)).status == 200
            assert await client.rest() == b""


async def test_who_does_not_read_is_not_written_to_without_end(api: Api, conn: Connection) -> None:
    for number in range(100):
        await builders.offered_product(conn, f"Hammer {number}", "1.00")
    head = PLAIN.replace(b"catalog", b"catalog?limit=200")
    async with api.serve() as port, connected(port) as client:
        answer = await api.known(client, head)
        transport: Any = client.writer.transport
        transport.pause_reading()
        asked, most = 1, 64 * 1024 * 1024 // len(answer.body)
        before = len(api.told)
        while len(api.told) - before == asked - 1 and asked < most:  # each is answered so far
            client.writer.write(head)
            await asyncio.sleep(0.005)
            asked += 1
        assert asked < most
        transport.resume_reading()
        bodies = {(await client.answer()).body for _ in range(asked - 1)}
    assert bodies == {answer.body}


def known_with(start: bytes, key: str) -> known_heads.Known:
    kept = Kept(lambda _: None, key, b"", Form(compressed=False, is_known=False))
    return known_heads.Known(start, kept, lambda _client, _begun: "", None, None)


def test_the_oldest_head_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_heads, "MAX_KNOWN_HEADS", 2)
    heads = known_heads.KnownHeads()
    known = known_with(b"", "")
    for head in (b"a", b"b", b"c"):
        heads.add(head, known)
    assert [heads.find(head) for head in (b"a", b"b", b"c")] == [None, known, known]


def test_what_takes_up_much_is_not_remembered() -> None:
    heads = known_heads.KnownHeads()
    for start, key in ((b"x" * 2048, ""), (b"", "x" * 2048), (b"", "\U0001f528" * 512)):
        heads.add(b"head", known_with(start, key))
        assert heads.find(b"head") is None
    heads.add(b"head", known_with(b"x" * 1024, "x" * 512))
    assert heads.find(b"head")


def test_a_head_that_never_comes_again_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_heads, "MAX_SEEN_HEADS", 2)
    heads = known_heads.KnownHeads()
    first, second, third = (HEAD % (b"X-Request-ID: %d\r\n" % number) for number in range(3))
    assert [heads.is_repeated(head) for head in (first, first, second, third)] == [
        False,
        True,
        False,
        False,
    ]
    assert [heads.is_repeated(head) for head in (third, first)] == [True, False]
    assert [heads.is_repeated(b"GET"), heads.is_repeated(b"GET")] == [False, False]


async def test_a_head_is_registered_at_its_second_sight(api: Api) -> None:
    async with api.serve() as port, connected(port) as client:
        await api.known(client)
        for number in range(3):
            await client.ask(HEAD % (b"X-Request-ID: %d\r\n" % number))
        repeated = HEAD % b"X-Request-ID: again\r\n"
        before = len(api.read)
        for _ in range(4):
            assert (await client.ask(repeated)).status == 200
    assert api.read[before:] == [repeated] * 2
