"""Columns of new prices and of their first days by short headers; today is 26 November 2026."""

from datetime import date
from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.table import DetectedTable
from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import read_next_price_list, read_price_list

NAMES = ("H-100;Slat spruce", "H-101;Board larch", "H-102;Beam oak")
PRICES = ("1,15", "9,80", "41,20")
NEW = ("1,22", "10,40", "43,00")
DAYS = ("01.02.2027", "01.02.2027", "15.02.2027")


def lines_of(header: str, *columns: tuple[str, ...]) -> list[str]:
    rows = [";".join(cells) for cells in zip(NAMES, PRICES, *columns, strict=True)]
    return [f"Code;Name;{header}", *rows]


def new_prices(table: DetectedTable) -> tuple[str | None, str | None]:
    columns = columns_of(table)
    return columns.get("next_price"), columns.get("valid_from")


@pytest.mark.parametrize(
    "header",
    [
        "Preis;neu;neu ab",
        "Preis;neu;ab",
        "Preis;Neu EUR;gültig ab",
        "Preis;Preis neu;neu ab",
        "Price;new;new from",
        "Price;New price;from",
        "Price;new;valid from",
        "Price;Future price;effective date",
        "Prix;nouveau;à partir du",
        "Prix;Nouveau prix;nouveau dès",
        "Precio;nuevo;desde",
        "Precio;Precio nuevo;nuevo desde",
        "Cena;nowa cena;od",
        "Cena;nowa;nowa od",
        "Цена;новая цена;с",
        "Цена;новая;новая с",
        "Ціна;нова ціна;з",
        "Prezzo;nuovo;dal",
        "Pris;ny;från",
        "Prijs;nieuw;vanaf",
        "Cena;nová;od",
    ],
)
def test_new_prices_beside_their_first_days(header: str) -> None:
    price, new, days = header.split(";")
    table = table_of(*lines_of(header, NEW, DAYS), currency="EUR")
    assert columns_of(table)["price"] == price
    assert new_prices(table) == (new, days)
    assert not table.characteristics


def test_rows_have_the_new_price_from_their_day_on() -> None:
    lines = lines_of("Preis;neu;neu ab", ("1,22", "", "43,00"), ("01.02.2099", "", "01.11.2020"))
    first, second, third = read_price_list("\n".join(lines), currency="EUR").items
    assert (first.price, first.next_price) == (Decimal("1.15"), Decimal("1.22"))
    assert first.next_from == date(2099, 2, 1)
    assert (second.price, second.next_price) == (Decimal("9.80"), None)
    assert (third.price, third.next_price) == (Decimal("43.00"), None)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Preis;neu", (NEW,)),
        ("Price;new", (NEW,)),
        ("Price;Future price", (NEW,)),
        ("Prix;nouveau", (NEW,)),
        ("Цена;новая", (NEW,)),
        ("Cena;od", (NEW,)),
        # Days that have come may be those of the present price.
        ("Preis;gültig ab;neu", (("01.02.2026", "01.02.2026", "15.02.2026"), NEW)),
    ],
)
def test_new_prices_without_a_day_are_a_question(
    header: str, columns: tuple[tuple[str, ...], ...]
) -> None:
    price, *others = header.split(";")
    issue = issue_of(*lines_of(header, *columns), currency="EUR")
    assert issue.option == "column_mapping.price"
    assert issue.candidates == (price, others[-1])


@pytest.mark.parametrize("header", ["Preis;ab", "Price;from", "Цена;с", "Cena;od", "Prix;dès le"])
def test_first_days_alone_are_those_of_the_price(header: str) -> None:
    table = table_of(*lines_of(header, DAYS), currency="EUR")
    assert new_prices(table) == (None, header.split(";")[1])


def test_days_that_have_come_stay_a_characteristic() -> None:
    table = table_of(*lines_of("Price;since", ("12.03.2024", "13.03.2024", "01.02.2025")))
    assert [title for title, _ in table.characteristics] == ["since"]


@pytest.mark.parametrize("header", ["Preis;neu ab", "Price;new from", "Cena;nowa od"])
def test_days_to_come_of_something_new_are_a_question(header: str) -> None:
    column = header.split(";")[1]
    issue = issue_of(*lines_of(header, DAYS), currency="EUR")
    assert (issue.option, issue.candidates) == ("column_mapping.valid_from", (column,))
    assert (
        "next_price"
        not in table_of(*lines_of(header, DAYS), currency="EUR", ignored_columns=[column]).columns
    )
    begun = lines_of(header, ("01.02.2025", "01.02.2026", "15.02.2026"))
    assert columns_of(table_of(*begun, currency="EUR"))["price"] == header.split(";", maxsplit=1)[0]


@pytest.mark.parametrize("cells", [("1", "0", "1"), ("x", "", "x"), ("1", "", ""), ("", "", "")])
def test_marks_of_new_articles_are_no_prices(cells: tuple[str, ...]) -> None:
    table = table_of(*lines_of("Preis;neu", cells), currency="EUR")
    assert [title for title, _ in table.characteristics] == ["neu"]


def test_new_price_that_the_previous_list_had_not_is_a_question() -> None:
    profile = read_price_list("\n".join(lines_of("Preis")), currency="EUR").profile
    added = "\n".join(lines_of("Preis;neu", NEW))
    with pytest.raises(PriceListError) as raised:
        read_next_price_list(added, profile, currency="EUR")
    assert [issue.candidates for issue in raised.value.issues] == [("Preis", "neu")]
    decided = read_next_price_list(added, profile, "EUR", column_mapping={"price": "Preis"})
    assert read_next_price_list(added, decided.profile, currency="EUR").items


@pytest.mark.parametrize("new", ["51.90", "5190", "70"])
def test_new_price_far_from_the_present_one_rejects_its_row(new: str) -> None:
    rows = [f"H-{number};Board {number};{number}0.50;{number}1.25" for number in range(1, 9)]
    lines = ["Code;Name;Price;New price from 01.02.2027", *rows, f"H-9;Beam oak;498.00;{new}"]
    result = read_price_list("\n".join(lines), "EUR")
    assert len(result.items) == len(rows)
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("H-9", "price_out_of_range")
    assert f"{Decimal(new).normalize():f} from 2027-02-01 on" in row.error_message
