import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
CATEGORIES = "/api/v1/admin/categories"


async def tree(client: Client) -> dict[str, str | None]:
    """Every category's name with its parent's."""
    rows = (await client.get(CATEGORIES)).json()["data"]
    names = {row["id"]: row["name"] for row in rows}
    return {row["name"]: names.get(row["parent_id"]) for row in rows}


async def change(client: Client, category_id: UUID, **body: Any) -> int:
    return (await client.patch(f"{CATEGORIES}/{category_id}", json=body)).status_code


async def test_a_category_is_made_at_the_root_or_under_a_parent(procurement: Client) -> None:
    root = await procurement.post(CATEGORIES, json={"name": "  Tools "})
    assert root.status_code == 201
    made = root.json()
    assert (made["name"], made["parent_id"]) == ("Tools", None)
    assert made["created_at"].endswith("Z")
    child = await procurement.post(CATEGORIES, json={"name": "Tools", "parent_id": made["id"]})
    assert child.json()["parent_id"] == made["id"]
    response = (await procurement.get(CATEGORIES, params={"limit": 1})).json()
    assert (response["total_count"], response["page"], len(response["data"])) == (2, 1, 1)


async def test_a_name_is_taken_once_under_a_parent(procurement: Client, conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    for body in ({"name": "Tools"}, {"name": "Saws", "parent_id": str(tools)}):
        response = await procurement.post(CATEGORIES, json=body)
        assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")
    root_saws = await builders.category(conn, "Saws")
    assert await change(procurement, saws, parent_id=None) == 409
    assert await change(procurement, root_saws, name="Tools") == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": "x" * 256},
        {"name": "a\0"},
        {"name": None},
        {"name": "A", "parent_id": "x"},
        {"name": "A", "parent_id": str(uuid4())},
        {"name": "A", "colour": "red"},
    ],
)
async def test_a_bad_body_is_refused(
    procurement: Client, conn: Connection, body: dict[str, Any]
) -> None:
    assert (await procurement.post(CATEGORIES, json=body)).status_code == 400
    assert await change(procurement, await builders.category(conn, "Saws"), **body) == 400


async def test_a_category_moves_with_all_below_but_never_below_itself(
    procurement: Client, conn: Connection
) -> None:
    one = await builders.category(conn, "one")
    two = await builders.category(conn, "two", one)
    three = await builders.category(conn, "three", two)
    for below in (one, two, three):
        response = await procurement.patch(f"{CATEGORIES}/{one}", json={"parent_id": str(below)})
        assert response.status_code == 400
        assert response.json()["error"]["details"]["errors"][0]["field"] == "parent_id"
    assert await change(procurement, three, parent_id=None) == 200
    assert await change(procurement, one, parent_id=str(three)) == 200
    assert await tree(procurement) == {"three": None, "one": "three", "two": "one"}
    assert await change(procurement, uuid4(), name="X") == 404


async def test_concurrent_moves_create_no_cycle(procurement: Client, conn: Connection) -> None:
    for number in range(10):
        left = await builders.category(conn, f"left {number}")
        right = await builders.category(conn, f"right {number}")
        moved = await asyncio.gather(
            change(procurement, left, parent_id=str(right)),
            change(procurement, right, parent_id=str(left)),
        )
        assert sorted(moved) == [200, 400]


async def test_deleting_keeps_the_products_and_moves_subcategories_up(
    procurement: Client, conn: Connection
) -> None:
    top = await builders.category(conn, "top")
    doomed = await builders.category(conn, "doomed", top)
    await builders.category(conn, "left", doomed)
    await builders.category(conn, "doomed", doomed)
    product_id = await builders.product(conn, category_id=doomed)
    response = await procurement.delete(f"{CATEGORIES}/{doomed}")
    assert (response.status_code, response.content) == (204, b"")
    assert await tree(procurement) == {"top": None, "left": "top", "doomed": "top"}
    shown = (await procurement.get(f"/api/v1/admin/products/{product_id}")).json()
    assert shown["category_id"] is None
    assert (await procurement.delete(f"{CATEGORIES}/{doomed}")).status_code == 404


async def test_deleting_is_refused_where_a_subcategory_cannot_move_up(
    procurement: Client, conn: Connection
) -> None:
    doomed = await builders.category(conn, "doomed")
    await builders.category(conn, "saws", doomed)
    await builders.category(conn, "saws")
    before = (await procurement.get(CATEGORIES)).json()
    assert (await procurement.delete(f"{CATEGORIES}/{doomed}")).status_code == 409
    assert (await procurement.get(CATEGORIES)).json() == before


async def test_sales_read_categories_and_change_none(sales: Client, conn: Connection) -> None:
    category_id = await builders.category(conn, "Tools")
    assert await tree(sales) == {"Tools": None}
    assert (await sales.post(CATEGORIES, json={"name": "X"})).status_code == 403
    assert await change(sales, category_id, name="X") == 403
    assert (await sales.delete(f"{CATEGORIES}/{category_id}")).status_code == 403
