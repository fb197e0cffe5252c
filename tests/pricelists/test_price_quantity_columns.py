"""Columns that are named like a price and hold what a price is for; levels named by letters."""

from decimal import Decimal
from typing import Any

import pytest

from pricelists.fact_lists import columns_of, issue_of, issues_of, table_of
from pricelists.price_lists import ReadResult, read_price_list

NUMBERS = ("10;14.50", "100;31.20", "100;22.75", "10;9.90", ";118.00")
WORDS = ("EACH;14.50", "100;31.20", "MTR;22.75", "100;9.90", "10;118.00")
UNITS = ("1000 pcs;14.50", "100 pcs;31.20", "1 kg;22.75", "1000 pcs;9.90", "1 roll;118.00")


def lines_of(quantity: str, price: str, cells: tuple[str, ...]) -> list[str]:
    names = ("Washer", "Rivet", "Dowel", "Cable tie", "Cutter")
    rows = [f"F-{n};{name};{cell}" for n, (name, cell) in enumerate(zip(names, cells, strict=True))]
    return [f"Code;Name;{quantity};{price}", *rows]


def read(*lines: str, **options: Any) -> ReadResult:
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


@pytest.mark.parametrize("cells", [NUMBERS, WORDS, UNITS])
@pytest.mark.parametrize(
    ("quantity", "price"),
    [
        *(("Price per UOM", "List price excl. VAT"), ("Cena za MJ", "Ceníková cena bez DPH")),
        *(("Preis", "Netto"), ("Cena", "H2"), ("Price", "Trade")),
    ],
)
def test_quantities_are_no_price_and_may_be_what_it_is_for(
    quantity: str, price: str, cells: tuple[str, ...]
) -> None:
    lines = lines_of(quantity, price, cells)
    mapping = {"price": price}
    issue = issue_of(*lines, currency="EUR", column_mapping=mapping)
    assert (issue.option, issue.candidates) == ("column_mapping.price_quantity", (quantity,))
    both = mapping | {"price_quantity": quantity}
    items = read(*lines, column_mapping=both).items
    assert items[1].price == Decimal("0.312")
    table = table_of(*lines, currency="EUR", column_mapping=mapping, ignored_columns=[quantity])
    assert "price_quantity" not in table.columns
    # the answer that all prices are for one piece counts
    table = table_of(*lines, currency="EUR", column_mapping=mapping, price_quantity=1)
    assert table.basis.price_quantity == 1


def test_quantities_are_not_taken_as_the_price() -> None:
    lines = lines_of("Cena za MJ", "Ceníková cena bez DPH", NUMBERS)
    options = {issue.option for issue in issues_of(*lines, currency="CZK")}
    assert options == {"column_mapping.price_quantity"}
    mapping = {"price_quantity": "Cena za MJ"}
    table = table_of(*lines, currency="CZK", column_mapping=mapping)
    assert columns_of(table)["price"] == "Ceníková cena bez DPH"


def test_round_prices_are_prices() -> None:
    lines = ["Code;Name;Price", "A-1;Desk;100", "A-2;Chair;1000", "A-3;Lamp;10", "A-4;Bed;250"]
    assert columns_of(table_of(*lines))["price"] == "Price"


@pytest.mark.parametrize("level", ["Trade C", "Price C", "Cena M", "Tier C"])
def test_letter_of_one_of_several_levels_is_no_quantity(level: str) -> None:
    others = [level[:-1] + letter for letter in "AB"]
    header = ";".join(["Code;Name", *others, level])
    rows = ["A-1;Tap;4.18;3.68;3.30", "A-2;Pipe;8.36;7.36;6.48", "A-3;Elbow;1.25;1.10;0.95"]
    table = table_of(header, *rows, column_mapping={"price": level})
    assert (columns_of(table)["price"], table.basis.price_quantity) == (level, 1)


def test_letter_without_other_levels_stays_in_doubt() -> None:
    rows = ["A-1;Tap;4.18", "A-2;Pipe;8.36", "A-3;Elbow;1.25"]
    assert issue_of("Code;Name;Price C", *rows).option == "price_quantity"


@pytest.mark.parametrize("header", ["Unité vente", "Ud. venta", "Verk.-Einheit", "Ед. продажи"])
def test_headers_of_the_unit_of_sale(header: str) -> None:
    rows = ["A-1;Tile;m2;4.18", "A-2;Wedge;ciento;8.36", "A-3;Grout;kg;1.25"]
    items = read(f"Code;Name;{header};Price", *rows).items
    assert items[1].price == Decimal("0.0836")


@pytest.mark.parametrize(
    ("cells", "rejected"),
    [
        (("100", "1", "100", "1000", ""), 1),
        (("100", "", "", "100", ""), 0),
        (("100", "100", "100", "100", ""), 0),
    ],
)
def test_missing_quantity_among_different_ones_is_in_doubt(
    cells: tuple[str, ...], rejected: int
) -> None:
    lines = [f"A-{number};Bolt;{number}.50;{cell}" for number, cell in enumerate(cells, 1)]
    result = read_price_list("\n".join(["Code;Name;Price;PE", *lines]))
    assert [row.error_type for row in result.rejected] == ["price_quantity_unknown"] * rejected


SPANISH = ("Ref.;Descripción;Und.;Precio", "A-1;Candado;U;6,40", "A-2;Taco;C;3,20")


def test_missing_quantity_beside_a_text_that_states_another_is_in_doubt() -> None:
    cells = ("1;2.15", ";3.15", "100;4.15", ";5.15", "1;6.15")
    result = read(
        *("Preise je 100 Stück", *lines_of("PE", "Preis", cells)),
        column_mapping={"price_quantity": "PE"},
    )
    assert [str(item.price) for item in result.items] == ["2.15", "0.0415", "6.15"]
    assert [row.error_type for row in result.rejected] == ["price_quantity_unknown"] * 2


def test_spanish_units_that_are_quantities() -> None:
    lines = [*SPANISH, "A-3;Manilla;PAR;9,00", "A-4;Set;JGO;8,00", "A-5;Cutter;CJ;31,00"]
    issue = issue_of(*lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("column_mapping.price_quantity", ("Und.",))
    mapping = {"price_quantity": "Und."}
    result = read_price_list("\n".join(lines), "EUR", column_mapping=mapping)
    prices = [str(item.price) for item in result.items]
    assert prices == ["6.40", "0.032", "9.00", "8.00", "31.00"]


def test_capital_m_beside_units_that_are_not_english_is_in_doubt() -> None:
    lines = [*SPANISH, "A-3;Manilla;PAR;9,00", "A-6;Cadena;M;1,95"]
    mapping = {"price_quantity": "Und."}
    issue = issue_of(*lines, currency="EUR", column_mapping=mapping)
    assert '"M" of the column "Und." beside units such as "PAR"' in issue.message
