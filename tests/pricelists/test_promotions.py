"""Columns of promotion prices beside the price; today is 26 November 2026."""

from datetime import date

import pytest

from pricebook.pricelists.detection.price_periods import PricePeriod, read_period
from pricelists.fact_lists import columns_of, issue_of, table_of

ROWS = ("S-1;Soap;2.40;1.90", "S-2;Brush;3.15;", "S-3;Sponge;1.20;0.95", "S-4;Mop;7.80;")


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("Promo 15/11 - 12/12/26", date(2026, 11, 15), date(2026, 12, 12)),
        ("Aktion 15.11.–12.12.2026", date(2026, 11, 15), date(2026, 12, 12)),
        ("Aktion vom 16.11. bis 05.12.2026", date(2026, 11, 16), date(2026, 12, 5)),
        ("Акция с 20.12. по 10.01.2027", date(2026, 12, 20), date(2027, 1, 10)),
        ("Oferta del 15/11 al 31/12/2026", date(2026, 11, 15), date(2026, 12, 31)),
    ],
)
def test_first_day_without_a_year_is_of_the_period(header: str, first: date, last: date) -> None:
    assert read_period(header) == PricePeriod(first, last)


@pytest.mark.parametrize(
    "header",
    [
        *("Promo 15/11 - 12/12/26", "Aktion bis 31.12.2026", "Special offer until 2026-12-05"),
        *("Promo", "Aktion", "Акция до 31.12.2026", "Promocja", "Oferta 15.11.-15.12.2026"),
        *("Akce", "Kampanj", "Offerta", "Kampanya", "Promoção", "Actie"),
    ],
)
def test_promotion_that_may_hold_today_is_asked_about(header: str) -> None:
    lines = [f"Code;Name;Price;{header}", *ROWS]
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("ignored_columns", (header,))
    assert f'"{header}"' in issue.message
    assert '"Price"' in issue.message
    # a price that was chosen from other columns does not decide
    assert issue_of(*lines, column_mapping={"price": "Price"}).option == "ignored_columns"
    table = table_of(*lines, ignored_columns=[header])
    assert columns_of(table)["price"] == "Price"
    table = table_of(*lines, column_mapping={"price": header})
    assert columns_of(table)["price"] == header


def test_question_names_the_last_day_of_the_promotion() -> None:
    message = issue_of("Code;Name;Price;Promo 15/11 - 12/12/26", *ROWS).message
    assert "from 2026-11-15 to 2026-12-12" in message


@pytest.mark.parametrize(
    "header", ["Promo 01.10.2026-31.10.2026", "Aktion 01.12.-24.12.2026", "Promo from 2027-01-15"]
)
def test_promotion_of_another_time_says_nothing_about_today(header: str) -> None:
    assert columns_of(table_of(f"Code;Name;Price;{header}", *ROWS))["price"] == "Price"


def test_sentence_with_the_period_of_promotions() -> None:
    lines = ["Code;Name;Price;Promo", *ROWS]
    said = "Promo prices hold from 2026-12-07 to 2026-12-19 only"
    assert columns_of(table_of(said, *lines))["price"] == "Price"
    said = said.replace("12-07", "11-20")
    assert issue_of(said, *lines).option == "ignored_columns"


@pytest.mark.parametrize("cells", [("yes", "", "yes", ""), ("", "", "", ""), ("10%", "", "5%", "")])
def test_column_of_promotions_without_prices_is_a_characteristic(cells: tuple[str, ...]) -> None:
    rows = [f"{row.rpartition(';')[0]};{cell}" for row, cell in zip(ROWS, cells, strict=True)]
    assert "price" in table_of("Code;Name;Price;Promo", *rows).columns
