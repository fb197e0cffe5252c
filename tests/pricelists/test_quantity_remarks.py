"""Remarks in columns of other texts, and names of articles, that say what prices are for."""

import pytest

from pricelists.fact_lists import BODY, columns_of, issue_of, plain, table_of, with_column
from pricelists.price_lists import read_price_list


@pytest.mark.parametrize(
    "remark",
    [
        *("je 100 St", "per 100", "pro 1000 Stück", "Preis je 100", "price per 100 pcs", "EUR/100"),
        *("цена за 100 шт", "cena za 100 szt.", "prix par 100", "precio por 100 uds", "за 100 шт"),
    ],
)
def test_remark_about_the_quantity_is_in_doubt(remark: str) -> None:
    lines = with_column("Info", "", remark, "new")
    issue = issue_of(*lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("column_mapping.price_quantity", ("Info",))
    assert remark in issue.message
    assert table_of(*lines, currency="EUR", ignored_columns=["Info"]).basis.price_quantity == 1
    mapped = table_of(*lines, currency="EUR", price_quantity=1)
    assert mapped.facts["price_quantity"].origin == "setting"


@pytest.mark.parametrize(
    "remark",
    ["100 St", "10 per box", "VPE 100", "per piece", "ab 100 Stück", "19 per cent", "Lampe 100 W"],
)
def test_other_remarks_are_characteristics(remark: str) -> None:
    assert "price_quantity" not in table_of(*with_column("Info", "", remark, "new")).facts


def test_remark_that_repeats_the_header_is_none() -> None:
    table = table_of(*with_column("Info", "je 100", "je 100", "", price="Preis je 100"))
    assert table.basis.price_quantity == 100


def test_column_of_quantities_decides_beside_a_remark() -> None:
    rows = [f"{line};{cell}" for line, cell in zip(BODY, ("1;", "100;per 100", "1;"), strict=True)]
    table = table_of("Code;Name;Price;PE;Info", *rows)
    assert columns_of(table)["price_quantity"] == "PE"


@pytest.mark.parametrize(
    "name",
    ["Nut M4 (price per 100)", "Mutter, Preis je 100 Stück", "Гайка, цена за 1000 шт"],
)
def test_row_whose_name_says_what_its_price_is_for_is_rejected(name: str) -> None:
    content = "\n".join([*plain(), f"A-9;{name};3.20"]) + "\n"
    (row,) = read_price_list(content).rejected
    assert (row.supplier_sku, row.error_type) == ("A-9", "price_quantity_unknown")
    assert "price_quantity=1" in row.error_message
    assert not read_price_list(content, price_quantity=1).rejected


@pytest.mark.parametrize(
    "name", ["Nuts, 100 pcs", "Price tags 100 x 50", "Cable ring, 100 m", "Preisschild je 100 St"]
)
def test_packs_in_names_say_nothing_about_the_price(name: str) -> None:
    content = "\n".join([*plain(), f"A-9;{name};3.20"]) + "\n"
    assert not read_price_list(content).rejected
