import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.products import service

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"


async def create(client: Client, **body: Any) -> dict[str, Any]:
    response = await client.post(PRODUCTS, json=body)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{PRODUCTS}/{response.json()['id']}"
    return response.json()


async def refused_field(client: Client, **body: Any) -> str:
    response = await client.post(PRODUCTS, json=body)
    assert response.status_code == 400, response.text
    (error,) = response.json()["error"]["details"]["errors"]
    assert error["in"] == "body"
    return error["field"]


async def rows(conn: Connection, query: str) -> list[tuple[Any, ...]]:
    return await (await conn.execute(query.encode())).fetchall()


async def test_only_the_name_is_required(procurement: Client) -> None:
    made = await create(procurement, name="  Cafe\u0301 table ")
    assert re.fullmatch(r"PROD-\d{13}-[A-Z0-9]{4}", made.pop("internal_sku"))
    assert made.pop("created_at").endswith("Z")
    assert made.pop("id")
    assert made == {
        "name": "Café table",
        "category_id": None,
        "status": "draft",
        "target_price": None,
        **dict.fromkeys(("gtin", "mpn", "brand")),
        "supplier_items": [],
    }


async def test_all_given_fields_are_stored_and_the_item_is_linked(
    procurement: Client, conn: Connection
) -> None:
    tools = await builders.category(conn, "Tools")
    item_id = await builders.item(conn, await builders.supplier(conn), "7.5", sku="A-7")
    made = await create(
        procurement,
        name="Axe",
        internal_sku=" AX-1 ",
        category_id=str(tools),
        status="active",
        target_price="10.125",
        supplier_item_id=str(item_id),
    )
    assert (made["internal_sku"], made["category_id"]) == ("AX-1", str(tools))
    assert (made["status"], made["target_price"]) == ("active", "10.125")
    assert [item["supplier_sku"] for item in made["supplier_items"]] == ["A-7"]
    shown = (await procurement.get(f"{PRODUCTS}/{made['id']}")).json()
    assert shown["supplier_items"] == made["supplier_items"]
    assert shown["margin_percentage"] == 25.93
    assert await rows(conn, "SELECT min_price, supplier_count FROM products") == [
        (Decimal("7.5"), 1)
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("19.9", "19.90"), (19.9, "19.90"), (3, "3.00"), ("0.0125", "0.0125"), ("1.50000", "1.50")],
)
async def test_a_target_price_is_text_or_number(
    procurement: Client, given: object, kept: str
) -> None:
    assert (await create(procurement, name="Axe", target_price=given))["target_price"] == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", None),
        ("name", 5),
        ("name", "x" * 501),
        ("name", "a\0b"),
        ("internal_sku", ""),
        ("internal_sku", "x" * 101),
        ("internal_sku", "a\0b"),
        ("category_id", "tools"),
        ("category_id", str(UUID(int=1))),
        ("status", "archived"),
        ("status", None),
        ("target_price", 0),
        ("target_price", "-1"),
        ("target_price", "0.00001"),
        ("target_price", "1.23456"),
        ("target_price", "NaN"),
        ("target_price", "Infinity"),
        ("target_price", "ten"),
        ("target_price", "1_000"),
        ("target_price", "1e3"),
        ("target_price", "\u0661\u0662"),
        ("target_price", " 5 "),
        ("target_price", "5\n"),
        ("target_price", "+5"),
        ("target_price", ".5"),
        ("target_price", "5."),
        ("target_price", 10**10),
        ("target_price", 1e300),
        ("target_price", True),
        ("supplier_item_id", "x"),
        ("supplier_item_id", str(UUID(int=1))),
        ("colour", "red"),
    ],
)
async def test_a_bad_field_is_refused_by_its_name(
    procurement: Client, conn: Connection, field: str, value: object
) -> None:
    assert await refused_field(procurement, **{"name": "Axe", field: value}) == field
    assert await rows(conn, "SELECT FROM products") == []


async def test_a_name_is_needed(procurement: Client) -> None:
    assert await refused_field(procurement, internal_sku="A") == "name"


async def test_product_and_link_or_neither(procurement: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier(conn)
    taken = await builders.product(conn, sku="AX")
    linked = await builders.item(conn, supplier_id, product_id=taken)
    free = await builders.item(conn, supplier_id)
    assert (
        await refused_field(procurement, name="B", supplier_item_id=str(linked))
        == "supplier_item_id"
    )
    assert (
        await refused_field(procurement, name="B", internal_sku="AX", supplier_item_id=str(free))
        == "internal_sku"
    )
    assert await rows(conn, "SELECT internal_sku FROM products") == [("AX",)]
    assert await rows(conn, "SELECT id FROM supplier_items WHERE product_id IS NULL") == [(free,)]


async def test_a_taken_sku_is_generated_again(
    procurement: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated = iter(["PROD-1-AAAA", "PROD-1-AAAA", "PROD-1-BBBB"])

    def generate(_count: int, _now_ms: int, _choose: object) -> Sequence[str]:
        return [next(generated)]

    monkeypatch.setattr(service, "generate_skus", generate)
    assert (await create(procurement, name="A"))["internal_sku"] == "PROD-1-AAAA"
    assert (await create(procurement, name="B"))["internal_sku"] == "PROD-1-BBBB"


async def test_sales_cannot_create_products(sales: Client, conn: Connection) -> None:
    response = await sales.post(PRODUCTS, json={"name": ""})
    assert response.status_code == 403
    assert await rows(conn, "SELECT FROM products") == []
