"""Price ranges have a kept plan where the distribution of prices shows that it suits them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from decimal import Decimal
from random import Random

import psycopg
import pytest
import sample

from pricebook.catalog.kept_plans import may_keep_plan
from pricebook.catalog.price_distribution import (
    CurrentPriceDistribution,
    PriceDistribution,
    PriceStatistics,
    read_distribution,
)
from pricebook.catalog.schemas import CatalogQuery
from pricebook.db.database import Database
from pricebook.http.query_string import decode_query
from worker_fixtures import eventually

PRODUCTS = 20_000
# A third of the products has one price, a tenth has none.
SKEWED = """
    UPDATE products SET min_price = CASE
        WHEN substr(internal_sku, 5)::integer % 3 = 0 THEN 9.99
        WHEN substr(internal_sku, 5)::integer % 10 > 0 THEN min_price
    END
"""


@pytest.fixture(scope="module")
def skewed_url(new_database: Callable[..., str]) -> str:
    url = new_database()
    with psycopg.connect(url) as conn:
        sample.fill(conn, products=PRODUCTS)
        conn.execute("ALTER TABLE products DISABLE TRIGGER USER")
        conn.execute(SKEWED)
        conn.execute("VACUUM (ANALYZE) products")
    return url


@pytest.fixture
async def distribution(skewed_url: str) -> AsyncGenerator[PriceDistribution]:
    async with Database(skewed_url) as database, database.connection() as conn:
        found = await read_distribution(conn, "min_price")
        assert found
        yield found


async def test_bounds_contain_the_number_of_products(
    skewed_url: str, distribution: PriceDistribution
) -> None:
    rng = Random(1)  # noqa: S311 (no secret)
    rounding = PRODUCTS * 0.002
    with psycopg.connect(skewed_url) as conn:
        for _ in range(300):
            ends = sorted(Decimal(rng.randint(0, 130_000)) / 100 for _ in range(2))
            lowest, highest = (rng.choice([each, None]) for each in ends)
            if rng.random() < 0.2:
                lowest = highest = Decimal("9.99")
            row = conn.execute(
                "SELECT count(*) FROM products WHERE min_price >= coalesce(%s, min_price)"
                " AND min_price <= coalesce(%s, min_price)",
                [lowest, highest],
            ).fetchone()
            assert row
            assert distribution.at_least(lowest, highest) <= row[0] + rounding
            assert distribution.at_most(lowest, highest) >= row[0] - rounding


async def test_bounds_are_close(distribution: PriceDistribution) -> None:
    low, high = Decimal(300), Decimal(600)
    assert distribution.at_most(low, high) - distribution.at_least(low, high) < PRODUCTS * 0.03


def test_ends_of_a_range_count() -> None:
    distribution = PriceDistribution(
        PriceStatistics(100, 0.0, [Decimal(each) for each in range(11)], [Decimal(5)], [0.5])
    )
    five = Decimal(5)
    assert (distribution.at_least(five, five), distribution.at_most(five, five)) == (50, 60)
    assert (distribution.at_least(five, None), distribution.at_most(five, None)) == (75, 80)
    assert (distribution.at_least(Decimal(11), None), distribution.at_most(Decimal(11), None)) == (
        0,
        0,
    )


async def test_table_that_was_never_analysed_has_no_distribution(
    new_database: Callable[..., str],
) -> None:
    async with Database(new_database()) as database, database.connection() as conn:
        assert await read_distribution(conn, "min_price") is None


@pytest.mark.parametrize(
    ("query", "may_keep"),
    [
        ("min_price=500&max_price=510", True),
        ("min_price=500&max_price=510&sort=newest", True),
        ("min_price=500&max_price=900", False),
        ("min_price=9.98&max_price=10", False),
        ("min_price=1100", False),
        ("max_price=6", False),
        ("search=hammer&min_price=400", True),
        ("search=hammer&max_price=9.99", True),
        ("search=hammer&min_price=500&max_price=510", False),
        ("search=h&min_price=400", False),
        ("category_id=00000000-0000-0000-0000-000000000000&search=hammer&min_price=400", False),
    ],
)
async def test_price_ranges_that_keep_their_plan(
    distribution: PriceDistribution, query: str, *, may_keep: bool
) -> None:
    decoded = decode_query(CatalogQuery, query.encode())
    assert may_keep_plan(decoded, distribution) == may_keep
    assert not may_keep_plan(decoded)


async def test_distribution_is_known_soon_after_the_start(skewed_url: str) -> None:
    current = CurrentPriceDistribution("supplier")
    assert current.value is None
    async with Database(skewed_url) as database:
        work = asyncio.create_task(current.maintain(database))
        try:
            await eventually(lambda: current.value is not None)
        finally:
            work.cancel()
    assert current.value
    assert current.value.products == PRODUCTS


async def test_catalog_without_prices_has_no_distribution(skewed_url: str) -> None:
    current = CurrentPriceDistribution("hidden")
    async with Database(skewed_url) as database:
        await current.maintain(database)
    assert current.value is None
