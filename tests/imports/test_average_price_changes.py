"""By how many percent a price list changes the prices of a supplier on average."""

from typing import Any

from import_fixtures import RunImport
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.read_config import ReadConfig

HEADER = "Article code,Name,Price\n"
PARTIAL = ReadConfig(mode="partial")
FOUR = HEADER + "A-1,Hammer,10\nA-2,Saw,20\nA-3,Axe,30\nA-4,File,40\n"


async def average_of(conn: Connection, result: Any) -> float | None:
    query = "SELECT average_price_change::float8 FROM ingestion_tasks WHERE id = %s"
    return await fetch_value(conn, query, [result.task_id])


async def test_first_list_changes_no_price(run_import: RunImport, conn: Connection) -> None:
    assert await average_of(conn, await run_import(FOUR)) is None
    assert await average_of(conn, await run_import(FOUR)) == 0


async def test_items_that_do_not_change_count_as_unchanged(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(FOUR)
    partial = HEADER + "A-1,Hammer,11\nA-2,Saw,10\nA-5,Vice,99\n"
    assert await average_of(conn, await run_import(partial, config=PARTIAL)) == (10 - 50) / 4
    absent = HEADER + "A-1,Hammer,22\n"
    assert await average_of(conn, await run_import(absent)) == 100 / 5
    back = HEADER + "A-1,Big hammer,22\nA-2,Saw,40\n"
    assert await average_of(conn, await run_import(back)) == 0


async def test_held_list_has_the_change_by_applying_it(
    run_import: RunImport, conn: Connection
) -> None:
    await run_import(FOUR)
    doubled = HEADER + "A-1,Hammer,20\nA-2,Saw,40\nA-3,Axe,60\nA-4,File,80\n"
    held = await run_import(doubled, safety_thresholds=SafetyThresholds())
    assert held.status == "held"
    assert await average_of(conn, held) == 100


async def test_quarantined_row_is_not_compared(run_import: RunImport, conn: Connection) -> None:
    many = HEADER + "".join(f"B-{number},Nail {number},10\n" for number in range(100))
    await run_import(many)
    one_wrong = many.replace("B-7,Nail 7,10\n", "B-7,Nail 7,1000\n")
    result = await run_import(one_wrong, safety_thresholds=SafetyThresholds())
    assert result.counts.quarantined == 1
    assert await average_of(conn, result) == 0


async def test_rate_of_the_currency_is_no_change(run_import: RunImport, conn: Connection) -> None:
    listed = "Article code,Name,Price,Currency\nA-1,Hammer,{price},EUR\n"
    for rate, price in ((1, 10), (2, 15)):
        await conn.execute(
            "INSERT INTO exchange_rates (base, currency, date, rate, source)"
            " VALUES ('EUR', 'USD', current_date, %s, 'Test')"
            " ON CONFLICT (base, currency, date) DO UPDATE SET rate = excluded.rate",
            [rate],
        )
        result = await run_import(listed.format(price=price))
    assert await average_of(conn, result) == 50
