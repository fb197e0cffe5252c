"""Unit cells such as `EUR/kg`: currency and unit of the price; words for prices in one word."""

from decimal import Decimal
from typing import Any

import pytest

from pricelists.fact_lists import issue_of, plain, table_of
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.price_tables import details_of

ROWS = ("O-1;Olive oil;{0};8.40", "O-2;Walnuts;{1};6.90", "O-3;Salt, loose;{2};310.00")


def read(*units: str, currency: str = "EUR", **options: Any) -> ReadResult:
    rows = [row.format(*units) for row in ROWS]
    return read_price_list("\n".join(["Code;Name;Unit;Price", *rows]), currency, **options)


@pytest.mark.parametrize(
    "units",
    [
        ("EUR/l", "EUR/kg", "EUR/t"),
        ("€ / l", "€ / kg", "€ / t"),
        ("EUR per l", "EUR per kg", "EUR per t"),
        ("eur/л", "eur/кг", "eur/т"),
        ("Euro je Liter", "Euro je kg", "Euro je Tonne"),
    ],
)
def test_unit_cell_with_a_currency_names_the_unit_of_each_row(units: tuple[str, ...]) -> None:
    result = read(*units)
    assert [details_of(item).unit for item in result.items] == ["LTR", "KGM", "TNE"]
    assert [item.price for item in result.items][2] == Decimal(310)
    assert not result.profile.unread_cells


def test_unit_cells_name_the_currency_of_the_list() -> None:
    result = read("PLN/l", "zł/kg", "PLN/t", currency="EUR")
    assert result.profile.currency == "PLN"
    assert result.profile.price_facts["currency"].source == 'the column "Unit"'
    assert {item.currency for item in result.items} == {"PLN"}


def test_currency_of_unit_cells_that_may_be_several_is_in_doubt() -> None:
    rows = [row.format("руб/л", "руб/кг", "руб/т") for row in ROWS]
    lines = ["Code;Name;Unit;Price", *rows]
    issue = issue_of(*lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("currency", ("BYN", "RUB"))
    assert table_of(*lines, currency="EUR", list_currency="RUB").basis.currency == "RUB"
    assert table_of(*lines, currency="RUB").basis.currency == "RUB"


def test_unit_cell_in_another_currency_rejects_its_row() -> None:
    result = read("EUR/l", "EUR/kg", "USD/t", list_currency="EUR")
    assert [row.error_type for row in result.rejected] == ["other_currency"]


def test_unit_cell_with_a_quantity_divides_the_price() -> None:
    items = read("EUR/l", "EUR/kg", "EUR/100 kg").items
    assert (items[2].price, details_of(items[2]).unit) == (Decimal("3.1"), "KGM")


@pytest.mark.parametrize("unit", ["m/s", "kg/m", "pcs/box"])
def test_unit_cell_without_a_currency_is_text(unit: str) -> None:
    assert details_of(read("l", "kg", unit).items[2]).unit_text == unit


@pytest.mark.parametrize("title", ["Цены за тонну", "Prices per tonne", "Preise je Tonne"])
def test_section_of_prices_per_tonne_is_asked_about(title: str) -> None:
    rows = ["S-1;Salt;8.40", "S-2;Soda;6.90", title, "S-3;Chalk;310.00", "S-4;Urea;450.00"]
    assert issue_of("Code;Name;Price", *rows).option == "price_quantity"


@pytest.mark.parametrize(
    ("sentence", "currency"),
    [
        ("Bruttopriser i SEK exkl. moms", "SEK"),
        ("Nettopriser i NOK", "NOK"),
        ("Bruttopreis in CHF", "CHF"),
        ("Nettoprijzen in EUR", "EUR"),
        ("Einzelpreise in € zzgl. MwSt.", "EUR"),
    ],
)
def test_compound_words_for_prices_name_their_currency(sentence: str, currency: str) -> None:
    table = table_of(sentence, *plain())
    assert (table.basis.currency, table.facts["currency"].origin) == (currency, "sentence")


@pytest.mark.parametrize("header", ["Unit", "Price unit", "Prisenhet"])
def test_currency_of_some_cells_of_price_units_is_in_doubt(header: str) -> None:
    lines = [
        f"Code;Name;Price;{header}",
        "A-1;Wire red;3,20;kr/m",
        "A-2;Wire blue;3,40;kr/m",
        "A-3;Terminal;82,00;kr/100 st",
    ]
    issue = issue_of(*lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("currency", ("DKK", "ISK", "NOK", "SEK"))
    assert table_of(*lines, currency="SEK").basis.currency == "SEK"
