"""The category filter of the catalog with all subcategories."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.api.application import create_app
from pricebook.catalog import repository
from pricebook.catalog.schemas import CatalogQuery, with_prices
from pricebook.catalog.statements import FilterStatistics, page_statement
from pricebook.db.database import Connection, Database
from pricebook.http.query_string import decode_query
from pricebook.settings import CatalogPrices, Settings

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/catalog"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The settings of an API without response cache: it shows a change at once."""
    return msgspec.structs.replace(settings, catalog_memory_mb=0)


async def names(client: Client, category_id: UUID, **parameters: Any) -> list[str]:
    """Return the names of a subtree's products, of the list and of both exports."""
    query = {"category_id": str(category_id), "include_subcategories": "true", **parameters}
    response = await client.get(PATH, params=query)
    assert response.status_code == 200, response.text
    page = response.json()
    assert page["total_count"] == len(page["data"])
    lines = (await client.get(f"{PATH}/export", params=query)).content.splitlines()
    assert [msgspec.json.decode(line) for line in lines] == page["data"]
    table = (await client.get(f"{PATH}/export/csv", params=query)).text.splitlines()
    assert len(table) == 1 + len(lines)
    return [product["name"] for product in page["data"]]


async def test_subtree_has_products_of_every_depth(client: Client, conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    blades = await builders.category(conn, "Blades", saws)
    garden = await builders.category(conn, "Garden")
    for name, category_id in [("A", tools), ("B", saws), ("C", blades), ("D", garden), ("E", None)]:
        await builders.offered_product(conn, name, "5", category_id=category_id)
        await builders.product(conn, f"{name} draft", status="draft", category_id=category_id)
    assert await names(client, tools) == ["A", "B", "C"]
    assert await names(client, saws, sort="-name") == ["C", "B"]
    assert await names(client, saws, search="c") == ["C"]
    assert await names(client, tools, min_price=6) == []
    assert await names(client, uuid4()) == []
    for query in ({}, {"include_subcategories": "false"}):
        response = await client.get(PATH, params={"category_id": str(saws), **query})
        assert [each["name"] for each in response.json()["data"]] == ["B"]
    await conn.execute("UPDATE categories SET parent_id = %s WHERE id = %s", [garden, saws])
    assert await names(client, tools) == ["A"]
    assert await names(client, garden) == ["B", "C", "D"]


async def test_cycle_ends(client: Client, conn: Connection) -> None:
    """No request makes a cycle, but a program that writes to the database could."""
    first = await builders.category(conn, "First")
    second = await builders.category(conn, "Second", first)
    for name, category_id in [("A", first), ("B", second)]:
        await builders.product(conn, name, category_id=category_id)
    await conn.execute("UPDATE categories SET parent_id = %s WHERE id = %s", [second, first])
    assert await names(client, first) == await names(client, second) == ["A", "B"]
    await conn.execute("UPDATE categories SET parent_id = id")
    assert await names(client, first) == ["A"]


async def test_deep_chain(client: Client, conn: Connection) -> None:
    chain = [await builders.category(conn, "0")]
    for depth in range(1, 500):
        chain.append(await builders.category(conn, str(depth), chain[-1]))
    await builders.product(conn, "Deepest", category_id=chain[-1])
    assert await names(client, chain[0]) == ["Deepest"]


def test_normalised_keys_and_links() -> None:
    category = uuid4()
    plain, explicit, subtree = (
        decode_query(CatalogQuery, f"category_id={category}{rest}".encode())
        for rest in ("", "&include_subcategories=false", "&include_subcategories=true")
    )
    assert plain.key == explicit.key != subtree.key
    assert plain.filters != subtree.filters
    assert explicit.next_page("x") == f"category_id={category}&sort=name&limit=50&cursor=x"
    assert subtree.next_page("x") == (
        f"category_id={category}&include_subcategories=true&sort=name&limit=50&cursor=x"
    )
    cursor = plain.cursor_after("A", str(uuid4()))
    with pytest.raises(Exception, match="cursor"):
        CatalogQuery(category_id=category, include_subcategories=True, cursor=cursor)


# Every plan returns what a plain reading of all products returns ---------------------------------


class Product(NamedTuple):
    id: str
    name: str
    search_text: str
    category_id: str | None
    min_price: Decimal | None
    target_price: Decimal | None
    created_at: str


PRODUCTS = """
    INSERT INTO products (internal_sku, name, status, category_id, target_price, created_at)
    SELECT 'S-' || n,
        CASE WHEN n %% 3 = 0 THEN 'Saw ' ELSE 'Axe ' END || (n * 7919 %% 2000),
        CASE WHEN n %% 11 = 0 THEN 'draft' ELSE 'active' END::product_status,
        (%(ids)s::uuid[])[1 + (n * n) %% %(count)s], nullif(n * 31 %% 200, 0), now() + n %% 50 * '1 s'::interval
    FROM generate_series(1, 3000) AS n
"""  # noqa: E501 (SQL)
ITEMS = """
    INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
    SELECT %s, id, internal_sku, name, 1 + hashtext(internal_sku) %% 50 + 50 FROM products
    WHERE internal_sku NOT LIKE '%%7'
"""


@pytest.fixture(scope="module")
def forest(new_database: Callable[..., str]) -> str:
    """A database with 60 categories in trees, of which some have most products and some none."""
    url = new_database()
    rng = Random(1)  # noqa: S311 (no secret)
    with psycopg.connect(url) as conn:
        ids: list[UUID] = []
        for number in range(60):
            parent = rng.choice(ids) if ids and rng.random() < 0.9 else None
            row = conn.execute(
                "INSERT INTO categories (name, parent_id) VALUES (%s, %s) RETURNING id",
                [str(number), parent],
            ).fetchone()
            assert row
            ids.append(row[0])
        placed = [*ids[:40], *[ids[5]] * 25, *[ids[39]] * 5]
        conn.execute(PRODUCTS, {"ids": placed, "count": len(placed)})
        row = conn.execute(
            "INSERT INTO suppliers (name, source_type) VALUES ('A', 'csv') RETURNING id"
        ).fetchone()
        assert row
        conn.execute(ITEMS, [row[0]])
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM (ANALYZE)")
    return url


@pytest.fixture
async def reader(forest: str) -> AsyncIterator[Any]:
    async with Database(forest) as database, database.read() as query_runner:
        yield query_runner


def subtree_of(conn: psycopg.Connection, root: str) -> set[str]:
    parents = dict(conn.execute("SELECT id::text, parent_id::text FROM categories").fetchall())
    found, size = {root}, 0
    while size < len(found):
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def all_products(conn: psycopg.Connection) -> list[Product]:
    cursor = conn.execute("""
        SELECT id::text, name, search_text, category_id::text, min_price, target_price,
            created_at::text
        FROM products WHERE status = 'active'
    """)
    return [Product(*row) for row in cursor.fetchall()]


def expected_ids(products: list[Product], query: CatalogQuery, subtree: set[str]) -> list[str]:
    """Return the ids of the products that pass the filters, in order."""
    column = "target_price" if query.prices == "target" else "min_price"
    infinite = Decimal("-Infinity" if query.sort == "-price" else "Infinity")

    def price(product: Product) -> Decimal:
        value: Decimal | None = getattr(product, column)
        return infinite if value is None else value

    def passes(product: Product) -> bool:
        value: Decimal | None = getattr(product, column)
        return (
            product.category_id in subtree
            and all(word in product.search_text for word in query.words)
            and (query.lowest is None or (value is not None and value >= query.lowest))
            and (query.highest is None or (value is not None and value <= query.highest))
        )

    keys: dict[str, Callable[[Product], Any]] = {
        "name": lambda product: product.name,
        "price": price,
        "newest": lambda product: product.created_at,
    }
    key = keys[query.sort.removeprefix("-")]
    is_descending = query.sort in {"-name", "-price", "newest"}
    found = sorted(
        filter(passes, products), key=lambda each: (key(each), each.id), reverse=is_descending
    )
    return [product.id for product in found]


@pytest.mark.parametrize("prices", ["supplier", "target"])
@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "newest"])
async def test_every_page_equals_a_plain_reading(
    forest: str, reader: Any, prices: CatalogPrices, sort: Any
) -> None:
    rng = Random(f"{prices} {sort}")  # noqa: S311 (no secret)
    kind = with_prices(CatalogQuery, prices)
    with psycopg.connect(forest, autocommit=True) as conn:
        products = all_products(conn)
        ids = [each for (each,) in conn.execute("SELECT id::text FROM categories ORDER BY id")]
        for root in rng.sample(ids, 25):
            lowest = rng.choice([None, None, Decimal(rng.randint(1, 150))])
            filters: dict[str, Any] = {
                "category_id": UUID(root),
                "include_subcategories": True,
                "sort": sort,
                "limit": rng.choice([1, 7, 50, 200]),
                "min_price": lowest,
                "max_price": rng.choice([None, lowest and lowest + 2]),
                "search": rng.choice([None, None, "saw", "w", "saw 1"]),
            }
            query = kind(**filters)
            expected = expected_ids(products, query, subtree_of(conn, root))
            for number in range(1, 5):
                known = rng.choice([None, FilterStatistics(len(expected))])
                if known is None:
                    total, page = await repository.list_active(reader, query)
                    assert total == len(expected)
                else:
                    page = await repository.list_page(reader, query, known)
                start = (number - 1) * query.limit
                shown = [each.id for each in page.products]
                assert shown == expected[start : start + query.limit], filters
                assert (page.last is None) == (len(expected) <= start + query.limit)
                if page.last is None:
                    break
                cursor = query.cursor_after(page.last.key, page.last.product_id)
                position = {"cursor": cursor} if rng.random() < 0.5 else {"page": number + 1}
                query = kind(**filters, **position)


def test_fallback_runs_only_for_small_subtrees(forest: str) -> None:
    with psycopg.connect(forest) as conn:
        sizes = conn.execute("""
            SELECT category_id FROM products WHERE category_id IS NOT NULL
            GROUP BY category_id ORDER BY count(*)
        """).fetchall()
        plans: list[str] = []
        for (category_id,) in (sizes[0], sizes[-1]):
            query = CatalogQuery(category_id=category_id, include_subcategories=True, limit=5)
            statement = page_statement(query, FilterStatistics(9))
            lines = conn.execute(
                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + statement.text, statement.values
            )
            plans.append("\n".join(line for (line,) in lines))
    small, large = plans
    assert "products_category_idx on products products_1 (never" not in small.replace("using ", "")
    assert "never executed" in large
    assert "Seq Scan on products" not in small + large


async def test_caches_of_a_subtree(settings: Settings, conn: Connection) -> None:
    """Counts and pages of a category and of its subtree are cached apart."""
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    for name, category_id in [("A", tools), ("B", saws)]:
        await builders.product(conn, name, category_id=category_id)
    cached = msgspec.structs.replace(settings, catalog_memory_mb=1)
    async with AsyncTestClient(create_app(cached)) as client:
        for _ in range(3):
            for include, count in (("true", 2), ("false", 1)):
                query = {"category_id": str(tools), "include_subcategories": include, "limit": 1}
                response = await client.get(PATH, params=query)
                assert response.json()["total_count"] == count
                assert ("next" in response.links) == (count > 1)
