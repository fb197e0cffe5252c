"""Articles and prices that a sheet strikes out: rejected until the setting decides."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.reader import open_price_list
from pricelists.fake_google import FakeGoogleServer, sheet
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list, read_request
from pricelists.spreadsheet_reader import ID, SpreadsheetReader
from pricelists.workbooks import (
    HEADER,
    MAIN,
    RAW_HEADER,
    ods_of,
    ods_style,
    ods_with_struck,
    raw_row,
    raw_xlsx,
    relationships,
    xls_with_struck,
    xlsx,
    xlsx_with_struck,
)

WRITE = {"xlsx": xlsx_with_struck, "xls": xls_with_struck, "ods": ods_with_struck}
ROWS: list[list[Any]] = [HEADER, ["A1", "Lamp", 5.5], ["A2", "Cable", 7.25], ["A3", "Plug", 8.5]]
STRUCK_ROW = {(2, 0), (2, 1), (2, 2)}
XLSX = xlsx_with_struck(ROWS, STRUCK_ROW)
ADVICE = "set struck_out=read if struck-out articles are on sale, struck_out=skip if they are not."
OLD_AND_NEW = ["sku", "name", "New", "Old"]


def _ods_number(style: str) -> str:
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="float" office:value="5"/>'
    )


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


def prices(result: ReadResult) -> dict[str, str]:
    return {item.supplier_sku: str(item.price) for item in result.items}


@pytest.mark.parametrize("kind", WRITE)
def test_struck_out_article_is_rejected_until_it_is_set(kind: str) -> None:
    content = WRITE[kind](ROWS, STRUCK_ROW)
    result = read_price_list(content)
    (row,) = result.rejected
    assert codes(result) == ["A1", "A3"]
    assert (row.row_number, row.error_type, row.supplier_sku) == (3, "struck_out", "A2")
    assert row.error_message == f'The article code "A2" (column "sku") is struck out: {ADVICE}'
    assert row.row_data == ["A2", "Cable", "7.25"]
    assert codes(read_price_list(content, struck_out="read")) == ["A1", "A2", "A3"]
    skipped = read_price_list(content, struck_out="skip")
    assert (codes(skipped), skipped.rejected) == (["A1", "A3"], [])


@pytest.mark.parametrize("kind", WRITE)
@pytest.mark.parametrize(
    ("column", "cell"), [(1, 'name "Cable" (column "name")'), (2, 'price "7.25" (column "price")')]
)
def test_name_or_price_alone_is_struck_out(kind: str, column: int, cell: str) -> None:
    (row,) = read_price_list(WRITE[kind](ROWS, {(2, column)})).rejected
    assert row.error_message == f"The {cell} is struck out: {ADVICE}"


@pytest.mark.parametrize("kind", WRITE)
def test_struck_out_price_beside_another_one_counts_as_empty(kind: str) -> None:
    rows = [OLD_AND_NEW, ["A1", "Lamp", 5, 6], ["A2", "Cable", 7, 8], ["A3", "Plug", 9, 10]]
    struck = {(1, 3), (2, 2), (3, 2), (3, 3)}
    columns: dict[str, Any] = {"price_columns": ["New", "Old"]}
    result = read_price_list(WRITE[kind](rows, struck), **columns)
    assert prices(result) == {"A1": "5", "A2": "8"}
    (row,) = result.rejected
    assert row.error_message == f'The price "9" (column "New") is struck out: {ADVICE}'
    assert row.row_data == ["A3", "Plug", "9", "10"]
    read = read_price_list(WRITE[kind](rows, struck), struck_out="read", **columns)
    assert prices(read) == {"A1": "5", "A2": "7", "A3": "9"}


def test_struck_out_cells_that_do_not_count_change_nothing() -> None:
    rows = [
        [*HEADER, "Remark"],
        ["Lighting", None, None, None],
        ["A1", "Lamp", 5, "old"],
        ["A2", "Cable", None, None],
    ]
    struck = {(0, 2), (1, 0), (2, 3), (3, 0)}
    result = read_price_list(xlsx_with_struck(rows, struck))
    assert [(item.category, item.characteristics) for item in result.items] == [
        ("Lighting", {"Remark": "old"})
    ]
    # Another reason to reject a row stays.
    assert [row.error_type for row in result.rejected] == ["missing_price"]


def test_struck_out_retail_price_beside_the_price_is_left_out() -> None:
    rows = [[*HEADER, "RRP"], ["A1", "Lamp", 5, 9], ["A2", "Cable", 6, 10], ["A3", "Plug", 7, 11]]
    result = read_price_list(xlsx_with_struck(rows, {(2, 3)}))
    found = [item.details and item.details.recommended_price for item in result.items]
    assert found == [Decimal(9), None, Decimal(11)]


def test_struck_out_list_price_is_that_of_the_row_if_discounts_are_taken_off_it() -> None:
    rows = [
        ["sku", "name", "price", "List price", "Discount %"],
        *([f"A{n}", f"Lamp {n}", 7, 10, 30] for n in range(1, 5)),
    ]
    settings = {"discount_base": "list_price"}
    result = read_price_list(xlsx_with_struck(rows, {(1, 2), (2, 2), (2, 3), (3, 4)}), **settings)
    assert codes(result) == ["A1", "A4"]
    assert [row.error_type for row in result.rejected] == ["struck_out", "struck_cell"]
    assert result.rejected[1].error_message == (
        'The discount "30" (column "Discount %") is struck out: clear the cell or remove its '
        "strikethrough, or set struck_out=read if what is struck out holds."
    )


def test_what_a_price_depends_on_is_rejected_unless_it_is_read() -> None:
    rows = [
        ["sku", "name", "1+", "10+", "Price per"],
        *([f"A{n}", f"Lamp {n}", 7, 6, 100] for n in range(1, 4)),
    ]
    content = xlsx_with_struck(rows, {(1, 3), (2, 4)})
    for settings in ({}, {"struck_out": "skip"}):
        result = read_price_list(content, **settings)
        assert [row.error_type for row in result.rejected] == ["struck_cell"] * 2
        assert "The price " in result.rejected[0].error_message
        assert "The price quantity " in result.rejected[1].error_message
    assert len(read_price_list(content, struck_out="read").items) == 3


def test_struck_out_key_column_and_price_with_the_other_tax() -> None:
    rows = [
        ["Description", "Size", "Price net", "Price gross"],
        *([f"Pipe {n}", f"{n}/8", 10 * n, 12 * n] for n in range(1, 9)),
    ]
    content = xlsx_with_struck(rows, {(1, 1), (2, 3)})
    result = read_price_list(
        content, key_columns=["Description", "Size"], column_mapping={"price": "Price net"}
    )
    assert [row.error_message.partition(" is struck")[0] for row in result.rejected] == [
        'The article code "1/8" (column "Size")',
        'The price "24" (column "Price gross")',
    ]


def test_profile_states_the_setting_also_for_the_next_list() -> None:
    first = read_price_list(XLSX, struck_out="skip")
    assert "struck-out articles left out (set)" in describe_profile(first.profile)
    following = read_next_price_list(XLSX, first.profile)
    assert (codes(following), following.rejected) == (["A1", "A3"], [])
    sentence = describe_profile(following.profile)
    assert "struck-out articles left out (as set for an earlier list)" in sentence


def test_row_that_is_hidden_and_struck_out_has_both_settings() -> None:
    def fill(book: Any) -> None:
        page = book.add_worksheet("Prices")
        style = book.add_format({"font_strikeout": True})
        for number, row in enumerate(ROWS):
            page.write_row(number, 0, row, *([style] if number == 2 else []))
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(3, None, None, {"hidden": True})

    def errors(**settings: Any) -> list[str]:
        result = read_price_list(xlsx(fill), **settings)
        return [row.error_type for row in result.rejected]

    assert errors() == ["struck_out", "hidden_row"]
    assert errors(hidden_rows="read") == ["struck_out"]
    assert errors(struck_out="read") == ["hidden_row", "hidden_row"]
    assert errors(struck_out="skip", hidden_rows="read") == []


def test_cells_of_a_row_have_no_price_that_does_not_count(tmp_path: Path) -> None:
    rows = [OLD_AND_NEW, ["A1", "Lamp", 5, 6], ["A2", "Cable", 7, 8], ["A3", "Plug", 9, 10]]
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx_with_struck(rows, {(2, 2), (3, 0), (3, 2)}))
    price_list = open_price_list(read_request(path, price_columns=["New", "Old"]))
    # Rows that are rejected later, as duplicates are, would otherwise be corrected with it.
    assert price_list.cells({2, 3, 4}) == {
        2: ["A1", "Lamp", "5", "6"],
        3: ["A2", "Cable", "", "8"],
        4: ["A3", "Plug", "9", "10"],
    }


def _styled(fonts: str, style: str) -> bytes:
    """Write an xlsx workbook of two articles whose fonts and style of the first price are raw."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts>{fonts}</fonts><cellStyleXfs><xf fontId="1"/>'
        '</cellStyleXfs><cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs>'
        "<dxfs><dxf><font><strike/></font></dxf></dxfs></styleSheet>"
    )
    targets = {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("styles", "styles.xml")}
    parts = {"xl/styles.xml": styles, "xl/_rels/workbook.xml.rels": relationships(targets)}
    return raw_xlsx(RAW_HEADER + raw_row(2, attributes=style) + raw_row(3), parts=parts)


@pytest.mark.parametrize(
    ("strike", "style", "is_struck"),
    [
        *(("<strike/>", ' s="1"', True), ('<strike val="1"/>', ' s="1"', True)),
        *(('<strike val="0"/>', ' s="1"', False), ('<strike val="false"/>', ' s="1"', False)),
        *(("<strike/>", ' s="0"', False), ("<strike/>", "", False), ("", ' s="1"', False)),
        ("<strike/>", ' s="9"', False),
    ],
)
def test_style_of_xlsx_names_the_font(
    strike: str,
    style: str,
    is_struck: bool,  # noqa: FBT001 (a parameter)
) -> None:
    plain, struck = "<font><b/></font>", f"<font>{strike}<sz/></font>"
    expected = ["A3"] if is_struck else ["A2", "A3"]
    assert codes(read_price_list(_styled(plain + struck, style))) == expected
    # The first font is that of cells without a style, too.
    expected = [] if strike and "0" not in strike and "false" not in strike else ["A2", "A3"]
    assert codes(read_price_list(_styled(struck + plain, style))) == expected


def test_struck_out_row_of_a_further_sheet_and_setting_of_this_sheet() -> None:
    def fill(book: Any) -> None:
        style = book.add_format({"font_strikeout": True})
        for name, letter in (("Lamps", "A"), ("Plugs", "B")):
            page = book.add_worksheet(name)
            for number, row in enumerate(ROWS):
                struck = [style] if (name, number) == ("Plugs", 1) else []
                page.write_row(number, 0, [str(row[0]).replace("A", letter), *row[1:]], *struck)

    result = read_price_list(xlsx(fill))
    assert [row.supplier_sku for row in result.rejected] == ["B1"]
    assert result.rejected[0].error_message.startswith('Sheet "Plugs", row 2: The article code')
    own = read_price_list(xlsx(fill), sheet_settings={"Plugs": {"struck_out": "read"}})
    assert len(own.items) == 6


def test_struck_out_rows_of_further_tables_of_a_sheet() -> None:
    second = [["Price", "Article no.", "Description"], [3, "B1", "Lamp"], [4, "B2", "Cable"]]
    result = read_price_list(xlsx_with_struck([*ROWS, [], *second], {(7, 0)}))
    assert codes(result) == ["A1", "A2", "A3", "B1"]
    assert '(column "Price") is struck out' in result.rejected[0].error_message
    side = [
        [*HEADER, None, *HEADER],
        *([f"A{n}", "Lamp", n, None, f"B{n}", "Plug", n] for n in range(1, 6)),
    ]
    result = read_price_list(xlsx_with_struck(side, {(2, 2), (3, 6)}))
    assert [row.supplier_sku for row in result.rejected] == ["A2", "B3"]
    assert [row.error_type for row in result.rejected] == ["struck_out"] * 2


def test_struck_out_names_left_of_tables_side_by_side_are_those_of_each() -> None:
    rows = [
        ["Product", "Colour", "Code", "Price", "Code", "Price"],
        *([f"Lamp {n}", "red", f"A{n}", n, f"B{n}", n + 1] for n in range(1, 6)),
    ]
    result = read_price_list(xlsx_with_struck(rows, {(2, 0)}))
    assert [row.supplier_sku for row in result.rejected] == ["A2", "B2"]


def test_value_of_struck_out_merged_cells_is_that_of_each_row() -> None:
    def fill(book: Any) -> None:
        page = book.add_worksheet("Prices")
        style = book.add_format({"font_strikeout": True})
        for number, row in enumerate(ROWS):
            page.write_row(number, 0, row)
        page.merge_range(1, 2, 2, 2, 5.5, style)

    result = read_price_list(xlsx(fill))
    assert codes(result) == ["A3"]
    assert [row.supplier_sku for row in result.rejected] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("style", "is_struck"),
    [
        (ods_style('style:text-line-through-type="single"'), True),
        (ods_style('style:text-line-through-style="none"'), False),
        (
            ods_style('style:text-line-through-style="solid" style:text-line-through-type="none"'),
            False,
        ),
        (ods_style('style:font-name="x"', 'style:parent-style-name="Struck"'), True),
        (
            ods_style('style:text-line-through-style="none"', 'style:parent-style-name="Struck"'),
            False,
        ),
    ],
)
def test_style_of_ods_has_what_its_parents_have(style: str, is_struck: bool) -> None:  # noqa: FBT001
    parent = ods_style('style:text-line-through-style="solid"').replace("ce1", "Struck")
    row = 'table:default-cell-style-name="ce1" table:number-rows-repeated="1"'
    for content in (
        ods_of([*ROWS[:2], [row, *ROWS[2]], ROWS[3]], styles=parent + style),
        ods_of(
            [
                *ROWS[:2],
                [
                    "A2",
                    "Cable",
                    _ods_number("ce1"),
                ],
                ROWS[3],
            ],
            styles=parent + style,
        ),
    ):
        expected = ["A1", "A3"] if is_struck else ["A1", "A2", "A3"]
        assert codes(read_price_list(content)) == expected


def test_default_style_of_columns_of_ods_holds_for_cells_without_one() -> None:
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:default-cell-style-name="ce1"/>'
    )
    content = ods_of(
        [*ROWS[:3], ["A3", "Plug", _ods_number("ce0")]],
        styles=ods_style('style:text-line-through-style="solid"'),
        columns=columns,
    )
    result = read_price_list(content)
    assert (codes(result), len(result.rejected)) == (["A3"], 2)


def test_struck_out_cells_of_a_google_spreadsheet(google: FakeGoogleServer, key_file: Path) -> None:
    table = sheet("Prices", ROWS)
    rows = table["data"][0]["rowData"]
    for row, column in ((1, 2), (2, 0)):
        text_format = {"strikethrough": True, "bold": False}
        rows[row]["values"][column]["effectiveFormat"] = {"textFormat": text_format}
    rows[3]["values"][2]["effectiveFormat"] = {"textFormat": {"strikethrough": False}}
    reader = SpreadsheetReader(google, key_file)
    result = reader.read(google.put(ID, table))
    assert codes(result) == ["A3"]
    assert [row.supplier_sku for row in result.rejected] == ["A1", "A2"]
    assert codes(reader.read(google.put(ID, table), struck_out="read")) == ["A1", "A2", "A3"]
