"""Whole numbers below a header such as `Preis in Cent` are hundredths of the currency."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.price_tables import details_of


def read(header: str, *cells: str, **options: object) -> ReadResult:
    rows = [f"A-10{n};Lamp {n};{cell}" for n, cell in enumerate(cells)]
    return read_price_list("\n".join([f"Code;Name;{header}", *rows]) + "\n", "EUR", **options)


@pytest.mark.parametrize(
    "header", ["Preis in Cent", "Price in cents", "Cena w groszach", "Pris i öre"]
)
def test_prices_in_cents(header: str) -> None:
    result = read(header, "590", "1245", "20")
    assert [item.price for item in result.items] == [
        Decimal("5.90"),
        Decimal("12.45"),
        Decimal("0.20"),
    ]
    assert "in cents" in describe_profile(result.profile)


def test_discount_and_quantity_of_prices_in_cents() -> None:
    result = read("Preis in Cent;PE", "3450;100", "8900;1", "120;1", discount="50")
    assert [item.price for item in result.items] == [
        Decimal("0.1725"),
        Decimal("44.5"),
        Decimal("0.6"),
    ]
    assert details_of(result.items[0]).list_price == Decimal("34.50")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Preis in Cent", ("5,90", "1245", "20,10")),
        ("Preis cent", ("590", "1245", "20")),
        ("Preis in T€", ("590", "1245", "20")),
    ],
)
def test_doubtful_scales_are_refused(header: str, cells: tuple[str, ...]) -> None:
    with pytest.raises(PriceListError, match="price_quantity"):
        read(header, *cells)


def test_cents_beside_a_list_price_are_in_doubt() -> None:
    mapping = {"price": "Preis in Cent", "list_price": "UVP"}
    with pytest.raises(PriceListError, match="price_quantity"):
        read("Preis in Cent;UVP", "590;8,90", "1245;20,00", "20;0,30", column_mapping=mapping)


@pytest.mark.parametrize(
    "sentence",
    [
        "Priser i öre per styck exkl. moms.",
        "Priser i øre ekskl. moms",
        "Alle Preise in Cent",
        "Все цены в копейках",
        "Ceny w groszach",
        "Ceny v haléřích",
        "Prezzi in centesimi",
        "Preços em cêntimos",
        "Prix en centimes",
        "Prices in pence",
    ],
)
def test_sentences_of_prices_in_cents_are_in_doubt(sentence: str) -> None:
    lines = [sentence, "Code;Name;Price", "A-1;Lamp;590", "A-2;Bulb;1245", "A-3;Cable;20"]
    with pytest.raises(PriceListError, match="price_quantity=100"):
        read_price_list("\n".join(lines) + "\n", "SEK")
