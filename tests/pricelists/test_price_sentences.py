"""Sentences above, below and between the articles of a price list."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricelists.fact_lists import BODY, issue_of, plain, table_of, with_column
from pricelists.price_lists import read_price_list

# Sentences.


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Alle Preise in EUR, Preis je 100 Stück", {"currency": "EUR", "price_quantity": "100"}),
        ("All prices in USD excl. VAT", {"currency": "USD", "vat_included": "false"}),
        ("Цены указаны в рублях, с НДС", {"currency": "RUB", "vat_included": "true"}),
        ("Цены указаны в рублях с учетом НДС 20%", {"vat_included": "true", "vat_rate": "20"}),
        ("Prix en euros HT", {"currency": "EUR", "vat_included": "false"}),
        (
            "Tous les prix s'entendent TTC, par 100 pièces",
            {"vat_included": "true", "price_quantity": "100"},
        ),
        ("Precios en euros, IVA no incluido", {"currency": "EUR", "vat_included": "false"}),
        ("Precios por 1000 unidades con IVA", {"price_quantity": "1000", "vat_included": "true"}),
        (
            "Ceny netto w PLN za 100 szt.",
            {"currency": "PLN", "vat_included": "false", "price_quantity": "100"},
        ),
        ("Ceny w złotych, nie zawierają podatku VAT", {"currency": "PLN", "vat_included": "false"}),
        ("Ціни в гривнях з ПДВ", {"currency": "UAH", "vat_included": "true"}),
        ("Preise zzgl. 19 % MwSt.", {"vat_included": "false", "vat_rate": "19"}),
        (
            "Alle Preise in Euro zzgl. der gesetzlichen Mehrwertsteuer",
            {"currency": "EUR", "vat_included": "false"},
        ),
        ("Alle Preise netto, UVP inkl. MwSt.", {"vat_included": "false"}),
        ("Preise pro VPE, zzgl. MwSt.", {"prices_per_pack": "true", "vat_included": "false"}),
        ("Prices are per 1,000 pieces", {"price_quantity": "1000"}),
        ("Prices per hundred", {"price_quantity": "100"}),
        ("Currency: EUR", {"currency": "EUR"}),
        ("Currency:;EUR", {"currency": "EUR"}),
        (
            "Price list in US dollars; valid from November 2, 2026",
            {"currency": "USD", "valid_from": "2026-11-02"},
        ),
        ("Preisliste 2026 EUR", {"currency": "EUR"}),
        ("Prices in EUR, payment in USD", {"currency": "EUR"}),
    ],
)
def test_sentences_above_the_table(sentence: str, expected: dict[str, str]) -> None:
    lines = with_column("VPE", "10", "20", "5")
    table = table_of(sentence, "", *lines, currency="RUB" if "рублях" in sentence else "EUR")
    found = {key: fact.value for key, fact in table.facts.items()}
    assert found.items() >= expected.items()
    for key in expected:
        assert table.facts[key].origin == "sentence"
        assert "row 1" in table.facts[key].source


@pytest.mark.parametrize(
    "sentence",
    [
        *("Acme Ltd., 100 pieces in every box", "Hans Müller GmbH;;Tel.: 0211 / 123 45-0"),
        *("Freight prepaid on orders over $750", "Prices subject to change without notice"),
        *("Alle Angaben ohne Gewähr. Es gelten unsere AGB.", "Preisliste gültig bis 31.12.2026"),
        *("Mindestbestellwert 100 EUR netto", "Price list 2026", "Прайс-лист на 12.03.2024"),
        *("Preise gelten ab 100 Stück", "Ab 500 EUR frei Haus, Preise freibleibend"),
        *("VAT number GB123456789", "Steuernummer 12/345/678", "ООО Ромашка, ИНН 7701234567"),
        *("Delivery within 30 days", "We try to keep our prices low", "Prices may vary by 10 %"),
        *(
            "Tarif 2026",
            "Valable du 01/01/2024 au 31/12/2024",
            "Free shipping for orders of 10 pcs",
        ),
        *("Minimum order: 100 pcs", "Call for prices on 1000 days", "DIN 912, ISO 4762"),
        *(
            "TARIFA 2026-2 / HOJA DE PEDIDO",
            "Price list / sheet of orders",
            "Tarif 2026 / feuille 1",
        ),
        *("Effective 11/01/2026", "Prices valid from 03/04/2026", "Preisliste Winter 2026/27"),
        *("Preisliste Nr. 2/26", "Prices 11/26", "Tarif / feuille de commande"),
        "Sortiment A2/A4 und M8, Preise freibleibend",
    ],
)
def test_letterheads_say_nothing_about_prices(sentence: str) -> None:
    table = table_of(sentence, "", *plain(), currency="EUR")
    assert table.facts.keys() - {"valid_from"} == {"currency"}
    assert table.facts["currency"].origin == "assumed"
    assert table.basis.price_quantity == 1


@pytest.mark.parametrize(
    ("sentence", "option", "setting"),
    [
        ("Prices in EUR or USD depending on region", "currency", {"list_currency": "EUR"}),
        ("Цены в у.е.", "currency", {"list_currency": "USD"}),
        ("Preise je 100 bzw. je 1000 Stück", "price_quantity", {"price_quantity": 100}),
        ("Prices quoted in lots with 100 pieces", "price_quantity", {"price_quantity": 100}),
        ("Alle Preise netto oder brutto", "vat_included", {"vat_included": False}),
        ("Prices: see VAT conditions", "vat_included", {"vat_included": False}),
    ],
)
def test_sentence_in_doubt_is_refused(sentence: str, option: str, setting: dict[str, Any]) -> None:
    issue = issue_of(sentence, "", *plain(), currency="EUR")
    assert issue.option == option
    assert f'"{sentence}"' in issue.message
    assert f"{option}=" in issue.message
    assert table_of(sentence, "", *plain(), currency="EUR", **setting).columns


def test_sentences_below_the_table_count() -> None:
    table = table_of(*plain(), "", "Alle Preise je 100 Stück zzgl. MwSt.", currency="EUR")
    assert table.basis.price_quantity == 100
    below_header = table_of("Code;Name;Price", "(prices per 100)", *BODY)
    assert below_header.basis.price_quantity == 100


def test_sentence_between_articles_is_in_doubt() -> None:
    lines = [*plain(), "Nails, price per 100 pcs;;", "B-1;Nail;3.10", "B-2;Nail big;4.10"]
    issue = issue_of(*lines)
    assert issue.option == "price_quantity"
    assert "Nails, price per 100 pcs" in issue.message
    assert table_of(*lines, price_quantity=1).basis.price_quantity == 1
    same = ["Prices per 100 pcs", *plain(), "Prices per 100 pcs;;", "B-1;Nail;3.10", "B-2;x;4.10"]
    assert table_of(*same).basis.price_quantity == 100


def test_header_and_sentence_that_differ_are_refused() -> None:
    issue = issue_of("Preise je 1000 Stück", *plain("Preis je 100"))
    assert issue.option == "price_quantity"
    assert issue.candidates == ("100", "1000")
    assert issue_of("Alle Preise inkl. MwSt.", *plain("Preis netto")).option == "vat_included"
    column = issue_of("Preise je 1000 Stück", *with_column("PE", "100", "100", "1"))
    assert column.option == "price_quantity"


def test_unit_of_account_in_the_header_is_refused() -> None:
    issue = issue_of(*plain("Цена, у.е."), currency="RUB")
    assert (issue.option, "currency=" in issue.message) == ("currency", True)


def test_gross_price_beside_a_discount_says_nothing_about_tax() -> None:
    lines = with_column("Rabatt", "30", "20", "10", price="Bruttopreis")
    assert table_of(*lines).basis.vat_included is None
    net = table_of("Alle Preise zzgl. MwSt.", *lines)
    assert (net.basis.vat_included, net.basis.discount_base) == (False, "price")


def test_title_above_the_table_is_no_header_row() -> None:
    rows = [f"{line};30%" for line in BODY]
    table = table_of("Ceny netto w PLN", "Indeks;Nazwa;Cena kat.;Rabat", *rows, currency="EUR")
    assert table.headers == ("Indeks", "Nazwa", "Cena kat.", "Rabat")
    assert (table.basis.currency, table.basis.vat_included) == ("PLN", False)


def test_order_multiple_is_no_pack_of_a_price_per_pack() -> None:
    lines = with_column("Кратность", "6", "12", "6", price="Цена за упак.")
    assert issue_of(*lines).option == "column_mapping.pack_size"


def long_list(*lines: str) -> str:
    articles = [f"A-{number};Screw M{number};{number}.50" for number in range(1, 600)]
    return "\n".join(["Code;Name;Preis", *articles, *lines]) + "\n"


def test_sentence_far_below_the_table_counts() -> None:
    result = read_price_list(long_list("", "Alle Preise in EUR je 100 Stück zzgl. MwSt.;;"))
    facts = {key: fact.value for key, fact in result.profile.price_facts.items()}
    assert facts == {
        "currency": "EUR",
        "price_quantity": "100",
        "unit": "H87",
        "vat_included": "false",
    }
    assert result.items[0].price == Decimal("0.015")
    irrelevant = read_price_list(long_list("Preise freibleibend;;", "Seite 7;;"))
    assert irrelevant.items[0].price == Decimal("1.5")


def test_sentence_far_below_is_refused_between_articles_or_in_doubt() -> None:
    for lines in (
        ("Nägel, Preis je 100 Stück;;", "B-1;Nagel;3.10"),
        ("Preise in EUR oder USD;;",),
    ):
        with pytest.raises(PriceListError, match="Row 601 says"):
            read_price_list(long_list(*lines))


def test_header_of_an_inferred_price_names_the_currency() -> None:
    content = "Code;Name;Jetzt EUR\nA1;Lamp;5.50\nA2;Cable;6.50\nA3;Saw;9.10\n"
    assert read_price_list(content).profile.currency == "EUR"


@pytest.mark.parametrize(
    ("header", "sentence"),
    [("P.V.P.", "PVP con 21% de IVA incluido."), ("UVP", "Alle UVP inkl. 19 % MwSt.")],
)
def test_sentence_about_list_prices_counts_if_they_are_the_price(
    header: str, sentence: str
) -> None:
    lines = with_column("Rabatt", "30", "20", "10", price=header)
    assert table_of(sentence, *lines).facts["vat_included"].value == "true"
    others = with_column("Rabatt", "30", "20", "10", price="Preis")
    assert "vat_included" not in table_of(sentence, *others).facts


@pytest.mark.parametrize(
    "sentence",
    [
        "Deres rabat: 30 % på alle varer undtagen varer mærket N",
        "Ihr Rabatt beträgt 30 % auf das gesamte Sortiment",
        "Votre remise est de 30 % sur le catalogue",
    ],
)
def test_discount_of_a_sentence_among_other_words_is_in_doubt(sentence: str) -> None:
    assert issue_of(sentence, *plain("Price")).option == "discount"
    table = table_of(sentence, *plain("Price"), discount="30")
    assert table.basis.discounts == (Decimal(30),)
