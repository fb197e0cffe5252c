"""Quarantined rows that wait: an event and a notice of their price list, a note of the doctor."""

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows
from notices.notice_fixtures import recipient
from pricebook.db.database import Connection, Database
from pricebook.diagnostics.installation_checks import CHECKS, CheckContext
from pricebook.events import service as events
from pricebook.imports import importer
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.notices import outbox_repository
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineSelection
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
THRESHOLDS = SafetyThresholds()
NO_QUEUE: Any = None
NOTICES = "SELECT kind, reasons FROM notices ORDER BY created_at"


def with_prices(*prices: str) -> list[Any]:
    """Return a list of 100 items of which the first have these prices, the others 10.00."""
    changed = [item_row(f"A{number}", price) for number, price in enumerate(prices, 1)]
    return [*changed, *item_rows(100)[len(prices) :]]


async def list_events(admin: Client, database: Database) -> list[dict[str, Any]]:
    await events.place_events(database)
    page = (await admin.get("/api/v1/admin/events", params={"type": "import.quarantined"})).json()
    return [event["data"] for event in page["data"]]


async def test_list_with_quarantined_rows_is_an_event_with_the_largest_changes(
    admin: Client, merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await conn.execute(
        "INSERT INTO catalog_settings (currency) VALUES ('USD') ON CONFLICT DO NOTHING"
    )
    await merge_rows(item_rows(100), safety_thresholds=THRESHOLDS)
    result = await merge_rows(with_prices("30.00", "1000.00"), safety_thresholds=THRESHOLDS)
    (data,) = await list_events(admin, database)
    (first, second) = data.pop("items")
    assert (first["supplier_sku"], first["old_price"], first["price"]) == ("A2", "10.00", "1000.00")
    assert (first["factor"], second["supplier_sku"]) == (100, "A1")
    ((row_id, item_id),) = await rows(
        conn, "SELECT id, supplier_item_id FROM quarantined_rows WHERE supplier_sku = 'A2'"
    )
    assert (first["id"], first["supplier_item_id"]) == (str(row_id), str(item_id))
    assert data.pop("supplier_id")
    assert datetime.fromisoformat(data.pop("open_since")) <= datetime.now(UTC)
    assert data == {
        "task_id": str(result.task_id),
        "supplier_name": "ACME",
        "count": 2,
        "open": 2,
        "warnings": [
            "2 rows have a price out of line and wait for a decision.",
            "A2: The price changes from 10 to 1000 USD, by more than a factor of 1.5.",
            "A1: The price changes from 10 to 30 USD, by more than a factor of 1.5.",
        ],
    }


async def test_same_price_again_is_no_event_but_one_more_row_is(
    admin: Client, merge_rows: MergeRows, database: Database
) -> None:
    await merge_rows(item_rows(100), safety_thresholds=THRESHOLDS)
    for prices in (("30.00",), ("30.00",), ("30.00", "40.00")):
        await merge_rows(with_prices(*prices), safety_thresholds=THRESHOLDS)
    first, second = await list_events(admin, database)
    assert (first["count"], first["open"]) == (1, 1)
    assert first["warnings"][0] == "1 row has a price out of line and waits for a decision."
    assert (second["count"], second["open"]) == (1, 2)
    assert [each["supplier_sku"] for each in second["items"]] == ["A2"]


async def test_applied_list_with_quarantined_rows_is_an_event(
    admin: Client, merge_rows: MergeRows, database: Database
) -> None:
    await merge_rows(item_rows(100), safety_thresholds=THRESHOLDS)
    held = await merge_rows(with_prices("30.00")[:50], safety_thresholds=THRESHOLDS)
    assert (held.status, await list_events(admin, database)) == ("held", [])
    await importer.apply_held(database, held.task_id)
    assert [each["count"] for each in await list_events(admin, database)] == [1]


async def test_chosen_users_get_a_notice_until_all_is_decided(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await recipient(conn, "quarantined")
    await recipient(conn, "held", "unusual", name="bob")
    await merge_rows(item_rows(100), safety_thresholds=THRESHOLDS)
    result = await merge_rows(with_prices("30.00"), safety_thresholds=THRESHOLDS)
    ((kind, (sentence, reason)),) = await rows(conn, NOTICES)
    assert (kind, sentence) == (
        "quarantined",
        "1 row has a price out of line and waits for a decision.",
    )
    assert reason.startswith("A1: The price changes from 10 to 30")
    await merge_rows(with_prices("30.00"), safety_thresholds=THRESHOLDS)
    assert await outbox_repository.delete_settled_notices(conn, None) == 0
    ((row_id,),) = await rows(conn, "SELECT id FROM quarantined_rows WHERE state = 'open'")
    await quarantine.accept_rows(database, QuarantineSelection(ids=[row_id]), "ann")
    assert await outbox_repository.delete_settled_notices(conn, None) == 1
    assert result.counts.quarantined == 1


async def test_doctor_notes_how_many_rows_of_which_suppliers_wait_since_when(
    merge_rows: MergeRows, conn: Connection, database: Database, settings: Settings
) -> None:
    check, _ = CHECKS["quarantine"]
    context = CheckContext(settings, lambda: nullcontext(database), NO_QUEUE)
    assert (await check(context)).summary == "rows of no suppliers wait for a decision."
    await merge_rows(item_rows(100), safety_thresholds=THRESHOLDS)
    await merge_rows(with_prices("30.00", "0.50"), safety_thresholds=THRESHOLDS)
    await conn.execute("UPDATE suppliers SET name = 'ACME Tools'")
    await conn.execute("UPDATE quarantined_rows SET created_at = '2026-11-20 08:00+00'")
    (note,) = (await check(context)).notes
    assert note == (
        "rows of ACME Tools wait for a decision since 2026-11-20 (2): `pricebook quarantine list"
        " --supplier 'ACME Tools'`."
    )
