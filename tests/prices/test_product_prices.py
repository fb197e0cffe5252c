"""Prices of a product at a time, and its lowest price by day, compared with a replay."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.conninfo import make_conninfo

import builders
from price_history import item_with_prices, month, split_the_past
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.prices import service
from pricebook.prices.product_schemas import PriceAtQuery, PriceSeriesQuery
from pricebook.prices.retention import maintain_history

Client = AsyncTestClient[Litestar]
Prices = list[tuple[datetime, int]]
MONTHS = 20
KEPT_MONTHS = 6


@pytest.fixture
async def api_database(database_url: str) -> AsyncIterator[Database]:
    async with Database(make_conninfo(database_url, user=rights.API_ROLE)) as opened:
        yield opened


def random_prices(random: Random) -> Prices:
    """Return the prices of an item at random times, the oldest first."""
    now = datetime.now(UTC)
    times = sorted(
        now - timedelta(seconds=random.randrange(MONTHS * 30 * 86_400)) for _ in range(9)
    )
    return [(at, random.randint(1, 99)) for at in times[random.randrange(8) :]]


def replayed(prices: Prices, at: datetime) -> int | None:
    """Return the price that was valid at a time."""
    valid = [price for recorded_at, price in prices if recorded_at <= at]
    return valid[-1] if valid else None


async def product_with_items(conn: Connection, random: Random) -> tuple[UUID, dict[UUID, Prices]]:
    await split_the_past(conn, MONTHS + 1)
    product_id = await builders.product(conn)
    items = dict[UUID, Prices]()
    for _ in range(12):
        prices = random_prices(random)
        items[await item_with_prices(conn, product_id, prices)] = prices
    return product_id, items


def times(random: Random, items: dict[UUID, Prices]) -> list[datetime]:
    """Return times between changes and at changes, until now."""
    changes = [at for prices in items.values() for at, _ in prices]
    others = [datetime.now(UTC) - timedelta(days=random.uniform(0, MONTHS * 30)) for _ in range(20)]
    return [*random.sample(changes, 10), *others]


@pytest.mark.parametrize("seed", range(3))
async def test_prices_at_a_time_equal_a_replay(
    conn: Connection, api_database: Database, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 (no secret)
    product_id, items = await product_with_items(conn, random)
    for at in times(random, items):
        found = await service.get_product_prices(
            api_database, product_id, PriceAtQuery(at.isoformat())
        )
        expected = {item_id: replayed(prices, at) for item_id, prices in items.items()}
        assert {each.supplier_item_id: each.price for each in found.prices} == expected
        known = [price for price in expected.values() if price is not None]
        assert (found.lowest, found.highest) == (
            min(known, default=None),
            max(known, default=None),
        )
        assert {each.state for each in found.prices} <= {"counted", "not_listed"}


@pytest.mark.parametrize("seed", range(3))
async def test_dropped_months_leave_later_prices_known(
    conn: Connection, database: Database, api_database: Database, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 (no secret)
    product_id, items = await product_with_items(conn, random)
    await maintain_history(database, KEPT_MONTHS)
    start = month(-KEPT_MONTHS)
    for at in [*times(random, items), start, start - timedelta(microseconds=1)]:
        found = await service.get_product_prices(
            api_database, product_id, PriceAtQuery(at.isoformat())
        )
        assert found.unknown_before == start
        for each in found.prices:
            prices = items[each.supplier_item_id]
            expected = replayed(prices, at) if at >= start else None
            assert each.price == expected
            if expected is None:
                assert each.state == ("not_listed" if at < prices[0][0] else "unknown")


@pytest.mark.parametrize("seed", range(3))
async def test_series_equals_the_prices_at_the_end_of_each_day(
    conn: Connection, database: Database, api_database: Database, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 (no secret)
    product_id, items = await product_with_items(conn, random)
    start = None
    if seed:
        await maintain_history(database, KEPT_MONTHS)
        start = month(-KEPT_MONTHS)
    query = PriceSeriesQuery(since=(datetime.now(UTC) - timedelta(days=300)).date())
    series = await service.get_price_series(api_database, product_id, query)
    assert [day.date for day in series.data] == query.days
    for day in series.data:
        end = datetime.combine(day.date, datetime.min.time(), UTC) + timedelta(days=1)
        prices = [replayed(prices, end - timedelta(microseconds=1)) for prices in items.values()]
        known = [price for price in prices if price is not None]
        assert day.lowest == (None if start and end <= start else min(known, default=None))


async def test_prices_now_are_those_of_the_catalog(sales: Client, conn: Connection) -> None:
    product_id = await builders.offered_product(conn, "Hammer", "10.00", "12.50", "9.00")
    await conn.execute("UPDATE supplier_items SET current_price = 8 WHERE current_price = 12.5")
    path = f"/api/v1/admin/products/{product_id}/prices"
    found = (await sales.get(path)).json()
    assert (found["lowest"], found["highest"]) == ("8.00", "10.00")
    assert [each["price"] for each in found["prices"]] == ["10.00", "8.00", "9.00"]
    before = {"as_of": "2020-01-01"}
    found = (await sales.get(path, params=before)).json()
    assert found["as_of"] == "2020-01-01T00:00:00Z"
    assert (found["lowest"], found["highest"]) == (None, None)
    assert {each["state"] for each in found["prices"]} == {"not_listed"}


async def test_absent_items_and_inactive_suppliers_do_not_count(
    sales: Client, conn: Connection
) -> None:
    product_id = await builders.offered_product(conn, "Hammer", "10.00", "8.00", "9.00")
    await conn.execute("UPDATE supplier_items SET absent_since = now() WHERE current_price = 8")
    await conn.execute(
        """
        UPDATE suppliers SET is_active = false
        WHERE id = (SELECT supplier_id FROM supplier_items WHERE current_price = 9)
        """
    )
    found = (await sales.get(f"/api/v1/admin/products/{product_id}/prices")).json()
    assert [each["state"] for each in found["prices"]] == ["counted", "absent", "inactive"]
    assert found["lowest"] == "10.00"
    series = (await sales.get(f"/api/v1/admin/products/{product_id}/price-series")).json()
    assert len(series["data"]) == 90
    assert [day["lowest"] for day in series["data"][-2:]] == [None, "10.00"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("prices?as_of=yesterday", "as_of"),
        ("prices?as_of=2026-01-01T10:00", "as_of"),
        ("prices?as_of=2999-01-01", "as_of"),
        ("prices?as_of=0001-01-01T00:00:00%2B14:00", "as_of"),
        ("price-series?since=2026-02-30", "since"),
        ("price-series?since=2020-01-01&until=2019-01-01", "since"),
        ("price-series?since=2000-01-01", "since"),
        ("price-series?until=2999-01-01", "until"),
        ("price-series?until=0001-01-01&since=0001-01-02", "since"),
    ],
)
async def test_wrong_times_are_refused(sales: Client, path: str, field: str) -> None:
    response = await sales.get(f"/api/v1/admin/products/{uuid4()}/{path}")
    assert response.status_code == 400
    errors: list[dict[str, Any]] = response.json()["error"]["details"]["errors"]
    assert [each["field"] for each in errors] == [field]


@pytest.mark.parametrize("name", ["prices", "price-series"])
async def test_an_unknown_product_is_not_found(sales: Client, name: str) -> None:
    response = await sales.get(f"/api/v1/admin/products/{uuid4()}/{name}")
    assert response.status_code == 404
