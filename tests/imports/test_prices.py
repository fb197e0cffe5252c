"""What a merge keeps of the prices of a list: currency, details, availability, upcoming prices."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from psycopg.errors import CheckViolation

from import_fixtures import RunImport, history_length, rows
from merge_fixtures import MergeRows, item_row, item_rows, profile
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.price_list_rows import Availability, PriceDetails, RejectedRow
from pricebook.pricelists.schemas.read_config import Field

TERMS = """
    SELECT currency, cost, exchange_rate, rate_date, price_details, availability, next_cost,
        next_from, price_outdated_since
    FROM supplier_items
"""
UPCOMING = "SELECT current_price, next_cost, next_from FROM supplier_items"
OUTDATED = "SELECT price_outdated_since IS NOT NULL, current_price FROM supplier_items"
EUR_ITEM = """
    UPDATE supplier_items
    SET currency = 'EUR', cost = 8, exchange_rate = 1.25, rate_date = '2026-11-25'
"""


def on_request(sku: str) -> RejectedRow:
    return RejectedRow(2, "price_on_request", "The price is on request.", [sku, "", "call"], sku)


async def single(conn: Connection, query: str) -> tuple[Any, ...]:
    (row,) = await rows(conn, query)
    return row


async def test_plain_list_stores_only_prices(run_import: RunImport, conn: Connection) -> None:
    text = "Article code,Name,Price\nA-1,Hammer,12.50\n"
    await run_import(text)
    assert await single(conn, TERMS) == (None,) * 9
    assert (await run_import(text)).counts.unchanged == 1
    assert await history_length(conn) == 1


async def test_cells_that_are_not_understood_are_counted_in_the_result(
    run_import: RunImport, conn: Connection
) -> None:
    result = await run_import(
        "Article code,Name,Price,Unit,EAN,Pack\n"
        "A-1,Hammer,12.50,pcs,4006381333931,10\n"
        "A-2,Saw,9.50,bucketful,4006381333932,10\n"
        "A-3,Axe,8.50,heap,,some\n"
    )
    counted = {"gtin": 1, "pack_size": 1, "unit": 2}
    assert result.found
    assert result.found.unread_cells == counted
    assert result.found.unread_texts["unit"] == ("bucketful", "heap")
    sentence = result.profile_sentence or ""
    assert (
        'kept as text: 1 of GTIN ("4006381333932"), 1 of pack size ("some"), 2 of unit' in sentence
    )
    assert '2 of unit ("bucketful", "heap")' in sentence
    stored = await single(conn, "SELECT found -> 'unread_cells' FROM ingestion_tasks")
    assert stored == (counted,)


async def test_price_has_up_to_six_decimals(merge_rows: MergeRows, conn: Connection) -> None:
    await merge_rows([item_row("A1", "0.012345")])
    assert await single(conn, "SELECT current_price FROM supplier_items") == (Decimal("0.012345"),)
    with pytest.raises(CheckViolation):
        await conn.execute("UPDATE supplier_items SET current_price = 0.0123456")
    with pytest.raises(CheckViolation):
        await conn.execute("UPDATE supplier_items SET current_price = 'NaN'")


async def test_other_details_are_a_change_without_history(
    merge_rows: MergeRows, conn: Connection
) -> None:
    details = PriceDetails(list_price=Decimal(1000), price_quantity=Decimal(100))
    await merge_rows([item_row("A1", details=details)])
    again = await merge_rows([item_row("A1", details=details)])
    assert again.counts.unchanged == 1
    other = PriceDetails(list_price=Decimal(100), price_quantity=Decimal(10))
    changed = await merge_rows([item_row("A1", details=other)])
    assert (changed.counts.changed, await history_length(conn)) == (1, 1)
    query = "SELECT price_details FROM supplier_items"
    assert await single(conn, query) == ({"list_price": 100, "price_quantity": 10},)


async def test_a_plain_list_ends_how_the_price_was_derived_and_keeps_the_brand(
    merge_rows: MergeRows, conn: Connection
) -> None:
    details = PriceDetails(list_price=Decimal(20), discounts=(Decimal(50),), brand="Bosch")
    await merge_rows([item_row("A1", details=details)], found=profile("brand", "discount"))
    await merge_rows([item_row("A1")])
    query = "SELECT price_details FROM supplier_items"
    assert await single(conn, query) == ({"brand": "Bosch"},)
    await merge_rows([item_row("A1")], found=profile("brand"))
    assert await single(conn, query) == (None,)


async def test_only_stock_is_counted_apart_and_writes_no_history(
    merge_rows: MergeRows, conn: Connection
) -> None:
    found = profile("stock")
    stocked = [item_row("A1", availability=Availability(stock=Decimal(5))), item_row("A2")]
    await merge_rows(stocked, found=found)
    sold = [item_row("A1", availability=Availability(stock=Decimal(4))), item_row("A2", "11")]
    counts = (await merge_rows(sold, found=found)).counts
    assert (counts.stock_updated, counts.changed, counts.unchanged) == (1, 1, 0)
    assert counts.rows == counts.imported == 2
    assert await history_length(conn) == 3
    stored = (
        "SELECT count_stock_updated, count_changed FROM ingestion_tasks WHERE count_changed > 0"
    )
    assert await single(conn, stored) == (1, 1)


async def test_stock_stays_without_its_column_and_ends_with_an_empty_cell(
    merge_rows: MergeRows, conn: Connection
) -> None:
    query = "SELECT availability FROM supplier_items"
    found = profile("stock", "lead_time")
    availability = Availability(stock=Decimal(5), lead_time_days=3)
    await merge_rows([item_row("A1", availability=availability)], found=found)
    assert (await merge_rows([item_row("A1")])).counts.unchanged == 1
    assert await single(conn, query) == ({"stock": 5, "lead_time_days": 3},)
    emptied = [item_row("A1", availability=Availability())]
    assert (await merge_rows(emptied, found=profile("stock"))).counts.stock_updated == 1
    assert await single(conn, query) == ({"lead_time_days": 3},)
    await merge_rows(emptied, found=found)
    assert await single(conn, query) == (None,)


async def test_price_on_request_keeps_the_item_and_marks_its_price_outdated(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await merge_rows(item_rows(2))
    result = await merge_rows([item_row("A1"), on_request("A2")])
    assert (result.counts.rejected, result.counts.absent, result.counts.unchanged) == (1, 0, 1)
    by_code = " ORDER BY supplier_sku"
    expected = [(False, Decimal("10.00")), (True, Decimal("10.00"))]
    assert await rows(conn, OUTDATED + by_code) == expected
    since = await rows(conn, "SELECT max(price_outdated_since) FROM supplier_items")
    await merge_rows([item_row("A1"), on_request("A2")])
    assert await rows(conn, "SELECT max(price_outdated_since) FROM supplier_items") == since
    result = await merge_rows(item_rows(2))
    assert result.counts.changed == 1
    assert await rows(conn, OUTDATED + by_code) == [(False, Decimal("10.00"))] * 2
    assert await history_length(conn) == 2


async def test_future_price_is_kept_beside_the_present_one(
    merge_rows: MergeRows, conn: Connection
) -> None:
    found = profile("valid_from")
    await merge_rows([item_row("A1")])
    future = item_row("A1", None, next_price="11", next_from="2099-12-01")
    result = await merge_rows([future], found=found)
    assert (result.counts.changed, result.counts.absent) == (1, 0)
    expected = (Decimal("10.00"), Decimal("11.00"), date(2099, 12, 1))
    assert await single(conn, UPCOMING) == expected
    assert (await merge_rows([future], found=found)).counts.unchanged == 1
    assert await history_length(conn) == 1


async def test_new_article_without_a_present_price_is_rejected(
    merge_rows: MergeRows, conn: Connection
) -> None:
    future = item_row("A2", None, next_price="11", next_from="2099-12-01")
    result = await merge_rows([item_row("A1"), future], found=profile("valid_from"))
    assert (result.counts.new, result.counts.rejected) == (1, 1)
    (error,) = result.row_errors
    assert error.error_type == "not_yet_valid"
    assert "The price 11 holds from 2099-12-01 on" in error.error_message
    assert await rows(conn, "SELECT supplier_sku FROM supplier_items") == [("A1",)]


async def test_absent_item_does_not_come_back_with_its_last_price_for_a_future_one(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await merge_rows(item_rows(2))
    await merge_rows(item_rows(1))
    future = item_row("A2", None, next_price="11", next_from="2099-12-01")
    result = await merge_rows([item_row("A1"), future], found=profile("valid_from"))
    assert result.row_error_counts == {"not_yet_valid": 1}
    query = "SELECT absent_since IS NULL FROM supplier_items ORDER BY supplier_sku"
    assert await rows(conn, query) == [(True,), (False,)]


async def test_prices_whose_day_came_while_the_list_was_held_are_the_present_ones(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await merge_rows(item_rows(10))
    found = profile("valid_from", "next_price")
    details = PriceDetails(list_price=Decimal(20), discounts=(Decimal(50),), brand="Bosch")
    held = await merge_rows(
        [
            item_row("A1", details=details, next_price="11", next_from="2099-12-01"),
            item_row("A2", None, next_price="12", next_from="2099-12-01"),
            item_row("A11"),
            item_row("A11", None, row_number=12, next_price="13", next_from="2099-12-01"),
        ],
        found=found,
        safety_thresholds=SafetyThresholds(),
    )
    assert held.status == "held"
    await conn.execute("UPDATE held_rows SET next_from = '2026-01-01' WHERE next_from IS NOT NULL")
    await importer.apply_held(database, held.task_id)
    query = """
        SELECT current_price, next_cost, price_details FROM supplier_items
        WHERE absent_since IS NULL ORDER BY supplier_sku
    """
    assert await rows(conn, query) == [
        (Decimal("11.00"), None, {"brand": "Bosch"}),
        (Decimal("13.00"), None, None),
        (Decimal("12.00"), None, None),
    ]
    assert await history_length(conn) == 13


async def test_present_and_future_row_of_one_code_are_one_article(
    merge_rows: MergeRows, conn: Connection
) -> None:
    future = item_row("A1", None, row_number=3, next_price="11", next_from="2099-12-01")
    result = await merge_rows([item_row("A1"), future], found=profile("valid_from"))
    assert (result.counts.new, result.counts.duplicate, result.counts.rejected) == (1, 1, 0)
    expected = (Decimal("10.00"), Decimal("11.00"), date(2099, 12, 1))
    assert await single(conn, UPCOMING) == expected


async def test_announced_price_stays_until_a_list_has_another_present_price(
    merge_rows: MergeRows, conn: Connection
) -> None:
    announced = item_row("A1", next_price="11", next_from="2099-12-01")
    await merge_rows([announced], found=profile("next_price"))
    assert (await merge_rows([item_row("A1")])).counts.unchanged == 1
    expected = (Decimal("10.00"), Decimal("11.00"), date(2099, 12, 1))
    assert await single(conn, UPCOMING) == expected
    await merge_rows([item_row("A1", "10.50")])
    assert await single(conn, UPCOMING) == (Decimal("10.50"), None, None)


@pytest.mark.parametrize("field", ["next_price", "valid_until"])
async def test_empty_cell_ends_the_announced_price(
    merge_rows: MergeRows, conn: Connection, field: Field
) -> None:
    announced = item_row("A1", next_price="11", next_from="2099-12-01")
    await merge_rows([announced], found=profile(field))
    await merge_rows([item_row("A1")], found=profile(field))
    assert await single(conn, UPCOMING) == (Decimal("10.00"), None, None)


async def test_same_price_in_two_currencies_contradicts(merge_rows: MergeRows) -> None:
    in_euro = item_row("A1", row_number=3, currency="EUR")
    result = await merge_rows([item_row("A1"), in_euro, item_row("A2")])
    errors = {error.error_type for error in result.row_errors}
    assert errors == {"contradicting_prices"}
    assert result.counts.rejected == 2


async def test_new_rate_alone_writes_no_history(merge_rows: MergeRows, conn: Connection) -> None:
    await merge_rows([item_row("A1")])
    await conn.execute(EUR_ITEM)
    assert await history_length(conn) == 2  # another currency is another price of the supplier
    await conn.execute("UPDATE supplier_items SET current_price = 8.8, exchange_rate = 1.1")
    assert await history_length(conn) == 2
    await conn.execute("UPDATE supplier_items SET current_price = 9.9, cost = 9")
    query = "SELECT price, cost, currency FROM price_history ORDER BY recorded_at DESC LIMIT 1"
    assert await single(conn, query) == (Decimal("9.90"), Decimal("9.00"), "EUR")


@pytest.mark.parametrize(
    "values",
    [
        "currency = 'EUR'",
        "cost = 1",
        "exchange_rate = 1",
        "next_cost = 1",
        "next_from = '2099-12-01'",
        "current_price = 10000000000",
    ],
)
async def test_half_of_a_price_is_refused_by_the_database(
    merge_rows: MergeRows, conn: Connection, values: str
) -> None:
    await merge_rows([item_row("A1")])
    with pytest.raises(CheckViolation):
        await conn.execute(b"UPDATE supplier_items SET " + values.encode())
