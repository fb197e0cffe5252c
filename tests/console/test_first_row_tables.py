"""Several sheets in a preview: first rows, those that are read alike, columns, settings."""

import re
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.console.page_texts import load_texts
from pricebook.console.previews.first_row_tables import list_first_rows
from pricebook.console.previews.price_list_samples import list_columns
from pricebook.console.previews.questions import list_questions
from pricebook.console.previews.sheet_fields import list_sheet_fields
from pricebook.db.database import Connection
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample
from pricelists.price_lists import read_price_list
from pricelists.workbooks import workbook_of

PIECES = ["Code", "Name", "Price EUR"]
HUNDREDS = ["Code", "Name", "Price EUR per 100"]
SHEETS = ["Valves", "Taps", "Pipes"]


def rows(header: list[str], letter: str) -> list[list[Any]]:
    return [header, *([f"{letter}{n}", f"Article {n}", n + 0.5] for n in range(1, 4))]


def sample(name: str, cells: list[list[Any]]) -> SheetSample:
    return SheetSample(name, [(n, list(map(str, each))) for n, each in enumerate(cells, 1)])


TABLES = {"Valves": rows(PIECES, "V"), "Taps": rows(HUNDREDS, "T"), "Pipes": rows(PIECES, "P")}
RESULT = PreviewResult(sheets=tuple(sample(name, cells) for name, cells in TABLES.items()))


def found_in_sheets() -> dict[str, Any]:
    """Return the profile as it is read from the database, which orders members by length."""
    profile = read_price_list(workbook_of(**TABLES), sheet_names=SHEETS).profile
    found: dict[str, Any] = msgspec.to_builtins(profile)
    profiles = found["sheet_profiles"]
    order = sorted(profiles, key=lambda name: (len(name), name))
    return found | {"sheet_profiles": {name: profiles[name] for name in order}}


def test_table_that_is_read_like_one_above_is_a_repeat() -> None:
    found = found_in_sheets()
    shown = list_first_rows(RESULT, found, list_columns(RESULT, found, {}))
    assert [(each.sheet.name, each.is_repeat) for each in shown] == [
        ("Valves", False),
        ("Taps", False),
        ("Pipes", True),
    ]


def test_tables_of_which_nothing_is_known_are_no_repeats() -> None:
    shown = list_first_rows(RESULT, {}, [])
    assert [each.is_repeat for each in shown] == [False, False, False]


def test_columns_of_sheets_are_in_the_order_of_the_file() -> None:
    columns = list_columns(RESULT, found_in_sheets(), {})
    assert list(dict.fromkeys(each.sheet for each in columns)) == SHEETS


def test_fields_of_sheets_have_what_was_detected_or_set() -> None:
    config = {"sheet_settings": {"Taps": {"discount": "30"}}}
    fields = list_sheet_fields(found_in_sheets(), config, [])
    assert [each.values for each in fields] == [
        {"price_quantity": "1"},
        {"price_quantity": "100", "discount": "30"},
        {"price_quantity": "1"},
    ]


def test_currency_that_another_column_names_is_an_answer() -> None:
    header = ["Code", "Name", "Dealer", "Retail, rub"]
    goods = [[f"A{n}", f"Lamp {n}", f"{n}.50", f"{n}.90"] for n in range(1, 4)]
    result = PreviewResult(sheets=(sample("All", [header, *goods]),))
    found = {"headers": header, "columns": {"price": "Dealer"}}
    (question,) = list_questions(result, found, "USD", load_texts())
    labels = [each.label for each in question.choices]
    assert labels[0] == "USD"
    assert "RUB" in labels[1:3]


async def test_repeated_tables_are_closed_on_the_page(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    preview_id = await builders.import_preview(conn, await builders.supplier(conn))
    await conn.execute(
        "UPDATE import_previews SET found = %s, result = jsonb_set(result, '{sheets}', %s)",
        [Jsonb(found_in_sheets()), Jsonb(msgspec.to_builtins(RESULT.sheets))],
    )
    text = await show_text(client, f"/console/imports/previews/{preview_id}")
    assert re.findall(r"<h2>(First rows[^<]*)", text) == [
        *("First rows of Valves", "First rows of Taps")
    ]
    assert "<summary>First rows of Pipes, read like those above</summary>" in text
    assert "30+5 for one after another" in text
