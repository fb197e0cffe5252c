"""Header rows below a price: quantities, tiers under a long title, groups of customers."""

from decimal import Decimal

import pytest

from pricelists.fact_lists import BODY, columns_of, issue_of, table_of


@pytest.mark.parametrize(
    ("lower", "quantity", "unit"),
    [
        ("je 100 Stk", 100, None),
        ("(per 100)", 100, None),
        ("EUR/100", 100, None),
        ("€ / 100 St", 100, None),
        ("pro 1000 St", 1000, None),
        ("za 100 szt.", 100, None),
        ("за 1000 шт", 1000, None),
        ("par 100", 100, None),
        ("per m", 1, "MTR"),
        ("pro VPE", None, None),
    ],
)
@pytest.mark.parametrize("second", ["", "pcs"])
def test_quantity_below_the_price_belongs_to_the_header(
    lower: str, quantity: int | None, unit: str | None, second: str
) -> None:
    lines = ["Code;Name;Preis;Stock;VPE", f";;{lower};{second};", *(f"{b};5;10" for b in BODY)]
    table = table_of(*lines, currency="EUR")
    assert table.header_row == 2
    assert table.basis.prices_per_pack == (quantity is None)
    assert quantity is None or table.basis.price_quantity == quantity
    assert unit is None or table.basis.unit == unit


@pytest.mark.parametrize("lower", ["excl. 20% VAT", "zzgl. 19 % MwSt.", "HT", "без НДС 20%"])
def test_tax_below_the_price_belongs_to_the_header(lower: str) -> None:
    table = table_of("Code;Name;Preis;Stock", f";;{lower};", *(f"{body};5" for body in BODY))
    assert columns_of(table)["price"] == f"Preis {lower}"
    assert "vat_rate" not in table.columns
    assert table.basis.vat_included is False


@pytest.mark.parametrize("row", [";;9.90;5", ";;2 x 9.90;5", "A-0;Bolt M3;je 100 Stk;5"])
def test_rows_of_articles_are_no_header(row: str) -> None:
    table = table_of("Code;Name;Price;Stock", row, *(f"{body};5" for body in BODY))
    assert table.header_row == 1


@pytest.mark.parametrize(
    "title",
    ["Prix HT / bouteille départ, selon quantité panachée", "Preise netto in Euro bei Abnahme"],
)
@pytest.mark.parametrize(
    "tiers", ["60 à 119;120 à 299;300 et +", "60-119;120-299;300+", "ab 60;ab 120;ab 300"]
)
def test_tiers_below_a_title_of_prices(title: str, tiers: str) -> None:
    lines = [
        f"Réf.;Désignation;Colis;{title};;;PVC TTC",
        f";;;{tiers};",
        *(f"B-{n};Pommard {n};12;8.9{n};8.4{n};8.1{n};16.9{n}" for n in range(1, 5)),
    ]
    table = table_of(*lines, currency="EUR")
    assert [quantity for quantity, _ in table.tiers] == [60, 120, 300]
    column = tiers.split(";")[1]
    chosen = table_of(*lines, currency="EUR", column_mapping={"price": column})
    assert columns_of(chosen)["price"] == f"{title} {column}"
    assert chosen.basis.price_quantity == Decimal(1)


def test_groups_of_customers_are_no_codes() -> None:
    lines = [
        "Art.-Nr.;Bezeichnung;Händlerpreis exkl. MWST;;;UVP",
        "Art.-Nr.;Bezeichnung;Kat. A;Kat. B;Kat. C;UVP",
        *(f"4101{n};Kaffeemaschine {n};53.2{n};56.5{n};59.4{n};89.9{n}" for n in range(1, 5)),
    ]
    issue = issue_of(*lines, currency="EUR")
    assert issue.option == "column_mapping.price"
    assert len(issue.candidates) == 3


def test_czech_abbreviation_of_a_code() -> None:
    lines = ["Kat. č.;Název;Cena", *BODY]
    assert columns_of(table_of(*lines))["sku"] == "Kat. č."


def test_articles_above_the_first_known_header_are_never_passed_over() -> None:
    articles = [f"A-{number};Bocht {number};st;{number},50" for number in range(1, 5)]
    lines = [
        "Nr;Wat;Soort;Zo veel",
        *articles,
        "",
        "Art.nr.;Omschrijving;Eenheid;Netto",
        "B-1;Bak;st;84",
    ]
    issue = issue_of(*lines, currency="EUR")
    assert issue.option == "header_row"
    assert issue.message.startswith("Rows 2 to 5 above the header in row 7 look like articles")
    table = table_of(*lines, currency="EUR", header_row=7)
    assert table.header_row == 7


def test_gross_prices_in_dutch_are_prices() -> None:
    lines = ["Art.nr.;Omschrijving;Bruto;Korting %", "A-1;Bocht;10,00;40", "A-2;Buis;20,00;40"]
    assert columns_of(table_of(*lines, currency="EUR"))["price"] == "Bruto"
