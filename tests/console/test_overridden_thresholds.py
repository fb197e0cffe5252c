"""A preview beyond the safety thresholds: applied only after a confirmation, which is recorded."""

from decimal import Decimal
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from console.test_preview_pages import COUNT, compared_at, value
from pricebook.db.database import Connection

REASON = "50 of 60 prices (83 %) change by more than a factor of 1.5."
ROW_REASON = "The price changes from 0.21 to 0.63 EUR, by more than a factor of 1.5."
OVERRIDDEN = "SELECT after FROM audit_log WHERE action = 'task.thresholds_overridden'"


@pytest.fixture
async def path(conn: Connection) -> str:
    """The address of the preview of a price list that would be held."""
    preview_id = await builders.import_preview(conn, await builders.supplier(conn))
    change = {"outcome": "changed", "row_number": 2, "supplier_sku": "A-1", "name": "Hammer"}
    change |= {"old_price": "0.21", "new_price": "0.63", "percent": str(Decimal(200))}
    result = {"reasons": [REASON], "changes": [{**change, "reason": ROW_REASON}]}
    await conn.execute("UPDATE import_previews SET result = result || %s", [Jsonb(result)])
    return f"/console/imports/previews/{preview_id}"


async def test_page_has_no_key_that_applies_it_and_its_rows_wait_for_nothing(
    client: Client, log_in_as: LogInAs, path: str
) -> None:
    await log_in_as("admin")
    text = await show_text(client, path)
    assert 'data-key="a"' not in text
    assert 'data-opens="override-thresholds"' in text
    assert 'type="checkbox" name="overrides"' in text
    assert ROW_REASON in text
    assert "Waits for a decision" not in text


async def test_it_is_not_applied_without_the_confirmation(
    client: Client, log_in_as: LogInAs, conn: Connection, path: str
) -> None:
    await log_in_as("admin")
    moment = compared_at(await show_text(client, path))
    refused = await send(client, f"{path}/apply", compared_at=moment)
    assert (refused.status_code, "exceeds safety thresholds" in refused.text) == (409, True)
    assert await value(conn, COUNT.format("ingestion_tasks")) == 0


async def test_confirmation_is_recorded_with_its_reasons(
    client: Client, log_in_as: LogInAs, conn: Connection, path: str
) -> None:
    name = await log_in_as("admin")
    fields = {"compared_at": compared_at(await show_text(client, path)), "overrides": "yes"}
    await follow(client, await send(client, f"{path}/apply", **fields))
    assert await value(conn, OVERRIDDEN) == {"decided_by": name, "held_reasons": [REASON]}
    task_id: UUID = await value(conn, "SELECT id FROM ingestion_tasks")
    text = await show_text(client, f"/console/imports/{task_id}")
    assert f"Beyond the thresholds: {REASON}" in text
    assert f"The preview warned; {name} confirmed at" in text


async def test_who_may_not_apply_held_lists_submits_it_for_a_decision(
    client: Client, log_in_as: LogInAs, conn: Connection, path: str
) -> None:
    await log_in_as("procurement")
    text = await show_text(client, path)
    assert "override-thresholds" not in text
    await follow(client, await send(client, f"{path}/apply", compared_at=compared_at(text)))
    assert await value(conn, "SELECT may_hold FROM import_previews") is True
    assert await value(conn, OVERRIDDEN) is None
