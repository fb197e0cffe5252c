"""A match with a rival is not accepted with all others at once."""

from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from match_fixtures import (
    PATH,
    accept_safe,
    decide,
    examine,
    linked_product,
    objections,
    run_waiting,
)
from pricebook.db.database import Connection, Database

Client = AsyncTestClient[Litestar]
HAMMER = "Claw Hammer 450 g, Fiberglass Handle, Brantholm"
WRITTEN = "Claw hammer 450 g fiberglass handle Brantholm"


async def twin_products(conn: Connection) -> dict[UUID, str]:
    """Insert two products of one name; return their SKUs."""
    return {await builders.product(conn, HAMMER, sku=sku): sku for sku in ("HAM-1", "HAM-2")}


async def test_an_item_of_two_equal_products_waits_for_a_look(
    procurement: Client, conn: Connection, database: Database
) -> None:
    products = await twin_products(conn)
    item_id = await builders.item(conn, await builders.supplier(conn), name=WRITTEN)
    await examine(database)
    (match,) = (await procurement.get(PATH)).json()["data"]
    best, other, *_ = match["suggestions"]
    assert best["band"] == "likely"
    rival = products[UUID(other["product_id"])]
    assert best["objections"] == [f"also likely: {HAMMER} ({rival})"]
    assert other["objections"] == []
    assert await accept_safe(procurement) == 0
    assert await linked_product(conn, item_id) is None


async def test_a_rejected_rival_is_none(
    procurement: Client, conn: Connection, database: Database
) -> None:
    await twin_products(conn)
    item_id = await builders.item(conn, await builders.supplier(conn), name=WRITTEN)
    await examine(database)
    (match,) = (await procurement.get(PATH)).json()["data"]
    best, other = (UUID(each["product_id"]) for each in match["suggestions"][:2])
    await decide(procurement, item_id, other, "reject")
    assert await objections(procurement, item_id) == []
    assert await accept_safe(procurement) == 1
    assert await linked_product(conn, item_id) == best


async def test_the_next_product_has_its_own_rivals_once_the_best_is_rejected(
    procurement: Client, conn: Connection, database: Database
) -> None:
    products = await twin_products(conn)
    products[await builders.product(conn, HAMMER, sku="HAM-3")] = "HAM-3"
    item_id = await builders.item(conn, await builders.supplier(conn), name=WRITTEN)
    await examine(database)
    (match,) = (await procurement.get(PATH)).json()["data"]
    best, _, third = (UUID(each["product_id"]) for each in match["suggestions"][:3])
    await decide(procurement, item_id, best, "reject")
    assert await objections(procurement, item_id) == [f"also likely: {HAMMER} ({products[third]})"]
    assert await accept_safe(procurement) == 0
    await decide(procurement, item_id, third, "reject")
    assert await accept_safe(procurement) == 1


async def test_of_two_items_of_a_supplier_for_one_product_each_names_the_other(
    procurement: Client, conn: Connection, database: Database
) -> None:
    product_id = await builders.product(conn, HAMMER)
    supplier_id = await builders.supplier(conn)
    items = {
        sku: await builders.item(conn, supplier_id, sku=sku, name=WRITTEN) for sku in ("A", "B")
    }
    await examine(database)
    assert await objections(procurement, items["A"]) == [f"also likely for B {WRITTEN}"]
    assert await objections(procurement, items["B"]) == [f"also likely for A {WRITTEN}"]
    assert await accept_safe(procurement) == 0
    await decide(procurement, items["B"], None, "none")
    assert await objections(procurement, items["A"]) == []
    assert await accept_safe(procurement) == 1
    assert await linked_product(conn, items["A"]) == product_id


async def test_items_of_two_suppliers_for_one_product_are_no_rivals(
    procurement: Client, conn: Connection, database: Database
) -> None:
    await builders.product(conn, HAMMER)
    for supplier in ("Nordwerk", "Toolhaus"):
        await builders.item(conn, await builders.supplier(conn, supplier), name=WRITTEN)
    await examine(database)
    assert await accept_safe(procurement) == 2


@pytest.mark.parametrize("how", ["created", "renamed", "brought back"])
async def test_a_product_that_becomes_a_rival_later_is_compared_with_items_that_stay(
    procurement: Client, conn: Connection, database: Database, how: str
) -> None:
    await builders.product(conn, HAMMER, sku="HAM-1")
    earlier: dict[str, dict[str, Any]] = {
        "renamed": {"name": "Chalk"},
        "brought back": {"name": HAMMER, "status": "archived"},
    }
    fields = earlier.get(how)
    other = await builders.product(conn, sku="HAM-2", **fields) if fields else None
    item_id = await builders.item(conn, await builders.supplier(conn), name=WRITTEN)
    await examine(database)
    assert await objections(procurement, item_id) == []
    if how == "created":
        await builders.product(conn, HAMMER, sku="HAM-2")
    elif how == "renamed":
        await conn.execute("UPDATE products SET name = %s WHERE id = %s", [HAMMER, other])
    else:
        await conn.execute("UPDATE products SET status = 'active' WHERE id = %s", [other])
    await run_waiting(database)
    (objection,) = await objections(procurement, item_id)
    assert objection.startswith(f"also likely: {HAMMER} (HAM-")
    assert await accept_safe(procurement) == 0
