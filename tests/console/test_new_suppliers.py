"""What helps with a new supplier: its login, an address that is refused at once, local times."""

import re

from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from console.test_preview_pages import COUNT, value
from pricebook.db.database import Connection

PATH = "/console/suppliers"
PRIVATE = "https://127.0.0.1:8551/list.csv"


async def test_address_in_a_private_network_is_refused_when_it_is_saved(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    refused = await send(client, f"{PATH}/new", name="Acme", source_type="csv", url=PRIVATE)
    assert (refused.status_code, "is in a private network" in refused.text) == (400, True)
    assert await value(conn, COUNT.format("suppliers")) == 0


async def test_stored_private_address_stays_while_other_settings_change(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await follow(client, await send(client, f"{PATH}/new", name="Acme", source_type="csv"))
    supplier_id = await value(conn, "SELECT id FROM suppliers")
    metadata = f'{{"source_config": {{"url": "{PRIVATE}"}}}}'
    await conn.execute("UPDATE suppliers SET metadata = %s", [metadata])
    path = f"{PATH}/{supplier_id}/settings"
    (before,) = re.findall(r'name="before" value="([^"]*)"', await show_text(client, path))
    fields = {"name": "Acme Ltd", "source_type": "csv", "url": PRIVATE, "before": before}
    await follow(client, await send(client, path, **fields))
    assert await value(conn, "SELECT name FROM suppliers") == "Acme Ltd"


async def test_created_supplier_leads_to_the_credentials_of_its_address(
    client: Client, log_in_as: LogInAs
) -> None:
    await log_in_as("admin")
    url = "https://acme.example/list.csv"
    created = await send(client, f"{PATH}/new", name="Acme", source_type="csv", url=url)
    assert "/settings#credentials" in await follow(client, created)


async def test_next_runs_are_shown_in_utc_and_for_the_browser(
    client: Client, log_in_as: LogInAs
) -> None:
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/schedule?schedule=1&schedule_at=06:30")
    assert "<p>Mondays at 06:30 UTC <time" in text
    assert len(re.findall(r"<li>Monday \d{4}-\d\d-\d\d 06:30 UTC <time", text)) == 5
    assert re.search(r'<time [^>]*datetime="[^"]+T06:30:00\+00:00" data-here></time>', text)
    text = await show_text(client, f"{PATH}/schedule?schedule=rule&schedule_rule=*/7+*+*+*+*")
    assert "Next runs" in text
    assert " at " not in text


GROUP = re.compile(r'<details class="group"( open)?>')


async def test_form_of_a_new_supplier_begins_with_what_is_needed(
    client: Client, log_in_as: LogInAs
) -> None:
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/new")
    first, _, more = text.partition("<main")[2].partition("</details>")
    assert {*re.findall(r'<(?:input|select) id="(\w+)"', first)} == {
        *("name", "source_type", "url", "spreadsheet_url", "file_path"),
        *("credentials_kind", "credentials_name", "credentials_secret"),
    }
    assert all(f'id="{name}"' in more for name in ("contact_email", "schedule", "currency"))
    closed = GROUP.findall(text)
    assert closed == [" open", *[""] * (len(closed) - 1)]
    await follow(client, await send(client, f"{PATH}/new", name="Acme", source_type="csv"))
