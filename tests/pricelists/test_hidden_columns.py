"""Columns that a sheet hides: left out where a visible one may be the field, else a question."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.fake_google import FakeGoogleServer, sheet
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list
from pricelists.spreadsheet_reader import ID, SpreadsheetReader
from pricelists.workbooks import (
    RAW_HEADER,
    ods_of,
    raw_row,
    raw_xlsx,
    workbook_of,
    xls_with_hidden_column,
    xlsx,
    xlsx_with_columns,
)

HIDDEN = {"hidden": True}
ROWS: list[list[Any]] = [
    ["Art.-Nr.", "Bezeichnung", "EK", "VK", "Notiz"],
    ["A1", "Lampe rund", 5.5, 9.9, "alt"],
    ["A2", "Kabel 3 m", 7.25, 12.5, "neu"],
    ["A3", "Stecker weiß", 8.5, 14.75, "neu"],
]
REPEATED = '<table:table-column table:number-columns-repeated="2"/>'
STYLES = (
    '<style:style style:name="co9" style:family="table-column">'
    '<style:table-column-properties style:column-width="0cm"/></style:style>'
)
FILES = {
    "xlsx": xlsx_with_columns(ROWS, {2: HIDDEN}),
    "xlsx without width": xlsx_with_columns(ROWS, {2: {"width": 0}}),
    "xlsx closed group": xlsx_with_columns(ROWS, {2: {"level": 1, **HIDDEN}}),
    "xls": xls_with_hidden_column(ROWS, 2),
    "ods": ods_of(
        ROWS,
        columns=f'{REPEATED}<table:table-column table:visibility="collapse"/>',
    ),
    "ods filter": ods_of(
        ROWS,
        columns=f'{REPEATED}<table:table-column table:visibility="filter"/>',
    ),
    "ods without width": ods_of(
        ROWS,
        styles=STYLES,
        columns=f'{REPEATED}<table:table-column table:style-name="co9"/>',
    ),
}


def prices(result: ReadResult) -> list[str]:
    return [str(item.price) for item in result.items]


def issues_of(content: bytes, **options: Any) -> list[PriceListIssue]:
    with pytest.raises(PriceListError) as refused:
        read_price_list(content, "EUR", **options)
    return list(refused.value.issues)


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_visible_price_counts_and_hidden_column_is_no_characteristic(content: bytes) -> None:
    result = read_price_list(content, "EUR")
    assert prices(result) == ["9.9", "12.5", "14.75"]
    assert result.profile.hidden_columns == ("EK",)
    assert result.profile.characteristic_columns == ("Notiz",)
    assert 'C "EK" (hidden)' in describe_profile(result.profile)


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_setting_and_named_columns_read_hidden_ones(content: bytes) -> None:
    (issue,) = issues_of(content, hidden_columns="read")
    assert issue.option == "column_mapping.price"
    assert '"EK" (hidden column C)' in issue.message
    result = read_price_list(content, "EUR", column_mapping={"price": "EK"})
    assert prices(result) == ["5.5", "7.25", "8.5"]
    assert 'rice from column C "EK" (hidden)' in describe_profile(result.profile)
    following = read_next_price_list(content, result.profile, "EUR")
    assert prices(following) == prices(result)


def test_hidden_price_without_a_visible_one_is_a_question() -> None:
    rows = [[*row[:3], row[4]] for row in ROWS]
    content = xlsx_with_columns(rows, {2: HIDDEN})
    (issue,) = issues_of(content)
    assert (issue.option, issue.candidates[0]) == ("column_mapping.price", "EK")
    assert 'hides "EK" (hidden column C)' in issue.message
    assert prices(read_price_list(content, "EUR", hidden_columns="read")) == ["5.5", "7.25", "8.5"]


@pytest.mark.parametrize("visible", ["Wert", "UVP"])
def test_hidden_price_beside_a_lesser_visible_one_is_a_question(visible: str) -> None:
    rows = [["Art.-Nr.", "Bezeichnung", "EK", visible], *(row[:4] for row in ROWS[1:])]
    content = xlsx_with_columns(rows, {2: HIDDEN})
    issue = next(each for each in issues_of(content) if each.option == "column_mapping.price")
    assert issue.candidates == ("EK", visible)
    for column, first in (("EK", "5.5"), (visible, "9.9")):
        result = read_price_list(content, "EUR", column_mapping={"price": column})
        assert prices(result)[0] == first


def test_hidden_code_and_name_beside_visible_ones_are_left_out() -> None:
    rows = [["Artikelnummer", "Art.-Nr.", "Text", "Bezeichnung", "Preis"]]
    rows += [[f"X{n}", f"A{n}", f"intern {n}", f"Lampe {n}", n + 0.5] for n in range(1, 4)]
    result = read_price_list(xlsx_with_columns(rows, {0: HIDDEN, 2: HIDDEN}), "EUR")
    assert (result.items[0].supplier_sku, result.items[0].name) == ("A1", "Lampe 1")
    assert result.profile.characteristic_columns == ()
    assert result.profile.hidden_columns == ("Artikelnummer", "Text")


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("PE", (100, 1, 100), "price_quantity"),
        ("Einheit", ("100 St", "1 St", "C"), "unit"),
        ("Währung", ("EUR", "USD", "EUR"), "currency"),
        ("Rabatt %", (30, 20, 30), "discount"),
        ("Rabattgruppe", ("A", "B", "A"), "discount_group"),
        ("MwSt.-Satz", (19, 7, 19), "vat_rate"),
    ],
)
def test_hidden_column_that_prices_may_depend_on_is_a_question(
    header: str, cells: tuple[Any, ...], field: str
) -> None:
    rows = [[*row[:2], row[3], cell] for row, cell in zip(ROWS, (header, *cells), strict=True)]
    content = xlsx_with_columns(rows, {3: HIDDEN})
    (issue,) = issues_of(content)
    assert (issue.option, issue.candidates) == (f"column_mapping.{field}", (header,))
    assert f'"{header}" (hidden column D)' in issue.message
    for answer in ({"hidden_columns": "skip"}, {"ignored_columns": [header]}):
        result = read_price_list(content, "EUR", **answer)
        assert prices(result) == ["9.9", "12.5", "14.75"]
        assert prices(read_next_price_list(content, result.profile, "EUR")) == prices(result)
        assert result.profile.characteristic_columns == ()


def test_quantity_of_a_hidden_column_counts_if_it_is_set() -> None:
    rows = [[*row[:2], row[3], cell] for row, cell in zip(ROWS, ("PE", 100, 1, 100), strict=True)]
    content = xlsx_with_columns(rows, {3: HIDDEN})
    for answer in ({"hidden_columns": "read"}, {"column_mapping": {"price_quantity": "PE"}}):
        result = read_price_list(content, "EUR", **answer)
        assert result.items[0].price == Decimal("0.099")


def test_equal_titles_mean_the_visible_column() -> None:
    rows = [["Art.-Nr.", "Bezeichnung", "Preis", "Preis"], *(row[:4] for row in ROWS[1:])]
    content = xlsx_with_columns(rows, {2: HIDDEN})
    for options in ({}, {"column_mapping": {"price": "Preis"}}):
        assert prices(read_price_list(content, "EUR", **options))[0] == "9.9"


def test_setting_is_remembered_and_stated() -> None:
    content = FILES["xlsx"]
    first = read_price_list(content, "EUR", hidden_columns="skip")
    assert "hidden columns left out (set)" in describe_profile(first.profile)
    following = read_next_price_list(content, first.profile, "EUR")
    assert "(as set for an earlier list)" in describe_profile(following.profile)


def test_characteristic_of_a_hidden_column_is_kept_if_it_is_named() -> None:
    result = read_price_list(FILES["xlsx"], "EUR", characteristic_columns=["EK"])
    assert result.items[0].characteristics == {"EK": "5.5"}


def test_hidden_column_of_a_further_sheet_and_setting_of_this_sheet() -> None:
    def fill(book: Any) -> None:
        for name, letter in (("Lampen", "A"), ("Stecker", "B")):
            page = book.add_worksheet(name)
            for number, row in enumerate(ROWS):
                code = str(row[0]).replace("A", letter) if number else row[0]
                page.write_row(number, 0, [code, *row[1:]])
            page.set_column(2, 2, None, None, HIDDEN)

    result = read_price_list(xlsx(fill), "EUR")
    assert len(result.items) == 6
    assert result.profile.hidden_columns == ("EK",)
    settings = {name: {"hidden_columns": "skip"} for name in ("Lampen", "Stecker")}
    assert len(read_price_list(xlsx(fill), "EUR", sheet_settings=settings).items) == 6


def test_hidden_column_of_tables_side_by_side() -> None:
    titles = ["PLU", "Artikel", "EK", "VK"]
    rows = [[*titles, *titles], ["1", "Lauch", 5.5, 9.9, "2", "Kiwi", 6.5, 8.9]]
    rows += [["3", "Mais", 4.5, 5.9, "4", "Birne", 2.5, 3.9]]
    result = read_price_list(xlsx_with_columns(rows, {2: HIDDEN, 6: HIDDEN}), "EUR")
    assert sorted(prices(result)) == ["3.9", "5.9", "8.9", "9.9"]


def test_hidden_columns_of_a_google_spreadsheet(google: FakeGoogleServer, key_file: Path) -> None:
    table = sheet("Prices", ROWS)
    table["data"][0]["columnMetadata"] = [{}, {}, {"hiddenByUser": True}, {"pixelSize": 100}, {}]
    result = SpreadsheetReader(google, key_file).read(google.put(ID, table))
    assert prices(result) == ["9.9", "12.5", "14.75"]


@pytest.mark.parametrize("column", ['min="x" max="3"', 'max="3"', 'min="9" max="9999999999999"'])
def test_damaged_columns_are_no_reason_to_refuse(column: str) -> None:
    content = raw_xlsx(
        RAW_HEADER + raw_row(2), before=f'<cols><col {column} width="0" hidden="1"/></cols>'
    )
    assert len(read_price_list(content).items) == 1


def test_visible_columns_are_not_hidden() -> None:
    rows = [[*row[:2], row[3]] for row in ROWS]
    assert read_price_list(workbook_of(Prices=rows), "EUR").profile.hidden_columns == ()
