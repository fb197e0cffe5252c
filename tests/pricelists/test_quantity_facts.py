"""Quantities, units and price tiers in cells, headers and sentences."""

from decimal import Decimal

import pytest

from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.facts.quantities import parse_quantity
from pricebook.pricelists.facts.tiers import parse_tier
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.schemas.cells import NumberCell


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
        ("E", "1", "H87"),
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
        *(("le cent", "100", None), ("Le mille", "1000", None), ("la pièce", "1", "H87")),
        *(("le rouleau", "1", "XRO"), ("l'unité", "1", "H87"), ("les 100", "100", None)),
        *(("%pz", "100", "H87"), ("‰ Stk", "1000", "H87"), ("öre/st", "100", "H87")),
        *(("kr/100 st", "100", "H87"), ("kr / m", "1", "MTR"), ("ct/100 Stk", "10000", "H87")),
        ("o/oo", "1000", None),
        *(("das Stück", "1", "H87"), ("il metro", "1", "MTR"), ("el ciento", "100", None)),
    ],
)
def test_quantity(cell: str, number: str, unit: str | None) -> None:
    assert parse_quantity(cell) == (Decimal(number), unit)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "0",
        "-5",
        "x",
        "VE",
        "T",
        "100 C",
        "100 or 200",
        "6 x 1",
        "100%",
        "1,2,3",
        "100 blurbs",
        "kr/",
        "öre",
        "gb/st",
    ],
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
        ("Preis je 100 Stück", "100", None),
        ("Alle Preise in EUR, Preis je 100 Stück, zzgl. MwSt.", "100", None),
        ("Preis/100", "100", None),
        ("Preis je 100 EUR netto", "100", None),
        ("EUR / 1.000 Stk", "1000", None),
        ("Price per 1,000", "1000", None),
        ("Price (per 100 pcs)", "100", None),
        ("Price / C", "100", None),
        ("Preis per C", "100", None),
        ("PRICE PER C PCS", "100", None),
        ("Price/M pcs", "1000", None),
        ("Price per m", "1", "MTR"),
        ("Preis je Tsd. Stück", "1000", None),
        ("Preis/Tsd", "1000", None),
        ("цена за 1000 шт", "1000", None),
        ("Цена за 1 шт, руб", "1", None),
        ("Prix pour 100 pièces", "100", None),
        ("cena za 100 szt", "100", None),
        ("Ціна за 100 шт", "100", None),
        ("Precio por 100 uds", "100", None),
        ("Preis pro m", "1", "MTR"),
        ("€/m²", "1", "MTK"),
        ("€/m2", "1", "MTK"),
        ("100 kg: price per 100 kg", "100", "KGM"),
    ],
)
def test_quantity_in_a_header_or_sentence(text: str, number: str, unit: str | None) -> None:
    statement = read_statement(text)
    assert statement.quantities == {Decimal(number)}
    assert statement.units == ({unit} if unit else set())


@pytest.mark.parametrize("text", ["PRICE/M", "PREIS PRO M", "Price per M"])
def test_a_thousand_that_may_be_a_metre_is_in_doubt(text: str) -> None:
    statement = read_statement(text)
    assert statement.unclear_quantity
    assert not statement.quantities
    assert not statement.units


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
    assert not read_statement(text).quantities


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
        *((word, "XRO") for word in ("le rouleau", "die Rolle", "la rolka")),
        ("ml", None),
        ("le blurb", None),
        ("blurb", None),
        ("", None),
        ("100", None),
    ],
)
def test_unit(cell: str, code: str | None) -> None:
    assert parse_unit(cell) == code


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
        "Цена от 50 т.р.",
        "от 50 тыс. руб.",
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
