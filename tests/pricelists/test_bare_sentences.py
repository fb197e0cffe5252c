"""Texts without a word for prices, labels, discounts, and texts that hold for some articles."""

from typing import Any

import pytest

from pricelists.fact_lists import BODY, issue_of, issues_of, plain, table_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("EUR per 100 pcs", {"currency": "EUR", "price_quantity": "100"}),
        ("(per 100 pcs)", {"price_quantity": "100"}),
        ("EUR net per 100", {"currency": "EUR", "vat_included": "false", "price_quantity": "100"}),
        ("Alle Angaben in EUR je 100 Stück", {"currency": "EUR", "price_quantity": "100"}),
        ("in EUR", {"currency": "EUR"}),
        ("Preiseinheit: 100 Stück", {"price_quantity": "100"}),
        ("Price quantity: 100", {"price_quantity": "100"}),
        ("PE: 100", {"price_quantity": "100"}),
        ("PE;100", {"price_quantity": "100"}),
        ("Единица цены: 1000 шт", {"price_quantity": "1000"}),
        ("Preise;je 100 Stück", {"price_quantity": "100"}),
        ("Alle Preise in;EUR", {"currency": "EUR"}),
        ("Prices:;EUR / 100 pcs", {"currency": "EUR", "price_quantity": "100"}),
    ],
)
def test_bare_statements_and_labels(line: str, expected: dict[str, str]) -> None:
    facts = table_of(line, "", *plain()).facts
    assert {key: fact.value for key, fact in facts.items()}.items() >= expected.items()


@pytest.mark.parametrize(
    "line",
    [
        *(
            "EUR;1.08",
            "EUR/USD 1.08",
            "PE 100 Rohre",
            "Screws 3/8",
            "100 Mbit/s",
            "Acme EUR-Pallets",
        ),
        *("Lieferung je 100 km", "Versand: 5 EUR je 100 Stück", "Page 1", "Tel. 0211/123"),
    ],
)
def test_other_texts_say_nothing(line: str) -> None:
    table = table_of(line, "", *plain())
    assert table.facts["currency"].origin == "assumed"
    assert table.basis.price_quantity == 1


@pytest.mark.parametrize(
    ("price", "lines"),
    [
        ("Price*", ("* per 100 pcs",)),
        ("Preis¹", ("¹ je 100 Stück",)),
        ("Price", ("Note:;per 100 pcs",)),
        ("Price", ("*;Prices per 100",)),
        ("Price", ("All prices in USD;per 100",)),
    ],
)
def test_notes_below_the_table(price: str, lines: tuple[str, ...]) -> None:
    assert table_of(*plain(price), "", *lines).basis.price_quantity == 100


@pytest.mark.parametrize(
    "line",
    [
        *("Ihr Rabatt: 30 %", "Your discount: 30%", "Rabatt 30% auf alle Preise"),
        *("All prices less 20%", "Скидка 10% на все цены", "Listenpreise abzgl. 30 %"),
        *("Uw korting: 30 %", "Il vostro sconto: 30%", "Er rabatt: 30 %", "Vaše sleva 30 %"),
    ],
)
def test_discount_in_a_sentence_is_refused(line: str) -> None:
    issue = issue_of(line, "", *plain())
    assert issue.option == "discount"
    assert table_of(line, "", *plain(), discount="30").basis.discounts
    assert not table_of(line, "", *plain(), discount="0").basis.discounts


@pytest.mark.parametrize(
    "line",
    [
        *("3 % Skonto bei Zahlung in 10 Tagen", "5% discount for orders over 1000 EUR"),
        *("Скидка 5% при предоплате", "Preise freibleibend", "Prices may vary by 10 %"),
    ],
)
def test_conditional_discount_says_nothing(line: str) -> None:
    assert not table_of(line, "", *plain()).basis.discounts


@pytest.mark.parametrize(
    ("line", "option", "setting"),
    [
        ("Prices in EUR", "currency", {"list_currency": "EUR"}),
        ("Prices incl. VAT", "vat_included", {"vat_included": True}),
        ("Screws (per 100 pcs)", "price_quantity", {"price_quantity": 100}),
        ("Schrauben, je 100 Stück", "price_quantity", {"price_quantity": 100}),
    ],
)
def test_statement_between_articles_is_in_doubt(
    line: str, option: str, setting: dict[str, Any]
) -> None:
    lines = ["Code;Name;Price", BODY[0], line, *BODY[1:]]
    assert option in {issue.option for issue in issues_of(*lines)}
    assert table_of(*lines, **setting).columns


def test_statement_between_articles_may_repeat_a_general_one() -> None:
    lines = ["Code;Name;Price", BODY[0], "Prices in EUR incl. VAT", *BODY[1:]]
    assert table_of("Prices in EUR incl. VAT", *lines).basis.currency == "EUR"


def test_day_between_articles_is_in_doubt() -> None:
    line = "Prices valid from 01.12.2026"
    lines = ["Code;Name;Price", BODY[0], line, *BODY[1:]]
    assert issue_of(*lines).option == "column_mapping.valid_from"
    past = [text.replace("12.2026", "11.2026") for text in lines]
    assert table_of(*past).basis.valid_from is None
    assert table_of(line, *lines).basis.valid_from


def test_text_beside_several_articles_may_hold_for_some() -> None:
    lines = ["Code;Name;Price;", f"{BODY[0]};per 100", f"{BODY[1]};per 100", f"{BODY[2]};"]
    assert issue_of(*lines).option == "price_quantity"
    once = ["Code;Name;Price;", f"{BODY[0]};Prices per 100", *(f"{line};" for line in BODY[1:])]
    assert table_of(*once).basis.price_quantity == 100
