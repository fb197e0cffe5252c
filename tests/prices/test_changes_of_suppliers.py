"""Price changes of one supplier: read by its index if they are few, in their order otherwise."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.prices import change_scope, repository
from pricebook.prices.change_sums_repository import count_recorded
from pricebook.prices.schemas import ChangeSort, PriceChangeQuery

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/price-changes"
SORTS: tuple[ChangeSort, ...] = (
    *("margin_loss", "margin_gain", "percent_up", "percent_down", "newest"),
)
PRICES = ("11", "13", "9", "12", "8")


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    """A supplier with five price changes, one without a product, beside one with 2,000."""
    supplier_id, other = await builders.supplier(conn, "Few"), await builders.supplier(conn)
    for number, price in enumerate(PRICES):
        linked = await builders.product(conn, f"Hammer {number}", target_price="20")
        sku = f"few {number}"
        product_id = linked if number else None
        item_id = await builders.item(conn, supplier_id, "10", sku=sku, product_id=product_id)
        await conn.execute(
            "UPDATE supplier_items SET current_price = %s WHERE id = %s", [price, item_id]
        )
    await conn.execute(
        """
        INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
        SELECT %s, n::text, 'Nail', 1 FROM generate_series(1, 2000) AS n
        """,
        [other],
    )
    await conn.execute("UPDATE supplier_items SET current_price = 2 WHERE name = 'Nail'")
    return supplier_id


async def pages(client: Client, **query: Any) -> list[str]:
    found = list[str]()
    cursor: str | None = ""
    while cursor is not None:
        wanted = {**query, "limit": 2} | ({"cursor": cursor} if cursor else {})
        response = await client.get(PATH, params=wanted)
        assert response.status_code == 200, response.text
        found += [each["supplier_sku"] for each in response.json()["data"]]
        cursor = response.json()["next_cursor"]
    return found


async def test_few_changes_are_the_same_as_many_and_as_those_of_a_release_before(
    sales: Client, conn: Connection, supplier_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [
        {"supplier_id": str(supplier_id), "sort": sort, **more}
        for sort, more in product(SORTS, ({}, {"unaddressed": True}, {"min_percent": 20}))
    ]
    few = [await pages(sales, **query) for query in queries]
    assert {len(found) for found in few[::3]} == {len(PRICES)}
    with monkeypatch.context() as patched:
        patched.setattr(change_scope, "MAX_FEW", 2)
        assert [await pages(sales, **query) for query in queries] == few
    await conn.execute("UPDATE price_history SET supplier_id = NULL WHERE price <> 12")
    assert [await pages(sales, **query) for query in queries] == few


async def test_few_changes_are_found_by_the_index_of_their_supplier(
    conn: Connection, supplier_id: UUID
) -> None:
    await conn.execute("ANALYZE price_history")
    for sort in SORTS:
        query = PriceChangeQuery(supplier_id=supplier_id, sort=sort)
        scope = await change_scope.find_scope(conn, query)
        assert scope.few_of == supplier_id
        statement, values = repository.changes_statement(query, scope)
        cursor = await conn.execute(b"EXPLAIN " + statement.encode(), values)
        plan = "\n".join(line for (line,) in await cursor.fetchall())
        assert "price_history_past_supplier_idx" in plan, plan
        assert "price_history_past_margin_idx" not in plan, plan


async def test_sums_of_a_supplier_do_not_depend_on_the_changes_of_others(
    conn: Connection, supplier_id: UUID
) -> None:
    for query, changes in (
        (PriceChangeQuery(supplier_id=supplier_id), len(PRICES)),
        (PriceChangeQuery(), 100),
    ):
        scope = await change_scope.find_scope(conn, query)
        assert await count_recorded(conn, query, scope, 100) == changes
