"""Of the rows that a list lost, the first are kept; all of them are counted."""

import csv
from io import StringIO

from ingestion.conftest import TakeIn
from ingestion.imports import LIST, rows
from pricebook.db import Connection, Database
from pricebook.ingestion import service
from pricebook.ingestion.counting import KEPT_ROW_ERRORS
from pricebook.ingestion.import_schemas import Brakes
from pricebook.ingestion.rows import MOST_KEPT_CHARACTERS
from pricebook.ingestion.task_repository import KEPT_TASKS
from pricebook.tasks import service as tasks

HEAD = "Article code,Name,Price\n"
BAD_ROWS = 1_500
BAD = "".join(f"B-{n},Thing,free\n" for n in range(BAD_ROWS - 1)) + ",Thing,5.00\n"
UNNAMED = "".join(f"B-{n},,5.00\n" for n in range(10, BAD_ROWS + 10))


async def kept_by_task(conn: Connection) -> list[int]:
    found = await rows(
        conn,
        """
        SELECT (SELECT count(*) FROM parsing_logs WHERE task_id = task.id)
        FROM ingestion_tasks AS task ORDER BY enqueued_at, id
        """,
    )
    return [count for (count,) in found]


async def test_the_first_rows_are_kept_and_all_are_counted_by_kind(
    take_in: TakeIn, conn: Connection, database: Database
) -> None:
    result = await take_in(HEAD + "A-1,Hammer,12.50\n" + BAD)
    counts = {"price_not_a_number": BAD_ROWS - 1, "missing_sku": 1}
    assert (result.counts.new, result.counts.rejected) == (1, BAD_ROWS)
    assert result.row_error_counts == counts
    assert result.errors == ["Of 1,500 rows that were not taken, the first 1,000 are kept."]
    task = await tasks.get_task(database, result.task_id)
    assert (task.row_error_counts, task.errors) == (counts, result.errors)
    assert await kept_by_task(conn) == [KEPT_ROW_ERRORS]
    text = "".join([text async for text in tasks.export_row_errors(database, result.task_id)])
    lines = list(csv.reader(StringIO(text, newline="")))
    assert [len(lines), lines[1][0], lines[-2][0]] == [KEPT_ROW_ERRORS + 2, "3", "1002"]
    assert lines[-1][-2:] == ["not_kept", "500 more rows are not kept."]


async def test_a_bad_list_that_comes_again_and_again_keeps_its_newest_rows(
    take_in: TakeIn, conn: Connection, database: Database
) -> None:
    results = [await take_in(LIST + "A-9,Thing,free\n") for _ in range(KEPT_TASKS + 2)]
    assert await kept_by_task(conn) == [0, 0] + [1] * KEPT_TASKS
    first = results[0].task_id
    assert (await tasks.get_task(database, first)).row_error_counts == {"price_not_a_number": 1}
    text = "".join([text async for text in tasks.export_row_errors(database, first)])
    assert "1 more rows are not kept." in text


async def test_of_a_long_row_the_start_is_kept(take_in: TakeIn, conn: Connection) -> None:
    long = "x" * 20_000
    await take_in(
        HEAD.strip() + ",Text,More\nA-1,Hammer,12.50,,\n" + f"A-2,Saw,free,{long},{long}\n"
    )
    ((data,),) = await rows(conn, "SELECT row_data FROM parsing_logs")
    assert data[:3] == ["A-2", "Saw", "free"]
    assert len("".join(data)) == MOST_KEPT_CHARACTERS
    assert len(data) == len(HEAD.split(",")) + 2


async def test_a_held_list_keeps_of_rejected_rows_what_applying_takes(
    take_in: TakeIn, conn: Connection, database: Database
) -> None:
    await take_in(HEAD + "".join(f"B-{n},Thing,5.00\n" for n in range(BAD_ROWS)))
    held = await take_in(HEAD + "B-9,Thing,6.00\n" + UNNAMED, brakes=Brakes(rejected_percent=50))
    assert held.status == "held"
    kept = await rows(conn, "SELECT count(*), count(row_data), count(error_message) FROM held_rows")
    assert kept == [(BAD_ROWS + 1, 0, 0)]
    applied = await service.apply_held(database, held.task_id)
    assert applied.status == "success"
    assert applied.row_error_counts == held.row_error_counts
    assert [error.error_message for error in applied.row_errors[:3]] == [
        error.error_message for error in held.row_errors[:3]
    ]
    assert applied.counts == held.counts
