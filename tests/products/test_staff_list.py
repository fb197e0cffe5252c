from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from item_terms import plain_terms
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"


async def listed(client: Client, **parameters: Any) -> dict[str, Any]:
    response = await client.get(PRODUCTS, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


async def names(client: Client, **parameters: Any) -> list[str]:
    response = await listed(client, **parameters)
    product_names = [product["name"] for product in response["data"]]
    assert response["total_count"] == len(product_names)
    return product_names


async def test_a_product_comes_with_all_its_items_the_cheapest_first(
    sales: Client, conn: Connection
) -> None:
    acme, best = await builders.supplier(conn, "ACME"), await builders.supplier(conn, "Best")
    product_id = await builders.product(conn, "Axe", sku="AX", target_price="20")
    dear = await builders.item(conn, acme, "18.0125", product_id=product_id, sku="A", name="Axe A")
    cheap = await builders.item(conn, best, "15", product_id=product_id, sku="B", name="Axe B")
    response = await listed(sales)
    (product,) = response.pop("data")
    assert response == {
        "total_count": 1,
        "total_count_is_exact": True,
        "page": 1,
        "limit": 50,
        "next_cursor": None,
    }
    items = product.pop("supplier_items")
    assert product.pop("updated_at") == product.pop("price_changed_at")
    assert product == {
        "id": str(product_id),
        "internal_sku": "AX",
        "name": "Axe",
        "category_id": None,
        "status": "active",
        "target_price": "20.00",
        **dict.fromkeys(("gtin", "mpn", "brand")),
        "lowest_price": "15.00",
        "highest_price": "18.0125",
        "margin_percentage": 25.0,
        "price_change_percentage": -16.72,
    }
    times = [item.pop("last_ingested_at") for item in items]
    assert all("T" in moment and moment.endswith("Z") for moment in times)
    assert items == [
        {
            "id": str(cheap),
            "supplier_id": str(best),
            "supplier_name": "Best",
            "supplier_sku": "B",
            "name": "Axe B",
            "current_price": "15.00",
            "characteristics": {},
            "absent_since": None,
            **plain_terms("15.00"),
        },
        {
            "id": str(dear),
            "supplier_id": str(acme),
            "supplier_name": "ACME",
            "supplier_sku": "A",
            "name": "Axe A",
            "current_price": "18.0125",
            "characteristics": {},
            "absent_since": None,
            **plain_terms("18.0125"),
        },
    ]


async def test_an_absent_item_is_last_and_has_absent_since(sales: Client, conn: Connection) -> None:
    product_id = await builders.product(conn, "Axe", target_price="20")
    best, acme = await builders.supplier(conn, "Best"), await builders.supplier(conn, "Acme")
    await builders.item(conn, best, "10", sku="gone", product_id=product_id)
    await builders.item(conn, acme, "15", sku="here", product_id=product_id)
    await conn.execute("UPDATE supplier_items SET absent_since = now() WHERE supplier_sku = 'gone'")
    (product,) = (await sales.get(PRODUCTS)).json()["data"]
    shown = [
        (item["supplier_sku"], bool(item["absent_since"])) for item in product["supplier_items"]
    ]
    assert shown == [("here", False), ("gone", True)]
    assert product["margin_percentage"] == 25.0


async def test_one_product_also_has_its_timestamps(sales: Client, conn: Connection) -> None:
    product_id = await builders.product(conn, "Axe", status="archived")
    response = await sales.get(f"{PRODUCTS}/{product_id}")
    product = response.json()
    assert (product["status"], product["target_price"]) == ("archived", None)
    assert product["margin_percentage"] is None
    assert product["created_at"] == product["updated_at"]
    assert product["created_at"].endswith("Z")
    assert (await sales.get(f"{PRODUCTS}/{uuid4()}")).status_code == 404
    assert (await sales.get(f"{PRODUCTS}/tools")).status_code == 400


async def test_products_of_every_status_are_listed_without_a_status_filter(
    sales: Client, conn: Connection
) -> None:
    for status in ("draft", "active", "archived"):
        await builders.product(conn, status, status=status)
    assert await names(sales) == ["active", "archived", "draft"]
    assert await names(sales, status="draft") == ["draft"]


async def test_the_margin_filter_takes_negatives_and_includes_its_bounds(
    sales: Client, conn: Connection
) -> None:
    await builders.offered_product(conn, "half", "10", "12", target_price="20")
    await builders.offered_product(conn, "loss", "30", target_price="20")
    await builders.offered_product(conn, "third", "20", target_price="30")
    await builders.offered_product(conn, "no target", "20")
    await builders.product(conn, "no items", target_price="20")
    assert await names(sales, min_margin=-50) == ["half", "loss", "third"]
    assert await names(sales, max_margin=0) == ["loss"]
    assert await names(sales, min_margin="33.33", max_margin="33.33") == ["third"]
    assert await names(sales, min_margin="33.331") == ["half"]
    assert await names(sales, max_margin="33.329") == ["loss"]
    assert await names(sales, min_margin="-1e300") == ["half", "loss", "third"]
    assert await names(sales, max_margin="1e300") == ["half", "loss", "third"]
    assert await names(sales, min_margin="1e300") == []


async def test_the_supplier_filter_still_shows_the_items_of_all(
    sales: Client, conn: Connection
) -> None:
    acme, best = await builders.supplier(conn), await builders.supplier(conn)
    both = await builders.product(conn, "both")
    for supplier_id in (acme, best, best):
        await builders.item(conn, supplier_id, product_id=both)
    other = await builders.product(conn, "other")
    await builders.item(conn, best, product_id=other)
    await builders.item(conn, acme)
    response = await listed(sales, supplier_id=str(acme))
    (product,) = response["data"]
    assert (response["total_count"], product["name"]) == (1, "both")
    assert len(product["supplier_items"]) == 3
    assert await names(sales, supplier_id=str(uuid4())) == []


async def test_filters_combine_with_and(sales: Client, conn: Connection) -> None:
    await builders.offered_product(conn, "Saw 1", "10", target_price="20")
    await builders.offered_product(conn, "Saw 2", "19", target_price="20")
    await builders.offered_product(conn, "Saw 3", "10", target_price="20", status="draft")
    await builders.offered_product(conn, "Axe", "10", target_price="20")
    assert await names(sales, search="SAW", min_margin=20, status="active") == ["Saw 1"]
    assert await names(sales, search="s%w") == []


async def test_pages_give_each_product_once_with_all_its_items(
    sales: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    made: dict[str, int] = {}
    for number, name in enumerate("ABAACBBA" * 2):
        product_id = await builders.product(conn, name)
        made[str(product_id)] = number % 4
        for _ in range(number % 4):
            await builders.item(conn, supplier_id, product_id=product_id)
    rows: list[tuple[str, UUID]] = []
    for page in range(1, 5):
        response = await listed(sales, page=page, limit=5)
        assert response["total_count"] == 16
        for product in response["data"]:
            assert len(product["supplier_items"]) == made[product["id"]]
            rows.append((product["name"], UUID(product["id"])))
    assert rows == sorted(rows)
    assert {str(product_id) for _, product_id in rows} == set(made)
    assert await listed(sales, page=9) == {
        "total_count": 16,
        "total_count_is_exact": True,
        "page": 9,
        "limit": 50,
        "next_cursor": None,
        "data": [],
    }


@pytest.mark.parametrize("limit", [1, 20])
async def test_a_page_is_an_estimate_and_a_statement_however_long(
    sales: Client, conn: Connection, statements: list[str], limit: int
) -> None:
    supplier_id = await builders.supplier(conn)
    for number in range(20):
        product_id = await builders.product(conn)
        await builders.item(conn, supplier_id, str(number), product_id=product_id)
    await listed(sales)  # the caller is known from here on
    statements.clear()
    assert len((await listed(sales, limit=limit))["data"]) == limit
    assert len(statements) == 2


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("status", "status=sold"),
        ("min_margin", "min_margin=NaN"),
        ("min_margin", "min_margin=-Infinity"),
        ("max_margin", "max_margin=ten"),
        ("min_margin", "min_margin=2&max_margin=1"),
        ("supplier_id", "supplier_id=acme"),
        ("search", "search=%20"),
        ("limit", "limit=201"),
        ("min_price", "min_price=1"),
    ],
)
async def test_a_bad_parameter_is_refused_by_its_name(
    sales: Client, field: str, query: str
) -> None:
    for accept in ("application/json", "text/csv"):
        response = await sales.get(f"{PRODUCTS}?{query}", headers={"Accept": accept})
        assert response.status_code == 400
        (error,) = response.json()["error"]["details"]["errors"]
        assert (error["in"], error["field"]) == ("query", field)


async def test_updated_at_of_a_product_moves_with_a_change_and_only_then(conn: Connection) -> None:
    await builders.offered_product(conn, "Saw", "10", target_price="20")
    look = "SELECT updated_at, margin_percentage FROM products"
    (before,) = await (await conn.execute(look)).fetchall()
    await conn.execute("UPDATE products SET name = name")
    assert await (await conn.execute(look)).fetchall() == [before]
    await conn.execute("UPDATE products SET target_price = 40")
    ((moved, margin),) = await (await conn.execute(look)).fetchall()
    assert moved > before[0]
    assert margin == Decimal(75)


@pytest.mark.parametrize("sort", ["name", "margin", "-updated"])
async def test_products_without_a_target_price(
    sales: AsyncTestClient[Litestar], conn: Connection, sort: str
) -> None:
    await builders.offered_product(conn, "Priced", "5", target_price="8")
    await builders.offered_product(conn, "Offered", "5")
    await builders.product(conn, "Not offered")
    for value, expected in (("false", {"Offered", "Not offered"}), ("true", {"Priced"})):
        query = {"is_priced": value, "sort": sort}
        page = (await sales.get("/api/v1/admin/products", params=query)).json()
        assert {each["name"] for each in page["data"]} == expected
        assert page["total_count"] == len(expected)
