"""Corrected rows of sheets that differ are read by the settings and columns of their own sheet."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from correction_files import EDIT, edited, rejected_rows
from import_fixtures import RunImport, rows
from pricebook.db.database import Connection, Database
from pricebook.errors import PriceListError
from pricebook.imports.importer_schemas import ImportResult
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.tasks import history
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.tasks.counts import Counts
from pricelists.workbooks import workbook_of

PIPES = [
    ["Code", "Name", "Net", "Gross"],
    *(["P1", "Pipe", 5, 6], ["P2", "Elbow", "soon", 8], ["P3", "", 7, 9]),
]
TAPS = [
    ["Stock", "Price USD per 100", "Code", "Article", "Group"],
    *([4, 900, "T1", "Tap", "A"], [5, "soon", "T2", "Tall tap", "A"], [6, 800, "T3", "Low", "B"]),
]
SHEETS: dict[str, Any] = {"Pipes": PIPES, "Taps": TAPS}
PIPE_SETTINGS = {"column_mapping": {"price": "Net"}, "currency": "USD", "decimal_separator": ","}
TAP_MAPPING = {"discount_group": "Group"}
SETTINGS: dict[str, Any] = {
    "Pipes": PIPE_SETTINGS,
    "Taps": {"discount_groups": {"A": "50"}, "column_mapping": TAP_MAPPING},
}
ITEMS = "SELECT supplier_sku, current_price FROM supplier_items ORDER BY 1"
UNREAD = [["Code", "Name", "Dealer price", "Partner price"], ["D1", "Drill", 50, 40]]


def config(**options: Any) -> ReadConfig:
    return msgspec.convert(options, ReadConfig)


async def import_sheets(
    run_import: RunImport, sheets: dict[str, Any] = SHEETS, settings: dict[str, Any] = SETTINGS
) -> ImportResult:
    options = config(sheet_names=list(sheets), sheet_settings=settings)
    return await run_import(workbook_of(**sheets), config=options)


def fill(*changes: dict[str, str]) -> EDIT:
    """Return an edit that changes cells of the first rows, one after the other."""

    def edit(lines: list[dict[str, str]]) -> None:
        for line, changed in zip(lines, changes, strict=False):
            line.update(changed)

    return edit


async def test_rows_are_corrected_in_the_columns_of_their_sheet(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await import_sheets(run_import)
    assert first.counts == Counts(new=2, rejected=4, ignored=2)

    def edit(lines: list[dict[str, str]]) -> None:
        places = [(line["sheet"], line["row_number"], line["Code"]) for line in lines]
        assert places == [("Pipes", "3", "P2"), ("Pipes", "4", "P3"), *TAP_PLACES]
        fill({"Net": "1,250"}, {"Name": "Bend"}, {"Price USD per 100": "300"})(lines)

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(new=3, rejected=1)
    assert await rows(conn, ITEMS) == [
        ("P1", Decimal(5)),
        ("P2", Decimal("1.25")),
        ("P3", Decimal(7)),
        ("T1", Decimal("4.5")),
        ("T2", Decimal("1.5")),
    ]
    task = await history.get_task(database, first.task_id)
    assert (task.counts.new, task.counts.rejected) == (5, 1)
    (left,) = (await history.list_row_errors(database, first.task_id, RowErrorQuery())).data
    assert left.error_message.startswith('Sheet "Taps", row 4: ')


TAP_PLACES = [("Taps", "3", "T2"), ("Taps", "4", "T3")]


async def test_settings_of_a_sheet_may_be_completed_for_corrections(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await import_sheets(run_import)
    text = edited(await rejected_rows(database, first.task_id), fill())
    groups = config(sheet_settings={"taps": {"discount_groups": {"A": "50", "B": "75"}}})
    second = await run_import(text, corrections_of=first.task_id, config=groups)
    assert second.counts == Counts(new=1, rejected=3)
    assert (await rows(conn, ITEMS))[-1] == ("T3", Decimal(2))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"Tubs": {"currency": "USD"}}, 'has no sheet "Tubs", for which sheet_settings is set'),
        ({"Taps": {"column_mapping": {"price": "Stock"}}}, "leave out column_mapping"),
    ],
)
async def test_settings_of_sheets_that_corrections_cannot_have(
    run_import: RunImport, database: Database, settings: dict[str, Any], sentence: str
) -> None:
    first = await import_sheets(run_import)
    text = await rejected_rows(database, first.task_id)
    with pytest.raises(PriceListError, match=sentence):
        await run_import(text, corrections_of=first.task_id, config=config(sheet_settings=settings))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sheet": ""}, 'Row 2 of list.csv has "" in the column sheet: .* "Pipes", "Taps"'),
        ({"sheet": "Tubs"}, 'Row 2 of list.csv has "Tubs" in the column sheet'),
        ({"row_number": "5"}, 'number 5 in the column row_number; the sheet "Pipes" has 4 rows'),
    ],
)
async def test_a_row_of_no_sheet_of_the_price_list_is_refused(
    run_import: RunImport, database: Database, changed: dict[str, str], sentence: str
) -> None:
    first = await import_sheets(run_import)
    text = edited(await rejected_rows(database, first.task_id), fill(changed))
    with pytest.raises(PriceListError, match=sentence):
        await run_import(text, corrections_of=first.task_id)


async def test_a_cell_in_a_column_of_another_sheet_is_not_passed_over(
    run_import: RunImport, database: Database
) -> None:
    first = await import_sheets(run_import)
    edit = fill({"Price USD per 100": "9", "Net": "8"})
    text = edited(await rejected_rows(database, first.task_id), edit)
    assert (await run_import(text, corrections_of=first.task_id)).counts == Counts(rejected=4)
    left = (await history.list_row_errors(database, first.task_id, RowErrorQuery())).data
    assert left[0].error_message == (
        'Sheet "Pipes", row 3: The cell "9" is in the column "Price USD per 100", which the table '
        'of the row does not have; its columns are "Code", "Name", "Net", "Gross".'
    )


async def test_rows_of_tables_of_sheets_that_differ(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    baths = [["Net per 10", "Code", "Title"], ["soon", "B1", "Bath"], [], *UNREAD]
    sheets = {"Taps": TAPS, "Pipes": [*PIPES, [], ["Baths"], *baths]}
    first = await import_sheets(run_import, sheets)
    assert first.counts.rejected == 6

    def edit(lines: list[dict[str, str]]) -> None:
        (bath,) = [line for line in lines if line["Code"] == "B1"]
        bath["Net per 10"] = "90"

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(new=1, rejected=5)
    assert ("B1", Decimal(9)) in await rows(conn, ITEMS)
    left = (await history.list_row_errors(database, first.task_id, RowErrorQuery())).data
    assert "cannot be read: " in left[-1].error_message


async def test_rows_of_a_sheet_without_a_header(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    bare = [["B1", "Bath", 90], ["B2", "Basin", "soon"], ["B3", "Tub", 70], ["B4", "Bowl", 60]]
    mapping = {"sku": "column A", "name": "column B", "price": "column C"}
    settings = {
        "Pipes": PIPE_SETTINGS,
        "Baths": {"header_row": 0, "column_mapping": mapping, "currency": "USD"},
    }
    first = await import_sheets(run_import, {"Pipes": PIPES, "Baths": bare}, settings)

    def edit(lines: list[dict[str, str]]) -> None:
        assert (lines[2]["column A"], lines[2]["column C"]) == ("B2", "soon")
        lines[2]["column C"] = "80"

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(new=1, rejected=2)
    assert ("B2", Decimal(80)) in await rows(conn, ITEMS)


async def test_rows_of_tables_side_by_side_have_the_settings_of_their_sheet(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    header = ["Code", "Item", "Price", None, "Code", "Item", "Price"]
    elbows = [header, ["A1", "Elbow", 10, None, "B1", "Zinc elbow", "soon"]]
    pipes = {**PIPE_SETTINGS, "discount": "0"}
    settings = {"Elbows": {"currency": "USD", "discount": "50"}, "Pipes": pipes}
    first = await import_sheets(run_import, {"Elbows": elbows, "Pipes": PIPES}, settings)
    text = edited(await rejected_rows(database, first.task_id), fill({"Price": "20"}))
    discount = config(sheet_settings={"Elbows": {"discount": "75"}})
    await run_import(text, corrections_of=first.task_id, config=discount)
    assert (await rows(conn, ITEMS))[:2] == [("A1", Decimal(5)), ("B1", Decimal(5))]


async def test_a_field_that_one_of_equal_sheets_has_counts_for_its_corrected_rows(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    header = ["Code", "Name", "Price"]
    sheets: dict[str, Any] = {
        "Nuts": [[*header, "Unit"], ["N1", "Nut", 5, "100 pcs"], ["N2", "Cap", "soon", "100 pcs"]],
        "Saws": [header, ["S1", "Saw", 7]],
    }
    first = await run_import(workbook_of(**sheets))
    text = edited(await rejected_rows(database, first.task_id), fill({"Price": "20"}))
    await run_import(text, corrections_of=first.task_id)
    assert await rows(conn, ITEMS) == [
        ("N1", Decimal("0.05")),
        ("N2", Decimal("0.2")),
        ("S1", Decimal(7)),
    ]
