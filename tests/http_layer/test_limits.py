"""Limits of clients: requests per minute, slow bodies, statement time, waiting requests."""

import asyncio
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any, cast

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.api.application import create_app
from pricebook.db.database import MAX_WAITING_PER_CONNECTION, Database
from pricebook.errors import DatabaseUnavailableError, PricebookError, ValidationError
from pricebook.http.asgi import AsgiApp
from pricebook.http.client_address import client_network
from pricebook.http.middleware.client_rate_limit import ClientRateLimitMiddleware
from pricebook.http.middleware.slow_clients import SlowClientMiddleware
from pricebook.http.routing import MAX_PATH_LENGTH
from pricebook.settings import DatabaseDriver, Settings

Client = AsyncTestClient[Litestar]
CATALOG = "/api/v1/catalog"
HTML_TYPE = "text/html; charset=utf-8"


@pytest.fixture
async def rate_limited_app(settings: Settings) -> AsyncIterator[Litestar]:
    """An application with a limit of 3 catalog requests per minute and client."""
    app = create_app(msgspec.structs.replace(settings, catalog_rate_limit_per_minute=3))
    async with app.lifespan():
        yield app


def client_from(app: Litestar, host: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(cast("Any", app), client=(host, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://pricebook")


async def test_rate_limit_applies_per_client(rate_limited_app: Litestar) -> None:
    async with (
        client_from(rate_limited_app, "192.0.2.1") as limited,
        client_from(rate_limited_app, "192.0.2.2") as other,
    ):
        for remaining in (2, 1, 0):
            response = await limited.get(CATALOG)
            assert response.status_code == 200
            assert response.headers["ratelimit"].startswith(f'"catalog";r={remaining};t=')
            assert response.headers["ratelimit-policy"] == '"catalog";q=3;w=60'
        rejected = await limited.get(f"{CATALOG}?search=hammer")
        assert rejected.status_code == 429
        assert 1 <= int(rejected.headers["retry-after"]) <= 60
        assert rejected.headers["x-content-type-options"] == "nosniff"
        assert rejected.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
        assert rejected.json()["request_id"] == rejected.headers["x-request-id"]
        assert (await limited.get("/ready")).status_code == 200
        assert (await other.get(CATALOG)).status_code == 200


async def test_browsers_get_a_page_over_the_rate_limit(rate_limited_app: Litestar) -> None:
    html = {"Accept": "text/html"}
    async with client_from(rate_limited_app, "192.0.2.1") as client:
        for _ in range(3):
            await client.get("/", headers=html)
        page = await client.get("/", headers=html)
        assert (page.status_code, page.headers["content-type"]) == (429, HTML_TYPE)
        assert 1 <= int(page.headers["retry-after"]) <= 60
        assert "Too many requests" in page.text
        fragment = await client.get("/?search=x", headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment.headers["hx-retarget"]) == (429, "#toasts")


async def test_browsers_get_a_page_for_too_long_paths(rate_limited_app: Litestar) -> None:
    path = "/products/" + "x" * MAX_PATH_LENGTH
    async with client_from(rate_limited_app, "192.0.2.1") as client:
        page = await client.get(path, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (404, HTML_TYPE)
        assert (await client.get(path)).json()["error"]["code"] == "NOT_FOUND"


async def test_rate_limit_window_resets() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def respond_with_status(_scope: Any, error: PricebookError) -> AsgiApp:
        async def respond(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": error.status, "headers": []})

        return respond

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
        await middleware(scope, None, send)
        return sent[0]["status"]

    now = 1000.0
    middleware = ClientRateLimitMiddleware(app, 1, respond_with_status, clock=lambda: now)
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
def test_ipv6_prefix_is_one_client(host: str, caller: str) -> None:
    assert client_network(host) == caller


async def test_slow_body_is_refused() -> None:
    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["more_body"]:
            pass

    async def receive_slowly() -> Any:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(ValidationError, match="too slowly"):
        await SlowClientMiddleware(app, grace_seconds=0.1)(
            {"type": "http", "method": "POST"}, receive_slowly, None
        )


async def test_aborted_body_is_a_client_error(client: Client) -> None:
    async def receive_aborted() -> Any:
        return messages.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    sent: list[Any] = []
    messages = [
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
    await app(scope, receive_aborted, send)
    assert sent[0]["status"] == 400
    assert b"ends before it is complete" in sent[1]["body"]


async def test_no_timeout_after_complete_body() -> None:
    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    async def receive_then_disconnect() -> Any:
        if messages:
            return messages.pop()
        await asyncio.sleep(0.3)
        return {"type": "http.disconnect"}

    messages = [{"type": "http.request", "body": b"x", "more_body": False}]
    await SlowClientMiddleware(app, grace_seconds=0.1)(
        {"type": "http", "method": "POST"}, receive_then_disconnect, None
    )


async def test_statement_timeout_cancels_a_statement(database_url: str) -> None:
    async with Database(database_url, pool_max=1, statement_seconds=1) as database:
        with pytest.raises(DatabaseUnavailableError):
            async with database.connection() as conn:
                await conn.execute("SELECT pg_sleep(60)")
        async with database.connection() as conn:
            await conn.execute("SELECT 1")


async def test_a_transaction_may_have_a_longer_statement_timeout(
    database_url: str, driver: DatabaseDriver
) -> None:
    """The pool would abort the connection three seconds after the timeout of other statements."""
    async with Database(database_url, pool_max=1, statement_seconds=1, driver=driver) as database:
        async with database.short_transaction(statement_seconds=60) as conn:
            await conn.execute("SELECT pg_sleep(7)")
        with pytest.raises(DatabaseUnavailableError):
            async with database.short_transaction() as conn:
                await conn.execute("SELECT pg_sleep(60)")


@pytest.mark.parametrize("method", ["connection", "read"])
async def test_full_wait_queue_rejects_immediately(database_url: str, method: str) -> None:
    async def acquire() -> str:
        try:
            async with getattr(database, method)():
                await asyncio.sleep(0)
        except DatabaseUnavailableError as error:
            return error.headers["Retry-After"]
        return "served"

    async with Database(database_url, pool_min=1, pool_max=1) as database:
        async with getattr(database, method)():
            tasks = [asyncio.create_task(acquire()) for _ in range(MAX_WAITING_PER_CONNECTION + 5)]
            finished = islice(asyncio.as_completed(tasks, timeout=120), 5)
            assert [await each for each in finished] == ["1"] * 5
            assert sum(task.done() for task in tasks) == 5
        assert set(await asyncio.gather(*tasks)) == {"served", "1"}
