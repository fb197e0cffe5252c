"""Every record is exactly one item, rejected or ignored row."""

import unicodedata

import pytest

from pricelists.price_lists import csv_text, read_price_list, read_single_item

LETTERHEAD = "Acme Trading Ltd.;;\nPrices of 12.03.2024;;\n;;\n"


@pytest.mark.parametrize(
    "code",
    [
        "007",
        "0001234500",
        "66.0",
        "90.750",
        "6.93217E+12",
        "1,5",
        "NA",
        "null",
        "None",
        "nan",
        "TRUE",
    ],
)
def test_codes_stay_text(code: str) -> None:
    assert read_single_item(csv_text(f" {code} ;Lamp;5")).supplier_sku == code


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "1", "=HYPERLINK(1)", "-5"])
def test_names_stay_text(name: str) -> None:
    assert read_single_item(csv_text(f"1;{name};5")).name == name


def test_no_column_type_is_inferred() -> None:
    lines = [f"{number};Lamp;5;{number}" for number in range(3000)]
    result = read_price_list(csv_text(*lines, "A-1;Lamp;5;n/a", header="sku;name;price;Note"))
    assert (result.items[-1].supplier_sku, result.items[-1].characteristics) == (
        "A-1",
        {"Note": "n/a"},
    )


def test_text_is_normalized_to_nfc() -> None:
    text = unicodedata.normalize("NFD", "Ключ й-é")
    item = read_single_item(csv_text(f"{text};{text};5"))
    assert item.supplier_sku == item.name == unicodedata.normalize("NFC", text)


def test_white_space_is_collapsed_in_names_and_trimmed_in_codes() -> None:
    item = read_single_item(csv_text("\u00a0A  1 ; Lamp \u00a0 big\tred ;5"))
    assert (item.supplier_sku, item.name) == ("A  1", "Lamp big red")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (";Lamp;5", "missing_sku"),
        ("1;;5", "missing_name"),
        ("1;Lamp;", "missing_price"),
        ("1;Lamp", "missing_price"),
        ("1;Lamp;on request", "price_on_request"),
        ("1;Lamp;x", "price_not_a_number"),
        (f"{'1' * 256};Lamp;5", "cell_too_long"),
        (f"1;Lamp;5;{'x' * 256}", "cell_too_long"),
        (f"1;Lamp;5;;{'x' * 32_768}", "cell_too_long"),
        ("1;La\0mp;5", "nul_character"),
        ("1;Lamp;5;;a\0b", "nul_character"),
    ],
)
def test_invalid_row_is_rejected_with_its_number(line: str, error: str) -> None:
    result = read_price_list(csv_text("0;Cable;1", line, header="sku;name;price;category;note"))
    [row] = result.rejected
    assert (row.row_number, row.error_type) == (3, error)
    assert row.error_message
    assert row.row_data
    assert "\0" not in "".join([row.error_message, *row.row_data])


def test_longest_texts_are_accepted() -> None:
    item = read_single_item(
        csv_text(f"{'1' * 255};{'x' * 500};5;{'y' * 32_767}", header="sku;name;price;note")
    )
    assert (len(item.supplier_sku), len(item.name)) == (255, 500)


def test_empty_price_and_zero_are_rejected() -> None:
    result = read_price_list(csv_text("1;Lamp;", "2;Lamp;0"))
    assert [row.error_type for row in result.rejected] == ["missing_price", "price_zero"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("007 ;Lamp;on request", "007"),
        ("007;Lamp;", "007"),
        ("007;Lamp;   ", "007"),
        ("007;;5", "007"),
        ("007;Lamp;-5", "007"),
        ("007;Lamp;5;;;extra", "007"),
        (f"007;Lamp;5;{'x' * 32_768}", "007"),
        (f"{'1' * 255};Lamp;", "1" * 255),
        (f"{'1' * 256};Lamp;", None),
        ("0\x007;Lamp;5", None),
        (";Lamp;5", None),
        ('"007;Lamp;5', None),
    ],
)
def test_rejected_row_keeps_a_readable_code(line: str, code: str | None) -> None:
    [row] = read_price_list(csv_text("1;x;5", line)).rejected
    assert (row.row_number, row.supplier_sku) == (3, code)


def test_rejected_row_keeps_its_cells() -> None:
    result = read_price_list(csv_text("1 ;Lamp;on request;red", header="sku;name;price;Colour"))
    assert result.rejected[0].row_data == ["1 ", "Lamp", "on request", "red"]


def test_empty_characteristic_is_none() -> None:
    item = read_single_item(csv_text("1;Lamp;5;;0", header="sku;name;price;Colour;Size"))
    assert item.characteristics == {"Colour": None, "Size": "0"}


def test_letterhead_is_ignored() -> None:
    result = read_price_list(LETTERHEAD + csv_text("1;Lamp;5"))
    assert result.profile.header_row == 4
    assert [(row.row_number, row.outcome) for row in result.rows][3:] == [
        (4, "ignored"),
        (5, "item"),
    ]


def test_header_row_can_be_set() -> None:
    content = csv_text("1;Lamp;5") + csv_text("2;Cable;6", header="sku;name;price")
    result = read_price_list(content, header_row=3)
    assert [row.supplier_sku for row in result.items] == ["2"]


def test_configured_header_row_may_be_far_down() -> None:
    content = "note;;\n" * 500 + csv_text("1;Lamp;5")
    assert read_single_item(content, header_row=501).row_number == 502


def test_repeated_header_is_ignored() -> None:
    result = read_price_list(csv_text("1;Lamp;5", "sku;name;price", "2;Cable;6"))
    assert result.outcomes == ["ignored", "item", "ignored", "item"]


def test_repeated_header_of_two_rows_is_ignored() -> None:
    header = "Code;Name;Price;;Stock\n;;net;valid from;pcs\n"
    result = read_price_list(f"{header}1;Lamp;5.5;x;7\n{header}2;Cable;6.5;x;7\n")
    assert result.outcomes == [*("ignored", "ignored", "item") * 2]


def test_row_that_numbers_the_columns_belongs_to_the_header() -> None:
    result = read_price_list("sku;name;price\n1;2;3\n10;Lamp;5\n")
    assert (result.profile.header_row, [item.supplier_sku for item in result.items]) == (2, ["10"])


def test_section_row_is_the_category_of_rows_below() -> None:
    result = read_price_list(
        csv_text("0;Tape;1", "Cables;;", "1;HDMI;5", "Lamps;;", "2;LED;6", "3;Bulb;7")
    )
    assert [row.category for row in result.items] == [None, "Cables", "Lamps", "Lamps"]
    assert result.outcomes.count("ignored") == 3
    assert not result.rejected


def test_section_row_is_ignored_with_a_category_column() -> None:
    content = csv_text("Cables;;;", "1;HDMI;5;Video", "2;LED;6;", header="sku;name;price;category")
    assert [row.category for row in read_price_list(content).items] == ["Video", None]


def test_long_note_is_no_category() -> None:
    result = read_price_list(csv_text("Cables;;", f"{'Terms apply. ' * 30};;", "1;HDMI;5"))
    assert result.items[0].category == "Cables"


@pytest.mark.parametrize(
    "line",
    [
        *(";Total;1234.50", "Total:;;", ";;", "Summe netto;;99.00", "Итого:;;5", ";Всего 15;75"),
        *("Grand total, USD;;5", ";Razem;5", "Разом;;5", ";Subtotal conservas de pescado;"),
    ],
)
def test_totals_and_blank_rows_are_ignored(line: str) -> None:
    assert read_price_list(csv_text("1;Lamp;5", line)).outcomes == ["ignored", "item", "ignored"]


@pytest.mark.parametrize("line", [";Total Quartz 9000;45.00", ";;5", ";Lamp;5"])
def test_item_without_code_is_no_total(line: str) -> None:
    assert [row.error_type for row in read_price_list(csv_text("1;x;5", line)).rejected] == [
        "missing_sku"
    ]


def test_item_named_like_a_total_is_an_item() -> None:
    assert read_single_item(csv_text("T;Total;5")).name == "Total"
    [row] = read_price_list(csv_text("1;x;5", "Total;Lamp;")).rejected
    assert row.error_type == "missing_price"


def test_row_has_the_currency_of_its_cell() -> None:
    content = csv_text(
        *("1;Lamp;5;USD", "2;Lamp;5;$", "3;Lamp;5;", "4;Lamp;5;EUR", "5;Lamp;5;?"),
        header="sku;name;price;Currency",
    )
    result = read_price_list(content)
    assert [(row.supplier_sku, row.currency) for row in result.items] == [
        *(("1", None), ("2", None), ("4", "EUR")),
    ]
    assert [row.error_type for row in result.rejected] == ["currency_unknown"] * 2
    row = result.rejected[1]
    assert row.error_message == (
        'The currency "?" (column "Currency") is not understood: write its ISO 4217 code, such as '
        "EUR."
    )


def test_rejected_rows_do_not_stop_reading() -> None:
    result = read_price_list(
        csv_text("1;Lamp;#N/A", "2;Lamp;NaN", "3;Lamp;99999999999", "4;Lamp;-1", "5;Lamp;5")
    )
    assert result.outcomes == ["ignored", *["rejected"] * 4, "item"]
