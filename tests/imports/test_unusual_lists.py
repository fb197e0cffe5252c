"""Price lists that are imported although they exceed a safety threshold halfway."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

from import_fixtures import RunImport, rows
from notices.notice_fixtures import recipient
from pricebook.db.database import Connection, Database
from pricebook.events import service as events
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import ImportImpact, SafetyThresholds, warnings
from pricebook.tasks import history
from pricebook.undo import service as undo

Client = AsyncTestClient[Litestar]
HALFWAY = ImportImpact(
    present_items=100,
    absent=20,
    rows=200,
    rejected=75,
    median_before=Decimal(10),
    median_after=Decimal(15),
    compared=100,
    out_of_line=10,
)
MEDIAN_CHANGE = (
    "The median price of the supplier's items changes from 10 to 15.01, by more than a factor of"
    " 1.5."
)
MANY_CHANGES = (
    "3 of 20 prices change by more than a factor of 1.25, most that of A-0: from 10.00 to 13.00;"
    " prices change by +4.5 % on average."
)
MANY_FALL = (
    "11 of 100 prices change by more than a factor of 1.25, most that of A-1: from 2 to 3; prices"
    " change by -12.35 % on average."
)


def price_list(changed: int, price: str, count: int = 20) -> str:
    prices = [price if number < changed else "10" for number in range(count)]
    lines = [f"A-{number},Nail {number},{each}" for number, each in enumerate(prices)]
    return "\n".join(["Article code,Name,Price", *lines, ""])


def test_list_at_half_of_the_thresholds_is_not_unusual() -> None:
    assert warnings(HALFWAY, SafetyThresholds()) == []


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (
            {"absent": 21},
            "21 of the supplier's 100 items are missing from the price list, more than 20 %.",
        ),
        ({"rejected": 76}, "76 of the price list's 200 rows are rejected, more than 37.5 %."),
        (
            {"median_after": Decimal("15.01")},
            MEDIAN_CHANGE,
        ),
        (
            {"out_of_line": 11, "largest_change": "A-1: from 2 to 3"},
            "11 of 100 prices change by more than a factor of 1.25, most that of A-1: from 2 to 3.",
        ),
        (
            {"out_of_line": 11, "largest_change": "A-1: from 2 to 3", "average_change": -12.345},
            MANY_FALL,
        ),
    ],
)
def test_list_beyond_half_of_a_threshold_is_unusual(change: dict[str, Any], warning: str) -> None:
    assert warnings(msgspec.structs.replace(HALFWAY, **change), SafetyThresholds()) == [warning]


async def test_one_large_change_is_not_unusual() -> None:
    impact = msgspec.structs.replace(HALFWAY, compared=2, out_of_line=1)
    assert warnings(impact, SafetyThresholds()) == []


async def test_unusual_list_is_imported_with_a_notice_and_an_event(
    admin: Client, run_import: RunImport, conn: Connection, database: Database
) -> None:
    await recipient(conn, "unusual")
    await recipient(conn, "held", "failed", "late", name="bob")
    thresholds = SafetyThresholds()
    await run_import(price_list(0, "10"), safety_thresholds=thresholds)
    usual = await run_import(price_list(3, "12"), safety_thresholds=thresholds)
    assert usual.warnings == []
    await run_import(price_list(0, "10"), safety_thresholds=thresholds)
    unusual = await run_import(price_list(3, "13"), safety_thresholds=thresholds)
    assert (unusual.status, unusual.errors, unusual.warnings) == ("success", [], [MANY_CHANGES])
    assert (await history.get_task(database, unusual.task_id)).warnings == [MANY_CHANGES]

    await events.place_events(database)
    page = (await admin.get("/api/v1/admin/events", params={"type": "import.unusual"})).json()
    assert [event["data"] | {"supplier_id": ""} for event in page["data"]] == [
        {
            "task_id": str(unusual.task_id),
            "supplier_id": "",
            "supplier_name": "ACME",
            "warnings": [MANY_CHANGES],
            "average_price_change": 4.5,
        }
    ]
    notices = "SELECT username, kind, reasons FROM notices JOIN users ON users.id = user_id"
    assert await rows(conn, notices) == [("anna", "unusual", [MANY_CHANGES])]


async def test_each_different_unusual_list_of_a_day_is_a_notice(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    """Also the same prices again, once the list before was undone or replaced."""
    await recipient(conn, "unusual")
    thresholds = SafetyThresholds()
    await run_import(price_list(0, "10"), safety_thresholds=thresholds)
    raised = await run_import(price_list(3, "13"), safety_thresholds=thresholds)
    await undo.undo_inline(database, raised.task_id, "anna", 10)
    again = await run_import(price_list(3, "13"), safety_thresholds=thresholds)
    lowered = await run_import(price_list(3, "10"), safety_thresholds=thresholds)
    assert raised.warnings == again.warnings != lowered.warnings
    assert "most that of A-0: from 13.00 to 10.00;" in lowered.warnings[0]
    await run_import(price_list(3, "13"), safety_thresholds=thresholds)
    assert await rows(conn, "SELECT reasons FROM notices ORDER BY created_at") == [
        (each.warnings,) for each in (raised, again, lowered, raised)
    ]


async def test_list_with_the_same_rejected_rows_is_a_notice_once_a_day(
    run_import: RunImport, conn: Connection
) -> None:
    await recipient(conn, "unusual")
    text = price_list(0, "10", 10) + "".join(f"B-{number},Nail,none\n" for number in range(8))
    for price in ("10", "11", "10"):
        changed = text.replace("A-0,Nail 0,10", f"A-0,Nail 0,{price}")
        result = await run_import(changed, safety_thresholds=SafetyThresholds())
        assert len(result.warnings) == 1
    assert len(await rows(conn, "SELECT FROM notices")) == 1


async def test_list_that_is_held_again_after_one_was_applied_is_a_notice(
    run_import: RunImport, conn: Connection, database: Database
) -> None:
    await recipient(conn, "held")
    thresholds = SafetyThresholds()
    for _ in range(2):
        await run_import(price_list(0, "10"))
        held = await run_import(price_list(0, "10", 8), safety_thresholds=thresholds)
        assert held.status == "held"
        await importer.apply_held(database, held.task_id)
    assert len(await rows(conn, "SELECT FROM notices")) == 2


async def test_each_held_list_of_other_prices_is_a_notice(
    run_import: RunImport, conn: Connection
) -> None:
    """Also with as many prices beyond the same factor, once the list before was refused."""
    await recipient(conn, "held")
    await run_import(price_list(0, "10"))
    lists = [price_list(20, "19"), price_list(20, "19").replace("Nail 0,19", "Nail 0,90")]
    for text in (*lists, lists[1]):
        held = await run_import(text, safety_thresholds=SafetyThresholds())
        assert held.status == "held"
        await conn.execute("UPDATE ingestion_tasks SET state = 'refused' WHERE state = 'held'")
    reasons = [each[0] for (each,) in await rows(conn, "SELECT reasons FROM notices ORDER BY id")]
    assert len(reasons) == 2
    assert all("on average" in each for each in reasons)


async def test_quarantined_rows_are_not_unusual(run_import: RunImport) -> None:
    """Their prices are not applied."""
    await run_import(price_list(0, "10"))
    result = await run_import(price_list(2, "90"), safety_thresholds=SafetyThresholds())
    assert (result.counts.quarantined, result.warnings) == (2, [])


async def test_held_list_that_somebody_applies_is_not_unusual(
    run_import: RunImport, database: Database
) -> None:
    await run_import(price_list(0, "10"))
    held = await run_import(price_list(3, "90"), safety_thresholds=SafetyThresholds())
    assert (held.status, held.warnings) == ("held", [])
    applied = await importer.apply_held(database, held.task_id)
    assert (applied.status, applied.warnings) == ("success", [])


async def test_thresholds_of_the_supplier_count(run_import: RunImport, conn: Connection) -> None:
    await run_import(price_list(0, "10"))
    config = Jsonb({"source_config": {"row_price_factor": 3}})
    await conn.execute("UPDATE suppliers SET metadata = %s", [config])
    result = await run_import(price_list(3, "13"), safety_thresholds=SafetyThresholds())
    assert (result.status, result.warnings) == ("success", [])
