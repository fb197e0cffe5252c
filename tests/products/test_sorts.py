"""The sorts of the staff list, and the last change of a product's price."""

from decimal import Decimal
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db import keyset
from pricebook.db.database import Connection, Database
from pricebook.products import bulk, list_plans

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"
SORTS = ["name", "margin", "price_change", "updated"]
FIELDS = {
    "name": "name",
    "margin": "margin_percentage",
    "price_change": "price_change_percentage",
    "updated": "updated_at",
}


async def page_of(client: Client, **query: Any) -> dict[str, Any]:
    response = await client.get(PRODUCTS, params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def walk(client: Client, **query: Any) -> list[dict[str, Any]]:
    """Return the products of all pages of three, by cursor."""
    products: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await page_of(client, limit=3, **query, **cursor)
        products += page["data"]
        if page["next_cursor"] is None:
            return products
        cursor = {"cursor": page["next_cursor"]}


async def one(client: Client) -> dict[str, Any]:
    (product,) = (await page_of(client))["data"]
    return product


@pytest.fixture
async def goods(conn: Connection) -> None:
    """Products with and without margin and price change."""
    random = Random(3)  # noqa: S311 (repeatable)
    supplier_id = await builders.supplier(conn, "ACME")
    for number in range(20):
        product_id = await builders.product(
            conn,
            f"Hammer {random.randrange(9)}",
            target_price=random.choice([None, "20", "30"]),
            status=random.choice(["draft", "active"]),
        )
        if number % 4:
            item_id = await builders.item(
                conn, supplier_id, "10", product_id=product_id, sku=f"I{number}"
            )
            await conn.execute(
                "UPDATE supplier_items SET current_price = %s WHERE id = %s",
                [random.choice([8, 10, 15]), item_id],
            )


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize("limits", [(10_000, 5_000), (0, 5_000), (0, 4)])
@pytest.mark.parametrize("prefix", ["", "-"])
@pytest.mark.parametrize("sort", SORTS)
async def test_sorts_in_both_directions(
    sales: Client, sort: str, prefix: str, limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.products.listing.COUNT_LIMIT", limits[0])
    monkeypatch.setattr(keyset, "SCAN_LIMIT", limits[1])
    products = await walk(sales, sort=prefix + sort)
    assert len({product["id"] for product in products}) == len(products) == 20
    values = [product[FIELDS[sort]] for product in products]
    present = [value for value in values if value is not None]
    assert present == sorted(present, reverse=prefix == "-")
    assert values == present + [None] * (len(values) - len(present))
    draft = [product["id"] for product in products if product["status"] == "draft"]
    found = await walk(sales, sort=prefix + sort, status="draft")
    assert [product["id"] for product in found] == draft
    found = await walk(sales, sort=prefix + sort, search="hammer")
    assert [product["id"] for product in found] == [product["id"] for product in products]
    numbered = (await page_of(sales, sort=prefix + sort, limit=3, page=3))["data"]
    assert numbered == products[6:9]


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize("sort", ["name", "margin", "-margin", "price_change", "-updated"])
async def test_margin_bounds_hold_in_every_sort(sales: Client, sort: str) -> None:
    products = await walk(sales, sort=sort, min_margin=20, max_margin=60)
    assert products
    assert all(20 <= product["margin_percentage"] <= 60 for product in products)


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    "filters", [{}, {"status": "draft"}, {"max_margin": "40"}, {"search": "hammer"}]
)
@pytest.mark.parametrize("case", [*product(SORTS, ("", "-"), (0, 1000))])
async def test_the_products_of_a_supplier_have_the_order_of_all(
    sales: Client,
    conn: Connection,
    case: tuple[str, str, int],
    filters: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, prefix, most_hashed = case
    sort = prefix + name
    supplier_id = await builders.supplier(conn, "Other")
    expected = await walk(sales, sort=sort, **filters)
    for number, supplied in enumerate(expected[len(expected) // 2 :]):
        product_id = UUID(supplied["id"])
        await builders.item(conn, supplier_id, "90", product_id=product_id, sku=f"O{number}")
    await conn.execute("ANALYZE")
    expected = [
        each["id"]
        for each in await walk(sales, sort=sort, **filters)
        if str(supplier_id) in {item["supplier_id"] for item in each["supplier_items"]}
    ]
    assert expected
    monkeypatch.setattr("pricebook.products.listing.SEARCH_COUNT_LIMIT", 0)
    monkeypatch.setattr("pricebook.products.listing.NEAR_LIMIT", 3)
    monkeypatch.setattr(keyset, "SCAN_LIMIT", 3)
    monkeypatch.setattr(list_plans, "MAX_HASHED", most_hashed)
    found = await walk(sales, sort=sort, supplier_id=str(supplier_id), **filters)
    assert [each["id"] for each in found] == expected


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize("is_priced", ["false", "true"])
@pytest.mark.parametrize("limits", [(10_000, 5_000), (0, 5_000), (0, 4)])
@pytest.mark.parametrize("sort", [prefix + sort for sort in SORTS for prefix in ("", "-")])
async def test_products_without_a_target_price_have_the_order_of_all(
    sales: Client,
    sort: str,
    limits: tuple[int, int],
    is_priced: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pricebook.products.listing.COUNT_LIMIT", limits[0])
    monkeypatch.setattr(keyset, "SCAN_LIMIT", limits[1])
    products = await walk(sales, sort=sort)
    found = await walk(sales, sort=sort, is_priced=is_priced)
    assert [each["id"] for each in found] == [
        each["id"]
        for each in products
        if (each["target_price"] is not None) is (is_priced == "true")
    ]


@pytest.mark.usefixtures("goods")
async def test_export_has_the_sort_of_the_list(sales: Client) -> None:
    names = [product["id"] for product in await walk(sales, sort="-margin")]
    response = await sales.get(f"{PRODUCTS}/export", params={"sort": "-margin"})
    lines = [line.split(",")[0] for line in response.text.splitlines()[1:]]
    assert list(dict.fromkeys(lines)) == names


async def test_price_change_is_the_last_one(sales: Client, conn: Connection) -> None:
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn), "10", product_id=product_id)
    assert (await one(sales))["price_change_percentage"] is None
    changes: list[float | None] = []
    for price in ("12", "9", "9", "0", "5"):
        await conn.execute(
            "UPDATE supplier_items SET current_price = %s WHERE id = %s", [Decimal(price), item_id]
        )
        changes.append((await one(sales))["price_change_percentage"])
    assert changes == [20.0, -25.0, -25.0, -100.0, None]
    before = await one(sales)
    await conn.execute("UPDATE products SET target_price = 9")
    after = await one(sales)
    assert after["price_changed_at"] == before["price_changed_at"] < after["updated_at"]


async def test_old_price_changes_are_cleared(
    sales: Client, conn: Connection, database: Database
) -> None:
    product_id = await builders.product(conn)
    await builders.item(conn, await builders.supplier(conn), "10", product_id=product_id)
    await conn.execute("UPDATE supplier_items SET current_price = 12")
    await bulk.clear_old_price_changes(database)
    recent = await one(sales)
    assert recent["price_change_percentage"] == 20.0
    await conn.execute("UPDATE products SET price_changed_at = now() - interval '31 days'")
    await bulk.clear_old_price_changes(database)
    cleared = await one(sales)
    assert (cleared["price_change_percentage"], cleared["price_changed_at"]) == (None, None)
    assert cleared["updated_at"] == recent["updated_at"]


@pytest.mark.parametrize("sort", ["price", "-", "margin,name", ""])
async def test_unknown_sort_is_refused(sales: Client, sort: str) -> None:
    response = await sales.get(PRODUCTS, params={"sort": sort})
    assert response.status_code == 400
    assert "sort" in response.text
