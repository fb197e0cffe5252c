"""Columns that options name: by a part of a header, by letter or position; helper columns."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import csv_text, read_price_list
from pricelists.workbooks import xlsx_of

THREE_ROWS = """\
Waren;;Preise;;Lager
Artikelbezeichnung;Kennung;netto;brutto;Bestand
;;EUR;EUR;Stk
Lampe;K-1;5,00;5,95;7
Kabel;K-2;6,00;7,14;9
"""


def refusal(content: str, **config: Any) -> str:
    with pytest.raises(PriceListError) as raised:
        read_price_list(content, "EUR", **config)
    return raised.value.message


@pytest.mark.parametrize(
    "mapping",
    [
        {"name": "Artikelbezeichnung", "sku": "Kennung", "price": "netto"},
        {"name": "Artikelbezeichnung", "sku": "Kennung", "price": "Preise netto EUR"},
        {"name": "artikelbezeichnung", "sku": "KENNUNG", "price": "column C"},
    ],
)
def test_unique_part_of_a_header_names_its_column(mapping: dict[str, str]) -> None:
    result = read_price_list(THREE_ROWS, "EUR", column_mapping=mapping)
    assert [(item.supplier_sku, item.name, item.price) for item in result.items] == [
        ("K-1", "Lampe", Decimal("5.00")),
        ("K-2", "Kabel", Decimal("6.00")),
    ]
    assert result.profile.header_row == 3


def test_part_of_several_headers_is_refused_with_all_of_them() -> None:
    message = refusal(THREE_ROWS, column_mapping={"price": "Preise", "sku": "Kennung"})
    assert '"Preise netto EUR" and "Preise brutto EUR"' in message


def test_part_of_a_header_names_a_characteristic_and_a_key() -> None:
    result = read_price_list(
        THREE_ROWS,
        "EUR",
        column_mapping={"price": "netto", "name": "Artikelbezeichnung"},
        characteristic_columns=["brutto"],
        key_columns=["Kennung"],
    )
    assert result.items[0].supplier_sku == "K-1"
    assert result.items[0].characteristics["Preise brutto EUR"] == "5,95"
    assert result.profile.characteristic_columns == ("Preise brutto EUR",)


TWO_ROWS = """\
Code;Name;Price;;Regal
;;net;gross;Berlin
1;L;5,50;6,50;Lamp
2;C;6,50;7,50;Cable
"""


@pytest.mark.parametrize(
    "mapping",
    [
        {"price": "Price net"},
        {"price": "column C", "name": "column E"},
        {"price": "column C", "sku": "column E", "name": "Name"},
        {"price": "column 3", "sku": "column 1", "name": "column 5"},
    ],
)
def test_column_by_letter_does_not_change_where_the_header_ends(mapping: dict[str, str]) -> None:
    result = read_price_list(TWO_ROWS, "EUR", column_mapping=mapping)
    assert result.profile.header_row == 2
    assert [item.price for item in result.items] == [Decimal("5.50"), Decimal("6.50")]


def test_price_by_letter_does_not_make_a_letterhead_the_header() -> None:
    content = "Name;Code;;\n;;;\nCode;Name;Wert;Farbe\n1;Lamp;5,50;red\n2;Saw;6,50;x\n"
    result = read_price_list(content, "EUR", column_mapping={"price": "column C"})
    assert result.profile.header_row == 3
    assert [item.name for item in result.items] == ["Lamp", "Saw"]


@pytest.mark.parametrize(("code", "other"), [("NB SKU", "MPN"), ("SKU", "Parent SKU")])
def test_code_of_the_supplier_beside_other_codes(code: str, other: str) -> None:
    rows = [f"NB10{n};M-{n}X;Lamp {n};{n}.50" for n in range(1, 5)]
    result = read_price_list("\n".join([f"{code};{other};Product;Price", *rows]) + "\n")
    assert result.profile.columns["sku"] == code
    swapped = read_price_list("\n".join([f"{other};{code};Product;Price", *rows]) + "\n")
    assert swapped.profile.columns["sku"] == code


HEADERLESS = "A-1;Lamp red;12.50;Acme;7\nA-2;Cable long;9.90;Bolt;7\nA-3;Saw big;100.00;Acme;7\n"


@pytest.mark.parametrize(
    ("columns", "titles"),
    [
        (["column D", "column E"], ["column D", "column E"]),
        (["column 4", "Column 5"], ["column D", "column E"]),
    ],
)
def test_characteristics_without_a_header_are_named_by_position(
    columns: list[str], titles: list[str]
) -> None:
    result = read_price_list(HEADERLESS, characteristic_columns=columns)
    assert result.profile.characteristic_columns == tuple(titles)
    assert result.items[0].characteristics == dict(zip(titles, ["Acme", "7"], strict=True))


def test_columns_of_other_fields_are_no_price_of_a_list_without_a_header() -> None:
    content = "A-1;Lamp red;12.50;Acme;7\nA-2;Cable long;9.90;Bolt;5\nA-3;Saw big;99.00;Acme;3\n"
    assert "column E" in refusal(content)
    mapping = {"brand": "column D", "stock": "column 5"}
    first = read_price_list(content, column_mapping=mapping).items[0]
    assert (first.price, first.details and first.details.brand) == (Decimal("12.50"), "Acme")
    assert first.availability
    assert first.availability.stock == 7


def test_name_of_a_characteristic_without_a_header_is_refused() -> None:
    message = refusal(HEADERLESS, characteristic_columns=["Brand"])
    assert message == (
        'The price list has no header, so it has no column "Brand", which is set in '
        "characteristic_columns; name its columns by position, from column A to column E."
    )


def test_header_that_looks_like_a_position_is_a_header() -> None:
    content = csv_text("1;Lamp;red;5", header="Code;Name;column 1;Price")
    item = read_price_list(content, characteristic_columns=["column 1"]).items[0]
    assert item.characteristics == {"column 1": "red"}


REJECTED = "row_number,sheet,Code,Name,Price,Colour,further cells,error_type,error_message\n"


def test_helper_columns_of_rejected_rows_are_no_characteristics() -> None:
    content = f"{REJECTED}7,Lamps,A1,Lamp,5.50,red,,missing_price,The price is missing.\n"
    result = read_price_list(content)
    assert result.items[0].characteristics == {"Colour": "red"}
    assert result.profile.characteristic_columns == ("Colour",)


def test_columns_named_like_helpers_are_kept_in_other_price_lists() -> None:
    result = read_price_list(csv_text("1;Lamp;5;A4", header="Code;Name;Price;sheet"))
    assert result.items[0].characteristics == {"sheet": "A4"}


def test_corrected_workbook_of_rejected_rows_is_read() -> None:
    rows = [REJECTED.strip().split(","), [7, "", "A1", "Lamp", 5.5, "red", "", "x", "y"]]
    assert read_price_list(xlsx_of(rows)).items[0].characteristics == {"Colour": "red"}
