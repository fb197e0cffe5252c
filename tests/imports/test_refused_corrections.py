"""Files of corrections that are refused; nothing is changed."""

from uuid import uuid4

import pytest

from correction_files import LIST, edited, mend, rejected_rows
from import_fixtures import RunImport, rows
from pricebook.db.database import Connection, Database
from pricebook.errors import PriceListError
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.tasks import cancellation, history

ITEMS = "SELECT supplier_sku, current_price FROM supplier_items ORDER BY supplier_sku"


async def test_corrections_are_refused_once_a_later_price_list_was_imported(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(LIST)
    text = edited(await rejected_rows(database, first.task_id), mend)
    await run_import(LIST)
    items = await rows(conn, ITEMS)
    with pytest.raises(PriceListError, match="A later price list of ACME was already imported"):
        await run_import(text, corrections_of=first.task_id)
    assert await rows(conn, ITEMS) == items


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Bezeichnung", "Name", 'column 4: "Name" instead of "Bezeichnung"'),
        ("row_number,sheet,", "", 'column 1: "Art.-Nr." instead of "row_number"'),
        ("\n4,", "\n,", "has no number in the column row_number"),
        ("\n4,", "\nfour,", 'has "four" in the column row_number'),
        ("\n5,", "\n4,", "has the row number of an earlier row"),
    ],
)
async def test_a_file_that_is_not_that_of_the_task_is_refused(
    run_import: RunImport, database: Database, old: str, new: str, sentence: str
) -> None:
    first = await run_import(LIST)
    text = (await rejected_rows(database, first.task_id)).replace(old, new)
    with pytest.raises(PriceListError, match=sentence):
        await run_import(text, corrections_of=first.task_id)
    assert (await history.get_task(database, first.task_id)).counts.rejected == 3


async def test_rows_of_another_task_are_refused_with_its_id(
    run_import: RunImport, database: Database
) -> None:
    first, other = await run_import(LIST), await run_import(LIST, supplier_name="Other")
    text = await rejected_rows(database, other.task_id)
    with pytest.raises(PriceListError, match=f"import it with --corrections {other.task_id}"):
        await run_import(text, corrections_of=first.task_id)
    with pytest.raises(PriceListError, match="There is no task"):
        await run_import(text, corrections_of=uuid4())


async def test_rows_of_a_held_list_that_was_cancelled_cannot_be_corrected(
    run_import: RunImport, database: Database
) -> None:
    await run_import(LIST.replace("A-", "B-"))
    held = await run_import(LIST, safety_thresholds=SafetyThresholds())
    await cancellation.cancel_task(database, held.task_id, "ann")
    text = edited(await rejected_rows(database, held.task_id), mend)
    before = await history.get_task(database, held.task_id)
    with pytest.raises(PriceListError, match="was cancelled by ann: nothing of its price list"):
        await run_import(text, corrections_of=held.task_id)
    assert await history.get_task(database, held.task_id) == before


async def test_rejected_rows_are_not_read_as_a_price_list(
    run_import: RunImport, database: Database
) -> None:
    first = await run_import(LIST)
    text = await rejected_rows(database, first.task_id)
    with pytest.raises(PriceListError, match=f"import it with --corrections {first.task_id}"):
        await run_import(text)
