"""What a price list changed: the price changes of one import, their sums, and the links to them."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from console.conftest import HTML, Client, LogInAs
from console.fragments import show_text
from merge_fixtures import MergeRows, item_row, merge_rows
from pricebook.db.database import Connection

__all__ = ["merge_rows"]

PATH = "/console/price-changes"
FRAGMENT = {**HTML, "HX-Request": "true"}


@pytest.fixture
async def task_ids(merge_rows: MergeRows, conn: Connection) -> list[str]:
    """A first list, one in which two prices rise, and one in which one of them falls."""
    lists = [("10", "20"), ("11", "24"), ("11", "12")]
    ids = [
        str((await merge_rows([item_row("A1", one), item_row("A2", two)])).task_id)
        for one, two in lists
    ]
    await conn.execute("UPDATE price_history SET recorded_at = recorded_at - interval '8 days'")
    await conn.execute(
        "UPDATE ingestion_tasks SET changes_at = changes_at - interval '8 days',"
        " completed_at = completed_at - interval '8 days'"
    )
    await conn.execute("UPDATE price_history SET created_at = created_at - interval '8 days'")
    return ids


async def test_price_changes_of_one_import_are_summed_up(
    client: Client, log_in_as: LogInAs, task_ids: list[str]
) -> None:
    await log_in_as("sales")
    for task_id, expected in zip(
        task_ids[1:],
        ("2 changes: 2 dearer, 0 cheaper, median +15.00 %", "1 change: 0 dearer, 1 cheaper"),
        strict=True,
    ):
        text = await show_text(client, f"{PATH}?import_id={task_id}")
        assert expected in text
        assert "Of the price list of ACME that was imported on" in text
        assert f'name="import_id" value="{task_id}"' in text
    narrowed = await show_text(client, f"{PATH}?import_id={task_ids[1]}&min_percent=20")
    assert "1 change: 1 dearer" in narrowed
    exported = await client.get(f"{PATH}/export?import_id={task_ids[1]}")
    assert len(exported.text.splitlines()) == 3
    unknown = await show_text(client, f"{PATH}?import_id={uuid4()}")
    assert "This import has changed no price." in unknown
    assert "No price was changed in these days" not in await show_text(
        client, f"{PATH}?import_id={task_ids[2]}&direction=down"
    )


async def test_first_price_list_has_nothing_to_compare_with(
    client: Client, log_in_as: LogInAs, task_ids: list[str]
) -> None:
    await log_in_as("sales")
    text = await show_text(client, f"{PATH}?import_id={task_ids[0]}")
    assert "It is the first price list of ACME: there is nothing to compare it with." in text
    assert "seven days" not in text
    assert 'id="supplier_id"' not in text
    narrowed = await show_text(client, f"{PATH}?import_id={task_ids[1]}&min_percent=90")
    assert "No price change of this price list passes the filters" in narrowed
    assert "first price list" not in narrowed


async def test_many_changes_of_an_import_are_summed_up_after_the_page(
    client: Client, log_in_as: LogInAs, task_ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.console.price_change_pages.MAX_TOTALLED", 1)
    await log_in_as("sales")
    text = await show_text(client, f"{PATH}?import_id={task_ids[1]}")
    (address, trigger) = re.findall(r'hx-get="([^"]+totals=1)" hx-trigger="(\w+)', text)[0]
    assert (address, trigger) == (f"{PATH}?import_id={task_ids[1]}&totals=1", "load")
    fragment = await client.get(address, headers=FRAGMENT)
    assert "2 changes: 2 dearer" in fragment.text
    assert "<table" not in fragment.text
    assert "2 changes: 2 dearer" in await show_text(client, address)
    of_days = await show_text(client, f"{PATH}?since=2020-01-01")
    assert "More than 1 prices changed in these days" in of_days
    assert f'<a href="{PATH}?since=2020-01-01&totals=1"' in of_days
    assert "3 changes" in await show_text(client, f"{PATH}?since=2020-01-01&totals=1")


async def test_sums_are_on_each_page(
    client: Client, log_in_as: LogInAs, task_ids: list[str]
) -> None:
    await log_in_as("sales")
    text = await show_text(client, f"{PATH}?import_id={task_ids[1]}&limit=1")
    sums = "2 changes: 2 dearer, 0 cheaper, median +15.00 %"
    assert sums in text
    (second,) = re.findall(r'rel="next" href="([^"]+)"', text)
    assert sums in await show_text(client, second)


async def test_newest_price_lists_lead_to_what_they_changed(
    client: Client, log_in_as: LogInAs, task_ids: list[str]
) -> None:
    await log_in_as("sales")
    link = f'href="{PATH}?import_id={task_ids[-1]}"'
    today = await show_text(client, "/console")
    assert link in today
    (supplier,) = set(re.findall(r'href="(/console/suppliers/[^"]+)"', today))
    assert link in await show_text(client, supplier)


async def test_losses_that_are_all_addressed_lead_to_the_next_page(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    task_ids: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert task_ids
    monkeypatch.setattr("pricebook.prices.repository.MAX_LOSSES", 1)
    await conn.execute(
        "UPDATE price_history SET margin_points = -1, margin_change = -1, recorded_at = now()"
        " WHERE old_price IS NOT NULL"
    )
    await log_in_as("sales")
    note = "Nothing among the losses that were looked at for this page; there are more."
    text = await show_text(client, f"{PATH}?unaddressed=true")
    assert note in text
    assert re.search(rf'href="{re.escape(PATH)}[^"]+cursor=[^"]+" data-key="n"', text)
    assert note in await show_text(client, "/console")


async def test_days_of_the_filter_state_whether_they_are_included(
    client: Client, log_in_as: LogInAs, task_ids: list[str]
) -> None:
    assert task_ids
    await log_in_as("sales")
    day = datetime.now(UTC).date() - timedelta(days=8)
    text = await show_text(client, f"{PATH}?since={day - timedelta(days=2)}&until={day}")
    assert '<label for="until">Before day (not included)</label>' in text
    assert "No price was changed in these days" in text
    text = await show_text(client, f"{PATH}?since={day}&until={day + timedelta(days=1)}")
    assert '<label for="since">From day (included)</label>' in text
    assert "2 dearer, 1 cheaper" in text
