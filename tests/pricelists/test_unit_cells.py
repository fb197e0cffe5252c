"""Price cells that name what the price is for: `11,90 / kg`, `12 €/100 m`."""

from decimal import Decimal

import pytest

from pricebook.pricelists.unit_cells import split_unit
from pricelists.price_lists import read_price_list
from pricelists.price_tables import details_of
from pricelists.workbooks import xlsx_of


@pytest.mark.parametrize(
    ("cell", "price", "number", "unit"),
    [
        ("11,90 / kg", "11,90", 1, "KGM"),
        ("2,15/Stk", "2,15", 1, "H87"),
        ("2,15 EUR/Stk.", "2,15 EUR", 1, "H87"),
        ("4.50 per kg", "4.50", 1, "KGM"),
        ("12 €/m", "12 €", 1, "MTR"),
        ("12 €/100 m", "12 €", 100, "MTR"),
        ("€ 12.50 per 100 pcs", "€ 12.50", 100, "H87"),
        ("410,50 руб. за шт", "410,50 руб.", 1, "H87"),
        ("41,50 zł/szt", "41,50 zł", 1, "H87"),
        ("3,20 par kg", "3,20", 1, "KGM"),
        ("2,40 pro Stück", "2,40", 1, "H87"),
        ("9,90 por kg", "9,90", 1, "KGM"),
    ],
)
def test_parts_of_a_cell(cell: str, price: str, number: int, unit: str) -> None:
    assert split_unit(cell) == (price, (Decimal(number), unit))


@pytest.mark.parametrize(
    "cell",
    ["1/2 kg", "3/4", "12,50", "12.50 EUR", "10/20/30", "M8/16", "12 kg", "on request", "5/7 Stk"],
)
def test_other_cells_are_no_price_with_a_unit(cell: str) -> None:
    assert split_unit(cell) is None


def list_of(header: str, *rows: str) -> str:
    return "\n".join((f"Code;Name;{header}", *rows))


ROWS = ("A;Nails;11,90 / kg", "B;Screws;8,90 / kg", "C;Glue;2,15/Stk", "D;Tape;3,50")


def test_units_of_single_rows() -> None:
    result = read_price_list(list_of("Preis", *ROWS), "EUR")
    assert [str(item.price) for item in result.items] == ["11.90", "8.90", "2.15", "3.50"]
    units = [item.details and item.details.unit for item in result.items]
    assert units == ["KGM", "KGM", "H87", None]


def test_unit_of_all_rows() -> None:
    result = read_price_list(list_of("Price", "A;Wire;12 €/100 m", "B;Rope;48 €/100 m"), "EUR")
    assert [str(item.price) for item in result.items] == ["0.12", "0.48"]
    assert details_of(result.items[0]).unit == "MTR"


def test_unit_column_that_agrees() -> None:
    units = ("kg", "kg", "Stk", "Rolle")
    rows = [f"{row};{unit}" for row, unit in zip(ROWS, units, strict=True)]
    result = read_price_list(list_of("Preis;Einheit", *rows), "EUR")
    assert [str(item.price) for item in result.items] == ["11.90", "8.90", "2.15", "3.50"]


def test_unit_column_that_differs() -> None:
    rows = [f"{row};{unit}" for row, unit in zip(ROWS, ("kg", "Stk", "Tube", ""), strict=True)]
    result = read_price_list(list_of("Preis;Einheit", *rows), "EUR")
    assert [item.supplier_sku for item in result.items] == ["A", "D"]
    first, second = result.rejected
    assert first.error_type == second.error_type == "price_quantity_unknown"
    assert '"8,90 / kg"' in first.error_message
    assert '"Stk" (column "Einheit")' in first.error_message
    assert "ignored_columns" in first.error_message
    decided = read_price_list(list_of("Preis;Einheit", *rows), "EUR", ignored_columns=["Einheit"])
    assert [item.details and item.details.unit for item in decided.items][:2] == ["KGM", "KGM"]
    taken = read_price_list(list_of("Preis;Einheit", *rows), "EUR", price_quantity=1)
    assert len(taken.items) == len(rows)


def test_quantity_of_one_row_that_nothing_else_states() -> None:
    rows = ("A;Nails;11,90", "B;Screws;8,90", "C;Rope;12,00/100 m", "D;Tape;3,50")
    (row,) = read_price_list(list_of("Preis", *rows), "EUR").rejected
    assert row.error_type == "price_quantity_unknown"
    assert "price_quantity=1" in row.error_message


def test_price_of_a_pack_beside_its_size() -> None:
    rows = ("A;Nails;11,90;50", "B;Screws;8,90/Karton;100", "C;Rope;12,00;1", "D;Tape;3,50;5")
    (row,) = read_price_list(list_of("Preis;VPE", *rows), "EUR").rejected
    assert row.error_type == "price_quantity_unknown"


def test_discounts_and_new_prices_beside_units() -> None:
    rows = [f"{row};30;{price};01.02.2099" for row, price in zip(ROWS, "9876", strict=True)]
    rows[0] = "A;Nails;11,90 / kg;30;12,90 / kg;01.02.2099"
    result = read_price_list(list_of("Preis;Rabatt;neu;neu ab", *rows), "EUR")
    assert (result.items[0].price, result.items[0].next_price) == (Decimal("8.33"), Decimal("9.03"))
    assert details_of(result.items[0]).unit == "KGM"


def test_price_with_other_words_is_rejected_with_advice() -> None:
    rows = ("A;Nails;11,90 je Handvoll", "B;Screws;8,90", "C;Rope;12,00", "D;Tape;3,50")
    (row,) = read_price_list(list_of("Preis", *rows), "EUR").rejected
    assert "write the number alone" in row.error_message


@pytest.mark.parametrize(
    ("price", "later"),
    [("1,50", "16,00 / 100 Stk"), ("1,50 / Stk", "16,00 / kg"), ("1,50 / Stk", "16,00 / 100 Stk")],
)
def test_new_price_for_something_else_than_the_price_is_rejected(price: str, later: str) -> None:
    rows = [f"{row};9,50;01.02.2099" for row in ROWS[2:]]
    rows.append(f"E;Nails;{price};{later};01.02.2099")
    (row,) = read_price_list(list_of("Preis;neu;neu ab", *rows), "EUR").rejected
    assert (row.supplier_sku, row.error_type) == ("E", "price_quantity_unknown")


def test_part_of_a_piece_in_a_unit_cell_rejects_its_row() -> None:
    rows = ("A;Nails;11,90;kg", "B;Screws;8,90;kg", "C;Rope;12,00;m", "D;Tape;16,00;0,5 Stk")
    (row,) = read_price_list(list_of("Preis;Einheit", *rows), "EUR").rejected
    assert (row.supplier_sku, row.error_type) == ("D", "price_quantity_unknown")


def test_unit_of_a_number_format_beside_another_one_rejects_the_row() -> None:
    rows = [
        ["Code", "Name", "Preis", "Einheit"],
        ["A", "Nails", 11.9, "Stk"],
        ["B", "Tape", 8.9, "Stk"],
    ]
    result = read_price_list(xlsx_of(rows, formats={2: '0.00" €/kg"'}), currency="EUR")
    assert {row.error_type for row in result.rejected} == {"price_quantity_unknown"}
    assert len(result.rejected) == 2
