"""Columns of prices that hold until a day or from a day on; today is 26 November 2026."""

from datetime import date

import pytest

from pricebook.pricelists.detection.price_periods import PricePeriod, read_period
from pricelists.fact_lists import BODY, columns_of, issue_of, table_of

JANUARY = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("Cena netto do 31.12.2026", None, date(2026, 12, 31)),
        ("Price until 2026-12-31", None, date(2026, 12, 31)),
        ("Price valid to December 31, 2026", None, date(2026, 12, 31)),
        ("Preis bis zum 31. Dezember 2026", None, date(2026, 12, 31)),
        ("Preis gültig bis 31.12.2026", None, date(2026, 12, 31)),
        ("Цена до 31.12.2026", None, date(2026, 12, 31)),
        ("Цена по 31.12.2026 г.", None, date(2026, 12, 31)),
        ("Prix jusqu'au 31/12/2026", None, date(2026, 12, 31)),
        ("Precio hasta el 31/12/2026", None, date(2026, 12, 31)),
        ("Ціна до 31.12.2026", None, date(2026, 12, 31)),
        ("Price from 2027-01-01", JANUARY, None),
        ("Preis 01.01.2027", JANUARY, None),
        ("Preis 01.01.2027 - 30.06.2027", JANUARY, date(2027, 6, 30)),
        ("Price from 2027-01-01 to 2027-06-30", JANUARY, date(2027, 6, 30)),
        ("Price", None, None),
        ("Preis bis 100 Stück", None, None),
        ("Price until 31.12.2026 or 15.01.2027", None, None),
    ],
)
def test_period_of_a_header(header: str, first: date | None, last: date | None) -> None:
    assert read_period(header) == PricePeriod(first, last)


@pytest.mark.parametrize(
    ("present", "upcoming"),
    [
        ("Cena netto do 31.12.2026", "Cena netto od 01.01.2027"),
        ("Price until 2026-12-31", "Price from 2027-01-01"),
        ("Preis bis 31.12.2026", "Preis ab 01.01.2027"),
        ("Preis netto bis 31.12.2026", "Preis netto neu ab 01.01.2027"),
        ("Цена до 31.12.2026", "Цена с 01.01.2027"),
        ("Prix jusqu'au 31/12/2026", "Prix à partir du 2027-01-01"),
        ("Precio hasta 31.12.2026", "Precio desde 01.01.2027"),
        ("Ціна до 31.12.2026", "Ціна з 01.01.2027"),
        ("Current price", "New price from 2027-01-01"),
        ("Preis aktuell", "Preis neu ab 01.01.2027"),
        ("Текущая цена", "Цена с 01.01.2027"),
        ("Prix actuel", "Nouveau prix au 2027-01-01"),
        ("Precio actual", "Precio desde 01.01.2027"),
        ("Cena obecna", "Cena od 01.01.2027"),
        ("Поточна ціна", "Ціна з 01.01.2027"),
    ],
)
def test_present_price_beside_its_successor(present: str, upcoming: str) -> None:
    lines = [f"Code;Name;{present};{upcoming}", *(f"{line};13.10" for line in BODY)]
    table = table_of(*lines, currency="PLN")
    assert columns_of(table)["price"] == present
    assert columns_of(table)["next_price"] == upcoming
    assert table.basis.next_from == JANUARY


def test_periods_below_a_merged_header() -> None:
    lines = [
        "Indeks;Nazwa;Cena netto;;Sug. detal brutto",
        "Indeks;Nazwa;do 31.12.2026;od 01.01.2027;Sug. detal brutto",
        *(f"{line};13.10;19.99" for line in BODY),
    ]
    table = table_of(*lines, currency="PLN")
    assert columns_of(table)["price"] == "Cena netto do 31.12.2026"
    assert columns_of(table)["next_price"] == "Cena netto od 01.01.2027"


def test_price_whose_last_day_is_over_is_no_choice() -> None:
    lines = [
        "Code;Name;Price until 31.10.2026;Price from 01.11.2026",
        *(f"{line};13.10" for line in BODY),
    ]
    table = table_of(*lines)
    assert columns_of(table)["price"] == "Price from 01.11.2026"
    assert "next_price" not in table.columns


def test_period_that_has_begun_and_one_to_come() -> None:
    lines = [
        "Code;Name;Preis 01.07.2026-31.12.2026;Preis 01.01.2027-30.06.2027",
        *(f"{line};13.10" for line in BODY),
    ]
    table = table_of(*lines)
    assert columns_of(table)["price"] == "Preis 01.07.2026-31.12.2026"
    assert columns_of(table)["next_price"] == "Preis 01.01.2027-30.06.2027"


def test_two_present_prices_stay_a_choice() -> None:
    lines = [
        "Code;Name;Preis;Aktionspreis bis 31.12.2026",
        *(f"{line};9.10" for line in BODY),
    ]
    assert issue_of(*lines).candidates == ("Preis", "Aktionspreis bis 31.12.2026")


def test_sentence_about_the_next_price_is_not_about_the_present_one() -> None:
    lines = ["Code;Name;Price;Price from 2027-01-01", *(f"{line};13.10" for line in BODY)]
    table = table_of("Change of prices from 01.01.2027", *lines)
    assert "valid_from" not in table.facts
    assert table.basis.next_from == JANUARY


@pytest.mark.parametrize("header", ["ab 01.01.2027", "gültig ab 01.01.2027", "с 01.01.2027 г."])
def test_day_alone_above_numbers_is_the_next_price(header: str) -> None:
    table = table_of(f"Code;Name;Preis;{header}", *(f"{line};13.10" for line in BODY))
    assert (columns_of(table)["price"], columns_of(table)["next_price"]) == ("Preis", header)
    assert table.basis.next_from == JANUARY
    begun = header.replace("2027", "2026")
    table = table_of(f"Code;Name;Preis;{begun}", *(f"{line};13.10" for line in BODY))
    assert columns_of(table)["price"] == begun


def test_day_alone_above_texts_is_no_price() -> None:
    lines = ["Code;Name;Preis;lieferbar ab 01.01.2027", *(f"{line};13.10" for line in BODY)]
    assert "next_price" not in table_of(*lines).columns
    lines = ["Code;Name;Preis;ab 01.01.2027", *(f"{line};neu" for line in BODY)]
    assert "next_price" not in table_of(*lines).columns


@pytest.mark.parametrize(
    "header",
    ["Price;New price from 01/12/2026", "Price from 01/12/2026;Stock", "Price;EK ab 1/12/26"],
)
def test_day_in_doubt_of_a_price_is_refused(header: str) -> None:
    rows = ["A-1;Lamp;12.50;13", "A-2;Cable;9.90;10", "A-3;Saw;100.00;110"]
    issue = issue_of(f"Code;Name;{header}", *rows)
    assert issue.option == "column_mapping.price"
    assert "may be 2026-01-12 or 2026-12-01" in issue.message
    columns = {"price": header.split(";", maxsplit=1)[0]}
    assert table_of(f"Code;Name;{header}", *rows, column_mapping=columns).columns["price"] == 2


def test_day_that_is_over_in_either_order_is_no_doubt() -> None:
    rows = ["A-1;Lamp;12.50", "A-2;Cable;9.90"]
    assert table_of("Code;Name;Price from 01/02/2026", *rows).columns["price"] == 2
