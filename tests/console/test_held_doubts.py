"""Doubtful prices of a held list are marked on its page, and the list is applied without them."""

import re
from uuid import UUID

import pytest

from console.conftest import Client, LogInAs, send
from console.fragments import show_text
from console.test_import_pages import PATH
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows, merge_rows
from pricebook.db.database import Connection
from pricebook.imports.safety_thresholds import SafetyThresholds

__all__ = ["merge_rows"]

BOX = r'name="left_out" value="([^"]+)" form="apply-form"[^>]*aria-label="Leave out Nail'
WITHOUT = """
    SELECT source_config -> 'applied_without' FROM ingestion_tasks
    WHERE apply_requested_at IS NOT NULL
"""


@pytest.fixture
async def task_id(merge_rows: MergeRows) -> UUID:
    """A held price list: one price is a hundred times as high, and so is that of a new article."""
    await merge_rows(item_rows(20))
    changed = [item_row("A1", "1900.00"), *item_rows(20, "19.00")[1:], item_row("A21", "2000.00")]
    return (await merge_rows(changed, safety_thresholds=SafetyThresholds())).task_id


async def test_changed_and_new_prices_of_a_held_list_have_a_box_each(
    client: Client, log_in_as: LogInAs, task_id: UUID
) -> None:
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/{task_id}")
    assert re.findall(BOX, text) == ["A21", *(f"A{n}" for n in range(1, 21))]
    unlike = text[text.index("New prices far from those of similar articles</h2>") :]
    row = unlike[: unlike.index("</tr>", unlike.index("<tbody>"))]
    for part in ("Nail A21", "2000.00", "19.00", "(nail)"):
        assert part in row
    assert 'id="apply-form"' in text


async def test_list_is_applied_without_the_marked_and_the_typed_articles(
    client: Client, log_in_as: LogInAs, conn: Connection, task_id: UUID
) -> None:
    await log_in_as("admin")
    path = f"{PATH}/{task_id}"
    refused = await send(client, f"{path}/apply", left_out=["A21", "A1"], left_out_codes="X-9")
    assert refused.status_code == 400
    assert "no article X-9" in refused.text
    checked = re.findall(r'value="([^"]+)" form="apply-form"[^>]* checked', refused.text)
    assert checked == ["A21", "A1"]
    applied = await send(client, f"{path}/apply", left_out=["A21", "A1"], left_out_codes="A2\nA1")
    assert applied.status_code == 303
    assert await rows(conn, WITHOUT) == [(["A21", "A1", "A2"],)]


async def test_who_does_not_apply_it_has_no_boxes(
    client: Client, log_in_as: LogInAs, task_id: UUID
) -> None:
    await log_in_as("procurement")
    text = await show_text(client, f"{PATH}/{task_id}")
    assert "Nail A21" in text
    assert re.findall(BOX, text) == []


async def test_held_list_of_new_articles_alone_shows_their_doubtful_prices(
    client: Client, log_in_as: LogInAs, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(20))
    added = [item_row(f"B{n}", "10.00") for n in range(21, 32)]
    added += [item_row("B32", "2000.00")]
    held = await merge_rows(added, safety_thresholds=SafetyThresholds())
    assert held.status == "held"
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/{held.task_id}")
    assert re.findall(BOX, text) == ["B32"]
    assert "Of 0 stored prices" not in text
