"""Previews in the browser: upload, questions, outcome, apply; roles, conflicts, refusals."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest
from psycopg.types.json import Jsonb

import builders
from console.conftest import SAME_ORIGIN, Client, LogInAs, send
from console.fragments import follow, refused_preview, show_text
from pricebook.console.page_texts import load_texts
from pricebook.console.previews.given_answers import list_given
from pricebook.console.previews.sheet_questions import sheets_patch
from pricebook.db.database import Connection
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.settings import Settings

NEW = "/console/imports/new"
PREVIEWS = "/console/imports/previews"
LIST = b"Code,Name,Price\nA-1,Hammer,12.50\n"
COUNT = "SELECT count(*)::integer FROM {}"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, uploads_dir=str(tmp_path), list_max_mib=1)


async def upload(client: Client, content: bytes = LIST, **fields: Any) -> Any:
    form = {"supplier_id": "", "address": "", **fields}
    files = {"file": ("list.csv" if content else "", content)}
    return await client.post(
        NEW, data=form, files=files, headers=SAME_ORIGIN, follow_redirects=False
    )


async def value(conn: Connection, statement: str) -> Any:
    row = await (await conn.execute(statement.encode())).fetchone()
    return row and row[0]


def compared_at(text: str) -> str:
    found = re.search(r'name="compared_at" value="([^"]+)"', text)
    assert found
    return unescape(found[1])


async def test_upload_leads_to_a_preview_that_is_listed(
    client: Client, log_in_as: LogInAs, conn: Connection, tmp_path: Path
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn, "Acme & Sons")
    text = await follow(client, await upload(client, supplier_id=str(supplier_id)))
    assert "Preview of list.csv" in text
    assert 'hx-trigger="every 500ms"' in text
    stored = await value(conn, "SELECT source ->> 'file_path' FROM import_previews")
    assert (tmp_path / stored).read_bytes() == LIST
    listed = await show_text(client, NEW)
    assert "list.csv" in listed
    assert "Acme & Sons" in listed


@pytest.mark.parametrize(
    "case",
    [
        ({}, LIST, "choose the supplier"),
        ({"supplier_id": "x"}, LIST, "choose the supplier"),
        ({"known": True}, b"", "choose a file, or paste an address"),
        ({"known": True, "address": "http://a.example/l.csv"}, b"", "https://"),
        ({"known": True, "address": "https://a.example/l.csv"}, LIST, "not both"),
        ({"known": True, "address": "https://a:b@a.example/l.csv"}, b"", "has a user name or a"),
        ({"known": True}, b"x" * (1024**2 + 1), "exceeds 1 MiB"),
    ],
)
async def test_refused_upload_keeps_what_was_typed(
    client: Client, log_in_as: LogInAs, conn: Connection, case: tuple[dict[str, Any], bytes, str]
) -> None:
    fields, content, reason = case
    await log_in_as("procurement")
    supplier_id = str(await builders.supplier(conn, "Acme"))
    known = {"supplier_id": supplier_id} if "known" in fields else {}
    fields = {name: each for name, each in fields.items() if name != "known"} | known
    response = await upload(client, content, **fields)
    assert response.status_code in {400, 413}
    text = unescape(response.text)
    assert reason in text
    assert f'value="{fields.get("address", "")}"' in text
    assert await value(conn, COUNT.format("import_previews")) == 0


async def test_only_an_admin_names_a_new_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    form = await show_text(client, NEW)
    assert 'name="new_supplier"' not in form
    # The browser sends no file without a supplier, as it would have to be chosen again.
    assert re.search(r'<select id="supplier_id"[^>]* required', form)
    assert "is added by an admin" in form
    assert (await upload(client, new_supplier="Nova")).status_code == 400
    await log_in_as("admin")
    refused = await upload(client, b"", new_supplier="Nova", address="http://a.example/l.csv")
    assert refused.status_code == 400
    assert await value(conn, COUNT.format("suppliers")) == 0
    await follow(client, await upload(client, new_supplier="Nova"))
    assert await value(conn, "SELECT name FROM suppliers") == "Nova"
    again = await upload(client, new_supplier="nova")
    assert (again.status_code, "this name is taken" in again.text) == (400, True)


async def test_outcome_is_applied_once_and_shows_its_import(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    text = await show_text(client, path)
    for part in ("Price from column C<", "Hammer", "12.50", 'data-key="a"', 'data-key="d"'):
        assert part in text
    assert "Remember this" not in text
    moment = compared_at(text)
    for _ in range(2):
        await follow(client, await send(client, f"{path}/apply", compared_at=moment))
    assert await value(conn, COUNT.format("ingestion_tasks")) == 1
    assert await value(conn, "SELECT may_hold FROM import_previews") is True
    await conn.execute("UPDATE ingestion_tasks SET state = 'succeeded', count_new = 1")
    done = await show_text(client, path)
    assert f"Applied by {name}" in done
    assert "every 500ms" not in done
    discarded = await send(client, f"{path}/discard")
    assert (discarded.status_code, "applied by" in discarded.text) == (409, True)


async def test_prices_with_vat_are_noticed_above_apply(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    assert "CATALOG_VAT" not in await show_text(client, path)
    found = Jsonb({"basis": {"vat_included": True}})
    await conn.execute("UPDATE import_previews SET found = %s", (found,))
    text = await show_text(client, path)
    assert text.index("CATALOG_VAT") < text.index('data-key="a"')


async def test_preview_that_was_read_again_is_not_applied(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    text = await show_text(client, path)
    assert "Remember this" in text
    await conn.execute("UPDATE import_previews SET compared_at = now() + interval '1 second'")
    response = await send(client, f"{path}/apply", compared_at=compared_at(text))
    assert response.status_code == 409
    assert "read again with other settings" in response.text
    assert await value(conn, COUNT.format("ingestion_tasks")) == 0


async def test_answers_and_settings_are_read_and_remembered_by_an_admin_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    answer = {"answer.0": '{"column_mapping":{"price":"Name"}}', "remember": "true"}
    config = "SELECT metadata -> 'source_config' FROM suppliers"
    await log_in_as("procurement")
    before = await value(conn, config)
    assert (await send(client, f"{path}/answers")).status_code == 400
    assert (await send(client, f"{path}/answers", **{"answer.0": "["})).status_code == 400
    assert "waits" in await follow(client, await send(client, f"{path}/answers", **answer))
    assert await value(conn, config) == before
    await log_in_as("admin")
    settings = {"currency": "eur", "column.0": "sku", "column.1": "ignored", "remember": "true"}
    await follow(client, await send(client, f"{path}/settings", **settings))
    stored = await value(conn, "SELECT config FROM import_previews")
    assert stored["currency"] == "EUR"
    assert stored["column_mapping"] == {"sku": "Code"}  # the name is no price any more
    assert stored["ignored_columns"] == ["Name"]
    assert (await value(conn, config))["column_mapping"] == {"sku": "Code"}


@pytest.mark.parametrize("form", ["answers", "settings"])
async def test_answers_and_settings_are_read_together(
    client: Client, log_in_as: LogInAs, conn: Connection, form: str
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    fields = {"mode": "partial", "currency": "", "answer.0": '{"currency":"DKK"}'}
    await follow(client, await send(client, f"{path}/{form}", **fields))
    stored = await value(conn, "SELECT config FROM import_previews")
    assert stored == {"mode": "partial", "currency": "DKK"}


async def test_column_has_the_meaning_that_was_chosen_last(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    for field, mapping, ignored in (
        ("pack_price", {"pack_price": "Name"}, []),
        ("discount", {"discount": "Name"}, []),
        ("ignored", {}, ["Name"]),
        ("price_quantity", {"price_quantity": "Name"}, []),
    ):
        await follow(client, await send(client, f"{path}/settings", **{"column.1": field}))
        stored = await value(conn, "SELECT config FROM import_previews")
        found = (stored["column_mapping"], stored.get("ignored_columns", []))
        assert found == (mapping, ignored)


async def test_answers_of_lists_of_columns_and_ticked_sheets_are_read(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    other = {"other.0": '{"column_mapping":{"price":"Name"}}', "typed.price_quantity": "1000"}
    await follow(client, await send(client, f"{path}/answers", **other))
    config = {"column_mapping": {"price": "Name"}, "price_quantity": 1000}
    assert await value(conn, "SELECT config FROM import_previews") == config
    twice = {"answer.0": '{"column_mapping":{"price":"Code"}}', **other}
    refused = await send(client, f"{path}/answers", **twice)
    assert (refused.status_code, "two answers" in refused.text) == (400, True)
    sheets = {
        f"sheets.{number}": msgspec.json.encode(sheets_patch([name])).decode()
        for number, name in enumerate(("Lugs", "Cables"))
    }
    await follow(client, await send(client, f"{path}/answers", **sheets))
    config = {"sheet_names": ["Lugs", "Cables"], "price_quantity": 1000}
    assert await value(conn, "SELECT config FROM import_previews") == config


ROWS = SheetSample(None, [(1, ["Code", "A", "B"]), (2, ["X-1", "12.50", "20.00"])])


async def test_settings_of_all_columns_stand_below_the_questions(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    issue = PriceListIssue("A and B match; set one.", "column_mapping.price", ("A", "B"))
    result = PreviewResult(issues=(issue,), sheets=(ROWS,))
    path = await refused_preview(conn, await builders.supplier(conn), result)
    text = await show_text(client, path)
    assert text.index("Which column has the price?") < text.index("All settings")
    fields = {"column.2": "price"}
    await follow(client, await send(client, f"{path}/settings", **fields))
    stored = await value(conn, "SELECT config FROM import_previews")
    assert stored["column_mapping"] == {"price": "B"}


async def test_other_sheets_of_an_imported_file_are_offered(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    await conn.execute(
        """UPDATE import_previews SET found = found
            || '{"unread_sheets": ["Lugs", "Terms"], "unread_goods": ["Lugs"]}'"""
    )
    moment = compared_at(await show_text(client, path))
    await follow(client, await send(client, f"{path}/apply", compared_at=moment))
    await conn.execute("UPDATE ingestion_tasks SET state = 'succeeded'")
    text = await show_text(client, path)
    assert "Import the sheet Lugs" in text
    assert "Import the sheet Terms" not in text
    await follow(client, await send(client, f"{path}/sheet", sheet="Lugs"))
    other = "SELECT config FROM import_previews WHERE state = 'queued'"
    assert await value(conn, other) == {"sheet_names": ["Lugs"], "mode": "partial"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"column.0": "unit", "column.1": "unit"}, "A and B are both set to Unit"),
        ({"currency": "EURO"}, "“Currency” needs three letters"),
        ({"vat_rate": "normal"}, "“VAT rate, %” needs a percentage"),
        ({"discount": "half"}, "such as 30+5"),
        ({"header_row": "eight"}, "“Header is in row” needs a whole number"),
        ({"column.1": "price_quantity", "price_quantity": "100"}, "A price is for how many"),
    ],
)
async def test_settings_that_contradict_each_other_are_refused(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    fields: dict[str, str],
    reason: str,
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    response = await send(client, f"{path}/settings", **fields)
    assert (response.status_code, reason in unescape(response.text)) == (400, True)
    assert await value(conn, "SELECT config FROM import_previews") == {}


async def test_answers_are_listed_and_taken_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    config = {
        "sheet_names": ["Lugs", "Nuts", "Nails"],
        "column_mapping": {"price": "Net", "sku": "Code"},
        "ignored_columns": ["Gross", "Old"],
        "vat_included": True,
        "price_quantity": 100,
        "mode": "partial",
    }
    await conn.execute("UPDATE import_previews SET config = %s", [Jsonb(config)])
    given = list_given(config, load_texts(), new_layout=True)
    assert [each.label for each in given] == [
        "Yes, the layout is new: detect all columns again",
        "Sheets: Lugs, Nuts and Nails",
        "Price: column Net",
        "Code: column Code",
        "Not a field: Gross",
        "Not a field: Old",
        "The prices include value added tax",
        "A price is for how many: 100",
        "Articles that it lacks: Stay as they are",
    ]
    text = unescape(await show_text(client, path))
    for each in given[1:]:
        assert each.label in text
        await follow(client, await send(client, f"{path}/answers", **{"answer.0": each.patch}))
    left = await value(conn, "SELECT config FROM import_previews")
    assert {name: each for name, each in left.items() if each} == {}


async def test_first_rows_begin_with_code_name_and_price(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    columns = {"price": "Price", "name": "Name"}
    await conn.execute(
        "UPDATE import_previews SET found = found || %s", [Jsonb({"columns": columns})]
    )
    text = await show_text(client, path)
    table = text[text.index("first-rows") :]
    assert re.findall(r'<td class="means[^"]*">(\w+)|<td>(\w+)', table)[:3] == [
        ("Name", ""),
        ("Price", ""),
        ("", "Code"),
    ]


async def test_further_articles_are_shown_by_a_link(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    await conn.execute(
        """
        UPDATE import_previews SET result = jsonb_set(result, '{added}', (
            SELECT jsonb_agg(
                (result -> 'added' -> 0) || jsonb_build_object('supplier_sku', n::text))
            FROM generate_series(1, 60) AS each (n)))
        """
    )
    text = await show_text(client, path)
    assert (text.count("Hammer"), "Show more, up to 60" in text) == (50, True)
    more = await show_text(client, f"{path}?rows=60")
    assert (more.count("Hammer"), "Show more" in more) == (60, False)


async def test_discarded_preview_says_by_whom(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    assert f"Discarded by {name}" in await follow(client, await send(client, f"{path}/discard"))
    response = await send(client, f"{path}/apply", compared_at="x")
    assert (response.status_code, "is discarded by" in response.text) == (409, True)


async def test_upload_without_a_session_is_not_read(client: Client, conn: Connection) -> None:
    response = await upload(client, b"x" * 2_000_000)
    assert response.status_code == 401
    assert await value(conn, COUNT.format("import_previews")) == 0
