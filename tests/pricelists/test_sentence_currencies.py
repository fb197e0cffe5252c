"""Words of sentences that are currencies, and those that only look like one."""

import pytest

from pricelists.fact_lists import issue_of, plain, table_of


@pytest.mark.parametrize(
    ("sentence", "currency"),
    [
        ("Ceny v Kč bez DPH, ceník 2026", "CZK"),
        ("Prices in CAD", "CAD"),
        ("All prices CAD", "CAD"),
        ("Price list (TRY)", "TRY"),
        ("Prices: GEL", "GEL"),
        ("Preise in Schweizer Franken", "CHF"),
        ("Alle Preise in Franken", "CHF"),
        ("Prices in pounds sterling", "GBP"),
        ("Ceny podane w złotych", "PLN"),
        ("Цены в долларах США", "USD"),
        ("Цены в белорусских рублях", "BYN"),
        ("Цены в бел. руб.", "BYN"),
        ("Цены в российских рублях", "RUB"),
        ("Preisliste 2026 EUR", "EUR"),
    ],
)
def test_currency_of_a_sentence(sentence: str, currency: str) -> None:
    table = table_of(sentence, "", *plain("Rate"), currency="UAH")
    assert table.facts["currency"].value == currency
    assert table.facts["currency"].origin == "sentence"


@pytest.mark.parametrize(
    "sentence",
    [
        "Niniejszy cennik nie stanowi oferty w rozumieniu KC.",
        "Ten cennik nie jest ofertą handlową (art. 66 k.c.)",
        "Этот прайс-лист не является офертой (ст. 437 ГК РФ)",
        "PRICE LIST GEL PENS",
        "PRICES: TRY OUR NEW FLAVOURS",
        "Preisliste Weine aus Franken",
        "STERLING SILVER PRICE LIST",
        "Прайс-лист на инструмент из США",
        "Цены на товары российских производителей",
        "Цены: бел. и черн. профиль",
        "Cennik: złote i srebrne łańcuszki",
    ],
)
def test_words_that_are_no_currency(sentence: str) -> None:
    table = table_of(sentence, "", *plain("Rate"), currency="UAH")
    assert table.facts["currency"].origin == "assumed"


@pytest.mark.parametrize(
    "sentence", ["Price list CAD software", "Preisliste AMD Prozessoren", "Prices CAD dealers"]
)
def test_code_before_a_noun_is_in_doubt(sentence: str) -> None:
    assert issue_of(sentence, "", *plain("Rate")).option == "currency"
    assert table_of(sentence, "", *plain("Rate"), list_currency="USD").basis.currency == "USD"
