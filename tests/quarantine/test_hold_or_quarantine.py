"""Which rows of a price list are quarantined, and when the list is held instead."""

from decimal import Decimal
from typing import Any

import pytest

from import_fixtures import history_length, rows
from merge_fixtures import MergeRows, item_row, item_rows, profile
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.price_list_rows import RejectedRow

THRESHOLDS = SafetyThresholds()
QUARANTINED = """
    SELECT supplier_sku, old_price, price, state::text, superseded_at IS NOT NULL
    FROM quarantined_rows ORDER BY created_at, supplier_sku
"""
PRICES = "SELECT supplier_sku, current_price FROM supplier_items ORDER BY supplier_sku"
REFUSE = "UPDATE quarantined_rows SET state = 'refused', decided_by = 'ann', decided_at = now()"


async def test_one_price_times_100_in_1000_rows_is_quarantined_and_the_rest_applied(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await merge_rows(item_rows(1_000), safety_thresholds=THRESHOLDS)
    wrong = [item_row("A1", "1000.00"), *item_rows(1_000, "11.00")[1:]]
    result = await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    assert result.status == "success"
    assert (result.counts.quarantined, result.counts.changed) == (1, 999)
    assert result.counts.rows == 1_000
    assert result.items_processed == 999
    assert result.plan[0].outcome == "quarantined"
    (item,) = await rows(conn, PRICES.replace("ORDER", "WHERE supplier_sku = 'A1' ORDER"))
    assert item == ("A1", Decimal("10.00"))
    changed = (
        "SELECT count(*) FROM supplier_items WHERE current_price = 11 AND absent_since IS NULL"
    )
    assert await rows(conn, changed) == [(999,)]
    expected = ("A1", Decimal("10.00"), Decimal("1000.00"), "open", False)
    assert await rows(conn, QUARANTINED) == [expected]
    stored = "SELECT state::text, count_quarantined FROM ingestion_tasks WHERE id = '{}'"
    expected_task = ("partially_succeeded", 1)
    assert await rows(conn, stored.format(result.task_id)) == [expected_task]
    reason = "The price changes from 10 to 1000 USD, by more than a factor of 1.5."
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    query = "SELECT reason, factor FROM quarantined_rows WHERE state = 'open'"
    assert await rows(conn, query) == [(reason, Decimal("100.00"))]


async def test_list_times_1_9_is_held_with_count_share_and_median_factor(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await merge_rows(item_rows(100), safety_thresholds=THRESHOLDS)
    result = await merge_rows(item_rows(100, "19.00"), safety_thresholds=THRESHOLDS)
    assert result.status == "held"
    (reason,) = result.errors
    assert reason == (
        "100 of 100 prices (100 %) change by more than a factor of 1.5 (row_price_factor of the"
        " supplier), half of these by 1.9 or more; prices change by +90 % on average."
    )
    assert (result.counts.changed, result.counts.quarantined) == (100, 0)
    assert await rows(conn, QUARANTINED) == []
    applied = await importer.apply_held(database, result.task_id)
    assert (applied.counts.changed, applied.counts.quarantined) == (100, 0)


@pytest.mark.parametrize(("wrong", "status"), [(1, "success"), (10, "success"), (11, "held")])
async def test_list_is_held_with_more_than_a_tenth_out_of_line(
    merge_rows: MergeRows, wrong: int, status: str
) -> None:
    await merge_rows(item_rows(100))
    changed = [*item_rows(wrong, "1.00"), *item_rows(100)[wrong:]]
    assert (await merge_rows(changed, safety_thresholds=THRESHOLDS)).status == status


async def test_one_row_of_few_is_quarantined_alone(merge_rows: MergeRows) -> None:
    await merge_rows(item_rows(3))
    wrong = [item_row("A1", "15.01"), item_row("A2", "15.00"), item_row("A3")]
    result = await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    counts = result.counts
    assert (counts.quarantined, counts.changed, counts.unchanged) == (1, 1, 1)


@pytest.mark.parametrize(("old", "new"), [("10.00", "6.66"), ("0", "0.01"), ("0.01", "0")])
async def test_lower_prices_and_those_from_and_to_0_are_out_of_line(
    merge_rows: MergeRows, conn: Connection, old: str, new: str
) -> None:
    await merge_rows([item_row("A1", old), *item_rows(30)[1:]])
    result = await merge_rows(
        [item_row("A1", new), *item_rows(30)[1:]], safety_thresholds=THRESHOLDS
    )
    assert result.counts.quarantined == 1
    assert await rows(conn, "SELECT factor IS NULL FROM quarantined_rows") == [(old == "0",)]


async def test_supplier_sets_its_own_factor(merge_rows: MergeRows, conn: Connection) -> None:
    await merge_rows(item_rows(30))
    await conn.execute(
        """UPDATE suppliers SET metadata = '{"source_config": {"row_price_factor": 3}}'"""
    )
    changed = [item_row("A1", "30.00"), item_row("A2", "30.01"), *item_rows(30)[2:]]
    result = await merge_rows(changed, safety_thresholds=THRESHOLDS)
    assert [row[0] for row in await rows(conn, QUARANTINED)] == ["A2"]
    assert result.counts.changed == 1


async def test_cost_is_compared_in_the_currency_of_the_supplier(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await merge_rows(item_rows(30))
    await conn.execute(
        "UPDATE supplier_items SET currency = 'EUR', cost = 9, exchange_rate = 2,"
        " rate_date = '2026-11-25', current_price = 18 WHERE supplier_sku = 'A1'"
    )
    # Back in the currency of the catalog, the price is compared as such: 18 USD to 9 USD.
    result = await merge_rows(
        [item_row("A1", "9.00"), *item_rows(30)[1:]], safety_thresholds=THRESHOLDS
    )
    assert result.counts.quarantined == 1


async def test_upcoming_price_out_of_line_is_quarantined(
    merge_rows: MergeRows, conn: Connection
) -> None:
    found = profile("next_price")
    await merge_rows(item_rows(30))
    announced = item_row("A1", next_price="1100", next_from="2099-12-01")
    result = await merge_rows(
        [announced, *item_rows(30)[1:]], found=found, safety_thresholds=THRESHOLDS
    )
    assert result.counts.quarantined == 1
    ((reason,),) = await rows(conn, "SELECT reason FROM quarantined_rows")
    assert "from 10 to 1100" in reason
    assert "on 2099-12-01" in reason
    assert await rows(conn, "SELECT count(next_cost) FROM supplier_items") == [(0,)]


async def test_newer_list_supersedes_the_open_row(merge_rows: MergeRows, conn: Connection) -> None:
    await merge_rows(item_rows(30))
    await merge_rows([item_row("A1", "1000"), *item_rows(30)[1:]], safety_thresholds=THRESHOLDS)
    await merge_rows([item_row("A1", "2000"), *item_rows(30)[1:]], safety_thresholds=THRESHOLDS)
    expected = [
        ("A1", Decimal("10.00"), Decimal("1000.00"), "superseded", True),
        ("A1", Decimal("10.00"), Decimal("2000.00"), "open", False),
    ]
    assert await rows(conn, QUARANTINED) == expected
    await merge_rows(item_rows(30), safety_thresholds=THRESHOLDS)
    assert {row[3] for row in await rows(conn, QUARANTINED)} == {"superseded"}


@pytest.mark.parametrize(
    ("newer", "state"),
    [
        ([item_row("A2", "11")], "open"),
        ([item_row("A1", "11"), item_row("A2", "11")], "superseded"),
        ([RejectedRow(1, "missing_price", "Missing.", [], "A1"), item_row("A2")], "open"),
    ],
)
async def test_partial_list_supersedes_only_what_it_names(
    merge_rows: MergeRows, conn: Connection, newer: list[Any], state: str
) -> None:
    await merge_rows(item_rows(30))
    await merge_rows([item_row("A1", "1000"), *item_rows(30)[1:]], safety_thresholds=THRESHOLDS)
    await merge_rows(newer, mode="partial", safety_thresholds=THRESHOLDS)
    assert [row[3] for row in await rows(conn, QUARANTINED)] == [state]


async def test_refused_price_that_comes_again_is_not_asked_again(
    merge_rows: MergeRows, conn: Connection
) -> None:
    wrong = [item_row("A1", "1000"), *item_rows(30)[1:]]
    await merge_rows(item_rows(30))
    await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    await conn.execute(REFUSE.encode())
    again = await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    assert again.counts.quarantined == 1
    refused = ("A1", Decimal("10.00"), Decimal("1000.00"), "refused", False)
    assert await rows(conn, QUARANTINED) == [refused]
    tasks = "SELECT DISTINCT task_id FROM quarantined_rows"
    assert await rows(conn, tasks) == [(again.task_id,)]
    other = [item_row("A1", "1001"), *item_rows(30)[1:]]
    await merge_rows(other, safety_thresholds=THRESHOLDS)
    states = [row[3:] for row in await rows(conn, QUARANTINED)]
    assert states == [("refused", True), ("open", False)]


async def test_refused_rows_do_not_hold_the_list(merge_rows: MergeRows, conn: Connection) -> None:
    wrong = [*item_rows(10, "1000"), *item_rows(100)[10:]]
    await merge_rows(item_rows(100))
    await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    await conn.execute(REFUSE.encode())
    wrong[50] = item_row("A51", "1000")
    again = await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    assert (again.status, again.counts.quarantined) == ("success", 11)


async def test_quarantined_row_changes_nothing_of_its_item(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await merge_rows(item_rows(30))
    await merge_rows(
        [item_row("A1", "1000", name="Other"), *item_rows(30)[1:]], safety_thresholds=THRESHOLDS
    )
    assert await history_length(conn) == 30
    names = await rows(conn, "SELECT name FROM supplier_items WHERE supplier_sku = 'A1'")
    assert names == [("Nail A1",)]


async def test_new_articles_are_never_out_of_line(merge_rows: MergeRows) -> None:
    result = await merge_rows(
        [*item_rows(2), item_row("A3", "99999")], safety_thresholds=THRESHOLDS
    )
    assert (result.counts.new, result.counts.quarantined) == (3, 0)
