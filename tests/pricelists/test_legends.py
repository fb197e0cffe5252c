"""Legends of units and price quantities below a table say nothing about all prices."""

import re
from decimal import Decimal

import pytest

from pricebook.pricelists.detection.legends import without_legend
from pricelists.fact_lists import BODY, issue_of, table_of
from pricelists.price_lists import read_price_list
from pricelists.price_tables import details_of

PRICE_WORDS = re.compile("pri|prei|prec|cena|цен|цін|EUR|USD|RUB", re.IGNORECASE)


@pytest.mark.parametrize(
    ("legend", "rest"),
    [
        ("J.m.: szt. – sztuka, kpl. – komplet, 100 szt. – cena za 100 sztuk.", None),
        ("100 St = Preis je 100 Stück; 1000 St = Preis je 1000 Stück", None),
        ("C = price per 100   M = price per 1,000   E = each", None),
        ("UOM: C = price per 100 pieces, M = price per 1,000 pieces", None),
        ("ед. изм.: 100 шт – цена за 100 шт, тыс. шт – цена за 1000 шт", None),
        ("% = prix par 100; ‰ = prix par 1000", None),
        ("100 uds: precio por 100 unidades", None),
        ("100 шт. — ціна за 100 шт.", None),
        ("RUB — рубли, USD — доллары США, EUR — евро.", None),
        ("pz = cadauno; %pz = prezzo per 100 pezzi", "pz = cadauno"),
        ("C = price per 100, prices in EUR", "prices in EUR"),
        # No definition of a quantity by itself: these stay.
        ("St = Preis je 100 Stück", "St = Preis je 100 Stück"),
        ("Preise je 100 St – netto", "Preise je 100 St – netto"),
        ("Hinweis: Preise je 100 Stück", "Hinweis: Preise je 100 Stück"),
        ("100 St = Preis je 1000 Stück", "100 St = Preis je 1000 Stück"),
        ("EUR – Preise in EUR", "EUR – Preise in EUR"),
    ],
)
def test_definitions_of_quantities_are_left_out(legend: str, rest: str | None) -> None:
    found = without_legend(legend, [])
    assert found.strip(" ,;") == rest if rest else not PRICE_WORDS.search(found)


@pytest.mark.parametrize(
    ("header", "legend"),
    [
        ("Prix par", "« Prix par 100 » : vente par boîte entière."),
        ("Preis je", '"Preis je 100": Abgabe nur in ganzen Packungen'),
        ("Ціна за", "Ціна за: кількість одиниць, продаж кратно упаковці"),
    ],
)
def test_quoted_header_of_the_price_quantity_is_no_sentence(header: str, legend: str) -> None:
    rows = [f"{line};{cell}" for line, cell in zip(BODY, ("1", "100", "100"), strict=True)]
    lines = [f"Code;Name;Rate;{header}", *rows, "", legend]
    table = table_of(*lines)
    assert table.facts["price_quantity"].value == "per row"


@pytest.mark.parametrize("header", ["J.m.", "ME", "Ед. изм."])
def test_units_with_a_legend_are_read_per_row(header: str) -> None:
    rows = [f"{line};{cell}" for line, cell in zip(BODY, ("szt.", "100 szt.", "kpl."), strict=True)]
    lines = [f"Code;Name;Rate;{header}", *rows]
    legend = "J.m.: szt. – sztuka, 100 szt. – cena za 100 sztuk."
    table = table_of(*lines, "", legend)
    assert table.basis.price_quantity == 1
    assert "price_quantity" not in table.facts


@pytest.mark.parametrize("header", ["ME", "VE", "U.M.", "Einheit", "Unit"])
@pytest.mark.parametrize(
    ("cells", "legend", "costs"),
    [
        (("St", "St", "St"), "St = Preis je 100 Stück", ("0.125", "0.137", "0.099")),
        (("St", "m", "St"), "St = Preis je 100 Stück", ("0.125", "13.7", "0.099")),
        (("CT", "CT", "CT"), "CT: prezzo per 100 pezzi", ("0.125", "0.137", "0.099")),
    ],
)
def test_other_price_quantity_of_a_unit_is_that_of_its_rows(
    header: str, cells: tuple[str, ...], legend: str, costs: tuple[str, ...]
) -> None:
    rows = [f"{line};{cell}" for line, cell in zip(BODY, cells, strict=True)]
    text = "\n".join([f"Code;Name;Rate;{header}", *rows, "", legend])
    result = read_price_list(text, "EUR")
    assert [item.price for item in result.items] == list(map(Decimal, costs))


def test_prices_for_another_quantity_than_their_column_are_in_doubt() -> None:
    rows = [f"{line};1" for line in BODY]
    lines = ["Code;Name;Rate;PE", *rows, "", "PE: Preise je 100 Stück"]
    assert issue_of(*lines).option == "price_quantity"


def test_sign_before_a_unit_is_a_hundred_of_its_row() -> None:
    cells = ("pz", "%pz", "cf 10")
    lines = ["Codice;Descrizione;Listino;U.M.", *map(";".join, zip(BODY, cells, strict=True))]
    legend = "U.M.: pz = cadauno; %pz = prezzo per 100 pezzi; cf = confezione"
    table = table_of(legend, *lines)
    assert table.basis.price_quantity == 1
    assert table.headers[table.columns["unit"]] == "U.M."
    first, hundred, _ = read_price_list("\n".join([legend, *lines])).items
    assert (details_of(first).price_quantity, details_of(hundred).price_quantity) == (None, 100)


def test_definition_of_the_column_of_quantities_in_a_list_of_definitions() -> None:
    legend = (
        "RG = Rabattgruppe · PE = Preiseinheit (Preis gilt für 100, 1000 bzw. 1 Stück) · VPE = x"
    )
    assert without_legend(legend, ["PE"]) == "RG = Rabattgruppe · · VPE = x"
