"""Responses of the public catalog: ETag, 304, gzip, one query for concurrent requests."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.api.application import create_app
from pricebook.catalog import response_cache
from pricebook.catalog.service import Catalog
from pricebook.db.database import Connection
from pricebook.http.cached_response import CachedResponse, accepts_gzip
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/catalog"


@pytest.fixture
async def http_client(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A client for concurrent requests to an application that receives notifications.

    A thousand requests can delay the heartbeat on a slow machine for some seconds.
    """
    monkeypatch.setattr(response_cache, "FRESH_SECONDS", 60.0)
    app = create_app(settings)
    async with app.lifespan():
        await wait_until_caching(app.state.catalog)
        transport = httpx.ASGITransport(cast("Any", app))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
            yield opened


@pytest.fixture
async def hammer(conn: Connection) -> None:
    """A product that exists before the application receives notifications."""
    await builders.offered_product(conn, "Hammer", "10")


@pytest.fixture
async def saws(conn: Connection) -> None:
    """The same with five products."""
    for number in range(5):
        await builders.offered_product(conn, f"Saw {number}", "10")


async def wait_until_caching(catalog: Catalog) -> None:
    """Wait until the response cache receives notifications, so that it stores responses."""
    async with asyncio.timeout(120):
        while catalog.response_cache.find("probe") is None:
            catalog.response_cache.store(
                "probe", CachedResponse(b"{}"), catalog.response_cache.generation
            )
            await asyncio.sleep(0.01)


async def etag_of(http_client: httpx.AsyncClient, **headers: str) -> str:
    response = await http_client.get(PATH, headers={"Accept-Encoding": "identity", **headers})
    return response.headers["etag"]


def count_selects(statements: list[str]) -> int:
    return len([each for each in statements if "FROM products" in each])


@pytest.mark.usefixtures("hammer")
async def test_thousand_concurrent_requests_cost_one_query(
    http_client: httpx.AsyncClient, statements: list[str]
) -> None:
    statements.clear()
    answers = await asyncio.gather(*(http_client.get(PATH) for _ in range(1000)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert count_selects(statements) == 1
    await http_client.get(PATH + "/")
    assert count_selects(statements) == 1


@pytest.mark.usefixtures("saws")
async def test_count_is_cached_for_the_other_pages(
    http_client: httpx.AsyncClient, statements: list[str]
) -> None:
    statements.clear()
    for page in (1, 2, 3):
        answer = await http_client.get(PATH, params={"page": page, "limit": 2, "min_price": 1})
        assert answer.json()["total_count"] == 5
    assert len([each for each in statements if "count(*)" in each]) == 1


async def test_change_is_in_the_next_response(
    http_client: httpx.AsyncClient, conn: Connection
) -> None:
    product_id = await builders.offered_product(conn, "Hammer", "10")
    for path in (PATH, f"{PATH}/{product_id}"):
        for price in ("11.00", "12.00", "13.50"):
            await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
            await wait_for_text(http_client, path, f'"min_price":"{price}"')
    await conn.execute("INSERT INTO categories (name) VALUES ('Tools')")
    await wait_for_text(http_client, "/api/v1/categories", '"Tools"')
    await conn.execute("UPDATE categories SET name = 'Saws'")
    await wait_for_text(http_client, "/api/v1/categories", '"Saws"')


async def wait_for_text(http_client: httpx.AsyncClient, path: str, text: str) -> None:
    """Repeat a request until the response has a text: notifications take a moment."""
    async with asyncio.timeout(120):
        while True:
            if text in (await http_client.get(path)).text:
                return
            await asyncio.sleep(0.01)


async def test_caching_stops_without_the_listener_and_resumes(
    http_client: httpx.AsyncClient, conn: Connection, statements: list[str]
) -> None:
    await builders.offered_product(conn, "Hammer", "10")
    await http_client.get(PATH)
    for price in ("11.00", "12.00"):
        await conn.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'pricebook listener'
            """
        )
        await conn.execute("UPDATE supplier_items SET current_price = %s", [price])
        await wait_for_text(http_client, PATH, f'"min_price":"{price}"')
        async with asyncio.timeout(120):
            while True:  # until it is kept again
                before = count_selects(statements)
                await http_client.get(PATH)
                if count_selects(statements) == before:
                    break
                await asyncio.sleep(0.05)
        assert price in (await http_client.get(PATH)).text


@pytest.mark.parametrize("kept", [False, True])
async def test_matching_etag_is_a_304(http_client: httpx.AsyncClient, *, kept: bool) -> None:
    tag = await etag_of(http_client)
    assert tag.startswith('"')
    assert tag.endswith('"')
    path = PATH if kept else PATH + "?page=1"
    for known in (tag, f'"x", {tag}', f"W/{tag}", "*", tag[:-1] + '-gzip"'):
        response = await http_client.get(path, headers={"If-None-Match": known})
        assert response.status_code == 304, known
        assert response.content == b""
        assert response.headers["cache-control"] == "public, no-cache"
        assert response.headers["vary"] == "Accept-Encoding"
        assert "content-length" not in response.headers
    for unknown in ('"x"', tag[1:-1], '""', "garbage,,"):
        response = await http_client.get(path, headers={"If-None-Match": unknown})
        assert response.status_code == 200, unknown


async def test_changed_response_has_another_etag(
    http_client: httpx.AsyncClient, conn: Connection
) -> None:
    before = await etag_of(http_client)
    await builders.product(conn, "Hammer")
    await wait_for_text(http_client, PATH, "Hammer")
    response = await http_client.get(PATH, headers={"If-None-Match": before})
    assert response.status_code == 200


async def test_response_is_compressed_if_accepted(
    http_client: httpx.AsyncClient, conn: Connection
) -> None:
    for number in range(20):
        await builders.product(conn, f"Saw {number}")
    await wait_for_text(http_client, PATH, "Saw 19")
    plain = await http_client.get(PATH, headers={"Accept-Encoding": "identity"})
    for _ in range(2):
        headers = {"Accept-Encoding": "br, gzip"}
        async with http_client.stream("GET", PATH, headers=headers) as compressed:
            raw = b"".join([chunk async for chunk in compressed.aiter_raw()])
            assert compressed.headers["content-encoding"] == "gzip"
            assert int(compressed.headers["content-length"]) == len(raw) < len(plain.content)
            assert gzip.decompress(raw) == plain.content
            assert compressed.headers["etag"] != plain.headers["etag"]
            assert compressed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "is_accepted"),
    [
        ("gzip", True),
        ("GZIP;q=0.5", True),
        ("deflate, gzip ; q=1.0, *;q=0.1", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("br, deflate", False),
        ("identity", False),
        ("", False),
        ("notgzip", False),
    ],
)
def test_gzip_is_accepted(accepted: str, *, is_accepted: bool) -> None:
    assert accepts_gzip(accepted.encode()) == is_accepted


async def test_errors_are_not_cached(http_client: httpx.AsyncClient, conn: Connection) -> None:
    for _ in range(2):
        response = await http_client.get(PATH, params={"limit": 0})
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"
    unknown = UUID(int=1)
    assert (await http_client.get(f"{PATH}/{unknown}")).status_code == 404
    await conn.execute(
        "INSERT INTO products (id, internal_sku, name, status) VALUES (%s, 'A', 'A', 'active')",
        [unknown],
    )
    assert (await http_client.get(f"{PATH}/{unknown}")).status_code == 200


async def test_other_methods_and_paths_bypass_the_cache(client: Client) -> None:
    for _ in range(2):
        assert (await client.get(PATH)).status_code == 200
    assert (await client.post(PATH)).status_code == 405
    assert (await client.options(PATH)).status_code == 204
    answer: dict[str, Any] = (await client.get(PATH + "?limit=1")).json()
    assert answer["limit"] == 1
