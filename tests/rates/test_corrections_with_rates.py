"""Rows that lacked an exchange rate are imported from their file once there is one."""

from decimal import Decimal

import pytest

from import_fixtures import RunImport, rows
from pricebook.db.database import Connection, Database
from pricebook.tasks import history
from pricebook.tasks.counts import Counts
from rates.conftest import SetRate, days_ago

LIST = """Code,Name,List price,Discount,PE,Currency,Colour
A-1,Hammer,1250.00,20,100,EUR,red
A-2,Saw,8.00,0,1,USD,
"""


@pytest.fixture(autouse=True)
async def catalog_currency(conn: Connection) -> None:
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")


async def test_rejected_rows_without_a_rate_are_imported_as_they_are(
    run_import: RunImport, conn: Connection, database: Database, set_rate: SetRate
) -> None:
    first = await run_import(LIST)
    assert first.row_error_counts == {"no_exchange_rate": 1}
    text = "".join([line async for line in history.export_row_errors(database, first.task_id)])
    await set_rate("EUR", "USD", "2", age_days=1)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(new=1)
    assert await rows(
        conn,
        "SELECT supplier_sku, current_price, cost, characteristics FROM supplier_items"
        " ORDER BY supplier_sku",
    ) == [
        ("A-1", Decimal(20), Decimal(10), {"Colour": "red"}),
        ("A-2", Decimal(8), None, {}),
    ]
    task = await history.get_task(database, first.task_id)
    assert (task.state, task.counts) == ("succeeded", Counts(new=2, ignored=1))


async def test_the_rate_is_part_of_the_profile_and_of_its_sentence(
    run_import: RunImport, database: Database, set_rate: SetRate
) -> None:
    await set_rate("EUR", "USD", "1.0812", age_days=1)
    result = await run_import(LIST)
    part = f"1 EUR = 1.0812 USD ({days_ago(1).isoformat()})"
    assert part in (result.profile_sentence or "")
    task = await history.get_task(database, result.task_id)
    assert part in (task.profile_sentence or "")
