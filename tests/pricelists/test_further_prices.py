"""Columns of tiers and of upcoming prices that are for something else than the price."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.fact_lists import issue_of, table_of
from pricelists.price_lists import read_price_list
from pricelists.price_tables import details_of

NAMES = ("A-1;Hammer", "A-2;Pliers", "A-3;Saw", "A-4;Chisel")


def lines_of(header: str, *cells: str) -> list[str]:
    rows = [f"{name};{row}" for name, row in zip(NAMES, cells, strict=True)]
    return [f"Code;Name;{header}", *rows]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Price;New price from 01.12.2099 per 100", "quantity"),
        ("Preis netto;Neuer Preis brutto ab 01.12.2099", "VAT basis"),
        ("Preis EUR;Neuer Preis ab 01.12.2099 USD", "currency"),
        ("Preis;Preis je 100 ab 1000 Stk", "quantity"),
        ("Preis netto;Preis brutto ab 10", "VAT basis"),
    ],
)
def test_further_prices_for_something_else_are_refused(header: str, kind: str) -> None:
    lines = lines_of(header, "9.90;9.80", "12.50;12.40", "15.75;15.70", "8.20;8.10")
    issue = issue_of(*lines, currency="EUR")
    column = header.split(";")[1]
    assert (issue.option, issue.candidates) == ("ignored_columns", (column,))
    assert f"another {kind}" in issue.message
    assert "price" in table_of(*lines, currency="EUR", ignored_columns=[column]).columns


def test_upcoming_price_far_from_the_present_one_is_refused() -> None:
    header = "Preis je 100;Neuer Preis ab 01.12.2099"
    lines = lines_of(header, "990;10.50", "1250;13.00", "1575;16.00", "820;8.60")
    assert issue_of(*lines, currency="EUR").option == "ignored_columns"
    near = lines_of(header, "990;1050", "1250;1300", "1575;1600", "820;860")
    assert "next_price" in table_of(*near, currency="EUR").columns


@pytest.mark.parametrize(
    "cells",
    [
        ("109.90;5;10", "112.50;5;10", "115.75;5;12", "98.20;5;10"),
        ("9.90;5 %;10 %", "12.50;5 %;10 %", "15.75;5 %;12 %", "8.20;5 %;10 %"),
        ("9.90;5%;10%", "12.50;5%;10%", "15.75;5%;12%", "8.20;5%;10%"),
    ],
)
@pytest.mark.parametrize("header", ["Price;ab 10;ab 100", "1+;10+;100+"])
def test_discounts_in_tiers_are_no_prices(header: str, cells: tuple[str, ...]) -> None:
    lines = lines_of(header, *cells)
    with pytest.raises(PriceListError) as raised:
        table_of(*lines)
    assert {issue.option for issue in raised.value.issues} == {"ignored_columns"}
    names = header.split(";")[1:]
    assert not table_of(*lines, ignored_columns=names).tiers


def test_falling_prices_are_tiers() -> None:
    lines = lines_of("1+;10+;100+", "9.90;9.50;9", "12.50;12;12", "15.75;15;4", "8.20;8.20;8")
    assert len(table_of(*lines).tiers) == 3


def test_discount_applies_to_no_list_price_of_another_tax() -> None:
    header = "Preis netto;UVP inkl. MwSt.;Rabatt"
    lines = lines_of(header, "9.90;19.90;30", "12.5;24.90;30", "15.75;29.90;40", "8.20;14.90;40")
    issue = issue_of(*lines, currency="EUR", discount_base="list_price")
    assert (issue.option, issue.candidates) == ("ignored_columns", ("UVP inkl. MwSt.",))


def test_tier_on_request_is_not_offered() -> None:
    lines = ["Code;Name;1+;10+;100+", "A-1;Relay;2.50;2.20;call", "A-2;Fuse;call;1.10;1.00"]
    result = read_price_list("\n".join([*lines, "A-3;Coil;3.50;3.20;3.00"]))
    relay, coil = result.items
    assert [tier.quantity for tier in details_of(relay).price_tiers] == [1, 10]
    assert coil.price == Decimal("3.50")
    assert [row.error_type for row in result.rejected] == ["price_on_request"]
