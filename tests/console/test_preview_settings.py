"""What of the supplier a preview was read with, on its page."""

from html import unescape
from typing import Any

import msgspec
import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, refused_preview, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_basis import basis_of
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.suppliers import service as suppliers

PREVIEWS = "/console/imports/previews"
FOUND = {
    "format": "csv", "header_row": 1, "columns": {"price": "Price"}, "characteristic_columns": [],
    "currency": "USD", "numbers": {}, "key_columns": ["Code", "Size"],
    "price_facts": {"price_quantity": {"value": "100", "origin": "setting"}},
}  # fmt: skip
CONFIG = {"currency": "EUR", "column_mapping": {"price": "Net"}, "discount_groups": {"A": "30+5"}}


@pytest.fixture
async def preview(conn: Connection) -> str:
    """Insert a preview of a supplier with settings, of which the column was answered."""
    supplier_id = await builders.supplier(conn, "Acme")
    remembered = {"column_mapping": {"price": "Net"}, "currency": "USD"}
    metadata = {"source_config": CONFIG, "remembered": remembered, "found": FOUND}
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb(metadata)])
    return f"{PREVIEWS}/{await builders.import_preview(conn, supplier_id)}"


async def test_settings_are_listed_with_where_each_is_changed(
    client: Client, log_in_as: LogInAs, preview: str
) -> None:
    await log_in_as("admin")
    text = unescape(await show_text(client, preview))
    section = text[text.index("Settings of Acme that are used") :]
    section = section[: section.index("</section>")]
    parts = section.split("<li>")[1:]
    assert [each.split("<span>")[1].split(" <span")[0] for each in parts] == [
        "Price: column Net",
        "Currency: EUR",
        "Discount groups: A: 30+5",
        "A price is for how many: 100",
        "Columns that identify an article: Code and Size",
    ]
    answer, setting, *_, previous = parts
    assert ("remembered from an answer" in answer, 'href="#column.2"' in answer) == (
        True,
        True,
    )
    assert ('href="#currency"' in setting, "Forget" in setting) == (True, False)
    assert "answered for an earlier price list" in previous
    assert "Forget" in previous


async def test_remembered_setting_is_forgotten_by_an_admin(
    client: Client, log_in_as: LogInAs, conn: Connection, preview: str
) -> None:
    await log_in_as("procurement")
    text = await show_text(client, preview)
    assert "that are used" in text
    assert ">Forget<" not in text
    fields = {"name": "column_mapping", "member": "price"}
    assert (await send(client, f"{preview}/forget", **fields)).status_code == 403
    await log_in_as("admin")
    text = await follow(client, await send(client, f"{preview}/forget", **fields))
    assert "waits" in text
    for name in ("price_quantity", "key_columns"):
        await follow(client, await send(client, f"{preview}/forget", name=name, member=""))
    row = await (await conn.execute("SELECT metadata FROM suppliers")).fetchone()
    assert row
    assert "column_mapping" not in {key for key, each in row[0]["source_config"].items() if each}
    found: dict[str, Any] = row[0]["found"]
    assert (found.get("price_facts", {}), found.get("key_columns", [])) == ({}, [])


async def test_preview_without_settings_has_no_list_of_them(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    assert "that are used" not in await show_text(client, path)


async def test_setting_of_a_sheet_is_forgotten_for_it_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    settings = {
        "Lugs": {"currency": "USD", "column_mapping": {"price": "Net"}},
        "Nuts": {"currency": "USD"},
    }
    parts = {"source_config": {"sheet_settings": settings}}
    metadata = {**parts, "remembered": parts["source_config"]}
    supplier_id = await builders.supplier(conn, "Acme")
    await conn.execute("UPDATE suppliers SET metadata = %s", [Jsonb(metadata)])
    preview = f"{PREVIEWS}/{await builders.import_preview(conn, supplier_id)}"
    await log_in_as("admin")
    text = unescape(await show_text(client, preview))
    assert "Sheet Lugs: Price: column Net" in text
    assert f"/settings?preview={preview.rpartition('/')[2]}#sheet_settings" in text
    await follow(client, await send(client, f"{preview}/forget", name="currency", sheet="Nuts"))
    fields = {"name": "column_mapping", "member": "price", "sheet": "Lugs"}
    await follow(client, await send(client, f"{preview}/forget", **fields))
    row = await (await conn.execute("SELECT metadata FROM suppliers")).fetchone()
    assert row
    assert row[0]["source_config"]["sheet_settings"] == {
        "Lugs": {"currency": "USD", "column_mapping": {}}
    }


async def test_sheets_that_are_set_for_the_supplier_are_not_asked_again(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn)
    issue = PriceListIssue(
        'Sheet "Lugs": A and B match; set one.', "column_mapping.price", ("A", "B"), sheet="Lugs"
    )
    rows = [(1, ["Code", "A", "B"]), (2, ["X-1", "12.50", "20.00"])]
    leave_out = PriceListIssue('Or leave out "Lugs".', "sheet_names", ("Cables",))
    sheets = tuple(SheetSample(name, rows) for name in ("Lugs", "Cables"))
    result = PreviewResult(issues=(issue, leave_out), sheets=sheets)
    path = await refused_preview(conn, supplier_id, result)
    assert "Which sheets are read?" in await show_text(client, path)
    config = {"sheet_names": ["Lugs", "Cables"]}
    metadata = Jsonb({"source_config": config, "remembered": config})
    await conn.execute("UPDATE suppliers SET metadata = %s", [metadata])
    supplier = await suppliers.find_supplier(conn, supplier_id)
    assert supplier
    basis = basis_of({}, supplier, 7, new_layout=False)
    read_again = msgspec.structs.replace(result, basis=basis)
    await conn.execute(
        "UPDATE import_previews SET result = %s", [Jsonb(msgspec.to_builtins(read_again))]
    )
    text = await show_text(client, path)
    assert "Which sheets are read?" not in text
    assert "Which column has the price? (sheet Lugs)" in text


async def test_price_quantity_and_discount_are_set_for_all_or_for_one_sheet(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    assert "Prices of the sheet" not in await show_text(client, path)
    await conn.execute(
        """UPDATE import_previews SET found = found || '{"sheets": ["Lugs", "Nuts"]}'"""
    )
    text = unescape(await show_text(client, path))
    assert text.index("Prices of the sheet Lugs") < text.index("Prices of the sheet Nuts")
    names = {name: f'typed.{name}@["Lugs"]' for name in ("price_quantity", "discount")}
    assert all(f"name='{name}'" in text or f'name="{name}"' in text for name in names.values())
    typed = {names["price_quantity"]: "1000", names["discount"]: "30+5", "discount": "12"}
    await follow(client, await send(client, f"{path}/settings", mode="", **typed))
    config = await fetch_value(conn, "SELECT config FROM import_previews")
    assert config["discount"] == "12"
    assert config["sheet_settings"] == {"Lugs": {"price_quantity": 1000, "discount": "30+5"}}
