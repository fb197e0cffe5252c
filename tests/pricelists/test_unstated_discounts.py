"""Lists that mark articles without discounts and state no discount of the others."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError, PriceListIssue
from pricelists.price_lists import ReadResult, read_price_list

ROWS = ("A-1;Schalter;100,00;", "A-2;Dose;50,00;N", "A-3;Rahmen;20,50;")


def read(sentence: str, *rows: str, header: str = "Listenpreis", **options: Any) -> ReadResult:
    lines = [sentence, "", f"Art.-Nr.;Bezeichnung;{header};Kz", *(rows or ROWS)]
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


def issue_of(sentence: str, *rows: str, **options: Any) -> PriceListIssue:
    with pytest.raises(PriceListError) as raised:
        read(sentence, *rows, **options)
    (issue,) = raised.value.issues
    return issue


@pytest.mark.parametrize(
    "sentence",
    [
        "N = Nettopreis, nicht rabattfähig",
        "N = net price, no further discount",
        "N = netto cena, bez dalších rabatů",
        "Mit N gekennzeichnete Artikel sind nicht rabattberechtigt",
        "Pozycje oznaczone N – ceny netto, bez rabatu",
        "Articles marqués N : prix nets sans remise",
        "Товары, отмеченные «N», без скидки",
    ],
)
def test_marks_without_discount_leave_that_of_the_others_in_doubt(sentence: str) -> None:
    issue = issue_of(sentence)
    assert (issue.option, issue.candidates) == ("discount", ("0",))
    assert 'are marked "N" as without discounts' in issue.message
    assert [item.price for item in read(sentence, discount="12").items] == [
        Decimal(88),
        Decimal("50.00"),
        Decimal("18.04"),
    ]
    assert read(sentence, discount="0").items[0].price == Decimal("100.00")


@pytest.mark.parametrize(
    ("sentence", "rows", "options"),
    [
        ("N = Nettopreis, nicht rabattfähig", (ROWS[0], ROWS[2]), {}),
        ("N = nicht vorrätig", ROWS, {}),
        ("* Nettopreise", ROWS, {}),
        ("N = ohne Rabatt", ROWS, {"net_marks": "none"}),
        ("N = ohne Rabatt", ROWS, {"header": "Ihr Preis"}),
        ("N = ohne Rabatt", ROWS, {"discount_base": "none"}),
    ],
)
def test_other_lists_are_read(
    sentence: str, rows: tuple[str, ...], options: dict[str, Any]
) -> None:
    assert read(sentence, *rows, **options).items[0].price == Decimal("100.00")


def test_discounts_of_rows_are_no_doubt() -> None:
    rows = ("A-1;Schalter;100,00;;30", "A-2;Dose;50,00;N;", "A-3;Rahmen;20,50;;20")
    lines = ["N = ohne Rabatt", "Art.-Nr.;Bezeichnung;Listenpreis;Kz;Rabatt", *rows]
    result = read_price_list("\n".join(lines) + "\n", "EUR")
    assert [item.price for item in result.items] == [Decimal(70), Decimal(50), Decimal("16.4")]
