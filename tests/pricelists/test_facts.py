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
from pricebook.pricelists.facts.quantities import find_price_quantity, parse_quantity
from pricebook.pricelists.facts.tiers import parse_tier
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.facts.vat import parse_vat_rate
from pricebook.pricelists.schemas import NumberCell


@pytest.mark.parametrize(
    ("cell", "number", "unit"),
    [
        ("1", "1", None),
        ("100", "100", None),
        (" 1 000 ", "1000", None),
        ("1\u00a0000", "1000", None),
        ("0,5", "0.5", None),
        ("C", "100", None),
        ("M", "1000", None),
        ("%", "100", None),
        ("‰", "1000", None),
        ("EA", "1", "H87"),
        ("100 St", "100", "H87"),
        ("100 St.", "100", "H87"),
        ("100St", "100", "H87"),
        ("per 100", "100", None),
        ("je 100 Stück", "100", "H87"),
        ("/100", "100", None),
        ("за 1000 шт", "1000", "H87"),
        ("за тыс. шт", "1000", "H87"),
        ("10 тыс. шт.", "10000", "H87"),
        ("Tsd.", "1000", None),
        ("hundred", "100", None),
        ("CFT", "100", "FOT"),
        ("Dtz", "12", None),
        ("100 m", "100", "MTR"),
        ("100 M", "100", "MTR"),
        ("10 m²", "10", "MTK"),
        ("10 m2", "10", "MTK"),
        ("m", "1", "MTR"),
        ("100er", "100", None),
    ],
)
def test_quantity(cell: str, number: str, unit: str | None) -> None:
    assert parse_quantity(cell) == (Decimal(number), unit)


@pytest.mark.parametrize(
    "cell",
    ["", "0", "-5", "x", "VE", "T", "100 C", "100 or 200", "6 x 1", "100%", "1,2,3", "100 blurbs"],
)
def test_unknown_quantity(cell: str) -> None:
    known = {"VE": (Decimal(1), "XPK")}
    assert parse_quantity(cell) == known.get(cell)


@pytest.mark.parametrize(
    ("cell", "decimal_mark", "number"),
    [
        ("1.000", ",", "1000"),
        ("1.000", ".", None),
        ("1.000", None, None),
        ("1,000", ".", "1000"),
        ("1,000", ",", None),
        ("1,000", None, None),
        ("1.500", ".", "1.5"),
        ("1.500", ",", "1500"),
        ("0.500", None, "0.5"),
        ("10.000 St", ",", "10000"),
    ],
)
def test_thousand_is_never_silently_one(
    cell: str, decimal_mark: str | None, number: str | None
) -> None:
    quantity = parse_quantity(cell, decimal_mark)  # pyright: ignore[reportArgumentType]
    assert (quantity and quantity.number) == (number and Decimal(number))


def test_quantity_of_a_number_cell_is_exact() -> None:
    assert parse_quantity(NumberCell("1000", "1.000")) == (Decimal(1000), None)
    assert parse_quantity(NumberCell("100", "100 St")) == (Decimal(100), "H87")
    assert parse_quantity(NumberCell("1", "100%")) is None


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("Preis je 100 Stück", "100", "H87"),
        ("Alle Preise in EUR, Preis je 100 Stück, zzgl. MwSt.", "100", "H87"),
        ("Preis/100", "100", None),
        ("Preis je 100 EUR netto", "100", None),
        ("EUR / 1.000 Stk", "1000", "H87"),
        ("Price per 1,000", "1000", None),
        ("Price (per 100 pcs)", "100", "H87"),
        ("Price / C", "100", None),
        ("Preis je Tsd. Stück", "1000", "H87"),
        ("цена за 1000 шт", "1000", "H87"),
        ("Цена за 1 шт, руб", "1", "H87"),
        ("Prix pour 100 pièces", "100", "H87"),
        ("cena za 100 szt", "100", "H87"),
        ("Ціна за 100 шт", "100", "H87"),
        ("Precio por 100 uds", "100", "H87"),
        ("Preis pro m", "1", "MTR"),
        ("€/m²", "1", "MTK"),
        ("€/m2", "1", "MTK"),
        ("Preis pro VPE", "1", "XPK"),
        ("цена за упаковку", "1", "XPK"),
        ("100 kg: price per 100 kg", "100", "KGM"),
    ],
)
def test_quantity_in_a_header_or_sentence(text: str, number: str, unit: str | None) -> None:
    assert find_price_quantity(text) == (Decimal(number), unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Preis",
        "Preisliste für 2026",
        "Preise per 01.12.2026",
        "Price per customer",
        "Supper 100",
        "Price, n/a",
        "Preis ab 100 Stück",
        "Price 10+",
        "Paris 100",
    ],
)
def test_text_without_a_price_quantity(text: str) -> None:
    assert find_price_quantity(text) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        *((word, "H87") for word in ("pcs", "PCE", "Stk", "Stk.", "St", "ST", "шт", "шт.", "ea")),
        *((word, "H87") for word in ("Stück", "pièce", "uds", "szt.", "Ед.", "unit")),
        *((word, "MTR") for word in ("m", "M", "lfm", "м", "пог. м", "mètre", "mb")),
        *((word, "KGM") for word in ("kg", "KG", "кг", "Kilogramm")),
        *((word, "LTR") for word in ("l", "Liter", "л", "litros")),
        *((word, "MTK") for word in ("m²", "m2", "qm", "м2", "кв.м", "кв. м.")),
        *((word, "PR") for word in ("pair", "Paar", "пара", "paire", "para")),
        *((word, "SET") for word in ("set", "Satz", "комплект", "kpl.")),
        *((word, "XRO") for word in ("roll", "Rolle", "рулон", "rolka")),
        *((word, "XBX") for word in ("box", "коробка", "boîte", "caja")),
        *((word, "XPK") for word in ("pack", "VE", "VPE", "уп.", "opak.")),
        ("MTR", "MTR"),
        ("h87", "H87"),
        ("ml", None),
        ("blurb", None),
        ("", None),
        ("100", None),
    ],
)
def test_unit(cell: str, code: str | None) -> None:
    assert parse_unit(cell) == code


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
    ("header", "quantity"),
    [
        ("1+", 1),
        ("10+", 10),
        ("10 +", 10),
        ("Price 10+", 10),
        ("Price 1+ (EUR)", 1),
        ("10+ EUR", 10),
        ("ab 10", 10),
        ("ab 10 Stück", 10),
        ("Preis ab 10 Stk.", 10),
        ("ab 1.000 St", 1000),
        ("from 10", 10),
        ("от 10 шт", 10),
        ("Цена от 10 шт.", 10),
        ("Цена при заказе от 100 шт", 100),
        ("свыше 100 шт", 101),
        ("до 10 шт", 1),
        ("10-99", 10),
        ("10 – 99 pcs", 10),
        ("от 10 до 99", 10),
        ("à partir de 10", 10),
        ("desde 10", 10),
        ("od 10", 10),
        ("od 10 szt.", 10),
        ("від 10", 10),
        ("≥ 10", 10),
        (">= 10", 10),
        ("> 10", 11),
        ("10 and more", 10),
        ("1,000+", 1000),
        ("QTY 25", 25),
    ],
)
def test_tier(header: str, quantity: int) -> None:
    assert parse_tier(header) == Decimal(quantity)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "10",
        "Price 2",
        "Price",
        "Price 2026",
        "ab 2026",
        "New price from 01.12.2026",
        "Preis ab 1.12.",
        "Preis ab 1. Dezember 2026",
        "Preis ab 1. Mai",
        "from 12/2026",
        "per 100",
        "Preis je 100",
        "10+ per 100",
        "от 50 000 руб",
        "от 50000 до 100000 руб",
        "ab 100 EUR",
        "M8-10",
        "Schraube 10+",
        "99-10",
        "0-9",
        "1.5+",
        "x" * 200 + " 10+",
    ],
)
def test_header_without_a_tier(header: str) -> None:
    assert parse_tier(header) is None


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
        "#N/A",
        "n/a",
    ],
)
def test_price_on_request(cell: str) -> None:
    assert is_price_on_request(cell)


@pytest.mark.parametrize("cell", ["", "5", "#VALUE!", "x", "call 5", "-"])
def test_no_price_on_request(cell: str) -> None:
    assert not is_price_on_request(cell)
