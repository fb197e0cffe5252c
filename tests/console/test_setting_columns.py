"""The columns of the settings of a preview: each is known by its title or by its first cells."""

import re
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.console.previews.price_list_samples import list_columns
from pricebook.db.database import Connection
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample
from pricelists.price_lists import read_price_list
from pricelists.workbooks import workbook_of

HEADER = ["Code", "Name", "Price", "", "Color"]
ROWS = [[f"A-{n}", f"Lamp {n}", f"{n}.50", f"x{n}", "red"] for n in range(1, 5)]


def sample(rows: list[list[str]], first_row: int | None = None, begin: int = 1) -> SheetSample:
    return SheetSample(None, list(enumerate(rows, begin)), first_row)


def found_in(content: bytes) -> dict[str, Any]:
    return msgspec.to_builtins(read_price_list(content).profile)


def test_columns_have_first_cells() -> None:
    content = "\n".join(";".join(each) for each in [HEADER, *ROWS]).encode()
    columns = list_columns(PreviewResult(sheets=(sample([HEADER, *ROWS]),)), found_in(content), {})
    assert [(each.letters, each.header, each.example) for each in columns] == [
        ("A", "Code", "A-1, A-2, A-3"),
        ("B", "Name", "Lamp 1, Lamp 2, Lamp 3"),
        ("C", "Price", "1.50, 2.50, 3.50"),
        ("D", "", "x1, x2, x3"),
        ("E", "Color", "red"),
    ]


def test_columns_of_a_refused_list_have_first_cells() -> None:
    issue = PriceListIssue("Set one.", "column_mapping.price", ("Price", "column D"))
    result = PreviewResult(issues=(issue,), sheets=(sample([HEADER, *ROWS]),))
    columns = list_columns(result, {}, {})
    assert (columns[3].header, columns[3].example) == ("", "x1, x2, x3")


def test_columns_of_a_wide_list_can_all_be_chosen() -> None:
    wide = [*(f"Note {n}" for n in range(70))]
    rows = [[*HEADER, *wide], *([*each, *wide] for each in ROWS)]
    content = "\n".join(";".join(each) for each in rows).encode()
    columns = list_columns(PreviewResult(sheets=(sample(rows),)), found_in(content), {})
    assert (len(columns), columns[-1].letters, columns[-1].header) == (75, "BW", "Note 69")


def test_column_of_a_further_table_has_its_own_letter_and_row() -> None:
    other = ["Code", "Price per 100", "Name"]
    goods = [[f"B-{n}", f"{n}.25", f"Nut {n}"] for n in range(1, 5)]
    first, second = [HEADER, *ROWS], [other, *goods]
    content = workbook_of(All=[*first, [], *second])
    sheets = (sample(first, 1), sample(second, 7, 7))
    sheets = tuple(msgspec.structs.replace(each, name="All") for each in sheets)
    columns = list_columns(PreviewResult(sheets=sheets), found_in(content), {})
    found = [(each.letters, each.row, each.example) for each in columns if "per" in each.header]
    assert found == [("B", 7, "1.25, 2.25, 3.25")]


async def test_column_without_title_is_shown_with_its_cells(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    preview_id = await builders.import_preview(conn, await builders.supplier(conn))
    content = "\n".join(";".join(each) for each in [HEADER, *ROWS]).encode()
    sheets = msgspec.to_builtins([sample([HEADER, *ROWS])])
    await conn.execute(
        "UPDATE import_previews SET found = %s, result = jsonb_set(result, '{sheets}', %s)",
        [Jsonb(found_in(content)), Jsonb(sheets)],
    )
    text = await show_text(client, f"/console/imports/previews/{preview_id}")
    field = text[text.index('<label for="column.3">') :]
    assert re.search(r">D \(no title\)</label>.*?>such as x1, x2, x3</p>", field, re.DOTALL)
