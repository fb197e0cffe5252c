"""Reading workbooks: cell types, number formats, positions, merged cells, selection of sheets."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.reader import open_price_list
from pricelists.price_lists import read_price_list, read_request
from pricelists.workbooks import (
    HEADER,
    MAIN,
    RAW_HEADER,
    merged_xls,
    ods_of,
    raw_row,
    raw_xlsx,
    text_cell,
    workbook_of,
    xls_of,
    xls_with_error,
    xlsx,
    xlsx_of,
)

FORMATS = {"xlsx": xlsx_of, "xls": xls_of, "ods": ods_of}


LIST = [HEADER, ["A1", "Lamp", 5.5], ["A2", "Cable", 7]]


@pytest.mark.parametrize("kind", FORMATS)
def test_format_is_detected_by_content(kind: str) -> None:
    result = read_price_list(FORMATS[kind](LIST))  # as `list.csv`
    assert (result.profile.format, result.profile.sheet) == (
        kind,
        "Sheet1" if kind == "ods" else "Prices",
    )
    assert [(row.supplier_sku, row.price) for row in result.items] == [
        ("A1", Decimal("5.5")),
        ("A2", Decimal(7)),
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_numbers_in_number_cells_are_not_parsed_as_text(kind: str) -> None:
    rows = [HEADER, ["1", "x", 1.234], ["2", "x", 1234.5], ["3", "x", 1803.6], ["4", "x", 0.0125]]
    result = read_price_list(FORMATS[kind](rows), decimal_separator=",")
    assert [str(row.price) for row in result.items] == ["1.234", "1234.5", "1803.6", "0.0125"]


@pytest.mark.parametrize("kind", FORMATS)
def test_number_cells_do_not_affect_the_number_profile_of_text(kind: str) -> None:
    rows = [HEADER, ["1", "x", 12.5], ["2", "x", "1,234"], ["3", "x", "€ 5"]]
    result = read_price_list(FORMATS[kind](rows))
    assert [row.error_type for row in result.rejected] == ["price_ambiguous", "other_currency"]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("value", "code"),
    [
        *((66.0, "66"), (90.750, "90.75"), (6.93217e12, "6932170000000"), (42, "42")),
        *((4006381333931, "4006381333931"), ("007", "007"), ("NA", "NA"), ("null", "null")),
        *(("nan", "nan"), ("None", "None"), ("6.93217E+12", "6.93217E+12"), ("1e5", "1e5")),
    ],
)
def test_code_in_a_number_cell_is_the_text_that_the_sheet_shows(
    kind: str, value: Any, code: str
) -> None:
    [item] = read_price_list(FORMATS[kind]([HEADER, [value, value, 5]])).items
    assert (item.supplier_sku, item.name) == (code, code)


@pytest.mark.parametrize("kind", FORMATS)
def test_column_types_are_not_inferred_from_the_first_rows(kind: str) -> None:
    rows = [[number, "Lamp", 5, number] for number in range(1, 2000)]
    result = read_price_list(FORMATS[kind]([[*HEADER, "Note"], *rows, ["A-1", "x", "5", "n/a"]]))
    assert len(result.items) == 2000
    assert (result.items[-1].supplier_sku, result.items[-1].price) == ("A-1", Decimal(5))
    assert result.items[-1].characteristics == {"Note": "n/a"}


@pytest.mark.parametrize("write", [xlsx_of, xls_of])
@pytest.mark.parametrize(
    ("number", "number_format", "code"),
    [
        *((42, "00000", "00042"), (1234567, "00000", "1234567"), (42, "000-000", "000-042")),
        *((42, '"ART-"0000', "ART-0042"), (66, "0.00", "66.00"), (66.125, "0.00", "66.125")),
        *((1234, "#,##0", "1234"), (42, "General", "42"), (42, "@", "42"), (0.5, "0%", "50%")),
        *((42, "0000;[Red]-0000", "0042"), (42, "[Blue]0000_-", "0042")),
    ],
)
def test_code_has_the_zeros_and_letters_of_its_number_format(
    write: Any, number: float, number_format: str, code: str
) -> None:
    content = write([HEADER, [number, "Lamp", 5]], formats={0: number_format})
    [item] = read_price_list(content).items
    assert item.supplier_sku == code


def test_code_in_an_ods_has_its_leading_zeros() -> None:
    cell = (
        '<table:table-cell office:value-type="float" office:value="42"><text:p>00042</text:p>'
        "</table:table-cell>"
    )
    [item] = read_price_list(ods_of([HEADER, [cell, "Lamp", 5]])).items
    assert item.supplier_sku == "00042"


@pytest.mark.parametrize("write", [xlsx_of, xls_of])
@pytest.mark.parametrize("number_format", ["0.0%", "dd.mm.yyyy", "[h]:mm"])
def test_number_format_of_no_price_rejects_the_row(write: Any, number_format: str) -> None:
    content = write([HEADER, ["A1", "Lamp", 12.5]], formats={2: number_format})
    [row] = read_price_list(content).rejected
    assert row.error_type == "price_not_a_number"


@pytest.mark.parametrize("write", [xlsx_of, xls_of])
@pytest.mark.parametrize(
    ("number_format", "currency"),
    [
        *(("[$€-407]#,##0.00", "EUR"), ('#,##0.00\\ "€"', "EUR"), ('"$"#,##0.00', None)),
        *(("[$USD] 0.00", None), ('0.00" Stk"', None), ("0.000", None)),
    ],
)
def test_number_format_of_prices_names_their_currency(
    write: Any, number_format: str, currency: str | None
) -> None:
    content = write([HEADER, ["A1", "Lamp", 12.5]], formats={2: number_format})
    [item] = read_price_list(content).items
    assert (item.price, item.currency) == (Decimal("12.5"), currency)


def test_ambiguous_currency_of_a_number_format_is_refused() -> None:
    content = xlsx_of([HEADER, ["A1", "Lamp", 12.5]], formats={2: '"руб." 0'})
    with pytest.raises(PriceListError, match="BYN or RUB"):
        read_price_list(content)


def test_ods_cell_in_another_currency_is_rejected() -> None:
    cell = '<table:table-cell office:value-type="{}" office:currency="EUR" office:value="5"/>'
    rows = [HEADER, ["1", "x", cell.format("currency")], ["2", "x", cell.format("percentage")]]
    content = ods_of(rows)
    assert [row.error_type for row in read_price_list(content).rejected] == [
        "other_currency",
        "price_not_a_number",
    ]
    assert [row.price for row in read_price_list(content, currency="EUR").items] == [Decimal(5)]


@pytest.mark.parametrize("is_1904", [False, True])
def test_dates_are_iso_text_in_both_epochs(is_1904: bool) -> None:  # noqa: FBT001 (a parameter)
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "d.m.yy"})
        sheet.write_row(0, 0, [*HEADER, "since", "until"])
        sheet.write_row(1, 0, ["1", "Lamp", 5])
        sheet.write_datetime(1, 3, date(2024, 3, 12), day)
        sheet.write_datetime(1, 4, datetime(2024, 3, 12, 14, 30), day)  # noqa: DTZ001

    [item] = read_price_list(xlsx(fill, date_1904=is_1904)).items
    assert item.characteristics == {"since": "2024-03-12", "until": "2024-03-12T14:30:00"}


def test_date_in_xls_and_ods_is_a_name_but_not_a_price() -> None:
    result = read_price_list(xls_of([HEADER, ["1", date(2024, 3, 12), 5]], formats={1: "D-MMM-YY"}))
    assert result.items[0].name == "2024-03-12"
    cell = (
        '<table:table-cell office:value-type="date" office:date-value="2024-03-12">'
        "<text:p>12.03.24</text:p></table:table-cell>"
    )
    [row] = read_price_list(ods_of([HEADER, ["1", "x", cell]])).rejected
    assert row.error_message == 'The price "2024-03-12" is a date, not a number.'


def test_booleans_are_read_as_text() -> None:
    for write in (xlsx_of, xls_of):
        [item] = read_price_list(write([[*HEADER, "new"], [True, "x", 5, False]])).items
        assert (item.supplier_sku, item.characteristics) == ("TRUE", {"new": "FALSE"})


def test_error_values_are_rejected_and_the_other_rows_are_read() -> None:
    cells = [f'<c r="C{n}" t="e"><v>{e}</v></c>' for n, e in ((2, "#N/A"), (3, "#VALUE!"))]
    rows = [f'<row r="{n}">{text_cell(f"A{n}", "x")}{cells[n - 2]}</row>' for n in (2, 3)]
    result = read_price_list(raw_xlsx(RAW_HEADER + "".join(rows) + raw_row(4)))
    assert result.outcomes == ["ignored", "rejected", "rejected", "item"]
    assert result.rejected[1].row_data == ["x", "", "#VALUE!"]


def test_error_values_of_xls_are_rejected() -> None:
    [row] = read_price_list(xls_with_error("#DIV/0!")).rejected
    assert row.error_message == 'The price "#DIV/0!" is an error value, not a number.'


def test_text_in_a_number_cell_is_rejected() -> None:
    for text in ("abc", "NaN", "INF", "1,5,5"):
        [row] = read_price_list(raw_xlsx(RAW_HEADER + raw_row(2, f"<v>{text}</v>"))).rejected
        assert row.error_type == "price_not_a_number"


@pytest.mark.parametrize("price", ["<f>D2*2</f>", "<f>D2*2</f><v/>", "<f>D2*2</f><v></v>"])
def test_uncalculated_formula_is_rejected(price: str) -> None:
    [row] = read_price_list(raw_xlsx(RAW_HEADER + raw_row(2, price))).rejected
    assert row.error_type == "not_calculated"
    assert '"=D2*2"' in row.error_message


def test_placeholder_0_of_an_uncalculated_formula_is_rejected() -> None:
    rows = [[*HEADER, "link"], ["1", "x", "=D1*2", '=HYPERLINK("http://x")'], ["2", "x", 0, None]]
    result = read_price_list(xlsx_of(rows))
    assert [row.error_type for row in result.rejected] == ["not_calculated", "price_zero"]


def test_formula_in_a_characteristic_is_kept_as_text() -> None:
    [item] = read_price_list(xlsx_of([[*HEADER, "margin"], ["1", "x", 5, "=C2*2"]])).items
    assert item.characteristics == {"margin": "=C2*2"}


def test_calculated_formulas_are_read_as_their_values() -> None:
    cells = '<c r="A2" t="str"><f>x</f><v>A-1</v></c><c r="B2" t="str"><f>y</f><v>Lamp</v></c>'
    price = '<c r="C2"><f t="shared" si="0"/><v>12.5</v></c><c r="D2" t="str"><f>z</f><v></v></c>'
    [item] = read_price_list(raw_xlsx(f'{RAW_HEADER}<row r="2">{cells}{price}</row>')).items
    assert (item.supplier_sku, item.name, item.price) == ("A-1", "Lamp", Decimal("12.5"))


def test_uncalculated_formula_in_ods_is_rejected() -> None:
    formula = '<table:table-cell table:formula="of:=[.D2]*2"/>'
    [row] = read_price_list(ods_of([HEADER, ["1", "x", formula]])).rejected
    assert row.error_type == "not_calculated"


@pytest.mark.parametrize("kind", FORMATS)
def test_blank_leading_rows_and_columns_are_counted(kind: str) -> None:
    lead = [None, None]
    rows = [[], [None], [*lead, *HEADER], [], [*lead, "1", "Lamp", 5], [*lead, None, "x", 5]]
    result = read_price_list(FORMATS[kind](rows))
    assert result.profile.header_row == 3
    assert [(row.row_number, row.outcome) for row in result.rows] == [
        *((1, "ignored"), (2, "ignored"), (3, "ignored"), (4, "ignored")),
        *((5, "item"), (6, "rejected")),
    ]


def test_rich_text_and_escaped_characters_are_read_without_phonetic_hints() -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>La</t></r><r><t xml:space="preserve">mp </t></r>'
        "<rPh><t>!</t></rPh></si><si><t>a_x000D_b_x005F_x000D_c_xD800_</t></si></sst>"
    )
    cells = '<c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>0</v></c><c r="C2"><v>5</v></c>'
    content = raw_xlsx(
        f'{RAW_HEADER}<row r="2">{cells}</row>', parts={"xl/sharedStrings.xml": strings}
    )
    [item] = read_price_list(content).items
    assert (item.supplier_sku, item.name) == ("a\rb_x000D_c_xD800_", "Lamp")


def test_cells_without_references_are_read_in_order() -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in HEADER)
    article = '<c t="inlineStr"><is><t>A1</t></is></c><c t="str"><v>Lamp</v></c><c><v>5</v></c>'
    [item] = read_price_list(raw_xlsx(f"<row>{cells}</row>\n <row>{article}</row>")).items
    assert (item.row_number, item.supplier_sku, item.price) == (2, "A1", Decimal(5))


def test_any_prefix_of_the_namespace_is_accepted() -> None:
    content = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1">'
        + "".join(
            f'<x:c r="{c}1" t="str"><x:v>{t}</x:v></x:c>'
            for c, t in zip("ABC", HEADER, strict=True)
        )
        + '</x:row><x:row r="2"><x:c r="A2"><x:v>1</x:v></x:c><x:c r="B2" t="str"><x:v>x</x:v>'
        '</x:c><x:c r="C2"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read_price_list(raw_xlsx("", parts={"xl/worksheets/sheet1.xml": content})).items


def test_ods_spaces_are_repeated_and_notes_are_ignored() -> None:
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    name = (
        f'<table:table-cell office:value-type="string">{note}<text:p>La<text:s text:c="2"/>mp'
        "<text:line-break/>x</text:p><text:p>red</text:p></table:table-cell>"
    )
    wide = '<table:table-cell table:number-columns-repeated="16381"/>'
    content = ods_of([HEADER, ["1", name, 5, wide], ["2", "Cable", 6]])
    assert [row.name for row in read_price_list(content).items] == ["La mp x red", "Cable"]


def _write_merged_cells(book: Any) -> None:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["sku", "name", "price", "category"])
    sheet.merge_range("A2:D3", "Lamps")
    sheet.write_row(3, 0, ["1", "LED"])
    sheet.write_row(4, 0, ["2", "Bulb"])
    sheet.write_row(5, 0, ["3", "Tube", 7])
    sheet.merge_range("C4:C5", 5.5)
    sheet.merge_range("D4:D6", "Light")


def test_merged_value_is_used_in_each_of_its_rows_and_a_merged_title_is_ignored() -> None:
    result = read_price_list(xlsx(_write_merged_cells))
    assert result.outcomes == ["ignored", "ignored", "ignored", "item", "item", "item"]
    assert [(row.price, row.category) for row in result.items] == [
        *((Decimal("5.5"), "Light"), (Decimal("5.5"), "Light"), (Decimal(7), "Light")),
    ]


def test_merged_value_in_xls_and_ods_is_used_in_each_of_its_rows() -> None:
    span = (
        '<table:table-cell office:value-type="float" office:value="5" '
        'table:number-rows-spanned="2"><text:p>5</text:p></table:table-cell>'
    )
    ods = ods_of([HEADER, ["1", "x", span], ["2", "y", "<table:covered-table-cell/>"]])
    for content in (ods, merged_xls()):
        assert [row.price for row in read_price_list(content).items] == [Decimal(5)] * 2


def test_sheet_with_the_price_list_is_selected() -> None:
    other = [["Terms"], ["Payment within 30 days"]]
    result = read_price_list(
        workbook_of(Terms=other, Empty=[], Liste=LIST, Notes=[["x", 1, 2, 3, 4, 5]])
    )
    assert result.profile.sheet == "Liste"
    assert len(result.items) == 2


def test_missing_sheet_is_refused_and_the_sheets_are_listed() -> None:
    with pytest.raises(PriceListError, match='no sheet "Prices"; its sheets are "Lamps", "B"'):
        read_price_list(workbook_of(Lamps=LIST, B=LIST), sheet_name="Prices")


def test_hidden_sheet_is_read_only_by_name() -> None:
    def fill(book: Any) -> None:
        for name in ("Old", "Now"):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(LIST):
                sheet.write_row(number, 0, row)
        book.get_worksheet_by_name("Old").hide()
        book.get_worksheet_by_name("Now").activate()

    result = read_price_list(xlsx(fill))
    assert (result.profile.sheet, len(result.items)) == ("Now", 2)
    assert read_price_list(xlsx(fill), sheet_name="Old").profile.sheet == "Old"
    properties = '<style:table-properties table:display="false"/>'
    hidden = f'<style:style style:name="ta1">{properties}</style:style>'
    assert read_price_list(ods_of(LIST, LIST, styles=hidden)).profile.sheet == "Sheet2"


def test_chart_sheets_are_ignored() -> None:
    def fill(book: Any) -> None:
        chart = book.add_chart({"type": "line"})
        book.add_chartsheet("Chart").set_chart(chart)
        sheet = book.add_worksheet("List")
        for number, row in enumerate(LIST):
            sheet.write_row(number, 0, row)
        chart.add_series({"values": "=List!$C$2:$C$3"})

    assert read_price_list(xlsx(fill)).profile.sheet == "List"


def test_rows_of_a_workbook_are_counted_and_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx_of([HEADER, *([f"A{n}", "Lamp", n] for n in range(5000))]))
    price_list = open_price_list(read_request(path))
    path.unlink()
    assert price_list.rows_total == 5001
    assert list(price_list.rows()) == list(price_list.rows())
    assert price_list.progress == 1
