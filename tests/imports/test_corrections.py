"""Rejected rows are exported, corrected and imported again."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from correction_files import LIST, edited, mend, rejected_rows
from import_fixtures import RunImport, history_length, rows
from pricebook.db.database import Connection, Database
from pricebook.errors import PriceListError
from pricebook.imports.importer_schemas import ImportResult
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.tasks import history
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.tasks.counts import Counts
from pricebook.tasks.schemas import Task
from pricelists.workbooks import xlsx, xlsx_of

ITEMS = """
    SELECT supplier_sku, current_price, characteristics, absent_since IS NULL
    FROM supplier_items ORDER BY supplier_sku
"""


async def get_task(database: Database, result: ImportResult) -> Task:
    return await history.get_task(database, result.task_id)


async def open_errors(database: Database, result: ImportResult, **query: Any) -> dict[int, str]:
    page = await history.list_row_errors(database, result.task_id, RowErrorQuery(**query))
    return {error.row_number or 0: error.error_type for error in page.data}


async def test_corrected_rows_are_imported_and_no_longer_rejected_in_their_task(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(LIST)
    assert (first.counts.new, first.counts.rejected, first.counts.ignored) == (2, 3, 2)
    text = edited(await rejected_rows(database, first.task_id), mend, delimiter=";")
    second = await run_import(text, supplier_name="", corrections_of=first.task_id)
    assert second.counts == Counts(new=2, rejected=1)
    assert second.supplier_name == "ACME"
    assert await rows(conn, ITEMS) == [
        ("A-1", Decimal("1249.50"), {"Farbe": "rot"}, True),
        ("A-2", Decimal("9.90"), {"Farbe": "=blau"}, True),
        ("A-4", Decimal("3.50"), {"Farbe": "schwarz"}, True),
        ("A-5", Decimal(7), {}, True),
    ]
    task = await get_task(database, first)
    assert task.counts == Counts(new=4, rejected=1, ignored=2)
    assert (task.state, task.row_error_counts) == ("partially_succeeded", {"missing_price": 1})
    assert await open_errors(database, first) == {5: "missing_price"}
    assert await open_errors(database, first, corrected=True) == {
        4: "price_not_a_number",
        6: "missing_sku",
    }
    page = await history.list_row_errors(database, first.task_id, RowErrorQuery(corrected=True))
    assert {error.corrected_by for error in page.data} == {second.task_id}
    assert (await get_task(database, second)).corrections_of == first.task_id


async def test_importing_the_same_corrections_again_changes_nothing(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(LIST)
    text = edited(await rejected_rows(database, first.task_id), mend)
    await run_import(text, corrections_of=first.task_id)
    before, items = await get_task(database, first), await rows(conn, ITEMS)
    prices = await history_length(conn)
    again = await run_import(text, corrections_of=first.task_id)
    assert again.counts == Counts(unchanged=2, rejected=1)
    assert await get_task(database, first) == before
    assert (await rows(conn, ITEMS), await history_length(conn)) == (items, prices)


async def test_a_row_that_is_still_wrong_has_its_new_reason_and_its_new_cells(
    run_import: RunImport, database: Database
) -> None:
    first = await run_import(LIST)

    def edit(lines: list[dict[str, str]]) -> None:
        lines[1]["Preis"] = "-4"

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert (second.status, second.counts.rejected) == ("failed", 3)
    task = await get_task(database, first)
    assert (task.state, task.counts.rejected) == ("partially_succeeded", 3)
    assert task.row_error_counts == {
        "price_not_a_number": 1,
        "price_negative": 1,
        "missing_sku": 1,
    }
    third = edited(await rejected_rows(database, first.task_id), lambda _: None)
    (line,) = [line for line in csv.DictReader(StringIO(third)) if line["row_number"] == "5"]
    assert (line["Preis"], line["error_type"]) == ("'-4", "price_negative")


async def test_all_rows_corrected_means_that_the_task_has_succeeded(
    run_import: RunImport, database: Database
) -> None:
    first = await run_import(LIST)

    def edit(lines: list[dict[str, str]]) -> None:
        mend(lines)
        lines[1]["Preis"] = "4"

    text = edited(await rejected_rows(database, first.task_id), edit)
    await run_import(text, corrections_of=first.task_id)
    task = await get_task(database, first)
    assert (task.state, task.counts.rejected, task.row_error_counts) == ("succeeded", 0, {})
    assert await rejected_rows(database, first.task_id) == text.splitlines(keepends=True)[0]


async def test_corrections_saved_as_a_workbook_are_read(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(LIST)
    text = edited(await rejected_rows(database, first.task_id), mend)
    cells: list[list[object]] = [
        [int(cell) if cell.isdigit() else cell for cell in line]
        for line in csv.reader(StringIO(text, newline=""))
    ]
    cells[1][4] = 9.9
    second = await run_import(xlsx_of(cells), corrections_of=first.task_id)
    assert second.counts == Counts(new=2, rejected=1)
    assert (await rows(conn, ITEMS))[1][1:3] == (Decimal("9.9"), {"Farbe": "=blau"})


async def test_rows_of_several_sheets_are_named_by_sheet_and_row(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    sheets: dict[str, list[list[Any]]] = {
        "Tools": [["Code", "Name", "Price"], ["1", "Axe", 5], ["2", "Saw", "free"]],
        "Cables": [["Name", "Code", "Price"], ["Cable", "3", "free"], ["Wire", "4", 7]],
    }

    def fill(book: Any) -> None:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)

    first = await run_import(xlsx(fill))

    def edit(lines: list[dict[str, str]]) -> None:
        places = [(line["sheet"], line["row_number"]) for line in lines]
        assert places == [("Tools", "3"), ("Cables", "2")]
        assert [(line["Code"], line["Name"]) for line in lines] == [("2", "Saw"), ("3", "Cable")]
        lines[0]["Price"] = "many"
        lines[1]["Price"] = "6"

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(new=1, rejected=1)
    assert await open_errors(database, first) == {3: "price_not_a_number"}
    page = await history.list_row_errors(database, first.task_id, RowErrorQuery())
    assert page.data[0].error_message == 'Sheet "Tools", row 3: The price "many" is not a number.'
    assert (await rows(conn, ITEMS))[1][:2] == ("3", Decimal(6))


async def test_a_list_that_only_has_wrong_rows_can_be_corrected(
    run_import: RunImport, database: Database
) -> None:
    first = await run_import("Article code,Name,Price\nA-1,Hammer,free\n")
    assert first.status == "failed"

    def edit(lines: list[dict[str, str]]) -> None:
        lines[0]["Price"] = "5"

    text = edited(await rejected_rows(database, first.task_id), edit)
    await run_import(text, corrections_of=first.task_id)
    task = await get_task(database, first)
    assert (task.state, task.errors, task.counts.new) == ("succeeded", [], 1)


async def test_a_dry_run_of_corrections_changes_nothing(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(LIST)
    text = edited(await rejected_rows(database, first.task_id), mend)
    before, items = await get_task(database, first), await rows(conn, ITEMS)
    planned = await run_import(text, corrections_of=first.task_id, dry_run=True)
    assert [(row.outcome, row.supplier_sku) for row in planned.plan] == [
        ("new", "A-2"),
        ("new", "A-4"),
    ]
    assert (await get_task(database, first), await rows(conn, ITEMS)) == (before, items)


async def test_rows_keep_the_section_that_they_were_in(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import("Code;Name;Price\nTools;;\n1;Axe;5\n2;Saw;x\nSafety;;\n3;Glove;x\n")

    def edit(lines: list[dict[str, str]]) -> None:
        assert [line["section"] for line in lines] == ["Tools", "Safety"]
        lines[0]["Price"] = lines[1]["Price"] = "6"

    text = edited(await rejected_rows(database, first.task_id), edit)
    await run_import(text, corrections_of=first.task_id)
    assert await rows(
        conn, "SELECT supplier_sku, characteristics FROM supplier_items ORDER BY 1"
    ) == [
        ("1", {"category": "Tools"}),
        ("2", {"category": "Tools"}),
        ("3", {"category": "Safety"}),
    ]


async def test_a_row_with_a_single_cell_is_no_section_title(
    run_import: RunImport, database: Database
) -> None:
    first = await run_import("Code;Name;Price\n1;Axe;5\n2;Saw;x\n3;Glove;y\n")

    def edit(lines: list[dict[str, str]]) -> None:
        lines[0].update({"Code": "", "Price": ""})
        lines[1]["Price"] = "6"

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(new=1, rejected=1)
    assert await open_errors(database, first) == {3: "missing_sku"}


async def test_the_profile_of_the_supplier_stays_that_of_its_price_list(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(LIST)
    found = await rows(conn, "SELECT metadata FROM suppliers")
    await run_import(
        edited(await rejected_rows(database, first.task_id), mend), corrections_of=first.task_id
    )
    assert await rows(conn, "SELECT metadata FROM suppliers") == found
    assert (await run_import(LIST)).counts.unchanged == 2


async def test_options_about_prices_can_mend_rows_as_they_are(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import('Code;Name;Price\n1;Axe;5\n2;Saw;"1,234"\n')
    assert first.row_error_counts == {"price_ambiguous": 1}
    text = await rejected_rows(database, first.task_id)
    mended = await run_import(
        text, corrections_of=first.task_id, config=ReadConfig(decimal_separator=",")
    )
    assert mended.counts == Counts(new=1)
    assert (await rows(conn, ITEMS))[1][1] == Decimal("1.234")
    with pytest.raises(PriceListError, match="leave out column_mapping"):
        await run_import(
            text, corrections_of=first.task_id, config=ReadConfig(column_mapping={"price": "Name"})
        )


async def test_duplicates_are_listed_and_left_out(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import("Code;Name;Price;Colour\n1;Axe;5;red\n1;Axe;5;blue\n2;Saw;x;\n")
    assert first.counts == Counts(new=1, rejected=1, duplicate=1, ignored=1)

    def edit(lines: list[dict[str, str]]) -> None:
        lines[1]["Price"] = "6"

    text = edited(await rejected_rows(database, first.task_id), edit)
    await run_import(text, corrections_of=first.task_id)
    assert (await rows(conn, ITEMS))[0][2] == {"Colour": "red"}
    task = await get_task(database, first)
    assert task.counts == Counts(new=2, duplicate=1, ignored=1)
    assert task.row_error_counts == {"duplicate": 1}


async def test_contradicting_rows_have_their_own_cells_and_one_of_them_can_be_kept(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(
        "Code;Name;List price;Discount;Colour\n1;Axe;10,00;30+5;red\n2;Saw;8,00;10;\n"
        "1;Axe;12,00;30+5;blue\n"
    )
    assert first.row_error_counts == {"contradicting_prices": 2}

    def edit(lines: list[dict[str, str]]) -> None:
        assert [line["List price"] for line in lines] == ["10,00", "12,00"]
        assert [line["Discount"] for line in lines] == ["30+5", "30+5"]
        assert [line["Colour"] for line in lines] == ["red", "blue"]
        del lines[0]

    text = edited(await rejected_rows(database, first.task_id), edit)
    assert (await run_import(text, corrections_of=first.task_id)).counts == Counts(new=1)
    assert (await rows(conn, ITEMS))[0][:3] == ("1", Decimal("7.98"), {"Colour": "blue"})
    task = await get_task(database, first)
    assert (task.counts.new, task.counts.rejected) == (2, 1)


async def test_rows_of_workbooks_that_the_database_rejects_have_their_cells(
    run_import: RunImport, database: Database
) -> None:
    lines = [["Code", "Name", "Price"], ["1", "Axe", 5], [], ["1", "Axe", 5], ["1", "Axe", 6.5]]
    first = await run_import(xlsx_of(lines))
    page = await history.list_row_errors(database, first.task_id, RowErrorQuery())
    assert [error.row_data for error in page.data] == [
        ["1", "Axe", "5"],
        ["1", "Axe", "5"],
        ["1", "Axe", "6.5"],
    ]


async def test_a_cell_of_which_only_a_part_was_stored_must_be_written_again(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    long = "x" * 9_000
    first = await run_import(f"Code;Name;Price;Text\n1;Axe;5;a\n2;Saw;free;{long}\n")

    def edit(lines: list[dict[str, str]]) -> None:
        lines[0]["Price"] = "6"

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert "Only the first part of the cell" in second.row_errors[0].error_message
    whole = edited(text, lambda lines: lines[0].update(Text=long))
    await run_import(whole, corrections_of=first.task_id)
    assert (await rows(conn, ITEMS))[1][2] == {"Text": long}


async def test_cells_beyond_the_columns_are_moved_or_cleared_by_hand(
    run_import: RunImport, database: Database
) -> None:
    first = await run_import("Code;Name;Price\n1;Axe;5\n2;Saw;large;6\n")
    text = await rejected_rows(database, first.task_id)
    second = await run_import(text, corrections_of=first.task_id)
    assert "have no column" in second.row_errors[0].error_message
    text = await rejected_rows(database, first.task_id)
    moved = edited(text, lambda lines: lines[0].update({"Price": "6", "further cells": ""}))
    assert (await run_import(moved, corrections_of=first.task_id)).counts == Counts(new=1)


async def test_a_row_out_of_line_is_quarantined_not_corrected_silently(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    await run_import("Code;Name;Price\n" + "".join(f"{n};Axe;5\n" for n in range(1, 40)))
    second = await run_import(
        "Code;Name;Price\n" + "".join(f"{n};Axe;5\n" for n in range(1, 39)) + "39;Axe;x\n"
    )

    def edit(lines: list[dict[str, str]]) -> None:
        lines[0]["Price"] = "500"

    text = edited(await rejected_rows(database, second.task_id), edit)
    third = await run_import(
        text, corrections_of=second.task_id, safety_thresholds=SafetyThresholds()
    )
    assert third.status in {"held", "success"}
    ((price,),) = await rows(
        conn, "SELECT current_price FROM supplier_items WHERE supplier_sku = '39'"
    )
    assert price == 5


async def test_ditto_mark_of_a_corrected_row_repeats_no_other_rejected_row(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    text = "Code,Name,Price\nA-1,Axe,soon\nA-2,Saw,7.00\nA-3,dto.,soon\nA-4,Nail,1.00\n"
    first = await run_import(text)

    def edit(lines: list[dict[str, str]]) -> None:
        for line in lines:
            line["Price"] = "9.00"

    corrections = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(corrections, corrections_of=first.task_id)
    assert (second.counts.new, second.counts.rejected) == (1, 1)
    assert await open_errors(database, first) == {4: "missing_name"}
    assert await rows(conn, "SELECT name FROM supplier_items ORDER BY supplier_sku") == [
        ("Axe",),
        ("Saw",),
        ("Nail",),
    ]


async def test_discontinued_rows_that_are_sent_again_stay_rejected(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(
        "Code;Name;Price;Status\n1;Axe;5;\n2;Saw;6;deleted\nDiscontinued;;;\n3;Glove;7;\n"
    )
    text = edited(await rejected_rows(database, first.task_id), lambda _: None)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(rejected=2)
    assert await rows(conn, "SELECT supplier_sku FROM supplier_items") == [("1",)]
