"""Price lists in another currency than the catalog's."""

from decimal import Decimal
from typing import Any

import pytest

from import_fixtures import RunImport, history_length, rows
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.rates import service
from pricebook.rates.schemas import NewRate, RateSource
from pricebook.rates.service import RateContext
from rates.conftest import SetRate, days_ago

EUR = ReadConfig(currency="EUR")
LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Saw,8.00\nA-3,Glove,3.25\n"
MIXED = "Article code,Name,Price,Currency\nA-1,Hammer,12.50,EUR\nA-2,Saw,8.00,USD\n"
ITEMS = """
    SELECT supplier_sku, current_price, currency, cost, exchange_rate, rate_date
    FROM supplier_items ORDER BY supplier_sku
"""
NO_RATE = (
    "There is no exchange rate from EUR to USD of the last 7 days: set one with"
    " `pricebook rates set EUR USD RATE` or POST /api/v1/admin/exchange-rates, then import the"
    " price list again."
)


@pytest.fixture(autouse=True)
async def catalog_currency(conn: Connection) -> None:
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")


async def store(database: Database, rate: str) -> int:
    context, new_rate = RateContext(database, 7), NewRate("EUR", "USD", Decimal(rate))
    return (await service.store_rates(context, [new_rate], RateSource())).items_recomputed


async def prices(conn: Connection) -> list[Any]:
    return [row[1] for row in await rows(conn, ITEMS)]


async def test_costs_are_converted_and_kept(
    run_import: RunImport, conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.0812", age_days=1)
    result = await run_import(LIST, config=EUR)
    assert (result.status, result.counts.new) == ("success", 3)
    facts = (Decimal("1.0812"), days_ago(1))
    assert await rows(conn, ITEMS) == [
        ("A-1", Decimal("13.515"), "EUR", Decimal("12.5"), *facts),
        ("A-2", Decimal("8.6496"), "EUR", Decimal(8), *facts),
        ("A-3", Decimal("3.5139"), "EUR", Decimal("3.25"), *facts),
    ]


async def test_new_rate_moves_prices_and_is_no_change_of_the_supplier(
    run_import: RunImport, conn: Connection, database: Database, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.1", age_days=1)
    await run_import(LIST, config=EUR)
    assert await store(database, "1.2") == 3
    assert await prices(conn) == [15, Decimal("9.6"), Decimal("3.9")]
    assert await history_length(conn) == 3
    again = await run_import(LIST, config=EUR)
    assert (again.counts.unchanged, again.counts.changed) == (3, 0)
    assert await history_length(conn) == 3
    changed = await run_import(LIST.replace("8.00", "9.00"), config=EUR)
    assert (changed.counts.unchanged, changed.counts.changed) == (2, 1)
    assert await history_length(conn) == 4


async def test_import_takes_a_rate_that_was_not_applied_yet(
    run_import: RunImport, conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.1", age_days=1)
    await run_import(LIST, config=EUR)
    await set_rate("EUR", "USD", "1.2")
    again = await run_import(LIST, config=EUR)
    assert (again.counts.unchanged, again.counts.changed) == (3, 0)
    assert await prices(conn) == [15, Decimal("9.6"), Decimal("3.9")]
    assert await history_length(conn) == 3


async def test_moved_rate_neither_holds_nor_quarantines(
    run_import: RunImport, conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.1", age_days=1)
    await run_import(LIST, config=EUR)
    await set_rate("EUR", "USD", "11")
    again = await run_import(LIST, config=EUR, safety_thresholds=SafetyThresholds())
    assert (again.status, again.errors, again.counts.unchanged) == ("success", [], 3)
    assert (await prices(conn))[0] == Decimal("137.5")


async def test_list_without_a_rate_fails_with_the_reason_once(
    run_import: RunImport, conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.1", age_days=8)
    result = await run_import(LIST, config=EUR)
    assert result.status == "failed"
    assert result.errors == ["No row of the price list could be imported.", NO_RATE]
    assert result.row_error_counts == {"no_exchange_rate": 3}
    assert {error.error_message for error in result.row_errors} == {NO_RATE}
    assert await rows(conn, ITEMS) == []
    longer = await run_import(LIST, config=EUR, rate_max_age_days=8)
    assert longer.counts.new == 3


async def test_rows_without_a_rate_are_rejected_and_their_items_stay(
    run_import: RunImport, conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.1")
    await run_import(MIXED)
    await conn.execute("DELETE FROM exchange_rates")
    result = await run_import(MIXED.replace("8.00", "8.50"))
    assert result.status == "success"
    assert (result.counts.changed, result.counts.rejected, result.counts.absent) == (1, 1, 0)
    assert await prices(conn) == [Decimal("13.75"), Decimal("8.5")]
    assert (await rows(conn, ITEMS))[1][2:] == (None, None, None, None)
    assert await rows(conn, "SELECT error_type, row_number FROM parsing_logs") == [
        ("no_exchange_rate", 2)
    ]


async def test_price_that_the_catalog_cannot_have_is_rejected(
    run_import: RunImport, conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1000000")
    text = "Article code,Name,Price\nA-1,Hammer,10000\nA-2,Saw,9999.99\n"
    result = await run_import(text, config=EUR)
    assert [(error.error_type, error.error_message) for error in result.row_errors] == [
        ("price_out_of_range", "The price 10000 EUR is above 9,999,999,999 USD.")
    ]
    await conn.execute("UPDATE exchange_rates SET rate = 0.0000001")
    result = await run_import("Article code,Name,Price\nA-1,Hammer,0.01\nA-2,Saw,0\n", config=EUR)
    assert [(error.error_type, error.error_message) for error in result.row_errors] == [
        ("price_too_precise", "The price 0.01 EUR is rounded to six decimals 0 USD."),
        ("price_zero", "The price is 0, which is no price: write the price or leave it out."),
    ]


@pytest.mark.parametrize(
    ("prices", "error_type"),
    [("9000,10000", "price_out_of_range"), ("0.00001,0.000004", "price_too_precise")],
)
async def test_upcoming_price_that_the_catalog_cannot_have_is_rejected(
    run_import: RunImport, conn: Connection, set_rate: SetRate, prices: str, error_type: str
) -> None:
    await set_rate("EUR", "USD", "1000000" if error_type == "price_out_of_range" else "0.1")
    text = f"Article code,Name,Price,New price from 2099-12-01\nA-1,Axe,{prices}\nA-2,Saw,5,6\n"
    result = await run_import(text, config=EUR)
    assert [(row.row_number, row.error_type) for row in result.row_errors] == [(2, error_type)]
    assert result.row_errors[0].error_message.startswith(
        f"The price {prices.partition(',')[2]} EUR is "
    )
    assert len(await rows(conn, ITEMS)) == 1


async def test_held_list_is_applied_with_the_rate_of_its_application(
    run_import: RunImport, conn: Connection, database: Database, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.1", age_days=1)
    await run_import(LIST, config=EUR)
    halved = "Article code,Name,Price\nA-1,Hammer,13.00\n"
    held = await run_import(halved, config=EUR, safety_thresholds=SafetyThresholds())
    assert held.status == "held"
    await set_rate("EUR", "USD", "2")
    applied = await importer.apply_held(database, held.task_id)
    assert (applied.counts.changed, applied.counts.absent) == (1, 2)
    assert (await rows(conn, ITEMS))[0][1:5] == (26, "EUR", 13, 2)


async def test_held_rows_without_a_rate_are_applied_with_one(
    run_import: RunImport, conn: Connection, database: Database, set_rate: SetRate
) -> None:
    await run_import(f"{LIST}A-4,Axe,5\nA-5,Tape,5\n")
    held = await run_import(MIXED, new_layout=True, safety_thresholds=SafetyThresholds())
    assert (held.status, held.counts.rejected) == ("held", 1)
    await set_rate("EUR", "USD", "1.1")
    applied = await importer.apply_held(database, held.task_id)
    assert (applied.counts.rejected, applied.counts.changed, applied.row_errors) == (0, 1, [])
    assert applied.row_error_counts == {}
    assert (await rows(conn, ITEMS))[0][1:4] == (Decimal("13.75"), "EUR", Decimal("12.5"))
    assert await rows(conn, "SELECT row_number FROM parsing_logs") == []


async def test_held_rows_stay_rejected_without_a_rate(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import(f"{LIST}A-4,Axe,5\nA-5,Tape,5\n")
    held = await run_import(MIXED, new_layout=True, safety_thresholds=SafetyThresholds())
    applied = await importer.apply_held(database, held.task_id)
    assert applied.row_error_counts == {"no_exchange_rate": 1}
    assert applied.row_errors[0].error_message == NO_RATE
    stored = await rows(conn, "SELECT error_message, row_data FROM parsing_logs")
    assert stored == [(NO_RATE, ["A-1", "Hammer", "12.50", "EUR"])]


async def test_list_in_the_currency_of_the_catalog_again(
    run_import: RunImport, conn: Connection, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.1")
    await run_import(LIST, config=EUR)
    result = await run_import(LIST, new_layout=True)
    assert result.counts.changed == 3
    assert await rows(conn, ITEMS) == [
        ("A-1", Decimal("12.5"), None, None, None, None),
        ("A-2", 8, None, None, None, None),
        ("A-3", Decimal("3.25"), None, None, None, None),
    ]
    assert await history_length(conn) == 6
