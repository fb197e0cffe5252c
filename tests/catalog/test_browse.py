from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]


async def browse(client: Client, **parameters: Any) -> dict[str, Any]:
    response = await client.get("/api/v1/catalog", params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


async def names(client: Client, **parameters: Any) -> list[str]:
    return [product["name"] for product in (await browse(client, **parameters))["data"]]


async def test_a_product_shows_its_price_range_and_number_of_suppliers(
    client: Client, conn: Connection
) -> None:
    tools = await builders.category(conn, "Tools")
    product_id = await builders.offered_product(
        conn, "Hammer", "19.90", "0.0125", "7", sku="H-1", category_id=tools
    )
    assert await browse(client) == {
        "total_count": 1,
        "page": 1,
        "limit": 50,
        "data": [
            {
                "id": str(product_id),
                "internal_sku": "H-1",
                "name": "Hammer",
                "category_id": str(tools),
                "min_price": "0.0125",
                "max_price": "19.90",
                "supplier_count": 3,
            }
        ],
    }


async def test_supplier_with_two_items_counts_once(client: Client, conn: Connection) -> None:
    product_id = await builders.product(conn)
    supplier_id = await builders.supplier(conn)
    for price in ("10", "12"):
        await builders.item(conn, supplier_id, price, product_id=product_id)
    (shown,) = (await browse(client))["data"]
    assert shown["supplier_count"] == 1
    assert (shown["min_price"], shown["max_price"]) == ("10.00", "12.00")


@pytest.mark.parametrize("status", ["draft", "archived"])
async def test_only_active_products_are_public(
    client: Client, conn: Connection, status: str
) -> None:
    hidden = await builders.product(conn, status=status)
    assert (await browse(client))["total_count"] == 0
    assert (await client.get(f"/api/v1/catalog/{hidden}")).status_code == 404


async def test_product_without_items_has_zero_prices_and_matches_no_price_filter(
    client: Client, conn: Connection
) -> None:
    await builders.product(conn)
    (shown,) = (await browse(client))["data"]
    assert (shown["min_price"], shown["max_price"], shown["supplier_count"]) == ("0.00", "0.00", 0)
    assert await names(client, min_price=0) == []
    assert await names(client, max_price=5) == []


async def test_price_filter_compares_the_lowest_price_inclusively(
    client: Client, conn: Connection
) -> None:
    await builders.offered_product(conn, "A", "10.00", "90.00")
    await builders.offered_product(conn, "B", "10.0001")
    await builders.offered_product(conn, "C", "9.9999")
    assert await names(client, min_price=10, max_price=10) == ["A"]
    assert await names(client, min_price="10.00001") == ["B"]
    assert await names(client, max_price="9.99999") == ["C"]
    assert await names(client, min_price=50) == []
    assert await names(client, min_price="1e1") == ["A", "B"]


async def test_filters_combine_with_and(client: Client, conn: Connection) -> None:
    tools, garden = [await builders.category(conn, name) for name in ("Tools", "Garden")]
    await builders.offered_product(conn, "Saw large", "10", category_id=tools)
    await builders.offered_product(conn, "Saw small", "5", category_id=tools)
    await builders.offered_product(conn, "Saw garden", "10", category_id=garden)
    await builders.offered_product(conn, "Hammer", "10", category_id=tools)
    found = await names(client, search="saw", category_id=str(tools), min_price=6)
    assert found == ["Saw large"]
    assert await names(client, category_id=str(uuid4())) == []


@pytest.mark.parametrize(
    ("words", "name", "sku"),
    [
        ("HAMMER", "Claw hammer", "X"),
        ("claw x-1", "Claw hammer", "X-1"),
        ("hammer  claw", "Claw hammer", "X"),
        ("ammer", "Claw hammer", "X"),
        ("strasse", "Straße", "X"),
        ("STRASSE", "straße", "X"),
        ("cafe", "Café", "X"),
        ("café", "CAFE", "X"),
        ("caf\u0065\u0301", "Café", "X"),
        ("lodz", "Łódź", "X"),
        ("ёлка", "ЕЛКА", "X"),
        ("молоток", "МОЛОТОК слесарный", "X"),
        ("οδοσ", "ΟΔΟΣ", "X"),
        ("οδός", "ΟΔΟΣ", "X"),
        ("istanbul", "İSTANBUL", "X"),
        ("扳手", "活动扳手", "X"),
        ("50%", "Discount 50% off", "X"),
        ("a_b", "A_B", "X"),
        ("c\\d", "C\\D", "X"),
        ("m8", "Bolt", "M8-20"),
        ("null", "NULL modem", "X"),
        ("8", "Bolt M8", "X"),
    ],
)
async def test_search_finds(
    client: Client, conn: Connection, words: str, name: str, sku: str
) -> None:
    await builders.product(conn, name, sku=sku)
    assert await names(client, search=words) == [name]


@pytest.mark.parametrize("words", ["%", "_", "\\", "h%r", "hammer saw", "hammer%"])
async def test_search_has_no_wildcards_and_requires_every_word(
    client: Client, conn: Connection, words: str
) -> None:
    await builders.product(conn, "Hammer", sku="X")
    assert await names(client, search=words) == []


async def test_pages_have_each_product_once_in_a_total_order(
    client: Client, conn: Connection
) -> None:
    created = {str(await builders.product(conn, name)) for name in "ABAACBBA" * 3}
    rows: list[tuple[str, UUID]] = []
    for page in range(1, 6):
        answer = await browse(client, page=page, limit=5)
        assert answer["total_count"] == 24
        rows += [(product["name"], UUID(product["id"])) for product in answer["data"]]
    assert rows == sorted(rows)
    assert {str(product_id) for _, product_id in rows} == created
    assert len(rows) == 24


async def test_page_beyond_the_end_is_empty_with_the_total_count(
    client: Client, conn: Connection
) -> None:
    await builders.product(conn)
    assert await browse(client, page=9) == {"total_count": 1, "page": 9, "limit": 50, "data": []}


async def test_product_has_its_category_name(client: Client, conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    product_id = await builders.offered_product(conn, "Hammer", "3.5", category_id=tools)
    response = await client.get(f"/api/v1/catalog/{product_id}")
    assert response.json()["category_name"] == "Tools"
    assert response.json()["min_price"] == "3.50"


async def test_categories_count_their_active_products(client: Client, conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    for status in ("active", "active", "draft"):
        await builders.product(conn, status=status, category_id=saws)
    response = await client.get("/api/v1/categories")
    assert response.json() == {
        "total_count": 2,
        "page": 1,
        "limit": 50,
        "data": [
            {"id": str(saws), "name": "Saws", "parent_id": str(tools), "product_count": 2},
            {"id": str(tools), "name": "Tools", "parent_id": None, "product_count": 0},
        ],
    }


@pytest.mark.parametrize("path", ["/api/v1/catalog", "/api/v1/catalog/", "/api/v1/categories/"])
async def test_path_works_with_and_without_trailing_slash(client: Client, path: str) -> None:
    assert (await client.get(path, follow_redirects=False)).status_code == 200
