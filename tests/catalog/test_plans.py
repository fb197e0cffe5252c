"""The catalog's queries use index scans; `make bench-plans` shows it at 500,000 products."""

import re
from collections.abc import Callable
from itertools import count
from uuid import uuid4

import psycopg
import pytest
import sample

from pricebook.catalog.kept_plans import may_keep_plan
from pricebook.catalog.schemas import CatalogQuery, with_prices
from pricebook.catalog.statements import FilterStatistics, page_statement
from pricebook.db import migrations
from pricebook.db.database import Connection, Database
from pricebook.http.query_string import decode_query
from pricebook.settings import CatalogPrices

# Its generic plan costs more than its custom plan, so that PostgreSQL never uses it.
FAR_PAGE = "page=100"
# Leaves out the count, which would be read from an index, too.
KNOWN_TOTAL = FilterStatistics(7000)
QUERIES = [
    "",
    "page=3",
    FAR_PAGE,
    "sort=price",
    "category_id={category}",
    "category_id={category}&sort=price",
    "category_id={category}&sort=-price",
    "category_id={category}&sort=newest",
    "category_id={category}&sort=price&min_price=10&max_price=11",
    "category_id={category}&search=hammer",
    "search=hammer",
    "search=sku-00001234",
    "search=hammer+red",
    "min_price=10&max_price=11",
    "min_price=10",
    "category_id={category}&min_price=100",
    "search=hammer&min_price=900",
]

WITHOUT_GENERIC_PLAN = {
    "category_id={category}&sort=price",
    "category_id={category}&sort=-price",
    "category_id={category}&sort=newest",
    "min_price=10&max_price=11",
    "min_price=10",
    "search=hammer&min_price=900",
    "category_id={category}&sort=price&min_price=10&max_price=11",
    "category_id={category}&search=hammer",
}


@pytest.fixture(scope="module")
def filled_url(new_database: Callable[..., str]) -> str:
    url = new_database()
    with psycopg.connect(url) as conn:
        sample.fill(conn, products=20_000)
    return url


@pytest.fixture(scope="module")
def target_url(filled_url: str) -> str:
    """The same database with the indexes of target prices."""
    migrations.upgrade(filled_url, catalog_prices="target")
    return filled_url


def criteria_of(
    conn: psycopg.Connection, query: str, prices: CatalogPrices = "supplier"
) -> CatalogQuery:
    category = conn.execute("SELECT id FROM categories LIMIT 1").fetchone()
    assert category
    kind = with_prices(CatalogQuery, prices)
    return decode_query(kind, query.format(category=category[0]).encode())


@pytest.mark.parametrize("query", QUERIES)
def test_no_page_scans_the_whole_table(filled_url: str, query: str) -> None:
    with psycopg.connect(filled_url) as conn:
        plan = plan_of(conn, criteria_of(conn, query))
    assert "on products" in plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize("query", [query for query in QUERIES if query != FAR_PAGE])
def test_no_generic_plan_scans_the_whole_table(filled_url: str, query: str) -> None:
    with psycopg.connect(filled_url) as conn:
        criteria = criteria_of(conn, query)
        assert may_keep_plan(criteria) == (query not in WITHOUT_GENERIC_PLAN)
        if query in WITHOUT_GENERIC_PLAN:
            return
        plan = generic_plan_of(conn, criteria)
    assert "on products" in plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("min_price=10&max_price=11", "products_price_idx"),
        ("search=hammer&min_price=9", "products_search_idx"),
    ],
)
def test_kept_plan_of_a_price_range_reads_few_products(
    filled_url: str, query: str, index: str
) -> None:
    with psycopg.connect(filled_url) as conn:
        plan = generic_plan_of(conn, criteria_of(conn, query))
    assert index in plan, plan
    assert "products_name_idx" not in plan, plan


@pytest.mark.parametrize("sort", ["price", "-price", "newest", "name"])
def test_category_pages_do_not_scan_the_whole_catalog(filled_url: str, sort: str) -> None:
    with psycopg.connect(filled_url) as conn:
        conn.execute("""
            UPDATE products SET category_id = (
                SELECT array_agg(id) FROM (SELECT id FROM categories LIMIT 4) AS large
            )[1 + abs(hashtext(internal_sku)) % 4]
        """)
        conn.execute("ANALYZE products")
        criteria = criteria_of(conn, f"category_id={uuid4()}&sort={sort}")
        plan = plan_of(conn, criteria, KNOWN_TOTAL)
        kept = generic_plan_of(conn, criteria) if may_keep_plan(criteria) else plan
        conn.rollback()
    assert "products_category_" in plan, plan
    assert "products_category_" in kept, kept


def plan_of(
    conn: psycopg.Connection, criteria: CatalogQuery, statistics: FilterStatistics | None = None
) -> str:
    statement = page_statement(criteria, statistics)
    plan_rows = conn.execute("EXPLAIN " + statement.text, statement.values)
    return "\n".join(line for (line,) in plan_rows)


def generic_plan_of(conn: psycopg.Connection, criteria: CatalogQuery) -> str:
    statement = page_statement(criteria, KNOWN_TOTAL).text
    numbers = count(1)
    numbered = re.sub("%s", lambda _: f"${next(numbers)}", statement)
    plan_rows = conn.execute(f"EXPLAIN (GENERIC_PLAN) {numbered}".encode())
    return "\n".join(line for (line,) in plan_rows)


async def test_only_public_queries_use_generic_plans(database_url: str) -> None:
    async with Database(database_url, pool_min=1, pool_max=1) as database:
        for _ in range(2):
            async with database.read() as query_runner:
                assert await plan_cache_mode_of(query_runner.connection) == "auto"
            async with database.connection() as conn:
                assert await plan_cache_mode_of(conn) == "force_custom_plan"
            async with database.transaction() as conn:
                assert await plan_cache_mode_of(conn) == "force_custom_plan"


async def plan_cache_mode_of(on: Connection) -> str:
    row = await (await on.execute("SHOW plan_cache_mode")).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("name", "products_category_idx"),
        ("-name", "products_category_idx"),
        ("price", "products_category_cheapest_idx"),
        ("-price", "products_category_dearest_idx"),
        ("newest", "products_category_newest_idx"),
    ],
)
def test_category_uses_an_index_scan_in_every_order(filled_url: str, sort: str, index: str) -> None:
    with psycopg.connect(filled_url) as conn:
        criteria = criteria_of(conn, f"category_id={{category}}&sort={sort}")
        plan = plan_of(conn, criteria, KNOWN_TOTAL)
    assert index in plan, plan
    assert "->  Sort" not in plan, plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("sort=price", "products_target_cheapest_idx"),
        ("sort=-price", "products_target_dearest_idx"),
        ("category_id={category}&sort=price", "products_category_target_cheapest_idx"),
        ("category_id={category}&sort=-price", "products_category_target_dearest_idx"),
        ("min_price=10&max_price=10.1", "products_target_price_idx"),
    ],
)
def test_target_prices_have_the_indexes_of_the_lowest_price(
    target_url: str, query: str, index: str
) -> None:
    with psycopg.connect(target_url) as conn:
        plan = plan_of(conn, criteria_of(conn, query, "target"), KNOWN_TOTAL)
    assert index in plan, plan
    if "sort" in query:
        assert "->  Sort" not in plan, plan
