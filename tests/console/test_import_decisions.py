"""What the page of an import has for a decision: planned changes, and corrections."""

import re
from typing import Any

import pytest

import builders
from console.conftest import HTML, Client, LogInAs
from console.fragments import follow, show, show_text
from console.test_import_pages import HELD, PATH
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows, merge_rows
from pricebook.db.database import Connection
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.imports.upload_folder import UPLOAD_FOLDER

__all__ = ["merge_rows"]


async def test_held_list_shows_what_it_would_change_most(
    client: Client, log_in_as: LogInAs, conn: Connection, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(20))
    changed = [item_row("A1", "100.00"), item_row("A2", "1.00"), *item_rows(20, "19.00")[2:]]
    task_id = (await merge_rows(changed, safety_thresholds=SafetyThresholds())).task_id
    supplier_id = (await rows(conn, "SELECT id FROM suppliers"))[0][0]
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/{task_id}")
    assert "Of 20 stored prices in the list, 19 would rise and 1 fall." in text
    assert "In the median they change by +90.00 %." in text
    decisions = text[: text.index('data-opens="apply-import"')]
    assert re.search(r"The largest change: <strong>Nail A1</strong>", decisions)
    assert text.count("The largest change:") == 2  # in the question before it is applied, too
    table = text[text.index("What it would change most</h2>") :]
    percents = re.findall(r'<td class="number">([-+][\d.]+)</td>', table)
    assert percents == ["+900.00", "-90.00", *["+90.00"] * 18]
    assert re.search(r"<del>.*10\.00</del>.*<ins>.*100\.00</ins>", table)
    assert f'href="/console/suppliers/{supplier_id}/settings#group-import"' in text
    settings = await show_text(client, f"/console/suppliers/{supplier_id}/settings")
    label = re.findall(r'<label for="row_price_factor">([^<]+)<', settings)[0]
    assert f"by more than a factor of 1.5 (“{label}”)" in text
    assert 'class="button " data-key="a" type="button" data-opens="apply-import"' in text


async def test_first_rows_of_a_long_held_list_are_compared(
    client: Client, log_in_as: LogInAs, merge_rows: MergeRows, monkeypatch: Any
) -> None:
    monkeypatch.setattr("pricebook.imports.held_changes.COMPARED_ROWS", 10)
    await merge_rows(item_rows(20))
    held = await merge_rows(item_rows(20, "19.00"), safety_thresholds=SafetyThresholds())
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/{held.task_id}")
    assert "Of 10 stored prices in the list, 10 would rise and 0 fall." in text
    assert "Only the first 10 rows were compared." in text


async def test_all_changes_of_a_held_list_are_shown_by_pages_and_exported(
    client: Client, log_in_as: LogInAs, conn: Connection, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(130))
    changed = [*item_rows(120, "19.00"), *item_rows(130)[120:], item_row("A131", "5.00")]
    held = await merge_rows(changed, safety_thresholds=SafetyThresholds())
    await log_in_as("admin")
    path = f"{PATH}/{held.task_id}/held"
    text = await show_text(client, f"{PATH}/{held.task_id}")
    assert f'href="{path}"' in text
    assert "All 120 price changes" in text
    codes: list[str] = []
    page = path
    while page:
        text = await show_text(client, page)
        codes += re.findall(r'<td class="wide code">([^<]+)<', text)
        page = next(iter(re.findall(r'rel="next" href="([^"]+)"', text)), "")
    assert codes == [f"A{n}" for n in range(1, 121)]
    lines = (await client.get(f"{path}/export")).text.splitlines()
    assert lines[0].startswith("row_number,supplier_sku,name,currency,old_price,new_price,percent")
    assert len(lines) == 121
    assert re.match(r"\d+,A1,.*,USD,10\.00\d*,19\.00\d*,90\.00,", lines[1])
    await conn.execute("UPDATE ingestion_tasks SET state = 'refused' WHERE state = 'held'")
    assert "The price list is not held any more." in await show_text(client, path)
    late = await client.get(f"{path}/export", headers=HTML, follow_redirects=False)
    assert (late.status_code, late.headers["location"]) == (303, path)


async def test_page_of_a_long_held_list_reads_some_rows_only(
    client: Client, log_in_as: LogInAs, merge_rows: MergeRows, monkeypatch: Any
) -> None:
    monkeypatch.setattr("pricebook.imports.held_change_list.READ_ROWS", 10)
    await merge_rows(item_rows(25))
    changed = [*item_rows(25)[:22], *item_rows(25, "90.00")[22:]]
    held = await merge_rows(changed, safety_thresholds=SafetyThresholds())
    await log_in_as("admin")
    page, pages, text = f"{PATH}/{held.task_id}/held", 0, ""
    while page:
        text = await show_text(client, page)
        page = next(iter(re.findall(r'rel="next" href="([^"]+)"', text)), "")
        pages += 1
        if page:
            assert "The rows read for this page change no price. Further rows follow." in text
    assert (pages, text.count("+800.00")) == (3, 3)


@pytest.mark.parametrize(
    ("fields", "is_offered"),
    [
        ({"state": "partially_succeeded"}, True),
        (HELD, False),
        ({"state": "refused", "decided_by": "eva", "decided_at": "2026-01-02"}, False),
        ({"state": "failed", "cancelled_by": "eva"}, False),
        ({"state": "partially_succeeded", "undone_by": "self"}, False),
    ],
    ids=str,
)
async def test_corrections_are_offered_where_they_are_accepted(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    fields: dict[str, Any],
    is_offered: bool,  # noqa: FBT001 (of a parametrised test)
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    task_id = await builders.import_task(
        conn, supplier_id, count_rejected=2, found="{}", **{**fields, "undone_by": None}
    )
    if "undone_by" in fields:
        undo_id = await builders.import_task(conn, supplier_id, undo_of=task_id)
        await conn.execute(
            "UPDATE ingestion_tasks SET undone_by = %s WHERE id = %s", [undo_id, task_id]
        )
    text = await show(client, f"{PATH}/{task_id}")
    assert ("Correct the 2 rejected rows" in text) == is_offered


async def test_file_of_a_price_list_is_for_admins_and_who_uploaded_it(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    task_id = await builders.import_task(conn, await builders.supplier(conn))
    path = f"{PATH}/{task_id}"
    name = await log_in_as("procurement")
    response = await client.get(f"{path}/file", headers=HTML, follow_redirects=False)
    assert "who uploaded it, get the file of a price list." in await follow(client, response)
    await conn.execute(
        """
        UPDATE ingestion_tasks SET source_config = jsonb_build_object('file_path', %s::text),
            requested_by_id = (SELECT id FROM users WHERE username = %s)
        """,
        [f"{UPLOAD_FOLDER}/a.csv", name],
    )
    assert f'href="{path}/file"' in await show_text(client, path)
    await log_in_as("procurement")
    assert f'href="{path}/file"' not in await show_text(client, path)
    await log_in_as("admin")
    assert f'href="{path}/file"' in await show_text(client, path)
    response = await client.get(f"{path}/file", headers=HTML, follow_redirects=False)
    assert "The file is no longer kept" in await follow(client, response)
