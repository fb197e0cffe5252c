"""Rows that have only the price with the other tax basis: derived where the list proves it."""

from decimal import Decimal

import pytest

from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

HEADER = "Réf;Désignation;Prix HT;TVA %;Prix TTC"
BOTH = [
    "A-1;Marteau;10,00;20;12,00",
    "A-2;Scie;7,50;20;9,00",
    "A-3;Livre;20,00;5,5;21,10",
    "A-4;Lampe;4,00;20;4,80",
]


def read(*rows: str, header: str = HEADER, price: str = "Prix HT") -> ReadResult:
    text = "\n".join([header, *rows]) + "\n"
    return read_price_list(text, "EUR", column_mapping={"price": price})


@pytest.mark.parametrize(
    ("price", "cells", "expected"),
    [
        ("Prix HT", ";20;6,00", "5"),
        ("Prix HT", "–;5,5 %;9,99", "9.469194"),
        ("Prix HT", ";0;6,00", "6"),
        ("Prix TTC", "5,00;20;", "6"),
        ("Prix TTC", "10,00;5,5;-", "10.55"),
    ],
)
def test_price_follows_from_the_other_one_and_the_rate(
    price: str, cells: str, expected: str
) -> None:
    result = read(*BOTH, f"A-5;Clou;{cells}", price=price)
    assert result.rejected == []
    item = next(row for row in result.items if row.supplier_sku == "A-5")
    assert item.price == Decimal(expected)
    assert item.details
    assert item.details.vat_included is (price == "Prix TTC")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (";;6,00", 'only the price including VAT "6,00" (column "Prix TTC"), and its VAT rate'),
        (";x;6,00", 'only the price including VAT "6,00" (column "Prix TTC"), and its VAT rate'),
        (";20;sur demande", "on request"),
        (";20;", "The price is missing."),
        (";20;0,00", "price is 0"),
    ],
)
def test_row_that_does_not_lead_to_a_price_is_rejected(cells: str, reason: str) -> None:
    result = read(*BOTH, f"A-5;Clou;{cells}")
    (rejected,) = result.rejected
    assert reason in rejected.error_message
    assert len(result.items) == len(BOTH)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (HEADER, ["A-1;Marteau;10,00;20;13,00", *BOTH[1:3], "A-4;Lampe;4,00;20;7,80"]),
        (HEADER, BOTH[:2]),
        (
            "Réf;Désignation;Prix HT;Prix TTC",
            ["A-1;Marteau;10,00;12,00", "A-2;Scie;7,50;9,00", "A-3;Livre;20,00;21,10"],
        ),
    ],
)
def test_price_that_the_list_does_not_prove_is_no_price(header: str, rows: list[str]) -> None:
    cells = ";20;6,00" if "TVA" in header else ";6,00"
    result = read(*rows, f"A-5;Clou;{cells}", header=header)
    (rejected,) = result.rejected
    assert (rejected.supplier_sku, rejected.error_type) == ("A-5", "vat_unknown")
    assert 'only the price including VAT "6,00" (column "Prix TTC")' in rejected.error_message
    assert "A-5" not in {row.supplier_sku for row in result.items}


def test_derived_prices_are_part_of_the_sentence() -> None:
    profile = read(*BOTH).profile
    assert 'where it is empty, from column E "Prix TTC" and the rate' in describe_profile(profile)
    unproved = read(*BOTH[:2]).profile
    assert "where it is empty" not in describe_profile(unproved)


def test_next_list_is_read_alike() -> None:
    first = read(*BOTH)
    text = "\n".join([HEADER, *BOTH, "A-5;Clou;;20;6,00"]) + "\n"
    again = read_next_price_list(text, first.profile, currency="EUR")
    prices = {row.supplier_sku: row.price for row in again.items}
    assert prices["A-5"] == Decimal(5)


def test_column_that_a_repeated_header_moves_is_read_there() -> None:
    header = f"{HEADER};Poids"
    rows = [f"{row};0,50" for row in BOTH]
    moved = "Réf;Désignation;Prix HT;TVA %;Poids;Prix TTC"
    result = read(*rows, moved, "A-5;Clou;;20;0,60;6,00", header=header)
    (rejected,) = result.rejected
    assert '"6,00" (column "Prix TTC")' in rejected.error_message
