"""Different spellings of one request share one cached response."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any, NamedTuple, cast
from urllib.parse import quote

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.api.application import create_app
from pricebook.catalog.response_cache import ResponseCache
from pricebook.catalog.schemas import CatalogQuery
from pricebook.db.database import Connection
from pricebook.http.cached_response import CachedResponse
from pricebook.http.query_string import decode_query
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/catalog"
SPELLINGS: dict[str, list[list[str]]] = {
    "limit": [["1"], ["2", "%32"], ["50", "050"], ["201"], ["x"]],
    "page": [["1", "%31"], ["2", "02"], ["0"]],
    "sort": [["name"], ["price", "%70rice"], ["-price"], ["newest"]],
    "min_price": [["0", "-0", "0.00"], ["1e-99999"], ["1", "1.0000", "%31.0", "1e0", "1.000001"]],
    "max_price": [["20", "20.00000", "2e1", "+20"], ["20.0000009", "20.0000"], ["0.5"], ["NaN"]],
    "search": [["hammer", "+hammer", "%20hammer%0a", "h%61mmer"], ["%D0%BF", "\u043f"], ["a&b=c"]],
    "search ": [["hammer 1", "hammer++1", "hammer%201+1", "hammer%e3%80%801"], ["1 hammer"]],
}


class ResponseParts(NamedTuple):
    status: int
    fields: tuple[str | None, ...]
    content: Any


async def fetch_parts(client: Client, query: str) -> ResponseParts:
    response = await client.get(f"{PATH}?{query}")
    names = ("etag", "link", "cache-control", "vary", "content-type")
    content = response.content
    if response.status_code != 200:
        content = response.json() | {"request_id": ""}
    return ResponseParts(
        response.status_code, tuple(response.headers.get(each) for each in names), content
    )


@pytest.fixture
async def uncached(settings: Settings) -> AsyncIterator[Client]:
    """An application without cache on the same database."""
    app = create_app(msgspec.structs.replace(settings, catalog_memory_mb=0))
    async with AsyncTestClient(app) as opened:
        yield opened


@pytest.fixture
async def catalog(client: Client, conn: Connection) -> Client:
    """A client of an application with a cache, on a database with products."""
    for number in range(6):
        await builders.offered_product(conn, f"Hammer {number}", f"{number}.5000")
    await builders.product(conn, "Hammer \u043f 1")
    response_cache = response_cache_of(client)
    before = response_cache.generation
    await conn.execute("NOTIFY catalog_changed")
    async with asyncio.timeout(120):
        while response_cache.generation == before or response_cache.find("probe") is None:
            response_cache.store("probe", CachedResponse(b"{}"), response_cache.generation)
            await asyncio.sleep(0.01)
    return client


def response_cache_of(client: Client) -> ResponseCache:
    return cast("Any", client).app.state.catalog.response_cache


def random_spelling(rng: Random, parameters: dict[str, list[str]]) -> str:
    """Return a random spelling of a query."""
    parts = [f"{quote(name.strip())}={rng.choice(texts)}" for name, texts in parameters.items()]
    rng.shuffle(parts)
    return rng.choice(["", "&"]) + "&".join(parts)


def random_parameters(rng: Random) -> dict[str, list[str]]:
    names = rng.sample(sorted(SPELLINGS), rng.randint(0, 3))
    return {name: rng.choice(SPELLINGS[name]) for name in names}


@pytest.mark.parametrize("seed", range(3))
async def test_cached_response_equals_a_fresh_one(
    catalog: Client, uncached: Client, seed: int
) -> None:
    rng = Random(seed)  # noqa: S311 (no secret)
    for _ in range(60):
        parameters = random_parameters(rng)
        for query in (random_spelling(rng, parameters) for _ in range(3)):
            expected = await fetch_parts(uncached, query)
            assert [await fetch_parts(catalog, query) for _ in range(2)] == [expected] * 2, query


async def test_one_response_is_cached_for_all_spellings(catalog: Client) -> None:
    groups = [
        ["", "limit=50", "page=1&limit=50", "limit=50&page=1", "sort=name", "&"],
        ["search=A+b", "search=%41%20b", "search=A++b+", "limit=50&search=A+b+A"],
        ["min_price=1.5", "min_price=1.50000", "min_price=15e-1", "m%69n_price=1.5&"],
        ["min_price=0", "min_price=-0", "min_price=0.000"],
    ]
    for group in groups:
        (key,) = {decode_query(CatalogQuery, query.encode()).key for query in group}
        answers = {await fetch_parts(catalog, query) for query in group}
        assert len(answers) == 1
        assert response_cache_of(catalog).find(f"{PATH}?{key}")


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("search=a", "search=A"),
        ("search=a+b", "search=b+a"),
        ("search=None", ""),
        ("min_price=0", ""),
        ("min_price=1", "max_price=1"),
        ("limit=1", "page=1&limit=2"),
        ("search=name%26None", "search=None%26name"),
        ("sort=price", "sort=-price"),
    ],
)
def test_different_queries_have_different_keys(one: str, another: str) -> None:
    keys = {decode_query(CatalogQuery, query.encode()).key for query in (one, another)}
    assert len(keys) == 2


async def test_spellings_of_a_product_id_share_one_entry(catalog: Client, conn: Connection) -> None:
    product_id = await builders.product(conn, "Saw")
    spellings = [str(product_id), str(product_id).upper(), product_id.hex, f"{product_id}/"]
    answers = [await catalog.get(f"{PATH}/{spelling}") for spelling in spellings]
    assert {answer.status_code for answer in answers} == {200}
    assert len({(answer.content, answer.headers["etag"]) for answer in answers}) == 1


async def test_validation_is_the_same_with_a_cached_response(catalog: Client) -> None:
    for query in ("limit=50", "limit=50&limit=50", "limit=50&colour=red", "limit=50&page=0"):
        first, second = await fetch_parts(catalog, query), await fetch_parts(catalog, query)
        assert first == second
        assert first.status == (200 if query == "limit=50" else 400)
