"""A new rate moves the prices of its items, and nothing else."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import builders
from pricebook.db.database import Connection, Database
from pricebook.rates import service
from pricebook.rates.schemas import NewRate, RateSource
from pricebook.rates.service import RateContext
from rates.conftest import ForeignItem, SetRate, days_ago

ITEM = "SELECT current_price, exchange_rate, rate_date FROM supplier_items WHERE id = %s"


@pytest.fixture
async def context(database: Database, conn: Connection) -> RateContext:
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    return RateContext(database, max_age_days=7)


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    return await builders.supplier(conn)


async def price_of(conn: Connection, item_id: UUID) -> tuple[Any, ...]:
    (row,) = await (await conn.execute(ITEM, [item_id])).fetchall()
    return row


async def store(context: RateContext, rate: str, age_days: int = 0, base: str = "EUR") -> int:
    new_rate = NewRate(base, "USD", Decimal(rate), days_ago(age_days))
    return (await service.store_rates(context, [new_rate], RateSource())).items_recomputed


async def test_price_and_aggregates_move_and_the_history_does_not(
    conn: Connection, context: RateContext, foreign_item: ForeignItem, supplier_id: UUID
) -> None:
    product_id = await builders.product(conn, target_price="20")
    item_id = await foreign_item(supplier_id, "10.5", "1.1", product_id=product_id)
    history = await (await conn.execute("SELECT * FROM price_history ORDER BY id")).fetchall()
    assert await store(context, "1.25") == 1
    assert await price_of(conn, item_id) == (Decimal("13.125"), Decimal("1.25"), days_ago(0))
    product = await conn.execute(
        "SELECT min_price, max_price, margin_percentage FROM products WHERE id = %s", [product_id]
    )
    assert await product.fetchall() == [(Decimal("13.125"), Decimal("13.125"), Decimal("34.38"))]
    again = await (await conn.execute("SELECT * FROM price_history ORDER BY id")).fetchall()
    assert again == history


async def test_each_currency_has_its_own_rate(
    conn: Connection, context: RateContext, foreign_item: ForeignItem, supplier_id: UUID
) -> None:
    euro = await foreign_item(supplier_id, "10", "1.1")
    pound = await foreign_item(supplier_id, "10", "1.3", currency="GBP")
    plain = await builders.item(conn, supplier_id, "10.00")
    assert await store(context, "1.2") == 1
    assert (await price_of(conn, euro))[0] == 12
    assert (await price_of(conn, pound))[0] == 13
    assert await price_of(conn, plain) == (10, None, None)


async def test_rate_of_the_base_moves_currencies_over_it(
    conn: Connection,
    context: RateContext,
    foreign_item: ForeignItem,
    set_rate: SetRate,
    supplier_id: UUID,
) -> None:
    await set_rate("EUR", "GBP", "0.8")
    pound = await foreign_item(supplier_id, "10", "1.3", currency="GBP")
    assert await store(context, "1.2") == 1
    assert (await price_of(conn, pound))[:2] == (15, Decimal("1.5"))


async def test_only_items_whose_price_changes_are_written(
    conn: Connection, context: RateContext, foreign_item: ForeignItem, supplier_id: UUID
) -> None:
    free = await foreign_item(supplier_id, "0", "1.1")
    tiny = await foreign_item(supplier_id, "0.000001", "1.1")
    before = [await price_of(conn, each) for each in (free, tiny)]
    assert await store(context, "1.2") == 0
    assert [await price_of(conn, each) for each in (free, tiny)] == before
    assert await store(context, "1.2") == 0


async def test_older_rate_moves_nothing_and_a_corrected_one_does(
    conn: Connection, context: RateContext, foreign_item: ForeignItem, supplier_id: UUID
) -> None:
    item_id = await foreign_item(supplier_id, "10", "1.1", age_days=2)
    assert await store(context, "1.5", age_days=3) == 0
    assert (await price_of(conn, item_id))[0] == 11
    assert await store(context, "1.2", age_days=2) == 1
    assert await price_of(conn, item_id) == (12, Decimal("1.2"), days_ago(2))
    assert await store(context, "1.4", age_days=3) == 0
    assert (await price_of(conn, item_id))[0] == 12


async def test_rate_that_is_too_old_moves_nothing(
    conn: Connection, context: RateContext, foreign_item: ForeignItem, supplier_id: UUID
) -> None:
    item_id = await foreign_item(supplier_id, "10", "1.1", age_days=30)
    assert await store(context, "1.2", age_days=8) == 0
    assert (await price_of(conn, item_id))[0] == 11
    assert await store(context, "1.3", age_days=7) == 1


async def test_future_rate_moves_prices_on_its_day(
    conn: Connection, context: RateContext, foreign_item: ForeignItem, supplier_id: UUID
) -> None:
    item_id = await foreign_item(supplier_id, "10", "1.1")
    assert await store(context, "1.2", age_days=-1) == 0
    assert (await price_of(conn, item_id))[0] == 11
    await conn.execute("UPDATE exchange_rates SET date = date - 1")  # its day has come
    assert await service.recompute_prices(context) == 1
    assert await price_of(conn, item_id) == (12, Decimal("1.2"), days_ago(0))


@pytest.mark.parametrize("case", [("9999999999", "1.2"), ("0.000001", "0.1")])
async def test_item_whose_price_would_be_none_keeps_it(
    conn: Connection,
    context: RateContext,
    foreign_item: ForeignItem,
    supplier_id: UUID,
    case: tuple[str, str],
) -> None:
    cost, rate = case
    item_id = await foreign_item(supplier_id, cost, "1")
    other = await foreign_item(supplier_id, "10", "1")
    assert await store(context, rate) == 1
    assert (await price_of(conn, item_id))[0] == Decimal(cost)
    assert (await price_of(conn, other))[0] == 10 * Decimal(rate)


async def test_change_is_notified_to_the_catalog(
    conn: Connection,
    database: Database,
    context: RateContext,
    foreign_item: ForeignItem,
    supplier_id: UUID,
) -> None:
    await foreign_item(supplier_id, product_id=await builders.product(conn))
    notifications = database.listen("catalog_changed")
    assert await anext(notifications) is not None  # LISTEN is confirmed
    assert await store(context, "1.2") == 1
    assert await anext(notifications) is not None
    assert await store(context, "1.2") == 0
    assert await anext(notifications) is None
    await notifications.aclose()


async def test_file_replaces_no_manual_rate(conn: Connection, context: RateContext) -> None:
    await store(context, "1.2")
    rates = [NewRate("EUR", "USD", Decimal(9), days_ago(age)) for age in (0, 1)]
    result = await service.store_rates(context, rates, RateSource("hist.csv"))
    assert (result.inserted, result.changed, result.unchanged) == (1, 0, 1)
    rows = await conn.execute("SELECT rate, source FROM exchange_rates ORDER BY date")
    assert await rows.fetchall() == [(9, "hist.csv"), (Decimal("1.2"), "manual")]
    assert await store(context, "1.3", age_days=1) == 0
    rows = await conn.execute("SELECT rate, source FROM exchange_rates ORDER BY date")
    assert (await rows.fetchall())[0] == (Decimal("1.3"), "manual")
