"""Headers between the articles: equal ones are left out, others begin a table."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import ReadResult, read_price_list

FIRST = "Best.-Nr.;Artikel;VE;Preis/Stück;Farbe"
ROWS = ("01-285;Sanitärreiniger;12;1,92;", "02-302;Entkalker;12;4,79;blau")
MORE = ("03-402;Glasreiniger;10;10,44;blau", "04-808;Bodenpflege;6;23,10;")


def read(*lines: str) -> ReadResult:
    return read_price_list("\n".join([FIRST, *ROWS, *lines]), "EUR")


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


@pytest.mark.parametrize("header", [FIRST, "Best-Nr;Artikel;VE;Preis / Stück;Seite 2"])
def test_same_columns_go_on(header: str) -> None:
    result = read("", header, *MORE)
    assert codes(result) == ["01-285", "02-302", "03-402", "04-808"]
    assert result.rejected == []


@pytest.mark.parametrize(
    ("header", "rows", "prices"),
    [
        (
            "Best.-Nr.;Preis / Stück;Artikel;VE;Farbe",
            ("13-625;2,99;Stiel;1;", "9;4,10;Eimer;6;"),
            {"13-625": "2.99", "9": "4.1"},
        ),
        (
            "Best.-Nr.;Artikel;VE;Preis je VE;Farbe",
            ("08-890;Falthandtuch;100;9,20;weiß",),
            {"08-890": "0.092"},
        ),
        ("Artikel;Best.-Nr.;VE;Preis/Stück;Farbe", ("Stiel;13-625;1;2,99;",), {"13-625": "2.99"}),
    ],
)
def test_rows_below_other_columns_are_read_by_these(
    header: str, rows: tuple[str, ...], prices: dict[str, str]
) -> None:
    result = read(header, *rows, "Seite 3", FIRST, *MORE)
    assert codes(result) == ["01-285", "02-302", *prices, "03-402", "04-808"]
    assert result.rejected == []
    found = {item.supplier_sku: item.price for item in result.items}
    assert [found[code] for code in prices] == list(map(Decimal, prices.values()))


def test_title_below_other_columns_is_no_article() -> None:
    result = read("Best.-Nr.;Preis;Artikel;VE;Farbe", ">> Mopps", "13-625;2,99;Stiel;1;")
    assert codes(result) == ["01-285", "02-302", "13-625"]
    assert result.items[-1].category == ">> Mopps"


def test_article_named_like_columns_is_one() -> None:
    result = read("05-1;Preis;1;3,00;", "05-2;Artikel;1;4,00;rot")
    assert codes(result)[2:] == ["05-1", "05-2"]


def test_repeated_headers_are_no_cells_of_their_columns() -> None:
    header = "Code;Name;Price;New price"
    rows = [f"A-{n};Lamp {n};1{n}.50;{'9.00' if n == 4 else ''}" for n in range(1, 9)]
    lines = [header, *rows[:3], header, *rows[3:6], header, *rows[6:]]
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join(lines) + "\n")
    (issue,) = raised.value.issues
    assert (issue.option, issue.candidates) == ("column_mapping.price", ("Price", "New price"))


def test_repeated_headers_are_no_discount_groups() -> None:
    header = "Code;Name;List price;Disc. group"
    rows = [f"A-{n};Lamp {n};1{n}.50;{'AB'[n % 2]}" for n in range(1, 9)]
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join([header, *rows[:4], header, *rows[4:]]) + "\n")
    (issue,) = raised.value.issues
    assert (issue.option, issue.candidates) == ("discount_groups", ("A", "B"))
