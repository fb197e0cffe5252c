"""What the public sees as price, by CATALOG_PRICES."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any, cast, get_args
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from structlog.testing import capture_logs

import builders
from pricebook.catalog.schemas import CatalogQuery, with_prices
from pricebook.catalog.service import warn_without_price_indexes
from pricebook.catalog.statements import page_statement
from pricebook.db import migrations
from pricebook.db.database import Connection, Database
from pricebook.settings import CatalogPrices, Settings

Client = AsyncTestClient[Litestar]
ClientFor = Callable[[CatalogPrices], AbstractAsyncContextManager[Client]]
PATH = "/api/v1/catalog"
LISTS = [PATH, f"{PATH}/export", f"{PATH}/export/csv"]


@pytest.fixture
def client_for(settings: Settings, app_for_settings: Callable[[Settings], Litestar]) -> ClientFor:
    """Return a context manager of clients of a catalog that shows some prices."""

    @asynccontextmanager
    async def open_client(prices: CatalogPrices) -> AsyncGenerator[Client]:
        app = app_for_settings(msgspec.structs.replace(settings, catalog_prices=prices))
        async with AsyncTestClient(app) as client:
            yield client

    return open_client


async def prices_of(client: Client, **parameters: Any) -> dict[str, tuple[str, str]]:
    response = await client.get(PATH, params=parameters)
    assert response.status_code == 200, response.text
    page = response.json()
    shown = {each["name"]: (each["min_price"], each["max_price"]) for each in page["data"]}
    assert page["total_count"] == len(shown)
    return shown


@pytest.fixture
async def shelf(conn: Connection) -> None:
    """Insert products whose own prices have another order than those of the suppliers."""
    for name, target, cost in [
        ("Axe", "30", "1"),
        ("Bolt", None, "2"),
        ("Crank", "10.5", "3"),
        ("Drill", "20.1234", None),
    ]:
        costs = [cost, "99"] if cost else []
        await builders.offered_product(conn, name, *costs, target_price=target)


TARGETS = {
    "Axe": ("30.00", "30.00"),
    "Bolt": (None, None),
    "Crank": ("10.50", "10.50"),
    "Drill": ("20.1234", "20.1234"),
}


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (
            "supplier",
            {
                "Axe": ("1.00", "99.00"),
                "Bolt": ("2.00", "99.00"),
                "Crank": ("3.00", "99.00"),
                "Drill": ("0.00", "0.00"),
            },
        ),
        ("target", TARGETS),
        ("hidden", dict.fromkeys(TARGETS, (None, None))),
    ],
)
async def test_every_route_shows_the_same_prices(
    client_for: ClientFor, prices: CatalogPrices, expected: dict[str, tuple[Any, Any]]
) -> None:
    async with client_for(prices) as client:
        assert await prices_of(client) == expected
        page = (await client.get(PATH)).json()["data"]
        for product in page:
            detail = (await client.get(f"{PATH}/{product['id']}")).json()
            assert detail == product | {"category_name": None}
        lines = (await client.get(LISTS[1])).content.splitlines()
        assert [msgspec.json.decode(line) for line in lines] == page
        table = (await client.get(LISTS[2])).text.splitlines()[1:]
        assert [line.split(",")[4:6] for line in table] == [
            [lowest or "", highest or ""] for lowest, highest in expected.values()
        ]


@pytest.mark.usefixtures("shelf")
async def test_target_prices_are_sorted_and_filtered(client_for: ClientFor) -> None:
    async with client_for("target") as client:
        assert [*await prices_of(client, sort="price")] == ["Crank", "Drill", "Axe", "Bolt"]
        assert [*await prices_of(client, sort="-price")] == ["Axe", "Drill", "Crank", "Bolt"]
        assert [*await prices_of(client, min_price="20.1234")] == ["Axe", "Drill"]
        assert [*await prices_of(client, min_price="20.12341")] == ["Axe"]
        assert [*await prices_of(client, max_price="20.1234", sort="-price")] == ["Drill", "Crank"]
        assert [*await prices_of(client, min_price="0", max_price="20")] == ["Crank"]


@pytest.mark.parametrize("prices", ["target", "hidden"])
@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "newest"])
@pytest.mark.parametrize("search", [None, "saw"])
async def test_pages_by_cursor_equal_pages_by_number(
    client_for: ClientFor, conn: Connection, prices: CatalogPrices, sort: str, search: str | None
) -> None:
    if prices == "hidden" and sort.endswith("price"):
        return
    for number in range(11):  # equal names and prices, some without one
        target = [None, "1.5", "2"][number % 3]
        await builders.product(conn, f"Saw {number % 4}", target_price=target)
    parameters = {"sort": sort, "limit": 3, **({"search": search} if search else {})}
    async with client_for(prices) as client:
        by_number = [
            (await client.get(PATH, params=parameters | {"page": page})).json()
            for page in range(1, 5)
        ]
        by_cursor: list[Any] = []
        url = str(httpx.URL(PATH, params=parameters))
        while url:
            response = await client.get(url)
            by_cursor.append(response.json())
            url = response.links.get("next", {}).get("url", "")
    assert by_cursor == by_number
    assert sum(len(page["data"]) for page in by_number) == by_number[0]["total_count"] == 11


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("sort=price", ["sort"]),
        ("sort=-price", ["sort"]),
        ("min_price=1", ["min_price"]),
        ("max_price=1&search=axe", ["max_price"]),
        ("min_price=1&max_price=2&sort=price", ["min_price", "max_price", "sort"]),
        ("min_price=2&max_price=1", ["min_price", "min_price", "max_price"]),
    ],
)
async def test_hidden_prices_cannot_be_found_by_sort_or_filter(
    client_for: ClientFor, path: str, query: str, fields: list[str]
) -> None:
    async with client_for("hidden") as client:
        for _ in range(2):
            response = await client.get(f"{path}?{query}")
            assert response.status_code == 400
            problem = response.json()
            errors = problem["error"]["details"]["errors"]
            assert [each["field"] for each in errors] == fields
            assert "prices are not public here" in problem["detail"]
        assert (await client.get(f"{path}?sort=newest&search=axe")).status_code == 200


async def test_refusal_is_one_sentence(client_for: ClientFor) -> None:
    async with client_for("hidden") as client:
        problem = (await client.get(f"{PATH}?sort=price")).json()
    assert problem["detail"] == (
        "Query parameter sort: prices are not public here, so products are neither filtered nor"
        " sorted by them."
    )


@pytest.mark.usefixtures("shelf")
async def test_cursor_belongs_to_the_prices_of_its_catalog(client_for: ClientFor) -> None:
    catalogs: list[CatalogPrices] = ["supplier", "target"]
    cursors: dict[str, str] = {}
    for prices in catalogs:
        async with client_for(prices) as client:
            response = await client.get(PATH, params={"sort": "price", "limit": 1})
            query = parse_qs(urlsplit(response.links["next"]["url"]).query)
            (cursors[prices],) = query["cursor"]
    for prices in catalogs:
        async with client_for(prices) as client:
            for made_by, cursor in cursors.items():
                parameters = {"sort": "price", "limit": 1, "cursor": cursor}
                response = await client.get(PATH, params=parameters)
                assert response.status_code == (200 if made_by == prices else 400)


@pytest.mark.usefixtures("shelf")
async def test_staff_see_all_prices(client_for: ClientFor, as_role: builders.AsRole) -> None:
    header = await as_role("sales")
    async with client_for("hidden") as client:
        response = await client.get("/api/v1/admin/products", headers=header)
    axe = response.json()["data"][0]
    assert axe["target_price"] == "30.00"
    assert [item["current_price"] for item in axe["supplier_items"]] == ["1.00", "99.00"]


def statement_texts(prices: CatalogPrices) -> str:
    kind = with_prices(CatalogQuery, prices)
    queries = [kind(), kind(sort="newest"), kind(search="hammer"), kind(page=100)]
    if prices != "hidden":
        queries += [kind(sort="price"), kind(min_price=Decimal(1))]
    return " ".join(page_statement(query).text for query in queries)


def test_statements_read_no_other_prices() -> None:
    """Only those of target prices name them, so that other catalogs keep their plans."""
    assert "target_price" not in statement_texts("supplier")
    target = statement_texts("target")
    assert "coalesce(target_price, 'Infinity')" in target
    assert "coalesce(min_price" not in target
    assert "min_price >=" not in target
    hidden = statement_texts("hidden")
    assert "target_price" not in hidden
    assert "coalesce" not in hidden


@pytest.mark.parametrize(("prices", "invalidated"), [("target", 2), ("supplier", 1), ("hidden", 1)])
@pytest.mark.usefixtures("shelf")
async def test_target_prices_invalidate_the_catalog_that_shows_them(
    client_for: ClientFor, conn: Connection, prices: CatalogPrices, invalidated: int
) -> None:
    async with client_for(prices) as client:
        response_cache = cast("Any", client).app.state.catalog.response_cache
        async with asyncio.timeout(120):
            while not response_cache.is_fresh:
                await client.get("/live")
            before = response_cache.generation
            await prices_of(client)
            await conn.execute("UPDATE products SET target_price = 7 WHERE name = 'Axe'")
            await conn.execute("UPDATE products SET name = 'Saw' WHERE name = 'Axe'")
            while "Saw" not in (shown := await prices_of(client)):
                await client.get("/live")
        assert response_cache.generation - before == invalidated
        if prices == "target":
            assert shown["Saw"] == ("7.00", "7.00")


async def test_missing_indexes_are_logged(database: Database, database_url: str) -> None:
    with capture_logs() as lines:
        for prices in get_args(CatalogPrices):
            await warn_without_price_indexes(database, prices)
        migrations.upgrade(database_url, catalog_prices="target")
        await warn_without_price_indexes(database, "target")
    (line,) = lines
    assert "run `pricebook migrate` with CATALOG_PRICES=target" in line["event"]
