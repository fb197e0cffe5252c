"""Cells and headers that say something about a price: what is read, and what stays in doubt."""

from datetime import date
from decimal import Decimal

import pytest

from pricebook.pricelists.facts.availability import (
    find_time_unit_days,
    parse_lead_time_days,
    parse_stock,
)
from pricebook.pricelists.facts.dates import find_date, find_day_first, parse_date
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.facts.gtin import parse_gtin
from pricebook.pricelists.facts.on_request import is_price_on_request
from pricebook.pricelists.facts.vat import parse_vat_rate
from pricebook.pricelists.schemas.cells import NumberCell


@pytest.mark.parametrize(
    ("cell", "discounts"),
    [
        ("", []),
        ("0", []),
        ("-", []),
        ("netto", []),
        ("30", ["30"]),
        ("30 %", ["30"]),
        ("30%", ["30"]),
        ("-30 %", ["30"]),
        ("12,5", ["12.5"]),
        ("12.5%", ["12.5"]),
        ("30+5", ["30", "5"]),
        ("30 + 5 + 2,5", ["30", "5", "2.5"]),
        ("30%+5%", ["30", "5"]),
        ("30/5", ["30", "5"]),
        ("30+0", ["30"]),
        ("0,3 %", ["0.3"]),
        ("100", ["100"]),
    ],
)
def test_discounts(cell: str, discounts: list[str]) -> None:
    assert parse_discounts(cell) == tuple(map(Decimal, discounts))


@pytest.mark.parametrize(
    "cell", ["0,3", "0.3", "101", "30-5", "A", "+5 EUR", "30++5", "1+2+3+4+5+6+7+8+9+10+11", "30+"]
)
def test_discounts_in_doubt(cell: str) -> None:
    assert parse_discounts(cell) is None


def test_discount_of_a_number_cell_needs_a_percent_format_for_a_share() -> None:
    assert parse_discounts(NumberCell("0.3", "30%")) == (Decimal(30),)
    assert parse_discounts(NumberCell("30")) == (Decimal(30),)
    assert parse_discounts(NumberCell("0.3")) is None
    assert parse_discounts(NumberCell("0")) == ()
    assert parse_discounts("0.3") is None


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        ("19", "19"),
        ("19 %", "19"),
        ("20%", "20"),
        ("НДС 20%", "20"),
        ("5,5", "5.5"),
        ("0", "0"),
        ("без НДС", "0"),
        ("exempt", "0"),
        ("zw.", "0"),
        ("19 % MwSt", "19"),
    ],
)
def test_vat_rate(cell: str, rate: str) -> None:
    assert parse_vat_rate(cell) == Decimal(rate)


@pytest.mark.parametrize("cell", ["", "A", "0,19", "119", "-19", "19 EUR", "reduced", "19/7"])
def test_vat_rate_in_doubt(cell: str) -> None:
    assert parse_vat_rate(cell) is None


def test_vat_rate_of_a_number_cell() -> None:
    assert parse_vat_rate(NumberCell("0.19", "19%")) == Decimal(19)
    assert parse_vat_rate(NumberCell("19")) == Decimal(19)
    assert parse_vat_rate(NumberCell("0.19")) is None


@pytest.mark.parametrize(
    "cell",
    [
        "2026-12-01",
        "2026-12-01T00:00:00",
        "2026-12-01 00:00",
        "01.12.2026",
        "1.12.2026",
        "1.12.26",
        "01-12-2026",
        "1. Dezember 2026",
        "1 December 2026",
        "1st Dec. 2026",
        "December 1, 2026",
        "1 декабря 2026 г.",
        "1 grudnia 2026",
        "1er décembre 2026",
        "1 de diciembre de 2026",
        "1 грудня 2026",
        "01.12.2026 г.",
    ],
)
def test_date(cell: str) -> None:
    assert parse_date(cell) == date(2026, 12, 1)


@pytest.mark.parametrize("cell", ["", "12", "31.02.2026", "01.13.2026", "2026", "13/13/2026", "x"])
def test_no_date(cell: str) -> None:
    assert parse_date(cell) is None


def test_dates_with_slashes_are_in_doubt_unless_only_one_order_fits() -> None:
    assert parse_date("01/12/2026") is None
    assert parse_date("31/12/2026") == parse_date("12/31/2026") == date(2026, 12, 31)
    assert parse_date("05/05/2026") == date(2026, 5, 5)
    assert parse_date("01/12/2026", day_first=True) == date(2026, 12, 1)
    assert parse_date("01/12/2026", day_first=False) == date(2026, 1, 12)
    assert parse_date("31/12/2026", day_first=False) is None


def test_one_date_decides_the_order_of_its_column() -> None:
    assert find_day_first(["01/12/2026", "", "31/12/2026"]) is True
    assert find_day_first(["01/12/2026", "12/31/2026"]) is False
    assert find_day_first(["01/12/2026"]) is None
    assert find_day_first(["31/12/2026", "12/31/2026"]) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("New price from 01.12.2026", date(2026, 12, 1)),
        ("Цена с 01.12.2026 г.", date(2026, 12, 1)),
        ("Neuer Preis ab 1. Dezember 2026 (netto)", date(2026, 12, 1)),
        ("valid 2026-12-01", date(2026, 12, 1)),
        ("01.12.2026 - 31.12.2026", None),
        ("Price 2026", None),
        ("Version 1.12.2026.4", None),
        ("from 01/12/2026", None),
    ],
)
def test_date_in_a_text(text: str, day: date | None) -> None:
    assert find_date(text) == day


@pytest.mark.parametrize(
    ("cell", "gtin"),
    [
        ("4006381333931", "4006381333931"),
        ("400638133393-1", "4006381333931"),
        ("4 006381 333931", "4006381333931"),
        ("036000291452", "036000291452"),
        ("96385074", "96385074"),
        ("14006381333938", "14006381333938"),
        ("4006381333932", None),
        ("400638133393", None),
        ("4.00638E+12", None),
        ("", None),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", None),
    ],
)
def test_gtin(cell: str, gtin: str | None) -> None:
    assert parse_gtin(cell) == gtin


@pytest.mark.parametrize(
    ("cell", "quantity", "text"),
    [
        ("", None, None),
        ("12", "12", None),
        ("0", "0", None),
        ("12 шт", "12", "12 шт"),
        (">50", "50", ">50"),
        ("> 50", "50", "> 50"),
        ("50+", "50", "50+"),
        ("10-50", "10", "10-50"),
        ("-3", "0", "-3"),
        ("нет", "0", "нет"),
        ("Nicht auf Lager", "0", "Nicht auf Lager"),
        ("out of stock", "0", "out of stock"),
        ("в наличии", None, "в наличии"),
        ("auf Lager", None, "auf Lager"),
        ("in stock", None, "in stock"),
        ("<10", None, "<10"),
        ("***", None, "***"),
        ("1.000", None, "1.000"),
    ],
)
def test_stock(cell: str, quantity: str | None, text: str | None) -> None:
    assert parse_stock(cell) == (None if quantity is None else Decimal(quantity), text)


def test_stock_of_a_number_cell() -> None:
    assert parse_stock(NumberCell("1000", "1.000")) == (Decimal(1000), "1.000")
    assert parse_stock(NumberCell("-3")) == (Decimal(0), "-3")
    assert parse_stock("1.000", ",") == (Decimal(1000), None)


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("3", 3),
        ("3 Tage", 3),
        ("2-3 days", 3),
        ("2 – 3 дня", 3),
        ("1 Woche", 7),
        ("1-2 Wochen", 14),
        ("24 h", 1),
        ("24/48h", 2),
        ("36 Std.", 2),
        ("ca. 2 Wochen", 14),
        ("до 5 раб. дней", 5),
        ("3 Werktage", 3),
        ("1 Monat", 30),
        ("2 нед.", 14),
        ("1,5 Wochen", 11),
        ("sofort", 0),
        ("", None),
        ("KW 45", None),
        ("01.12.2026", None),
        ("2026-12-01", None),
        ("on request", None),
        ("2 days 1 week", None),
        ("1000 Tage", None),
    ],
)
def test_lead_time(cell: str, days: int | None) -> None:
    assert parse_lead_time_days(cell) == days


def test_unit_of_a_lead_time_in_its_header() -> None:
    assert find_time_unit_days("Lieferzeit (Wochen)") == 7
    assert find_time_unit_days("Срок, дней") == 1
    assert find_time_unit_days("Lead time") is None
    assert parse_lead_time_days("2", 7) == 14
    assert parse_lead_time_days("2 days", 7) == 2


@pytest.mark.parametrize(
    "cell",
    [
        "Call",
        "CALL!",
        "on request",
        "Price on request",
        "P.O.A.",
        "auf Anfrage",
        "a.A.",
        "договорная",
        "по запросу",
        "(по запросу)",
        "sur demande",
        "a consultar",
        "na zapytanie",
        "за запитом",
        *("op aanvraag", "na dotaz", "a richiesta", "la cerere", "SORUNUZ", "по договаряне"),
        "#N/A",
        "n/a",
    ],
)
def test_price_on_request(cell: str) -> None:
    assert is_price_on_request(cell)


@pytest.mark.parametrize("cell", ["", "5", "#VALUE!", "x", "call 5", "-"])
def test_no_price_on_request(cell: str) -> None:
    assert not is_price_on_request(cell)
