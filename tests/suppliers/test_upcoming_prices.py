"""Upcoming prices become the present ones on their day, once, whatever the number of workers."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import UUID

import pytest
from psycopg.conninfo import make_conninfo

import builders
from import_fixtures import history_length, rows
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights
from pricebook.errors import DatabaseBusyError
from pricebook.suppliers import upcoming_prices
from pricebook.suppliers.upcoming_prices import apply_upcoming_prices

ITEMS = """
    SELECT current_price, cost, next_cost, next_from IS NULL FROM supplier_items
    ORDER BY supplier_sku
"""
ANNOUNCE = """
    UPDATE supplier_items SET next_cost = current_price + 1,
        next_from = (now() AT TIME ZONE 'UTC')::date + %s
"""


@pytest.fixture
async def worker_database(database_url: str) -> AsyncIterator[Database]:
    async with Database(make_conninfo(database_url, user=rights.WORKER_ROLE)) as opened:
        yield opened


async def announce(conn: Connection, days: int = 0) -> None:
    await conn.execute(ANNOUNCE, [days])


async def item_of(conn: Connection, price: str = "10.00") -> UUID:
    return await builders.item(conn, await builders.supplier(conn), price)


@pytest.mark.parametrize(("days", "applied"), [(-30, 1), (0, 1), (1, 0)])
async def test_price_is_applied_from_its_day_on(
    conn: Connection, worker_database: Database, days: int, applied: int
) -> None:
    await item_of(conn)
    await announce(conn, days)
    assert await apply_upcoming_prices(worker_database) == applied
    price, next_cost = ("11.00", None) if applied else ("10.00", "11.00")
    ((current, cost, upcoming, _),) = await rows(conn, ITEMS)
    assert (current, cost) == (Decimal(price), None)
    assert upcoming == (None if next_cost is None else Decimal(next_cost))
    assert await history_length(conn) == 1 + applied
    assert await apply_upcoming_prices(worker_database) == 0


async def test_aggregates_and_margin_follow(conn: Connection, worker_database: Database) -> None:
    product_id = await builders.offered_product(conn, "Saw", "10", "20", target_price="40")
    await announce(conn)
    await apply_upcoming_prices(worker_database)
    query = "SELECT min_price, max_price, margin_percentage FROM products"
    assert await rows(conn, query) == [(Decimal("11.00"), Decimal("21.00"), Decimal("72.50"))]
    linked = await rows(conn, "SELECT DISTINCT product_id FROM supplier_items")
    assert linked == [(product_id,)]


async def test_cost_in_another_currency_is_converted_by_the_rate_of_the_item(
    conn: Connection, worker_database: Database
) -> None:
    await item_of(conn, "12.00")
    await conn.execute(
        """
        UPDATE supplier_items SET currency = 'EUR', cost = 10, exchange_rate = 1.2,
            rate_date = '2026-11-25', next_cost = 10.333333, next_from = '2026-11-01',
            price_outdated_since = now(),
            price_details = '{"list_price": 20, "discounts": [50], "brand": "Bosch"}'
        """
    )
    await apply_upcoming_prices(worker_database)
    expected = (Decimal("12.40"), Decimal("10.333333"), None, True)
    assert await rows(conn, ITEMS) == [expected]
    history = "SELECT price, cost, currency FROM price_history ORDER BY recorded_at DESC LIMIT 1"
    assert await rows(conn, history) == [(Decimal("12.40"), Decimal("10.333333"), "EUR")]
    query = "SELECT price_details, price_outdated_since FROM supplier_items"
    assert await rows(conn, query) == [({"brand": "Bosch"}, None)]


IN_EURO = """
    UPDATE supplier_items SET currency = 'EUR', cost = 0, current_price = 0, exchange_rate = 1.1,
        rate_date = current_date - 20, next_cost = %s, next_from = current_date - 1
"""


async def test_rate_of_today_holds_though_it_did_not_change_the_present_price(
    conn: Connection, worker_database: Database
) -> None:
    await item_of(conn)
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    await conn.execute(
        "INSERT INTO exchange_rates (base, currency, date, rate, source)"
        " VALUES ('EUR', 'USD', current_date - 2, 1.2, 'test')"
    )
    await conn.execute(IN_EURO, [10])
    assert await apply_upcoming_prices(worker_database) == 1
    query = "SELECT current_price, exchange_rate, current_date - rate_date FROM supplier_items"
    assert await rows(conn, query) == [(Decimal("12.00"), Decimal("1.20"), 2)]


@pytest.mark.parametrize("cost", ["0.0000001", "9999999999"])
async def test_price_that_the_catalog_cannot_have_is_not_applied(
    conn: Connection, worker_database: Database, cost: str
) -> None:
    await item_of(conn)
    await conn.execute(IN_EURO, [Decimal(cost)])
    assert await apply_upcoming_prices(worker_database) == 0


async def test_price_is_not_applied_while_prices_are_recomputed(
    conn: Connection, database: Database, worker_database: Database
) -> None:
    await item_of(conn)
    await announce(conn)
    async with database.transaction() as recomputing:
        await recomputing.execute("SELECT recompute_prices(current_date, 7)")
        with pytest.raises(DatabaseBusyError):
            await apply_upcoming_prices(worker_database)
    assert await apply_upcoming_prices(worker_database) == 1


async def test_concurrent_workers_apply_each_price_once(
    conn: Connection, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upcoming_prices, "BATCH_ITEMS", 7)
    supplier_ids = [await builders.supplier(conn) for _ in range(5)]
    for supplier_id in supplier_ids * 10:
        await builders.item(conn, supplier_id)
    await announce(conn)
    applied = await asyncio.gather(*(apply_upcoming_prices(worker_database) for _ in range(4)))
    remaining = await apply_upcoming_prices(worker_database)
    assert sum(applied) + remaining == 50
    assert await history_length(conn) == 100
    assert {row[0] for row in await rows(conn, ITEMS)} == {Decimal("11.00")}


async def test_items_of_a_supplier_that_is_imported_are_left_to_the_next_call(
    conn: Connection, database: Database, worker_database: Database
) -> None:
    await item_of(conn)
    await item_of(conn)
    await announce(conn)
    async with database.transaction() as importing:
        await importing.execute("SELECT FROM suppliers ORDER BY id LIMIT 1 FOR NO KEY UPDATE")
        assert await apply_upcoming_prices(worker_database) == 1
    assert await apply_upcoming_prices(worker_database) == 1


async def test_locked_product_delays_a_batch_and_loses_nothing(
    conn: Connection, database: Database, worker_database: Database
) -> None:
    await builders.offered_product(conn, "Saw", "10")
    await announce(conn)
    async with database.transaction() as importing:
        await importing.execute("SELECT FROM products FOR NO KEY UPDATE")
        with pytest.raises(DatabaseBusyError):
            await apply_upcoming_prices(worker_database)
        assert await rows(conn, ITEMS) == [(Decimal("10.00"), None, Decimal("11.00"), False)]
    assert await apply_upcoming_prices(worker_database) == 1
