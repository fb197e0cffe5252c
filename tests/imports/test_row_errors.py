"""The first row errors of a price list are stored; all of them are counted."""

import csv
from io import StringIO

from import_fixtures import LIST, RunImport, rows
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.row_error_repository import MAX_STORED_ROW_ERRORS, MAX_TASKS_WITH_ROW_ERRORS
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.helper_columns import TRUNCATION_MARK
from pricebook.pricelists.row_rejection import MAX_STORED_CHARACTERS
from pricebook.tasks import history

HEADER_LINE = "Article code,Name,Price\n"
BAD_ROWS = 1_500
BAD_LINES = "".join(f"B-{n},Thing,free\n" for n in range(BAD_ROWS - 1)) + ",Thing,5.00\n"
ROWS_WITHOUT_NAME = "".join(f"B-{n},,5.00\n" for n in range(10, BAD_ROWS + 10))


async def stored_row_errors_by_task(conn: Connection) -> list[int]:
    found = await rows(
        conn,
        """
        SELECT (SELECT count(*) FROM parsing_logs WHERE task_id = task.id)
        FROM ingestion_tasks AS task ORDER BY enqueued_at, id
        """,
    )
    return [count for (count,) in found]


async def test_first_row_errors_are_stored_and_all_are_counted_by_type(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    result = await run_import(HEADER_LINE + "A-1,Hammer,12.50\n" + BAD_LINES)
    counts = {"price_not_a_number": BAD_ROWS - 1, "missing_sku": 1}
    assert (result.counts.new, result.counts.rejected) == (1, BAD_ROWS)
    assert result.row_error_counts == counts
    assert result.errors == ["Of 1,500 rows that were not imported, the first 1,000 are stored."]
    task = await history.get_task(database, result.task_id)
    assert (task.row_error_counts, task.errors) == (counts, result.errors)
    assert await stored_row_errors_by_task(conn) == [MAX_STORED_ROW_ERRORS]
    text = "".join([text async for text in history.export_row_errors(database, result.task_id)])
    lines = list(csv.reader(StringIO(text, newline="")))
    assert [len(lines), lines[1][0], lines[-2][0]] == [MAX_STORED_ROW_ERRORS + 2, "3", "1002"]
    assert lines[-1][-3:-1] == ["not_kept", "500 more rows are not kept."]


async def test_row_errors_are_kept_of_the_newest_tasks_only(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    results = [
        await run_import(LIST + "A-9,Thing,free\n") for _ in range(MAX_TASKS_WITH_ROW_ERRORS + 2)
    ]
    assert await stored_row_errors_by_task(conn) == [0, 0] + [1] * MAX_TASKS_WITH_ROW_ERRORS
    first = results[0].task_id
    assert (await history.get_task(database, first)).row_error_counts == {"price_not_a_number": 1}
    text = "".join([text async for text in history.export_row_errors(database, first)])
    assert "1 more rows are not kept." in text


async def test_long_row_is_stored_truncated(run_import: RunImport, conn: Connection) -> None:
    long = "x" * 20_000
    await run_import(
        HEADER_LINE.strip() + ",Text,More\nA-1,Hammer,12.50,,\n" + f"A-2,Saw,free,{long},{long}\n"
    )
    ((data,),) = await rows(conn, "SELECT row_data FROM parsing_logs")
    assert data[:3] == ["A-2", "Saw", "free"]
    whole = [cell.removesuffix(TRUNCATION_MARK) for cell in data]
    assert len("".join(whole)) == MAX_STORED_CHARACTERS
    assert [cell.endswith(TRUNCATION_MARK) for cell in data] == [False, False, False, True, True]
    assert len(data) == len(HEADER_LINE.split(",")) + 2


async def test_held_list_stores_rejected_rows_for_applying(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await run_import(HEADER_LINE + "".join(f"B-{n},Thing,5.00\n" for n in range(BAD_ROWS)))
    held = await run_import(
        HEADER_LINE + "B-9,Thing,6.00\n" + ROWS_WITHOUT_NAME,
        safety_thresholds=SafetyThresholds(rejected_percent=50),
    )
    assert held.status == "held"
    stored = await rows(
        conn, "SELECT count(*), count(row_data), count(error_message) FROM held_rows"
    )
    assert stored == [(BAD_ROWS + 1, 0, 0)]
    applied = await importer.apply_held(database, held.task_id)
    assert applied.status == "success"
    assert applied.row_error_counts == held.row_error_counts
    assert [error.error_message for error in applied.row_errors[:3]] == [
        error.error_message for error in held.row_errors[:3]
    ]
    assert applied.counts == held.counts
