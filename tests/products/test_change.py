from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"


async def change(client: Client, product_id: UUID, **body: Any) -> dict[str, Any]:
    response = await client.patch(f"{PRODUCTS}/{product_id}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def status_of(client: Client, product_id: UUID, **body: Any) -> int:
    return (await client.patch(f"{PRODUCTS}/{product_id}", json=body)).status_code


async def test_what_is_given_changes_and_nothing_else(
    procurement: Client, conn: Connection
) -> None:
    tools = await builders.category(conn, "Tools")
    product_id = await builders.offered_product(
        conn, "Axe", "5", sku="AX", category_id=tools, target_price="10"
    )
    before = (await procurement.get(f"{PRODUCTS}/{product_id}")).json()
    after = await change(procurement, product_id, name=" Axes ")
    moved = after.pop("updated_at"), before.pop("updated_at")
    assert moved[0] > moved[1]
    assert after == before | {"name": "Axes"}
    after = await change(procurement, product_id, status="draft", target_price=20)
    assert (after["name"], after["status"]) == ("Axes", "draft")
    assert (after["target_price"], after["margin_percentage"]) == ("20.00", 75.0)


async def test_null_takes_category_and_target_price_away(
    procurement: Client, conn: Connection
) -> None:
    tools = await builders.category(conn, "Tools")
    product_id = await builders.product(conn, category_id=tools, target_price="10")
    after = await change(procurement, product_id, category_id=None, target_price=None)
    assert (after["category_id"], after["target_price"]) == (None, None)
    assert (await change(procurement, product_id, category_id=str(tools)))["category_id"] == str(
        tools
    )


async def archived_product(client: Client, conn: Connection) -> tuple[UUID, dict[str, Any]]:
    product_id = await builders.product(conn, target_price="10")
    return product_id, await change(client, product_id, status="archived")


@pytest.mark.parametrize("status", ["draft", "active"])
async def test_an_archived_product_is_brought_back_by_its_status(
    procurement: Client, conn: Connection, status: str
) -> None:
    product_id, archived = await archived_product(procurement, conn)
    restored = await change(procurement, product_id, status=status)
    changed = {"status", "updated_at"}
    assert {name for name in restored if restored[name] != archived[name]} == changed
    assert restored["status"] == status
    listed = await procurement.get("/api/v1/catalog")
    assert listed.json()["total_count"] == (status == "active")
    assert (await change(procurement, product_id, name="Axe"))["name"] == "Axe"


async def test_one_request_brings_an_archived_product_back_and_changes_it(
    procurement: Client, conn: Connection
) -> None:
    product_id, _ = await archived_product(procurement, conn)
    restored = await change(procurement, product_id, status="active", name="Axe", target_price=None)
    assert (restored["status"], restored["name"], restored["target_price"]) == (
        "active",
        "Axe",
        None,
    )


@pytest.mark.parametrize(
    "body",
    [
        {"name": "X"},
        {"target_price": 1},
        {"category_id": None},
        {"status": "archived", "name": "X"},
        {"status": "archived", "target_price": None},
    ],
)
async def test_an_archived_product_is_changed_in_nothing_else(
    procurement: Client, conn: Connection, body: dict[str, Any]
) -> None:
    product_id, archived = await archived_product(procurement, conn)
    response = await procurement.patch(f"{PRODUCTS}/{product_id}", json=body)
    assert response.status_code == 400
    (error,) = response.json()["error"]["details"]["errors"]
    assert (error["in"], error["field"]) == ("body", "status")
    assert (await procurement.get(f"{PRODUCTS}/{product_id}")).json() == archived


async def test_archiving_again_changes_nothing(procurement: Client, conn: Connection) -> None:
    product_id, archived = await archived_product(procurement, conn)
    assert await change(procurement, product_id, status="archived") == archived


async def test_sales_cannot_bring_an_archived_product_back(sales: Client, conn: Connection) -> None:
    product_id = await builders.product(conn, status="archived")
    assert await status_of(sales, product_id, status="active") == 403
    assert await status_of(sales, product_id, target_price=5) == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", " "),
        ("status", None),
        ("status", "sold"),
        ("target_price", 0),
        ("target_price", "1.00001"),
        ("category_id", str(UUID(int=1))),
        ("internal_sku", "X"),
        ("id", str(UUID(int=1))),
    ],
)
async def test_a_bad_field_is_refused_by_its_name(
    procurement: Client, conn: Connection, field: str, value: object
) -> None:
    product_id = await builders.product(conn)
    response = await procurement.patch(f"{PRODUCTS}/{product_id}", json={field: value})
    assert response.status_code == 400
    (error,) = response.json()["error"]["details"]["errors"]
    assert (error["in"], error["field"]) == ("body", field)


async def test_no_change_at_all_and_no_such_product(procurement: Client, conn: Connection) -> None:
    assert await status_of(procurement, await builders.product(conn)) == 400
    assert await status_of(procurement, uuid4(), name="X") == 404
    assert await status_of(procurement, uuid4(), name="") == 400


async def test_sales_change_the_target_price_and_nothing_else(
    sales: Client, conn: Connection
) -> None:
    product_id = await builders.product(conn)
    assert (await change(sales, product_id, target_price="5"))["target_price"] == "5.00"
    for body in (
        {"name": "X"},
        {"name": ""},
        {"status": "active", "target_price": "7"},
        {"category_id": 5, "target_price": -1},
    ):
        assert await status_of(sales, product_id, **body) == 403
        assert await status_of(sales, uuid4(), **body) == 403
    assert await status_of(sales, product_id, target_price=-1) == 400
    assert await status_of(sales, product_id, colour="red") == 400
    assert (await sales.patch(f"{PRODUCTS}/{product_id}", content=b"[")).status_code == 400
    shown = (await sales.get(f"{PRODUCTS}/{product_id}")).json()
    assert (shown["name"], shown["target_price"]) == ("Hammer", "5.00")
