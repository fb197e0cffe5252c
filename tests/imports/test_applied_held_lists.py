"""What happens to single rows when a held price list is applied."""

from datetime import date
from decimal import Decimal

from correction_files import edited, rejected_rows
from import_fixtures import RunImport, rows
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ApplyOptions, ImportResult
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.tasks import history
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.undo import service as undo

THRESHOLDS = SafetyThresholds()


def price_list(last: int, *more: str) -> str:
    """Return a price list of the articles A-1 to A-`last` at 10, and further rows."""
    lines = (f"A-{number},Nail {number},10" for number in range(1, last + 1))
    return "\n".join(["Article code,Name,Price", *lines, *more, ""])


async def hold(run_import: RunImport, text: str) -> ImportResult:
    result = await run_import(text, safety_thresholds=THRESHOLDS)
    assert result.status == "held"
    return result


async def test_row_out_of_line_is_quarantined_even_if_half_of_the_list_may_be_absent(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import(price_list(100))
    held = await hold(run_import, price_list(50, "A-51,Nail 51,1000"))
    applied = await importer.apply_held(database, held.task_id)
    assert applied.counts == held.counts
    assert (applied.counts.quarantined, applied.counts.absent) == (1, 49)
    price = "SELECT current_price FROM supplier_items WHERE supplier_sku = 'A-51'"
    assert await rows(conn, price) == [(Decimal("10.00"),)]


async def test_row_that_is_rejected_only_when_the_list_is_applied_is_listed(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    await conn.execute(
        "INSERT INTO exchange_rates (base, currency, date, rate, source)"
        " VALUES ('EUR', 'USD', %s, 1.2, 'test')",
        [date.today()],  # noqa: DTZ011 (any day of this week)
    )
    head, *lines = price_list(20).splitlines()
    in_euro = [f"{head},Currency", "A-0,Nail,10,EUR", *(f"{line},USD" for line in lines)]
    await run_import("\n".join(in_euro))
    held = await hold(run_import, "\n".join([*in_euro[:9], "A-9,Nail 9,many,USD"]))
    await conn.execute("DELETE FROM exchange_rates")
    applied = await importer.apply_held(database, held.task_id)
    assert applied.row_error_counts == {"no_exchange_rate": 1, "price_not_a_number": 1}
    page = await history.list_row_errors(database, held.task_id, RowErrorQuery())
    assert [error.error_type for error in page.data] == ["no_exchange_rate", "price_not_a_number"]


async def test_rows_that_held_corrections_leave_wrong_keep_their_cells(
    run_import: RunImport, database: Database
) -> None:
    await run_import(price_list(3))
    first = await run_import(price_list(1, "A-2,Nail 2,x", "A-3,Nail 3,x", "A-4,Box,x"))

    def edit(lines: list[dict[str, str]]) -> None:
        lines[0]["Price"], lines[1]["Price"], lines[2]["Price"] = "50", "70", "y"

    text = edited(await rejected_rows(database, first.task_id), edit)
    held = await run_import(text, corrections_of=first.task_id, safety_thresholds=THRESHOLDS)
    assert held.status == "held"
    await importer.apply_held(database, held.task_id)
    page = await history.list_row_errors(database, first.task_id, RowErrorQuery())
    assert [error.row_data for error in page.data] == [["A-4", "Box", "y"]]


async def test_profile_of_another_release_does_not_keep_a_list_from_being_applied(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import(price_list(3))
    held = await hold(run_import, price_list(3).replace(",10", ",100"))
    await conn.execute('UPDATE ingestion_tasks SET found = found || \'{"format": "clay"}\'')
    assert (await importer.apply_held(database, held.task_id)).counts.changed == 3


async def test_held_list_awaits_a_comparison_after_an_undo(
    run_import: RunImport, database: Database
) -> None:
    async def awaits_comparison() -> bool:
        return (await history.get_task(database, held.task_id)).awaits_comparison

    await run_import(price_list(9))
    changed = await run_import(price_list(9).replace(",10", ",14"))
    held = await hold(run_import, price_list(9).replace(",10", ",4"))
    assert not await awaits_comparison()
    await undo.undo_inline(database, changed.task_id, "anna", 10)
    assert await awaits_comparison()
    options = ApplyOptions(safety_thresholds=THRESHOLDS, may_hold=True)
    compared = await importer.apply_held(database, held.task_id, options=options)
    assert (compared.status, await awaits_comparison()) == ("held", False)
    assert "changes from 10.00 to 4.00" in compared.errors[0]
