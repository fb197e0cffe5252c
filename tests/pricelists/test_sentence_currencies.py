"""Words of sentences that are currencies, and those that only look like one."""

import pytest

from pricelists.fact_lists import BODY, issue_of, plain, table_of


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
        ("Prices in CLP", "CLP"),
        ("Prices in PEN", "PEN"),
        ("Precios en pesos chilenos", "CLP"),
        ("Prices in Mexican pesos", "MXN"),
        ("Precios en soles", "PEN"),
        ("Preços em reais", "BRL"),
        ("Priser i svenska kronor", "SEK"),
        ("Ceny w koronach czeskich", "CZK"),
        ("Prices in Indian rupees", "INR"),
        ("Prices in South African rand", "ZAR"),
        ("Prices in yen", "JPY"),
        ("Fiyatlar Türk Lirası olarak", "TRY"),
        ("Цены в шведских кронах", "SEK"),
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
        "ALL PRICES ARE NET",
        "Our TOP prices for autumn",
        "Precios de vinos chilenos",
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


@pytest.mark.parametrize(
    ("sentence", "currencies"),
    [
        ("Precios en pesos", "ARS or CLP or COP or CUP or DOP or MXN or PHP or UYU"),
        ("Priser i kronor", "DKK or ISK or NOK or SEK"),
        ("Prix en dirhams", "AED or MAD"),
    ],
)
def test_name_of_several_currencies_is_a_choice(sentence: str, currencies: str) -> None:
    assert currencies in issue_of(sentence, "", *plain("Rate"), currency="EUR").message


@pytest.mark.parametrize("code", ["CLP", "COP", "NGN", "PEN", "EGP", "MAD", "KWD", "BAM"])
def test_code_of_any_currency(code: str) -> None:
    for header in (f"Price ({code})", f"PRECIO {code}"):
        assert table_of(*plain(header), currency="EUR").basis.currency == code
    cells = [f"{line} {code}" for line in BODY]
    assert table_of("Code;Name;Price", *cells, currency="EUR").basis.currency == code
    column = [f"{line};{code}" for line in BODY]
    assert table_of("Code;Name;Price;Cur", *column, currency="EUR").basis.currency == code


@pytest.mark.parametrize("header", ["TOP PRICE", "PEN PRICE", "ALL-IN PRICE"])
def test_word_of_a_heading_in_capitals_is_no_currency(header: str) -> None:
    table = table_of(*plain(header), currency="EUR", column_mapping={"price": header})
    assert table.basis.currency == "EUR"


@pytest.mark.parametrize(
    "remark",
    [
        "Nettoprisliste forhandler, DKK ekskl. moms, udsendt",
        "Nettoliste per 1.1.2027, EUR. Frakt kommer i tillegg",
        "Cjenik veleprodaja, EUR bez PDV-a",
    ],
)
def test_currency_of_a_text_that_is_not_understood_is_not_passed_over(remark: str) -> None:
    issue = issue_of(remark, "", *plain("Rate"), currency="USD")
    assert issue.option == "currency"
    assert "row 1" in issue.message
    assert ("DKK" if "DKK" in remark else "EUR") in issue.candidates


@pytest.mark.parametrize(
    "remark", ["EUR pallets, 25 kg", "Franco vanaf 350 EUR", "Acme EUR-Pallets"]
)
def test_currency_of_other_things_says_nothing(remark: str) -> None:
    assert (
        table_of(remark, "", *plain("Rate"), currency="USD").facts["currency"].origin == "assumed"
    )
