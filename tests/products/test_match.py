from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from pricebook.db.database import Connection, Database

Client = AsyncTestClient[Litestar]


async def match(client: Client, action: str, item_id: UUID, product_id: UUID) -> Any:
    return await client.patch(
        f"/api/v1/admin/products/{product_id}/match",
        json={"action": action, "supplier_item_id": str(item_id)},
    )


async def state(conn: Connection, item_id: UUID) -> tuple[Any, ...]:
    cursor = await conn.execute("SELECT * FROM supplier_items WHERE id = %s", [item_id])
    names = [column.name for column in cursor.description or ()]
    (row,) = await cursor.fetchall()
    return tuple(value for name, value in zip(names, row, strict=True) if name != "updated_at")


async def product_of(conn: Connection, item_id: UUID) -> UUID | None:
    cursor = await conn.execute("SELECT product_id FROM supplier_items WHERE id = %s", [item_id])
    row = await cursor.fetchone()
    assert row
    return row[0]


async def test_linking_shows_the_product_with_its_item_and_margin(
    procurement: Client, conn: Connection
) -> None:
    product_id = await builders.product(conn, "Axe", target_price="20")
    item_id = await builders.item(conn, await builders.supplier(conn), "15")
    responses = [await match(procurement, "link", item_id, product_id) for _ in range(2)]
    for response in responses:
        assert response.status_code == 200, response.text
        product = response.json()["product"]
        assert [item["id"] for item in product["supplier_items"]] == [str(item_id)]
        assert product["margin_percentage"] == 25.0
    assert responses[0].json() == responses[1].json()


async def test_unlinking_frees_the_item(procurement: Client, conn: Connection) -> None:
    product_id = await builders.product(conn, target_price="20")
    item_id = await builders.item(conn, await builders.supplier(conn), product_id=product_id)
    response = await match(procurement, "unlink", item_id, product_id)
    assert response.status_code == 200
    assert response.json()["product"]["supplier_items"] == []
    assert response.json()["product"]["margin_percentage"] is None
    assert await product_of(conn, item_id) is None
    assert (await match(procurement, "unlink", item_id, product_id)).status_code == 400


async def test_linking_writes_the_product_and_nothing_else_of_the_item(
    procurement: Client, conn: Connection
) -> None:
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn))
    await conn.execute("UPDATE supplier_items SET characteristics = %s", [Jsonb({"a": "b"})])
    before = await state(conn, item_id)
    await match(procurement, "link", item_id, product_id)
    linked = await state(conn, item_id)
    assert [value for value in linked if value not in before] == [product_id]
    await match(procurement, "unlink", item_id, product_id)
    assert await state(conn, item_id) == before


async def test_an_item_of_another_product_is_a_conflict(
    procurement: Client, conn: Connection
) -> None:
    owner, other = await builders.product(conn), await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn), product_id=owner)
    response = await match(procurement, "link", item_id, other)
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "CONFLICT"
    assert str(owner) in response.json()["detail"]
    assert (await match(procurement, "unlink", item_id, other)).status_code == 400
    assert await product_of(conn, item_id) == owner


async def test_an_archived_product_can_be_unlinked_but_not_linked(
    procurement: Client, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    archived = await builders.product(conn, status="archived")
    own = await builders.item(conn, supplier_id, product_id=archived)
    free = await builders.item(conn, supplier_id)
    foreign = await builders.item(conn, supplier_id, product_id=await builders.product(conn))
    for item_id in (own, free, foreign):
        response = await match(procurement, "link", item_id, archived)
        assert (response.status_code, response.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert (await match(procurement, "unlink", own, archived)).status_code == 200


@pytest.mark.parametrize("action", ["link", "unlink"])
async def test_unknown_ids_are_not_found(
    procurement: Client, conn: Connection, action: str
) -> None:
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn))
    assert (await match(procurement, action, item_id, uuid4())).status_code == 404
    assert (await match(procurement, action, uuid4(), product_id)).status_code == 404


async def test_an_unknown_action_is_refused(procurement: Client, conn: Connection) -> None:
    response = await match(procurement, "steal", uuid4(), await builders.product(conn))
    assert response.status_code == 400


async def test_sales_cannot_link(sales: Client) -> None:
    assert (await match(sales, "link", uuid4(), uuid4())).status_code == 403


async def test_a_link_does_not_wait_for_a_long_import(
    procurement: Client, conn: Connection, database: Database
) -> None:
    product_id = await builders.product(conn)
    item_id = await builders.item(conn, await builders.supplier(conn))
    async with database.transaction() as importing:
        await importing.execute("UPDATE supplier_items SET current_price = 3")
        response = await match(procurement, "link", item_id, product_id)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "1"
    assert (await match(procurement, "link", item_id, product_id)).status_code == 200
