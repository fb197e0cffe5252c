"""The settings of a supplier in groups: what each shows while it is closed, and what opens it."""

import re
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show_text
from console.test_supplier_settings_pages import CONFIG, FORM, form_of
from pricebook.console.suppliers.setting_groups import GROUPS
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/suppliers"
FLAGS = re.DOTALL
GROUP = re.compile(
    r'<details class="group"( open)?>\s*<summary><h2>(.*?)</h2>(.*?)</summary>', FLAGS
)
URL = "https://acme.example/list.csv"
SECRET = "zw4n-k8bd-2tqe"
LOGIN = {"credentials_kind": "basic", "credentials_name": "shop", "credentials_secret": SECRET}


async def settings_of(conn: Connection, config: dict[str, Any]) -> tuple[UUID, str]:
    supplier_id = await builders.supplier(conn, "Acme")
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb({"source_config": config})])
    return supplier_id, f"{PATH}/{supplier_id}/settings"


def open_groups(text: str) -> list[str]:
    return [name for is_open, name, _ in GROUP.findall(text) if is_open]


async def test_each_field_is_in_one_group(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("admin")
    fields = [name for names in GROUPS.values() for name in names]
    assert len(fields) == len({*fields})
    text = await show_text(client, f"{PATH}/new")
    assert {*form_of(text)} == {*fields}


async def test_closed_groups_name_what_is_set_in_them(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    _, path = await settings_of(conn, CONFIG)
    text = await show_text(client, path)
    assert open_groups(text) == ["Name and source"]
    shown = {name: re.sub("<[^>]*>", "", note).strip() for _, name, note in GROUP.findall(text)}
    assert shown["Schedule"] == "set: How often"
    assert shown["What its prices are"] == (
        "set: Currency, Price is for, units, VAT is included, VAT, %"
    )
    assert shown["Columns"] == "set: Price"
    assert shown["Contact and state"] == "nothing set"
    assert "more than 75 % of its rows are rejected, the median price changes" in text


async def test_contents_lead_to_each_group(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    _, path = await settings_of(conn, {"url": URL})
    text = await show_text(client, path)
    contents = text[text.index('<nav class="contents"') :]
    contents = contents[: contents.index("</nav>")]
    anchors = re.findall(r'href="#([\w-]+)"', contents)
    assert anchors == [
        *(f"group-{name}" for name in GROUPS),
        *("credentials", "matching", "layout"),
    ]
    assert all(f'id="{each}"' in text for each in anchors)


async def test_refused_fields_are_linked_and_open_their_groups(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    _, path = await settings_of(conn, {"currency": "USD"})
    wrong = {"vat_rate": "x", "column_price": "x" * 256, "schedule": "*", "schedule_at": "25:00"}
    before = form_of(await show_text(client, path))["before"]
    for address in (f"{PATH}/new", path):
        response = await send(client, address, **{**FORM, "before": before, **wrong})
        assert response.status_code == 400
        assert open_groups(response.text) == [
            *("Name and source", "Schedule", "What its prices are", "Columns"),
        ]
        notice = response.text[response.text.index('<div class="notice problem"') :]
        notice = notice[: notice.index("</div>")]
        assert re.findall(r'<a href="#(\w+)">([^<]+)</a>', notice) == [
            ("schedule_at", "At (UTC)"),
            ("vat_rate", "VAT, %"),
            ("column_price", "Price"),
        ]
        assert "such as 19.90" in notice


async def test_conflicting_fields_are_linked_and_open_their_groups(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    _, path = await settings_of(conn, {"currency": "USD"})
    form = {**form_of(await show_text(client, path)), "discount": "30", "before": "0"}
    response = await send(client, path, **form)
    assert response.status_code == 400
    assert open_groups(response.text) == ["Name and source", "Discounts"]
    assert '<a href="#discount">Discount on all, %</a> Stored now: –' in response.text


async def test_new_supplier_is_created_with_the_login_of_its_address(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    form = {**form_of(await show_text(client, f"{PATH}/new")), "name": "Acme", "url": URL, **LOGIN}
    text = await follow(client, await send(client, f"{PATH}/new", **form))
    assert "If its address needs a login" not in text
    stored = "SELECT (kind, name, origin, updated_by)::text FROM supplier_credentials"
    assert await fetch_value(conn, stored) == f'(basic,shop,https://acme.example,"{name}")'
    assert await fetch_value(conn, "SELECT metadata -> 'source_config' FROM suppliers") == {
        "url": URL
    }


async def test_refused_login_creates_no_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    for wrong, field, issue in (
        ({"credentials_kind": ""}, "credentials_kind", "choose what it is"),
        ({"credentials_name": ""}, "credentials_name", "is required by basic"),
        ({"credentials_name": "a:b"}, "credentials_name", "colon"),
        ({"credentials_secret": ""}, "credentials_secret", "is required by a login"),
        ({"url": ""}, "url", "https address of a file"),
        ({"name": " "}, "name", "1 to 255"),
    ):
        form = {**FORM, "url": URL, **LOGIN, **wrong}
        response = await send(client, f"{PATH}/new", **form)
        assert response.status_code == 400
        assert SECRET not in response.text
        assert re.search(rf'id="{field}"[^>]*aria-invalid', response.text), field
        assert issue in response.text
        if form["credentials_secret"]:
            assert "type it again" in response.text
    assert await fetch_value(conn, "SELECT count(*) FROM suppliers") == 0
