"""A match with a rival is not accepted with all others at once."""

from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
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
from pricebook.matching import service
from pricebook.matching.run_schemas import RunRequest
from pricebook.matching.suggestion_repository import (
    ExaminedItem,
    StoredSuggestion,
    store_suggestions,
)

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


async def test_a_run_that_waits_is_not_started_before_a_new_rival_is_there(
    procurement: Client, conn: Connection, database: Database
) -> None:
    await builders.product(conn, HAMMER, sku="HAM-1")
    item_id = await builders.item(conn, await builders.supplier(conn), name=WRITTEN)
    await examine(database)
    await service.request_run(database, RunRequest(), "paula")
    async with database.transaction() as writer:
        await builders.product(writer, HAMMER, sku="HAM-2")
        assert await service.is_run_due(database) is False
        await run_waiting(database)
    assert await service.is_run_due(database)
    await run_waiting(database)
    (objection,) = await objections(procurement, item_id)
    assert objection.startswith(f"also likely: {HAMMER} (HAM-")


async def test_a_product_that_is_made_beside_a_run_is_noted_for_the_next_one(
    conn: Connection, database: Database
) -> None:
    await service.request_run(database, RunRequest(), "paula")
    await conn.execute("UPDATE match_runs SET state = 'running', lease_expires_at = now()")
    product_id = await builders.product(conn, HAMMER, sku="HAM-1")
    assert await rows(conn, "SELECT product_id FROM uncompared_products") == [(product_id,)]
    queued = "SELECT requested_by FROM match_runs WHERE state = 'queued'"
    assert await rows(conn, queued) == [("products",)]


async def test_an_item_whose_product_was_deleted_before_it_is_stored_is_left_out(
    conn: Connection, database: Database
) -> None:
    item_id = await builders.item(conn, await builders.supplier(conn), name=WRITTEN)
    other_id = await builders.product(conn, HAMMER, sku="HAM-2")
    gone = await builders.product(conn, HAMMER, sku="HAM-1")
    await examine(database)
    ((supplier_id, digest),) = await rows(conn, "SELECT supplier_id, texts_digest FROM match_items")
    suggestions = [
        StoredSuggestion(each, place, 0.9, "likely", [], [], {}, [], [])
        for place, each in enumerate((gone, other_id), start=1)
    ]
    await conn.execute("DELETE FROM products WHERE id = %s", [gone])
    async with database.transaction() as run:
        examined = ExaminedItem(item_id, supplier_id, digest, suggestions)
        bands = await store_suggestions(run, [examined])
    assert bands == []
    assert await rows(conn, "SELECT FROM match_items") == []
