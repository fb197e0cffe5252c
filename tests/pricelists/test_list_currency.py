"""Which currency an ambiguous sign means: that of another source, of the catalog, of the sender."""

from decimal import Decimal

import pytest

from pricelists.fact_lists import BODY, issue_of, plain, table_of
from pricelists.price_lists import read_price_list

DOLLARS = ["Code;Name;Price", "A-1;Lamp;$4.87", "A-2;Saw;$12.50", "A-3;Tape;$1.05"]


@pytest.mark.parametrize("sentence", ["Prices in US Dollars, F.O.B. Columbus", "All prices in USD"])
def test_sentence_says_which_dollars_the_cells_mean(sentence: str) -> None:
    table = table_of(sentence, *DOLLARS, currency="EUR")
    assert (table.basis.currency, table.facts["currency"].origin) == ("USD", "cell")
    canadian = table_of(sentence, *DOLLARS, currency="CAD")
    assert canadian.basis.currency == "USD"


def test_header_and_cells_together_name_the_currency() -> None:
    table = table_of("Code;Name;Price CAD", *DOLLARS[1:], currency="EUR")
    assert table.basis.currency == "CAD"
    rows = [line.replace(";1", ";$1").replace(";9", ";$9") for line in BODY]
    issue = issue_of("All prices in EUR", "Code;Name;Price $", *rows, currency="USD")
    assert issue.candidates == ("USD", "EUR")


@pytest.mark.parametrize(
    ("letterhead", "header", "code"),
    [
        ("ООО «Ромашка», ИНН 7724458190 / КПП 772401001", "Цена, руб.", "RUB"),
        ("ООО «Василёк», УНП 190537821, г. Минск", "Цена, руб.", "BYN"),
        ("Magazin SRL;;CUI RO 18455210", "Preț lei", "RON"),
        ("Magazin SRL, IDNO 1002600012345, Chișinău", "Preț lei", "MDL"),
        ("Partihandel AB, Org.nr 556712-4431, Momsreg.nr SE556712443101", "Pris kr", "SEK"),
        ("Engros A/S, CVR-nr. 25313763", "Pris kr", "DKK"),
        ("Hill Supplies Pty Ltd, ABN 51 824 753 556", "Price $", "AUD"),
    ],
)
def test_registration_of_the_sender_decides_between_currencies_of_a_sign(
    letterhead: str, header: str, code: str
) -> None:
    table = table_of(letterhead, "", *plain(header), currency="EUR")
    assert table.basis.currency == code
    assert "row 1" in table.facts["currency"].source
    assert table_of(letterhead, "", *plain("Price"), currency="EUR").basis.currency == "EUR"


def test_registrations_of_two_countries_decide_nothing() -> None:
    lines = ["ИНН 7724458190, УНП 190537821", "", *plain("Цена, руб.")]
    assert issue_of(*lines, currency="EUR").candidates == ("BYN", "RUB")


def test_column_with_an_ambiguous_sign() -> None:
    rows = [f"{line};руб." for line in BODY]
    table = table_of("ИНН 7724458190;;;", "Код;Название;Цена;Вал.", *rows, currency="EUR")
    assert (table.basis.currency, table.facts["currency"].origin) == ("RUB", "column")
    issue = issue_of("Код;Название;Цена;Вал.", *rows, currency="EUR")
    assert issue.candidates == ("BYN", "RUB")


def test_sender_of_another_country_than_the_catalog_is_in_doubt() -> None:
    lines = ["ИНН 7724458190", "", *plain("Цена, руб.")]
    issue = issue_of(*lines, currency="BYN")
    assert (issue.option, "currency=RUB" in issue.message) == ("currency", True)
    assert table_of(*lines, currency="RUB").basis.currency == "RUB"
    assert table_of(*lines, currency="BYN", list_currency="BYN").basis.currency == "BYN"


def test_cells_with_an_ambiguous_sign_are_read_in_the_currency_of_the_list() -> None:
    content = "\n".join(["Prices in US Dollars;;", *DOLLARS]) + "\n"
    first = read_price_list(content, "EUR").items[0]
    assert (first.price, first.currency) == (Decimal("4.87"), "USD")


def test_header_decides_between_the_currencies_of_a_sentence() -> None:
    sentence = "Where no EUR price is shown the item is invoiced in USD."
    rows = [f"{line};5.00" for line in BODY]
    lines = [sentence, "", "Code;Name;Price USD;Price EUR", *rows]
    table = table_of(*lines, currency="USD", column_mapping={"price": "Price EUR"})
    assert table.basis.currency == "EUR"
    assert issue_of(sentence, "", *plain("Price"), currency="USD").option == "currency"
