"""Batches beside other writers: each product is changed by one of them, and none waits for long."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.auth.schemas import Caller
from pricebook.db.database import Connection, Database
from pricebook.product_batches import service

Client = AsyncTestClient[Litestar]
BATCHES = "/api/v1/admin/product-batches"
PRODUCTS = 200
CALLER = Caller(UUID(int=0), "anna", "admin")


async def preview(client: Client, changes: dict[str, Any]) -> str:
    response = await client.post(BATCHES, json={"changes": changes, "filter": {}})
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def test_a_batch_that_two_requests_apply_is_applied_once(
    procurement: Client, conn: Connection
) -> None:
    for _ in range(PRODUCTS):
        await builders.product(conn, target_price="100")
    batch_id = await preview(procurement, {"target_price_percent": "10"})
    responses = await asyncio.gather(
        *(procurement.post(f"{BATCHES}/{batch_id}/apply") for _ in range(4))
    )
    assert {response.status_code for response in responses} == {200}
    effect = (await procurement.get(f"{BATCHES}/{batch_id}")).json()["effect"]
    assert (effect["applied"], effect["skipped"], effect["pending"]) == (PRODUCTS, 0, 0)
    cursor = await conn.execute("SELECT DISTINCT target_price FROM products")
    assert [int(price) for (price,) in await cursor.fetchall()] == [110]


async def test_an_undo_ends_a_running_application(
    procurement: Client, conn: Connection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = await builders.product(conn, sku="A", target_price="100")
    await builders.product(conn, sku="B", target_price="100")
    batch_id = UUID(await preview(procurement, {"target_price": "110"}))
    is_waiting, may_retry = asyncio.Event(), asyncio.Event()

    async def wait(_: float) -> None:
        is_waiting.set()
        await may_retry.wait()

    async with conn.transaction():
        await conn.execute("SELECT FROM products WHERE id = %s FOR NO KEY UPDATE", [locked])
        with monkeypatch.context() as patch:
            patch.setattr(service, "asyncio", SimpleNamespace(sleep=wait))
            applying = asyncio.create_task(service.apply(database, CALLER, batch_id))
            await asyncio.wait_for(is_waiting.wait(), 60)
            undone = await service.undo(database, CALLER, batch_id)
    may_retry.set()
    applied = await applying
    assert (undone.state, undone.effect.undone, undone.effect.pending) == ("undone", 1, 1)
    assert (applied.state, applied.effect) == (undone.state, undone.effect)
    cursor = await conn.execute("SELECT DISTINCT target_price::int FROM products")
    assert await cursor.fetchall() == [(100,)]


async def test_what_is_edited_meanwhile_is_kept(
    procurement: Client, conn: Connection, database: Database
) -> None:
    products = [await builders.product(conn, target_price="100") for _ in range(PRODUCTS)]
    batch_id = await preview(procurement, {"target_price": "110"})
    edited = products[::4]

    async def edit() -> None:
        for product_id in edited:
            response = await procurement.patch(
                f"/api/v1/admin/products/{product_id}", json={"target_price": "90"}
            )
            assert response.status_code == 200, response.text

    _, response, _ = await asyncio.gather(
        edit(), procurement.post(f"{BATCHES}/{batch_id}/apply"), _recompute(database)
    )
    assert response.status_code == 200, response.text
    undone = (await procurement.post(f"{BATCHES}/{batch_id}/undo")).json()["effect"]
    assert undone["undone"] + undone["left"] + undone["skipped"] == PRODUCTS
    cursor = await conn.execute(
        "SELECT id = ANY (%s), array_agg(DISTINCT target_price::int) FROM products GROUP BY 1",
        [edited],
    )
    assert dict(await cursor.fetchall()) == {True: [90], False: [100]}


async def _recompute(database: Database) -> None:
    """Write the aggregates of all products, as an import does."""
    async with database.transaction() as conn:
        supplier_id = await builders.supplier(conn)
        await conn.execute(
            """
            INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
            SELECT %s, id, internal_sku, name, 10 FROM products
            """,
            [supplier_id],
        )
