"""Quotations of metals beside prices of cables, and lists whose column of quantities decides."""

from decimal import Decimal

import pytest

from pricebook.pricelists.detection.metal_bases import without_metal_bases
from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import read_next_price_list, read_price_list
from pricelists.price_tables import details_of

ROWS = ("K-1;NYM-J 3x1;45,20;100", "K-2;NYM-J 5x2;78,10;100", "K-3;H07V-K 2;19,40;1000")
HEADER = "Art.-Nr.;Bezeichnung;Preis EUR;PE"
PLAIN = [f"K-{number};Cable {number};1{number},20" for number in range(1, 4)]
SENTENCES = [
    "Preise auf Kupferbasis 150 EUR/100 kg",
    "Alle Preise in EUR, Cu-Basis: EUR 150,00 / 100kg",
    "Preisliste Kabel in EUR - Preise Basis Kupfer 150 €/100 kg",
    "Prices in EUR, copper base 150 EUR per 100 kg",
    "Prices in EUR at 150 EUR/100 kg copper",
    "Tarif EUR, base cuivre 150 €/100 kg",
    "Цены в EUR, медь 150 EUR/100 кг",
    "Ceny w EUR, baza miedzi 150 EUR/100 kg",
    "Precios en EUR, base cobre 150 EUR/100 kg",
    "Prezzi in EUR, base rame 150 EUR/100 kg",
    "Preise in EUR, Aluminiumbasis 90 EUR/100 kg",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_quotation_of_a_metal_is_not_what_prices_are_for(sentence: str) -> None:
    table = table_of(sentence, "Art.-Nr.;Bezeichnung;Preis", *PLAIN, currency="USD")
    assert (table.basis.price_quantity, table.basis.unit) == (1, None)
    assert table.basis.currency == "EUR"
    with_column = table_of(sentence, HEADER, *ROWS, currency="EUR")
    assert columns_of(with_column)["price_quantity"] == "PE"


@pytest.mark.parametrize(
    "header", ["Preis EUR (Cu-Basis 150 EUR/100 kg)", "Preis EUR Kupferbasis 150 €/100kg"]
)
def test_quotation_in_a_header(header: str) -> None:
    lines = (f"Art.-Nr.;Bezeichnung;{header}", *PLAIN)
    table = table_of(*lines, currency="EUR", column_mapping={"price": header})
    assert (table.basis.price_quantity, table.basis.unit) == (1, None)


def test_quantity_beside_a_quotation_counts() -> None:
    sentence = "Preise je 100 m bei Kupferbasis 150 EUR/100 kg, Lieferung frei"
    table = table_of(sentence, "Art.-Nr.;Bezeichnung;Preis", *PLAIN, currency="EUR")
    assert (table.basis.price_quantity, table.basis.unit) == (100, "MTR")


@pytest.mark.parametrize(
    "text", ["Kupferrohr: Preis je 100 kg", "Preise je 100 kg Kupfer", "Listenpreis (Cu 150) je PE"]
)
def test_other_texts_about_metals_stay(text: str) -> None:
    assert without_metal_bases(text) == text


@pytest.mark.parametrize(
    "sentence",
    ["Alle Preise pro 1000 m", "Preise je 100 m oder 1000 m", "Prices per 1000 m, drums 500 pcs"],
)
def test_column_of_quantities_may_decide(sentence: str) -> None:
    issue = issue_of(sentence, HEADER, *ROWS, currency="EUR")
    assert issue.option == "price_quantity"
    assert 'column price_quantity="PE"' in issue.message
    content = "\n".join((sentence, HEADER, *ROWS))
    decided = read_price_list(content, "EUR", column_mapping={"price_quantity": "PE"})
    assert [details_of(item).price_quantity for item in decided.items] == [100, 100, 1000]
    assert decided.items[0].price == Decimal("0.452")
    later = read_next_price_list(content, decided.profile, "EUR")
    assert [item.price for item in later.items] == [item.price for item in decided.items]
    last = read_next_price_list(content, later.profile, "EUR")
    assert last.profile.price_facts["price_quantity"].origin == "previous"
