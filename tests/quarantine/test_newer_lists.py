"""What a newer price list does to the rows that wait for a decision."""

from decimal import Decimal

from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.price_list_rows import ItemRow, RejectedRow, RowErrorType
from pricebook.quarantine import service
from pricebook.quarantine.schemas import QuarantineSelection

THRESHOLDS = SafetyThresholds()
ROWS = "SELECT price, state::text FROM quarantined_rows ORDER BY created_at"
OLD = Decimal("1000.00")
ITEM = """
    SELECT current_price, price_outdated_since IS NOT NULL FROM supplier_items
    WHERE supplier_sku = 'A1'
"""


def with_first(*first: ItemRow | RejectedRow, count: int = 30) -> list[ItemRow | RejectedRow]:
    """Return these rows, followed by those of unchanged articles."""
    return [*first, *item_rows(count)[1:]]


def rejected(error_type: RowErrorType) -> RejectedRow:
    return RejectedRow(99, error_type, "It has no price.", ["A1"], supplier_sku="A1")


async def quarantine(merge_rows: MergeRows, count: int = 30) -> None:
    await merge_rows(item_rows(count))
    wrong = with_first(item_row("A1", "1000"), count=count)
    result = await merge_rows(wrong, safety_thresholds=THRESHOLDS)
    assert result.counts.quarantined == 1


async def test_same_price_again_leaves_the_row_open_with_the_values_of_the_newest_list(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await quarantine(merge_rows)
    query = "SELECT id, created_at, state::text FROM quarantined_rows"
    before = await rows(conn, query)
    again = with_first(item_row("A1", "1000", name="Gold nail", row_number=77))
    result = await merge_rows(again, safety_thresholds=THRESHOLDS)
    assert result.counts.quarantined == 1
    assert await rows(conn, query) == before
    values = "SELECT name, row_number, task_id FROM quarantined_rows"
    assert await rows(conn, values) == [("Gold nail", 77, result.task_id)]


async def test_another_price_of_a_code_that_has_a_rejected_row_too(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await quarantine(merge_rows)
    newer = with_first(item_row("A1", "2000"), rejected("missing_price"))
    result = await merge_rows(newer, safety_thresholds=THRESHOLDS)
    assert (result.counts.quarantined, result.counts.rejected) == (1, 1)
    assert await rows(conn, ROWS) == [(OLD, "superseded"), (Decimal("2000.00"), "open")]


async def test_rejected_row_leaves_the_row_open(merge_rows: MergeRows, conn: Connection) -> None:
    await quarantine(merge_rows)
    await merge_rows(with_first(rejected("missing_price")), safety_thresholds=THRESHOLDS)
    assert await rows(conn, ROWS) == [(OLD, "open")]


async def test_price_on_request_supersedes_the_row(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows)
    newer = [rejected("price_on_request"), item_row("A2")]
    await merge_rows(newer, mode="partial", safety_thresholds=THRESHOLDS)
    ((row_id,),) = await rows(conn, "SELECT id FROM quarantined_rows")
    decision = await service.accept_rows(database, QuarantineSelection(ids=[row_id]), "ann")
    assert (decision.decided, await rows(conn, ROWS)) == (0, [(OLD, "superseded")])
    assert await rows(conn, ITEM) == [(Decimal("10.00"), True)]


async def test_list_that_is_applied_beyond_the_thresholds_supersedes_the_row(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows)
    held = await merge_rows(item_rows(30, "1000"), safety_thresholds=THRESHOLDS)
    assert held.status == "held"
    await importer.apply_held(database, held.task_id)
    assert await rows(conn, ROWS) == [(OLD, "superseded")]
    assert await rows(conn, ITEM) == [(OLD, False)]
