"""Discounts in money, multipliers, signs of discounts, and discounts that contradict each other."""

from decimal import Decimal

import pytest

from pricebook.pricelists.schemas.cells import NumberCell
from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import read_price_list
from pricelists.price_tables import Table, details_of

NAMES = ("A-1;Train set", "A-2;Scooter", "A-3;Tent", "A-4;Puzzle")


def rows(*sums: str) -> list[str]:
    return [f"{name};{cells}" for name, cells in zip(NAMES, sums, strict=False)]


@pytest.mark.parametrize(
    "header",
    ["Discount €", "Rabatt (EUR)", "Discount amount", "Rabattbetrag", "Сумма скидки", "Remise, €"],
)
def test_discounts_in_money_are_no_percentages(header: str) -> None:
    lines = [f"Code;Name;Price;{header}", *rows("100.00;10.00", "80.50;5.00", "60.10;7.50")]
    issue = issue_of(*lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("ignored_columns", (header,))
    table = table_of(*lines, currency="EUR", ignored_columns=[header])
    assert "discount" not in table.columns


def test_discounts_in_money_are_refused_as_the_column_of_discounts() -> None:
    lines = ["Code;Name;Price;Rabatt €", *rows("100.00;10.00", "80.50;5.00", "60.10;7.50")]
    issue = issue_of(*lines, currency="EUR", column_mapping={"discount": "Rabatt €"})
    assert issue.option == "ignored_columns"


def test_sample_proves_that_the_price_has_the_discount_in_money() -> None:
    lines = rows("24.90;5.00;19.90", "29.70;0;29.70", "37.80;7.80;30.00", "6.90;1.00;5.90")
    table = table_of("Code;Name;UVP;Rabatt €;Preis", *lines, currency="EUR")
    assert columns_of(table) == {"sku": "Code", "name": "Name", "price": "Preis"} | {
        "list_price": "UVP"
    }


def test_percentages_of_an_amount_are_percentages() -> None:
    header = "Code;Name;Price;Rabatt % auf €"
    lines = rows("100;10%", "80;5%", "60;7.5%")
    table = table_of(header, *lines, currency="EUR", column_mapping={"discount": "Rabatt % auf €"})
    assert "discount" in table.columns


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("List Price;Multiplier", ("100.00;0.42", "80.50;.385", "60.10;1")),
        ("Price;Your Multiplier", ("100.00;0.42", "80.50;.385", "60.10;1")),
        ("Listenpreis;Faktor", ("100,00;0,42", "80,50;0,385", "60,10;1")),
        ("List;Mult.", ("100.00;x 0.42", "80.50;38.5%", "60.10;1")),
    ],
)
def test_price_is_multiplied(header: str, cells: tuple[str, ...]) -> None:
    result = read_price_list("\n".join([f"Code;Name;{header}", *rows(*cells)]))
    assert [str(item.price) for item in result.items] == ["42", "30.9925", "60.10"]
    assert details_of(result.items[0]).discounts == (Decimal(58),)
    assert details_of(result.items[0]).list_price == Decimal(100)


def test_multiplier_of_a_price_that_has_it() -> None:
    lines = rows("100;0.42;42.00", "80.50;0.42;33.81", "60.10;.385;23.14")
    table = table_of("Code;Name;List Price;Multiplier;Net price", *lines)
    assert table.basis.discount_base == "none"


def test_multiplier_beside_the_same_discount() -> None:
    lines = rows("100;58;0.42", "80.50;61.5;0.385", "60.10;58;.42")
    table = table_of("Code;Name;List Price;Disc %;Multiplier", *lines)
    assert columns_of(table)["discount"] == "Disc %"
    different = ["Code;Name;List Price;Disc %;Multiplier", *rows("10;5;0.42", "8;5;0.4", "6;5;.4")]
    assert issue_of(*different).option == "column_mapping.second_discount"


def test_factor_beside_a_price_is_in_doubt() -> None:
    lines = ["Code;Name;Price;Faktor", *rows("100;0.42", "80;0.42", "60;0.385")]
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("column_mapping.discount", ("Faktor",))
    assert table_of(*lines, column_mapping={"discount": "Faktor"}).columns["discount"] == 3
    others = ["Code;Name;Price;Faktor", *rows("100;1", "80;100", "60;1000")]
    assert "discount" not in table_of(*others).columns


def test_multiplier_over_one_rejects_the_row() -> None:
    lines = ["Code;Name;List Price;Multiplier", *rows("100;0.42", "80;0.42", "60;1.2", "9;0")]
    result = read_price_list("\n".join(lines))
    assert [row.error_type for row in result.rejected] == ["discount_unknown"] * 2
    assert "expected multipliers such as 0.42" in result.rejected[0].error_message


def test_discounts_with_and_without_a_minus_sign_are_in_doubt() -> None:
    lines = ["Code;Name;Price;Rabatt %", *rows("100;-20", "80;10", "60;-", "6;-15")]
    issue = issue_of(*lines)
    assert issue.option == "discount_base"
    assert 'such as "10" and "-20"' in issue.message
    assert table_of(*lines, discount_base="none").basis.discount_base == "none"


def test_later_discount_with_another_sign_rejects_the_row() -> None:
    table = Table("discount")
    assert table.item("100", "-20").price == Decimal(80)
    assert table.item("100", NumberCell("-0.3", "-30%")).price == Decimal(70)
    row = table.rejected("100", "10")
    assert row.error_type == "discount_unknown"
    assert "has no minus sign" in row.error_message


@pytest.mark.parametrize("cell", ["20", "0", "netto", "30+5"])
def test_discounts_of_row_and_price_list_that_differ_reject_the_row(cell: str) -> None:
    row = Table("discount", discounts=[10]).rejected("100", cell)
    assert row.error_type == "discount_unknown"
    assert 'by column "discount" and 10 by discount=10' in row.error_message


def test_discounts_of_row_and_group_that_differ_reject_the_row() -> None:
    table = Table("discount", "discount_group", discount_groups={"A": [30]})
    assert table.item("100", "30", "A").price == Decimal(70)
    assert table.item("100", "20", "").price == Decimal(80)
    assert table.item("100", "20", "B").price == Decimal(80)
    row = table.rejected("100", "20", "A")
    assert 'is 20 by column "discount" and 30 by discount_groups for "A"' in row.error_message


def test_discounts_of_group_and_price_list_that_differ_reject_the_row() -> None:
    table = Table("discount_group", discount_groups={"A": [30], "B": [10]}, discounts=[10])
    assert table.item("100", "B").price == Decimal(90)
    assert table.item("100", "").price == Decimal(90)
    assert table.rejected("100", "A").error_type == "discount_unknown"


def test_share_below_one_is_no_discount_group() -> None:
    issue = issue_of("Code;Name;Price;Rabatt", *rows("100;0.3", "80;0.25", "60;0,3"))
    assert issue.option == "ignored_columns"
    assert "write percentages such as 30" in issue.message


@pytest.mark.parametrize(
    "header",
    [
        *("Gr. remise", "Code rem.", "Famille de remise", "Famille tarifaire", "Rabatt-Kz."),
        *("Rab.gr.", "Disc. class", "Disc cat", "Cód. dto.", "Grupo de dto.", "Kod rab."),
        *("Код скидки", "Скид. группа", "Kortingsgr.", "Korting klasse", "Gr. sconto"),
        *("Rabattkod", "Sk. slevy", "İskonto kodu", "Код відстъпка".replace("від", "от")),
    ],
)
def test_words_for_groups_and_discounts_name_a_discount_group(header: str) -> None:
    lines = [f"Code;Name;Price;{header}", *rows("100.00;A", "80.50;B", "60.10;A")]
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("discount_groups", ("A", "B"))


@pytest.mark.parametrize("header", ["Group desc.", "Cat. code", "Gr.", "Kl.", "Warengruppe", "WG"])
def test_other_groups_have_no_discounts(header: str) -> None:
    lines = [f"Code;Name;Price;{header}", *rows("100.00;A", "80.50;B", "60.10;A")]
    assert "discount_group" not in table_of(*lines).columns


def test_discounts_of_groups_need_a_column_of_groups() -> None:
    lines = ["Code;Name;Price;Kl.", *rows("100.00;A", "80.50;B", "60.10;A")]
    groups = {"A": "30", "B": "10"}
    assert issue_of(*lines, discount_groups=groups).option == "column_mapping.discount_group"
    mapping = {"discount_group": "Kl."}
    assert (
        "discount_group" in table_of(*lines, discount_groups=groups, column_mapping=mapping).columns
    )
    assert table_of(*lines, discount_groups=groups, discount_base="none").columns


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Listenpreis;WGR-Satz %", ("24.90;35", "29.70;40", "37.80;35")),
        ("List price;Class", ("24.90;35 %", "29.70;40 %", "37.80;27.5 %")),
    ],
)
def test_unknown_percentages_beside_a_list_price_are_asked_about(
    header: str, cells: tuple[str, ...]
) -> None:
    lines = [f"Code;Name;{header}", *rows(*cells)]
    name = header.partition(";")[2]
    issue = issue_of(*lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("column_mapping.discount", (name,))
    assert f'ignored_columns="{name}"' in issue.message
    assert "discount" not in table_of(*lines, currency="EUR", ignored_columns=[name]).columns
    discounted = table_of(*lines, currency="EUR", column_mapping={"discount": name})
    assert discounted.columns["discount"] == 3


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Price;Alcohol %", ("24.90;12.5", "29.70;13", "37.80;14")),
        ("List price;Alcohol", ("24.90;12.5 %", "29.70;13 %", "37.80;none")),
        ("List price;VAT %", ("24.90;19", "29.70;19", "37.80;7")),
    ],
)
def test_other_percentages_are_no_doubt(header: str, cells: tuple[str, ...]) -> None:
    assert "price" in table_of(f"Code;Name;{header}", *rows(*cells), currency="EUR").columns


def test_sign_before_the_percentage() -> None:
    assert Table("discount").item("100", "%20").price == Decimal(80)
