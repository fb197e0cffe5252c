"""What a row of the price history says about the margin of the product."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import builders
from pricebook.db.database import Connection

TARGET = Decimal(200)
CHANGES = """
    SELECT old_price, price, change_percent, product_id, margin_change, margin_points
    FROM price_history WHERE old_price IS NOT NULL ORDER BY recorded_at, supplier_item_id
"""
SET_PRICES = """
    UPDATE supplier_items AS item SET current_price = new.price
    FROM unnest(%s::uuid[], %s::numeric[]) AS new (id, price) WHERE item.id = new.id
"""


async def changes(conn: Connection) -> list[tuple[Any, ...]]:
    return await (await conn.execute(CHANGES)).fetchall()


async def set_prices(conn: Connection, prices: dict[UUID, Any]) -> None:
    """Set prices of items in one statement, as an import does."""
    await conn.execute(SET_PRICES, [list(prices), list(prices.values())])


async def items_of_product(
    conn: Connection, *prices: str, target: str | None = "200"
) -> list[UUID]:
    await builders.offered_product(conn, "Hammer", *prices, target_price=target)
    cursor = await conn.execute("SELECT id FROM supplier_items ORDER BY current_price")
    return [item_id for (item_id,) in await cursor.fetchall()]


async def effects(conn: Connection) -> list[tuple[Any, Any]]:
    return [(change, points) for *_, change, points in await changes(conn)]


async def test_the_cheapest_item_rises_above_another(conn: Connection) -> None:
    cheapest, _ = await items_of_product(conn, "100", "120")
    await set_prices(conn, {cheapest: 150})
    ((old, new, percent, product_id, change, points),) = await changes(conn)
    assert (old, new, percent) == (100, 150, 50)
    assert product_id is not None
    assert (change, points) == (-20, -10)


async def test_another_item_falls_below_the_cheapest(conn: Connection) -> None:
    _, other = await items_of_product(conn, "100", "120")
    await set_prices(conn, {other: 70})
    assert await effects(conn) == [(30, 15)]


async def test_an_item_that_is_not_the_cheapest_has_no_effect(conn: Connection) -> None:
    _, other = await items_of_product(conn, "100", "120")
    await set_prices(conn, {other: 101})
    assert await effects(conn) == [(0, 0)]


async def test_the_effect_of_a_statement_counts_once(conn: Connection) -> None:
    first, second = await items_of_product(conn, "100", "100")
    await set_prices(conn, {first: 110, second: 110})
    assert sorted(await effects(conn)) == [(-10, -5), (0, 0)]


async def test_there_is_no_effect_without_target_price_or_product(conn: Connection) -> None:
    (item_id,) = await items_of_product(conn, "100", target=None)
    free = await builders.item(conn, await builders.supplier(conn), "10")
    await set_prices(conn, {item_id: 110, free: 11})
    assert await effects(conn) == [(None, None)] * 2


async def test_absent_items_do_not_count(conn: Connection) -> None:
    absent, cheapest = await items_of_product(conn, "50", "100")
    await conn.execute("UPDATE supplier_items SET absent_since = now() WHERE id = %s", [absent])
    await set_prices(conn, {cheapest: 110, absent: 60})
    assert sorted(await effects(conn)) == [(-10, -5), (0, 0)]


async def test_from_nothing_there_is_no_percentage(conn: Connection) -> None:
    (item_id,) = await items_of_product(conn, "0")
    await set_prices(conn, {item_id: 10})
    ((_, _, percent, _, change, points),) = await changes(conn)
    assert (percent, change, points) == (None, -10, -5)


PRICES = st.integers(1, 9)
STATEMENTS = st.lists(
    st.dictionaries(st.integers(0, 3), PRICES, min_size=1, max_size=4), min_size=1, max_size=8
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PRICES, min_size=4, max_size=4), STATEMENTS)
async def test_effects_add_up_to_the_change_of_the_lowest_price(
    conn: Connection, prices: list[int], statements: list[dict[int, int]]
) -> None:
    async with conn.transaction(force_rollback=True):
        product_id = await builders.offered_product(
            conn, "Hammer", *map(str, prices), target_price="200"
        )
        cursor = await conn.execute(
            """
            SELECT item.id FROM supplier_items AS item WHERE product_id = %s
            ORDER BY array_position(%s::numeric[], current_price), id
            """,
            [product_id, prices],
        )
        ids = [item_id for (item_id,) in await cursor.fetchall()]
        current = dict(zip(ids, sorted(prices, key=prices.index), strict=True))
        expected = list[Decimal]()
        for statement in statements:
            lowest = min(current.values())
            new = {ids[number]: price for number, price in statement.items()}
            changed = any(current[item_id] != price for item_id, price in new.items())
            await set_prices(conn, new)
            current |= new
            if changed and (difference := lowest - min(current.values())):
                expected.append(Decimal(difference))
        stored = [change for change, _ in await effects(conn) if change]
        assert stored == expected
        assert all(points == change * 100 / TARGET for change, points in await effects(conn))
