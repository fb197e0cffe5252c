"""Rows of totals whose word stands in the column of codes are no articles."""

import pytest

from pricelists.price_lists import read_price_list

ARTICLES = [f"A-10{n};Lamp type {n};1{n}.50" for n in range(5)]


def outcome(line: str) -> str:
    lines = ["Code;Name;Price", *ARTICLES, line]
    result = read_price_list("\n".join(lines) + "\n", "EUR")
    assert len(result.items) == len(ARTICLES) + (result.outcomes[-1] == "item")
    return result.outcomes[-1]


@pytest.mark.parametrize(
    "line",
    [
        "Total;all;35.50",
        "TOTAL;;35.50",
        "Total:;5 items;35.50",
        "Summe;alle Artikel;35.50",
        "Summe netto;alle;35.50",
        "Gesamt;netto;35.50",
        "Gesamtsumme EUR;alle;35.50",
        "Итого;все;35.50",
        "Totale;tutti;35.50",
        "Somma;5 articoli;35.50",
        "Celkem;vše;35.50",
        "Razem;5 pozycji;35.50",
        "Genel toplam;tümü;35.50",
        "Toplam;5;35.50",
        "I alt;alle varer;35.50",
        "Grand total;all articles;35.50",
    ],
)
def test_total_in_the_column_of_codes_is_ignored(line: str) -> None:
    assert outcome(line) == "ignored"


def test_word_for_totals_beside_the_name_of_an_article_is_rejected() -> None:
    lines = ["Code;Name;Price", *ARTICLES, "Total;Quartz 9000 oil;35.50"]
    (row,) = read_price_list("\n".join(lines) + "\n", "EUR").rejected
    assert (row.error_type, row.supplier_sku) == ("missing_sku", "Total")
    assert 'The article code "Total" is a word for totals' in row.error_message


@pytest.mark.parametrize(
    "line", ["TOTAL-9000;Oil;35.50", "ARA;Parrot;35.50", "SUM 2;all;35.50", "ALT;Ladder;35.50"]
)
def test_codes_that_contain_such_words_are_articles(line: str) -> None:
    assert outcome(line) == "item"


def test_few_articles_above_a_total() -> None:
    lines = ["Nr;Name;Preis", "A1;Lampe rot;10,00", "A2;Lampe blau;20,00"]
    lines += ["A3;Lampe rosa;30,00", "Summe;alle;60,00"]
    result = read_price_list("\n".join(lines) + "\n", "EUR")
    assert result.outcomes[1:] == ["item", "item", "item", "ignored"]
