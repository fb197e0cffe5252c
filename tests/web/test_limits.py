"""What one caller may take: a share of the catalog, time to send, a place in a queue."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.api import create_app
from pricebook.db import WAITING_A_CONNECTION, Database
from pricebook.errors import DatabaseUnavailableError, ValidationError
from pricebook.settings import Settings
from pricebook.web.addresses import caller_of
from pricebook.web.fair_share import FairShare
from pricebook.web.pace import Pace

Client = AsyncTestClient[Litestar]
CATALOG = "/api/v1/catalog"


@pytest.fixture
async def shared_out(settings: Settings) -> AsyncIterator[Litestar]:
    """A catalog of which everybody may ask three times a minute."""
    app = create_app(msgspec.structs.replace(settings, catalog_rate_limit_per_minute=3))
    async with AsyncTestClient(app):
        yield app


def calling(app: Litestar, host: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(cast("Any", app), client=(host, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://pricebook")


async def test_a_greedy_caller_is_refused_and_the_others_are_not(shared_out: Litestar) -> None:
    async with (
        calling(shared_out, "192.0.2.1") as greedy,
        calling(shared_out, "192.0.2.2") as other,
    ):
        for left in (2, 1, 0):
            answer = await greedy.get(CATALOG)
            assert answer.status_code == 200
            assert answer.headers["ratelimit"].startswith(f'"catalog";r={left};t=')
            assert answer.headers["ratelimit-policy"] == '"catalog";q=3;w=60'
        refused = await greedy.get(f"{CATALOG}?search=hammer")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert refused.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
        assert refused.json()["request_id"] == refused.headers["x-request-id"]
        assert (await greedy.get("/ready")).status_code == 200
        assert (await other.get(CATALOG)).status_code == 200


async def test_a_share_begins_anew() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def status() -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope: dict[str, Any] = {
            "type": "http",
            "path": CATALOG,
            "client": ("192.0.2.1", 1),
            "headers": [],
            "request_id": "mine",
        }
        await share(scope, None, send)
        return sent[0]["status"]

    now = 1000.0
    share = FairShare(app, 1, clock=lambda: now)
    assert [await status(), await status()] == [200, 429]
    now += 60
    assert await status() == 200


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("pipe", "pipe"),
    ],
)
def test_a_network_of_one_household_is_one_caller(host: str, caller: str) -> None:
    assert caller_of(host) == caller


async def test_a_body_that_comes_too_slowly_is_refused() -> None:
    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["more_body"]:
            pass

    async def drip() -> Any:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(ValidationError, match="comes too slowly"):
        await Pace(app, grace_seconds=0.1)({"type": "http", "method": "POST"}, drip, None)


async def test_a_body_that_is_cut_off_is_the_callers_mistake(client: Client) -> None:
    async def cut_off() -> Any:
        return pieces.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    sent: list[Any] = []
    pieces = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b'{"username"', "more_body": True},
    ]
    headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
    app: Any = cast("Any", client).app
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/auth/login",
        "headers": headers,
        "query_string": b"",
        "client": ("192.0.2.1", 1),
        "app": app,
        "state": {},
    }
    await app(scope, cut_off, send)
    assert sent[0]["status"] == 400
    assert b"ends before it is whole" in sent[1]["body"]


async def test_a_caller_who_waits_for_the_end_of_a_body_may_wait_long() -> None:
    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    async def whole_then_gone() -> Any:
        if pieces:
            return pieces.pop()
        await asyncio.sleep(0.3)
        return {"type": "http.disconnect"}

    pieces = [{"type": "http.request", "body": b"x", "more_body": False}]
    await Pace(app, grace_seconds=0.1)({"type": "http", "method": "POST"}, whole_then_gone, None)


async def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    async with Database(database_url, pool_max=1, statement_seconds=1) as database:
        with pytest.raises(DatabaseUnavailableError):
            async with database.connection() as conn:
                await conn.execute("SELECT pg_sleep(60)")
        async with database.connection() as conn:
            await conn.execute("SELECT 1")


@pytest.mark.parametrize("lend", ["connection", "read"])
async def test_too_many_who_wait_are_told_at_once(database_url: str, lend: str) -> None:
    async def ask() -> str:
        try:
            async with getattr(database, lend)():
                await asyncio.sleep(0)
        except DatabaseUnavailableError as error:
            return error.headers["Retry-After"]
        return "served"

    async with Database(database_url, pool_min=1, pool_max=1) as database:
        async with getattr(database, lend)():
            asked = [asyncio.create_task(ask()) for _ in range(WAITING_A_CONNECTION + 5)]
            await asyncio.sleep(0.1)
            refused = [task.result() for task in asked if task.done()]
            assert refused == ["1"] * 5
        assert set(await asyncio.gather(*asked)) == {"served", "1"}
