"""Sentences that make net prices of list prices: a question about the discount, never a title."""

import pytest

from pricebook.pricelists.detection.list_factors import list_discounts
from pricelists.fact_lists import BODY, issue_of, plain, table_of
from pricelists.price_lists import csv_text, read_price_list


@pytest.mark.parametrize(
    ("sentence", "discount"),
    [
        *(("List x .42", "58"), ("Netto = Liste x 0,42", "58"), ("Net = List × 0.42", "58")),
        *(("Your net price: list price * 0.42", "58"), ("EK = UVP * 0,6", "40")),
        *(("Цена = прайс x 0,42", "58"), ("Prix net = tarif x 0,42", "58")),
        *(("Coste = PVP x 0,6", "40"), ("Cena netto = cena katalogowa x 0,58", "42")),
        *(("Dealer cost is .42 x list price", "58"), ("0,42 x Liste = Netto", "58")),
        *(("Nettopreis = Bruttopreis x 42 %", "58"), ("Ihr Faktor: 0,42", "58")),
        *(("Faktor 0,42", "58"), ("LP -40%", "40"), ("Netto = Liste - 40 %", "40")),
        *(("List - 50/10 %", "50+10"), ("UVP minus 30 %", "30")),
    ],
)
@pytest.mark.parametrize("place", ["above", "below"])
def test_sentence_about_list_prices_is_a_question(sentence: str, discount: str, place: str) -> None:
    lines = [sentence, "", *plain()] if place == "above" else [*plain(), "", sentence]
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("discount", (discount, "0"))
    assert sentence in issue.message
    assert table_of(*lines, discount=discount).basis.vat_included is None


def test_factor_over_one_proposes_no_discount() -> None:
    assert issue_of("List x 1.05", *plain()).candidates == ("0",)


@pytest.mark.parametrize(
    "text",
    [
        *("Power factor 0.95", "Cable 3 x 1.5", "Preisliste 01-12", "Price list 2026-2027"),
        *("Liste - 5 Seiten", "Lamps - discount 40 %", "Preisliste 5,50 x 2", "Relux 0.5"),
    ],
)
def test_other_texts_state_no_relation(text: str) -> None:
    assert list_discounts(text) is None


def test_sentence_that_the_columns_prove_is_no_question() -> None:
    rows = ("A-1;Screw M4;12.50;6.25", "A-2;Screw M5;13.70;6.85", "A-3;Nut M4;9.90;4.95")
    lines = ("Netto = Liste x 0,5", "", "Code;Name;Liste;Netto", *rows)
    table = table_of(*lines)
    assert table.headers[table.columns["price"]] == "Netto"
    assert issue_of(*lines[:3], *(row.replace("5", "7") for row in rows)).option == "discount"


def test_rows_below_such_a_title_are_rejected_until_titles_apply() -> None:
    text = csv_text(BODY[0], "List x .42;;", BODY[1], header="Code;Name;Price")
    result = read_price_list(text)
    assert [row.error_type for row in result.rejected] == ["discount_unknown"]
    applied = read_price_list(text, title_discounts="optional")
    assert [str(item.price) for item in applied.items] == ["12.50", "5.754"]
