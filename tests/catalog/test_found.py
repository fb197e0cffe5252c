"""Every query plan of a search returns what a scan of all products returns."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Any

import psycopg
import pytest
import sample

from pricebook.catalog import repository
from pricebook.catalog.schemas import CatalogQuery
from pricebook.catalog.sort_orders import SORTS
from pricebook.catalog.statements import (
    FREQUENT_MATCHES,
    FilterStatistics,
    SortKey,
    is_materialised,
    page_statement,
)
from pricebook.db.database import Database

UNUSUAL_PRODUCTS = [
    ("Молоток слесарный", "МС-0001234"),
    ("Ёлка ÉLAN crème brûlée", "EL-00012345"),
    ("Straße ½ Zoll", "ST½-00099999"),
    ("50% off a_b c\\d", "%_\\0001234"),
    ("扳手 活动扳手", "扳手-0001234"),
    ("ΟΔΟΣ", "ΟΔ-001234Σ"),
    ("İSTANBUL ﬁne", "ﬁ-0001234"),
    ("Same", "SKU-0000-1"),
]
WORDS = [
    *("hammer", "HAMMER", "hammer red", "red 1234", "ha", "h", "7", "zq", "zzzzq", "re bit"),
    *("sku-00001234", "SKU-00001234", "00001234", "ku-0000123", "sku-0000", "k77-00500"),
    *("sku-00001234 hammer", "k1-00500 крюк", "00500", "1-00500 00500", "sku-00001234 ha"),
    *("молоток", "МС-0001234", "ёлка élan", "brulee", "el-00012345", "strasse", "½"),
    *("st½-00099999", "50%", "a_b", "c\\d", "%_\\0001234", "%0001234", "_0001234", "扳手-0001234"),
    *("οδ-001234σ", "οδοσ", "fi-0001234", "ﬁ-0001234", "istanbul", "same sku-0000-1", "1234-1"),
]
# The known total selects a query plan and never changes the page.
KNOWN_TOTALS = [None, 300, FREQUENT_MATCHES, 10 * FREQUENT_MATCHES]


@pytest.fixture(scope="module")
def filled_url(new_database: Callable[..., str]) -> str:
    url = new_database()
    with psycopg.connect(url) as conn:
        sample.fill(conn, products=3_000)
        conn.cursor().executemany(
            "INSERT INTO products (name, internal_sku, status) VALUES (%s, %s, 'active')",
            [*UNUSUAL_PRODUCTS, *((f"Крюк {n % 100}", f"K{n}-00500") for n in range(1_200))],
        )
        conn.execute("ANALYZE products")
    return url


def random_fragments(conn: psycopg.Connection) -> Iterator[str]:
    """Yield random parts of search texts."""
    rng = Random(1)  # noqa: S311 (no secret)
    texts = conn.execute("SELECT search_text FROM products ORDER BY internal_sku").fetchall()
    for _ in range(60):
        (text,) = rng.choice(texts)
        start, length = rng.randrange(len(text)), rng.randint(1, 14)
        yield text[start : start + length].strip() or "x"


def ids_by_full_scan(conn: psycopg.Connection, query: CatalogQuery) -> list[str]:
    """Compare every product; return the ids in order."""
    key, direction = SORTS[query.sort]
    condition = " AND strpos(search_text, btrim(search_fold(%s))) > 0"
    statement = "SELECT id::text FROM products WHERE status = 'active' {} ORDER BY {} {}, id {}"
    found = conn.execute(
        statement.format(condition * len(query.words), key, direction, direction).encode(),
        query.words,
    )
    return [each for (each,) in found]


@pytest.mark.parametrize("sort", SORTS)
async def test_every_query_plan_returns_the_same(filled_url: str, sort: Any) -> None:
    rng = Random(sort)  # noqa: S311 (no secret)
    with psycopg.connect(filled_url, autocommit=True) as conn:
        async with Database(filled_url) as database, database.read() as query_runner:
            for words, known in product([*WORDS, *random_fragments(conn)], KNOWN_TOTALS):
                limit = rng.choice([1, 7, 50, 200])
                query = CatalogQuery(search=words, sort=sort, limit=limit)
                expected_ids = ids_by_full_scan(conn, query)
                first: SortKey | None = None
                for number in range(1, 4):
                    total, page = await read(query_runner, query, statistics_of(known, first))
                    if number == 1 and rng.random() < 0.5:
                        first = page.first
                    start = (number - 1) * limit
                    shown = [each.id for each in page.products]
                    assert shown == expected_ids[start : start + limit], (words, known, number)
                    assert total in (None, len(expected_ids)), words
                    assert (page.last is None) == (len(expected_ids) <= start + limit), words
                    if page.last is None:
                        break
                    query = next_page(query, page, by_cursor=rng.random() < 0.5)


def statistics_of(known: int | None, first: SortKey | None = None) -> FilterStatistics | None:
    return None if known is None else FilterStatistics(known, first)


async def read(
    query_runner: Any, query: CatalogQuery, known: FilterStatistics | None
) -> tuple[int | None, repository.ProductPage]:
    if known is None:
        return await repository.list_active(query_runner, query)
    return None, await repository.list_page(query_runner, query, known)


def next_page(
    query: CatalogQuery, page: repository.ProductPage, *, by_cursor: bool
) -> CatalogQuery:
    if by_cursor and page.last is not None:
        cursor = query.cursor_after(page.last.key, page.last.product_id)
        return CatalogQuery(search=query.search, sort=query.sort, limit=query.limit, cursor=cursor)
    return CatalogQuery(
        search=query.search, sort=query.sort, limit=query.limit, page=query.page_number + 1
    )


def plan_of(
    conn: psycopg.Connection, query: CatalogQuery, known: FilterStatistics | None
) -> list[str]:
    statement = page_statement(query, known)
    plan_rows = conn.execute("EXPLAIN (ANALYZE, COSTS OFF) " + statement.text, statement.values)
    return [line for (line,) in plan_rows]


@pytest.mark.parametrize(
    ("words", "known", "scanned_node", "skipped_node"),
    [
        ("sku-00001234", None, "products products_1", "products products_2"),
        ("k77-00500", None, "products products_2", "CTE Scan on suffix_matches suffix_matches_"),
        ("red", 20_000, "products products_1", "products products_2"),
        ("zzzzq", 20_000, "products products_2", "CTE Scan on scan_matches scan_matches_2"),
    ],
)
def test_expensive_branch_runs_only_as_a_fallback(
    filled_url: str, words: str, known: int | None, scanned_node: str, skipped_node: str
) -> None:
    with psycopg.connect(filled_url) as conn:
        plan = plan_of(conn, CatalogQuery(search=words, limit=5), statistics_of(known))
    assert any(scanned_node in line and "never" not in line for line in plan), "\n".join(plan)
    assert any(skipped_node in line and "never" in line for line in plan), "\n".join(plan)


FIRST = SortKey("Hammer", "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22")


@pytest.mark.parametrize(
    ("search", "page", "known", "materialised"),
    [
        ("hammer", 1, None, True),
        ("hammer", 1, FilterStatistics(FREQUENT_MATCHES - 1), True),
        ("hammer", 1, FilterStatistics(FREQUENT_MATCHES), False),
        ("hammer", 1, FilterStatistics(200, FIRST), False),
        ("hammer", 2, FilterStatistics(200, FIRST), True),
        ("hammer", 1, FilterStatistics(100, FIRST), True),
        ("hammer", 11, FilterStatistics(FREQUENT_MATCHES, FIRST), True),
        ("ha", 1, None, False),
        (None, 1, None, False),
        (None, 1, FilterStatistics(FREQUENT_MATCHES), False),
    ],
)
def test_materialised_pages_are_counted_again(
    search: str | None, page: int, *, known: FilterStatistics | None, materialised: bool
) -> None:
    assert is_materialised(CatalogQuery(search=search, page=page), known) == materialised


def test_index_scan_starts_at_the_first_match(filled_url: str) -> None:
    query = CatalogQuery(search="крюк", limit=5)
    with psycopg.connect(filled_url) as conn:
        materialised = page_statement(query)
        row = conn.execute(materialised.text, materialised.values).fetchone()
        assert row
        first = SortKey(row[2], str(row[0]))
        plans = [
            plan_of(conn, query, FilterStatistics(FREQUENT_MATCHES, sort_key))
            for sort_key in (None, first)
        ]
    never = [
        any("products products_" in line and "never" in line for line in plan) for plan in plans
    ]
    assert never == [False, True]
