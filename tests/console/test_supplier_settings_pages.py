"""The settings of a supplier as a form: what is saved, what is refused, and conflicts."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, require_refusal, show, show_text
from pricebook.console.suppliers.schedule_fields import (
    list_next_runs,
    read_schedule,
    schedule_fields,
)
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/suppliers"
FLAGS = re.DOTALL
FORM = {"name": "Acme", "source_type": "csv", "is_active": "true"}
CONFIG: dict[str, Any] = {
    "spreadsheet_url": "https://docs.google.com/spreadsheets/d/1",
    "sheet_names": ["One", "Two, too"],
    "delimiter": "\t",
    "currency": "EUR",
    "price_quantity": 100,
    "vat_included": False,
    "vat_rate": "19.5",
    "discount_groups": {"A": "30+5", "B=C": "10"},
    "column_mapping": {"price": "Net price"},
    "sync_every": "30 6 * * 1-5",
    "row_price_factor": 2.5,
}


def form_of(text: str) -> dict[str, str]:
    """Return the fields of the form of a page as a browser would send them."""
    form = text[text.index('<form class="stack"') : text.index("</form>", text.index("stack"))]
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form))
    for name, content in re.findall(
        r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, FLAGS
    ):
        fields[name] = content.removeprefix("\n")
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, FLAGS):
        chosen = re.search(r'value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        assert first
        fields[name] = chosen[1] if chosen else first[1]
    return {name: unescape(value) for name, value in fields.items()}


async def stored_config(conn: Connection) -> dict[str, Any]:
    return await fetch_value(
        conn, "SELECT metadata -> 'source_config' FROM suppliers ORDER BY created_at LIMIT 1"
    )


async def configured(conn: Connection, config: dict[str, Any]) -> UUID:
    supplier_id = await builders.supplier(conn, "Acme")
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb({"source_config": config})])
    return supplier_id


async def test_supplier_is_created(client: Client, log_in_as: LogInAs, conn: Connection) -> None:
    await log_in_as("admin")
    text = await show(client, f"{PATH}/new")
    form = {
        **form_of(text),
        **FORM,
        "url": "https://acme.example/list.csv",
        "currency": "eur",
        "vat_rate": "7,5",
        "discount_groups": "A\t30+5\r\nB = 10\r\n",
        "schedule": "1-5",
        "schedule_at": "6:30",
        "column_price": "Net",
    }
    text = await follow(client, await send(client, f"{PATH}/new", **form))
    assert "The supplier was created." in text
    assert "https://acme.example/list.csv" in text
    assert await stored_config(conn) == {
        "url": "https://acme.example/list.csv",
        "currency": "EUR",
        "vat_rate": "7.5",
        "discount_groups": {"A": "30+5", "B": "10"},
        "sync_every": "30 6 * * 1-5",
        "column_mapping": {"price": "Net"},
    }


async def test_new_supplier_is_saved_and_tried(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    assert '<button class="button" name="then" value="try"' in await show(client, f"{PATH}/new")
    form = {**FORM, "then": "try"}
    require_refusal(await send(client, f"{PATH}/new", **form), "url", "fetched to try it")
    form["url"] = "https://acme.example/list.csv"
    refused = await send(client, f"{PATH}/new", **{**form, "is_active": "false"})
    require_refusal(refused, "is_active", "not fetched")
    text = await follow(client, await send(client, f"{PATH}/new", **form))
    supplier_id = await fetch_value(conn, "SELECT id FROM suppliers")
    assert "Preview of https://acme.example/list.csv" in text
    assert f"fetched for {name}" in text
    assert "uploaded by" not in text
    assert f'href="{PATH}/{supplier_id}"' in text
    assert f'href="{PATH}/{supplier_id}/settings?preview=' in text


async def test_form_that_is_sent_back_as_it_is_changes_nothing(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await configured(conn, {**CONFIG, "unknown": 1})
    path = f"{PATH}/{supplier_id}/settings"
    form = form_of(await show(client, path))
    assert "The settings were saved" in await follow(client, await send(client, path, **form))
    assert await stored_config(conn) == {**CONFIG, "unknown": 1}


async def test_empty_fields_remove_what_was_set(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await configured(conn, CONFIG)
    path = f"{PATH}/{supplier_id}/settings"
    before = form_of(await show(client, path))["before"]
    form = {**FORM, "before": before, "discount_groups": "A = 40", "name": "New"}
    text = await follow(client, await send(client, path, **form))
    assert "<h1>New</h1>" in text
    stored = await stored_config(conn)
    assert {name: value for name, value in stored.items() if value} == {
        "discount_groups": {"A": "40"}
    }


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, ("name", "1 to 255")),
        ({"name": "TAKEN"}, ("name", "There is already a supplier TAKEN.")),
        ({"contact_email": "nobody"}, ("contact_email", "is not an email address")),
        ({"source_type": "paper"}, ("source_type", "expected one of")),
        ({"url": "http://acme.example"}, ("url", "does not begin with https://: price lists")),
        ({"url": "https://https://acme.example"}, ("url", "an address such as https://")),
        ({"url": "https://acme example"}, ("url", "an address such as https://")),
        ({"url": "https://ann:pa55@acme.example"}, ("url", "has a user name or a password")),
        ({"spreadsheet_url": "https://ann@acme.example"}, ("spreadsheet_url", "a user name")),
        ({"currency": "EURO"}, ("currency", "the three letters of a currency")),
        ({"price_quantity": "many"}, ("price_quantity", "")),
        ({"price_quantity": "9" * 40}, ("price_quantity", "")),
        ({"vat_rate": "100"}, ("vat_rate", "percentage")),
        ({"encoding": "utf-9"}, ("encoding", "is not a known encoding")),
        ({"discount": "half"}, ("discount", "such as 30+5")),
        ({"discount_groups": "A = 30\nB"}, ("discount_groups", "line 2")),
        ({"discount_groups": "A = 30\nA = 40"}, ("discount_groups", "twice")),
        ({"discount_groups": "A = half"}, ("discount_groups", "such as 30+5")),
        ({"schedule": "rule", "schedule_rule": "often"}, ("schedule_rule", "cron")),
        ({"schedule": "*", "schedule_at": "25:00"}, ("schedule_at", "such as 06:30")),
        ({"schedule": "1-5", "schedule_at": ""}, ("schedule_at", "type the time of day")),
        ({"late_after_days": "-1"}, ("late_after_days", "at least 0")),
        ({"header_row": "1.5"}, ("header_row", "a whole number")),
        ({"row_price_factor": "0.5"}, ("row_price_factor", "at least 1")),
        ({"column_price": "x" * 256}, ("column_price", "at most 255 characters")),
    ],
)
async def test_refused_field_is_named_and_what_was_typed_is_kept(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wrong: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    await log_in_as("admin")
    supplier_id = await configured(conn, {"currency": "USD"})
    await builders.supplier(conn, "Taken")
    settings = f"{PATH}/{supplier_id}/settings"
    before = form_of(await show(client, settings))["before"]
    field, issue = refusal
    for path, name in ((f"{PATH}/new", "Other"), (settings, "Acme")):
        form = {**FORM, "name": name, "before": before, "sheet_name": 'S"heet', **wrong}
        response = await send(client, path, **form)
        assert response.status_code == 400, path
        text = unescape(response.text)
        require_refusal(response, field, issue)
        assert 'value="S&#34;heet"' in response.text
        for value in wrong.values() if field != "source_type" else ():
            assert value.split("\n")[0].strip() in text
    assert await stored_config(conn) == {"currency": "USD"}
    assert await fetch_value(conn, "SELECT count(*) FROM suppliers") == 2


async def test_all_refused_fields_are_named_at_once(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("admin")
    wrong = {"name": "", "currency": "EURO", "vat_rate": "x", "url": "ftp://a", "encoding": "no"}
    response = await send(client, f"{PATH}/new", **{**FORM, **wrong})
    marked = set(re.findall(r'id="(\w+)"[^>]*aria-invalid', response.text))
    assert marked == {"name", "currency", "vat_rate", "url", "encoding"}
    assert "Correct the 5 fields" in response.text


async def test_stored_password_of_an_address_is_shown_nowhere(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    url = "https://ann:pa@55@acme.example/list.csv?page=2&api_token=t0p"
    supplier_id = await configured(conn, {"url": url})
    page = await show(client, f"{PATH}/{supplier_id}")
    assert "https://***@acme.example/list.csv?page=2&amp;api_token=***<" in page
    settings = f"{PATH}/{supplier_id}/settings"
    form = form_of(await show(client, settings))
    assert form["url"] == "https://***@acme.example/list.csv?page=2&api_token=t0p"
    await follow(client, await send(client, settings, **{**form, "currency": "EUR"}))
    assert await stored_config(conn) == {"url": url, "currency": "EUR"}
    form = form_of(await show(client, settings))
    other = {**form, "url": "https://***@b.example/list.csv"}
    require_refusal(await send(client, settings, **other), "url", "what stands before the @")
    assert await stored_config(conn) == {"url": url, "currency": "EUR"}
    conflict = await send(client, settings, **{**form, "url": "https://b.example", "before": "0"})
    tried = await send(client, f"{PATH}/{supplier_id}/try")
    assert "has a user name or a password" in tried.text
    for text in (page, conflict.text, tried.text):
        assert not re.search("ann[:@]|pa@|55@", text)
    await follow(client, await send(client, settings, **{**form, "url": "https://b.example"}))
    assert await stored_config(conn) == {"url": "https://b.example", "currency": "EUR"}


async def test_second_of_two_people_sees_what_the_first_has_changed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await configured(conn, {"currency": "USD", "price_quantity": 1})
    path = f"{PATH}/{supplier_id}/settings"
    form = form_of(await show(client, path))
    await send(client, path, **{**form, "price_quantity": "100"})
    late = await send(client, path, **{**form, "currency": "EUR"})
    assert late.status_code == 400
    text = unescape(late.text)
    assert "Somebody else changed this supplier meanwhile" in text
    assert "Stored now: 100" in text
    assert "Stored now: USD" in text
    assert 'value="EUR"' in text
    assert (await stored_config(conn))["currency"] == "USD"
    again = {**form_of(late.text), "price_quantity": "100"}
    await follow(client, await send(client, path, **again))
    assert await stored_config(conn) == {"currency": "EUR", "price_quantity": 100}


async def test_import_that_learns_a_layout_meanwhile_is_no_conflict(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await configured(conn, {"currency": "USD"})
    path = f"{PATH}/{supplier_id}/settings"
    form = form_of(await show(client, path))
    await conn.execute("UPDATE suppliers SET metadata = metadata || '{\"found\": {}}'")
    await follow(client, await send(client, path, **{**form, "currency": "EUR"}))
    assert (await stored_config(conn))["currency"] == "EUR"


async def test_form_shows_the_next_five_runs(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await configured(conn, CONFIG)
    text = await show_text(client, f"{PATH}/{supplier_id}/settings")
    assert len(re.findall(r"<li>\w+day \d{4}-\d\d-\d\d 06:30", text)) == 5
    address = f"{PATH}/schedule?schedule=rule&schedule_rule="
    assert (await show(client, f"{address}90")).count("<li>") == 5
    assert "This is no schedule" in await show(client, f"{address}often")
    assert "not fetched by itself" in await show(client, f"{PATH}/schedule?schedule=")
    assert "Type the time of day" in await show(client, f"{PATH}/schedule?schedule=1-5")
    new = await show(client, f"{PATH}/new")
    assert 'name="schedule_at" type="text" value="06:30"' in new
    assert 'placeholder="06:30"' not in new


@pytest.mark.parametrize(
    "rule", [None, "60", "30 6 * * *", "5 23 * * 1-5", "0 0 1 * *", "0 6 * * 0"]
)
def test_schedule_of_a_form_is_the_rule_that_is_stored(rule: str | None) -> None:
    assert read_schedule(schedule_fields(rule)) == rule


def test_next_runs_are_those_of_the_worker() -> None:
    runs = list_next_runs("30 6 * * 1-5")
    assert all((each.hour, each.minute, each.weekday() < 5) == (6, 30, True) for each in runs)
    assert len(set(runs)) == 5
    assert min(runs) > datetime.now(UTC)
    assert list_next_runs("often") == list_next_runs(None) == []
