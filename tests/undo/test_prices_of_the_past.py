"""Prices of the past whose import was undone later are marked with the task of the undo."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows
from price_history import CHANGES_A_DAY_APART
from pricebook.db.database import Connection, Database
from pricebook.undo import service

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"
LINK = "UPDATE supplier_items SET product_id = %s WHERE supplier_sku = 'A1'"
TIMES = """
    SELECT recorded_at FROM price_history
    WHERE supplier_item_id = (SELECT id FROM supplier_items WHERE supplier_sku = 'A1')
    ORDER BY recorded_at
"""


@pytest.fixture
async def product_id(merge_rows: MergeRows, conn: Connection) -> UUID:
    """A product with an item A1 for 10."""
    await merge_rows(item_rows(2))
    product_id = await builders.product(conn)
    await conn.execute(LINK, [product_id])
    return product_id


async def marked(client: Client, conn: Connection, product_id: UUID) -> list[tuple[Any, Any]]:
    """Return the price at the time of each change of A1, and the undo by which it is marked."""
    found: list[tuple[Any, Any]] = []
    for (at,) in await rows(conn, TIMES):
        query = {"as_of": f"{at.astimezone(UTC):%FT%T.%fZ}"}
        response = await client.get(f"{PRODUCTS}/{product_id}/prices", params=query)
        assert response.status_code == 200, response.text
        (price,) = response.json()["prices"]
        found.append((price["price"], price["undone_by"]))
    return found


async def test_price_until_the_undo(
    merge_rows: MergeRows,
    sales: Client,
    conn: Connection,
    database: Database,
    product_id: UUID,
) -> None:
    wrong = await merge_rows(item_rows(2, "100.00"))
    undo = await service.undo_inline(database, wrong.task_id, "anna", 10)
    await merge_rows(item_rows(2, "11.00"))
    expected = [("10.00", None), ("100.00", str(undo.id)), ("10.00", None), ("11.00", None)]
    assert await marked(sales, conn, product_id) == expected
    ((item_id,),) = await rows(conn, "SELECT id FROM supplier_items WHERE supplier_sku = 'A1'")
    path = f"/api/v1/admin/supplier-items/{item_id}/price-history"
    history = (await sales.get(path)).json()["data"]
    assert [(each["price"], each["undone_by"]) for each in reversed(history)] == expected


async def test_prices_of_two_undone_imports(
    merge_rows: MergeRows, sales: Client, conn: Connection, database: Database, product_id: UUID
) -> None:
    first = await merge_rows(item_rows(2, "20.00"))
    second = await merge_rows(item_rows(2, "30.00"))
    by_second, by_first = [
        str((await service.undo_inline(database, each.task_id, "anna", 10)).id)
        for each in (second, first)
    ]
    assert await marked(sales, conn, product_id) == [
        ("10.00", None),
        ("20.00", by_first),
        ("30.00", by_second),
        ("20.00", by_first),
        ("10.00", None),
    ]


async def test_price_that_an_undo_left_is_not_marked(
    merge_rows: MergeRows, sales: Client, conn: Connection, database: Database, product_id: UUID
) -> None:
    wrong = await merge_rows(item_rows(2, "20.00"))
    await merge_rows([item_row("A1", "21.00"), item_row("A2", "20.00")])
    await service.undo_inline(database, wrong.task_id, "anna", 10)
    assert await marked(sales, conn, product_id) == [
        ("10.00", None),
        ("20.00", None),
        ("21.00", None),
    ]


async def test_days_whose_lowest_price_was_undone(
    merge_rows: MergeRows, sales: Client, conn: Connection, database: Database, product_id: UUID
) -> None:
    wrong = await merge_rows(item_rows(2, "5.00"))
    undo = await service.undo_inline(database, wrong.task_id, "anna", 10)
    await conn.execute(CHANGES_A_DAY_APART)
    path = f"{PRODUCTS}/{product_id}/price-series"
    query = {"since": f"{datetime.now(UTC) - timedelta(days=3):%F}"}
    days = (await sales.get(path, params=query)).json()["data"]
    lowest = [(each["lowest"], each["undone_by"]) for each in days]
    assert lowest == [("10.00", None), ("5.00", str(undo.id)), ("10.00", None), ("10.00", None)]
    later = {"since": f"{datetime.now(UTC) - timedelta(days=2):%F}"}
    assert (await sales.get(path, params=later)).json()["data"] == days[1:]
    # At the same price, one that was not undone is named.
    await builders.item(conn, await builders.supplier(conn), "5.00", product_id=product_id)
    await conn.execute(
        "UPDATE price_history SET recorded_at = now() - interval '9 days' WHERE price = 5"
        " AND undone_by IS NULL"
    )
    days = (await sales.get(path, params=query)).json()["data"]
    assert [each["undone_by"] for each in days] == [None] * 4
