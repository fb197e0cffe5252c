"""Whatever way a search goes, it finds what a look at every product finds."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Any

import psycopg
import pytest
import sample

from pricebook.catalog import repository
from pricebook.catalog.schemas import CatalogQuery
from pricebook.catalog.statements import FREQUENT, SORTS, Known, Place, is_gathered, page_statement
from pricebook.db import Database

ODD = [
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
# What is said to be known leads to a way, never to another page.
KNOWN = [None, 300, FREQUENT, 10 * FREQUENT]


@pytest.fixture(scope="module")
def filled_url(new_database: Callable[..., str]) -> str:
    url = new_database()
    with psycopg.connect(url) as conn:
        sample.fill(conn, products=3_000)
        conn.cursor().executemany(
            "INSERT INTO products (name, internal_sku, status) VALUES (%s, %s, 'active')",
            [*ODD, *((f"Крюк {n % 100}", f"K{n}-00500") for n in range(1_200))],
        )
        conn.execute("ANALYZE products")
    return url


def pieces(conn: psycopg.Connection) -> Iterator[str]:
    """Yield pieces of what there is to find, some together."""
    chosen = Random(1)  # noqa: S311 (no secret)
    texts = conn.execute("SELECT search_text FROM products ORDER BY internal_sku").fetchall()
    for _ in range(60):
        (text,) = chosen.choice(texts)
        begin, length = chosen.randrange(len(text)), chosen.randint(1, 14)
        yield text[begin : begin + length].strip() or "x"


def looked_for(conn: psycopg.Connection, query: CatalogQuery) -> list[str]:
    """Look at every product; return the ids in order."""
    key, direction = SORTS[query.sort]
    condition = " AND strpos(search_text, btrim(search_fold(%s))) > 0"
    statement = "SELECT id::text FROM products WHERE status = 'active' {} ORDER BY {} {}, id {}"
    found = conn.execute(
        statement.format(condition * len(query.words), key, direction, direction).encode(),
        query.words,
    )
    return [each for (each,) in found]


@pytest.mark.parametrize("sort", SORTS)
async def test_every_way_finds_the_same(filled_url: str, sort: Any) -> None:
    chosen = Random(sort)  # noqa: S311 (no secret)
    with psycopg.connect(filled_url, autocommit=True) as conn:
        async with Database(filled_url) as database, database.read() as reader:
            for words, known in product([*WORDS, *pieces(conn)], KNOWN):
                limit = chosen.choice([1, 7, 50, 200])
                query = CatalogQuery(search=words, sort=sort, limit=limit)
                wanted = looked_for(conn, query)
                first: Place | None = None
                for number in range(1, 4):
                    total, page = await read(reader, query, told(known, first))
                    if number == 1 and chosen.random() < 0.5:
                        first = page.first
                    begin = (number - 1) * limit
                    shown = [each.id for each in page.products]
                    assert shown == wanted[begin : begin + limit], (words, known, number)
                    assert total in (None, len(wanted)), words
                    assert (page.last is None) == (len(wanted) <= begin + limit), words
                    if page.last is None:
                        break
                    query = next_page(query, page, by_cursor=chosen.random() < 0.5)


def told(known: int | None, first: Place | None = None) -> Known | None:
    return None if known is None else Known(known, first)


async def read(
    reader: Any, query: CatalogQuery, known: Known | None
) -> tuple[int | None, repository.Slice]:
    if known is None:
        return await repository.list_active(reader, query)
    return None, await repository.list_page(reader, query, known)


def next_page(query: CatalogQuery, page: repository.Slice, *, by_cursor: bool) -> CatalogQuery:
    if by_cursor and page.last is not None:
        cursor = query.cursor_after(page.last.key, page.last.product_id)
        return CatalogQuery(search=query.search, sort=query.sort, limit=query.limit, cursor=cursor)
    return CatalogQuery(
        search=query.search, sort=query.sort, limit=query.limit, page=query.shown_page + 1
    )


def plan_of(conn: psycopg.Connection, query: CatalogQuery, known: Known | None) -> list[str]:
    asked = page_statement(query, known)
    explained = conn.execute("EXPLAIN (ANALYZE, COSTS OFF) " + asked.text, asked.values)
    return [line for (line,) in explained]


@pytest.mark.parametrize(
    ("words", "known", "reads", "leaves"),
    [
        ("sku-00001234", None, "products products_1", "products products_2"),
        ("k77-00500", None, "products products_2", "CTE Scan on near near_"),
        ("red", 20_000, "products products_1", "products products_2"),
        ("zzzzq", 20_000, "products products_2", "CTE Scan on met met_2"),
    ],
)
def test_the_dear_way_is_gone_only_when_the_cheap_one_does_not_do(
    filled_url: str, words: str, known: int | None, reads: str, leaves: str
) -> None:
    with psycopg.connect(filled_url) as conn:
        plan = plan_of(conn, CatalogQuery(search=words, limit=5), told(known))
    assert any(reads in line and "never" not in line for line in plan), "\n".join(plan)
    assert any(leaves in line and "never" in line for line in plan), "\n".join(plan)


FIRST = Place("Hammer", "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22")


@pytest.mark.parametrize(
    ("search", "page", "known", "gathered"),
    [
        ("hammer", 1, None, True),
        ("hammer", 1, Known(FREQUENT - 1), True),
        ("hammer", 1, Known(FREQUENT), False),
        ("hammer", 1, Known(200, FIRST), False),
        ("hammer", 2, Known(200, FIRST), True),
        ("hammer", 1, Known(100, FIRST), True),
        ("hammer", 11, Known(FREQUENT, FIRST), True),
        ("ha", 1, None, False),
        (None, 1, None, False),
        (None, 1, Known(FREQUENT), False),
    ],
)
def test_what_has_to_be_gathered_is_counted_anew(
    search: str | None, page: int, *, known: Known | None, gathered: bool
) -> None:
    assert is_gathered(CatalogQuery(search=search, page=page), known) == gathered


def test_a_walk_begins_where_the_words_do(filled_url: str) -> None:
    query = CatalogQuery(search="крюк", limit=5)
    with psycopg.connect(filled_url) as conn:
        gathered = page_statement(query)
        row = conn.execute(gathered.text, gathered.values).fetchone()
        assert row
        first = Place(row[2], str(row[0]))
        plans = [plan_of(conn, query, Known(FREQUENT, place)) for place in (None, first)]
    never = [any("products products_" in line and "never" in line for line in p) for p in plans]
    assert never == [False, True]
