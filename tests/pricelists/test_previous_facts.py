"""Facts about prices that differ from the previous price list: units, list prices, letters."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import read_next_price_list, read_price_list

PLAIN = "Code;Name;Price\nA-1;Lamp big;12.50\nA-2;Cable red;9.90\n"
LIST_PRICE = PLAIN.replace("Price", "Listenpreis")
UNITS = "Code;Name;Price;UOM\nA-1;Lamp big;12.50;EA\nA-2;Cable red;9.90;{}\nA-3;Rope;7.20;EA\n"


def issues_of(content: str, last: str) -> list[tuple[str, tuple[str, ...]]]:
    profile = read_price_list(last).profile
    with pytest.raises(PriceListError) as raised:
        read_next_price_list(content, profile)
    return [(issue.option, tuple(issue.candidates)) for issue in raised.value.issues]


@pytest.mark.parametrize(
    ("last", "now"),
    [
        ("Prices per kg;;\n", "Prices per t;;\n"),
        ("Prices per kg;;\n", ""),
        ("", "Prices per kg;;\n"),
        ("Prices per m;;\n", "Prices per km;;\n"),
    ],
)
def test_other_unit_of_the_prices_is_refused(last: str, now: str) -> None:
    assert ("price_quantity", ()) in issues_of(now + PLAIN, last + PLAIN)
    profile = read_price_list(last + PLAIN).profile
    result = read_next_price_list(now + PLAIN, profile, price_quantity=1)
    assert result.items[0].price == Decimal("12.5")


def test_price_of_a_piece_is_one_without_a_unit() -> None:
    profile = read_price_list(PLAIN).profile
    assert read_next_price_list(f"Prices per piece;;\n{PLAIN}", profile).items


@pytest.mark.parametrize("header", ["EK", "Price", "Net price", "Promo price", "Dealer price"])
def test_price_beside_a_list_price_that_was_the_price_is_refused(header: str) -> None:
    now = f"Code;Name;Listenpreis;{header}\nA-1;Lamp big;12.50;8.10\nA-2;Cable red;9.90;7.30\n"
    assert issues_of(now, LIST_PRICE) == [("column_mapping.price", (header, "Listenpreis"))]
    profile = read_price_list(LIST_PRICE).profile
    for column, price in ((header, "8.10"), ("Listenpreis", "12.50")):
        if header != "Net price" or column == "Listenpreis":
            mapping = {"price": column}
            result = read_next_price_list(now, profile, column_mapping=mapping)
            assert result.items[0].price == Decimal(price)


@pytest.mark.parametrize(
    "header", ["Old price", "Price per kg gross weight", "EK", "Stock", "MSRP"]
)
def test_other_columns_beside_a_list_price_are_no_change(header: str) -> None:
    cell = "" if header == "EK" else "7"
    now = f"Code;Name;Listenpreis;{header}\nA-1;Lamp big;12.50;{cell}\nA-2;Cable red;9.90;{cell}\n"
    profile = read_price_list(LIST_PRICE).profile
    assert read_next_price_list(now, profile).items[0].price == Decimal("12.5")


def test_price_beside_a_list_price_that_was_chosen_before_is_no_change() -> None:
    both = "Code;Name;Listenpreis;EK\nA-1;Lamp big;12.50;8.10\nA-2;Cable red;9.90;7.30\n"
    profile = read_price_list(both, column_mapping={"price": "Listenpreis"}).profile
    assert read_next_price_list(both, profile).items[0].price == Decimal("12.5")


@pytest.mark.parametrize("letter", ["C", "M"])
def test_letter_of_a_remembered_unit_column_is_in_doubt(letter: str) -> None:
    expected = ("column_mapping.price_quantity", ("UOM",))
    assert issues_of(UNITS.format(letter), UNITS.format("FT")) == [expected]


def test_decided_letter_is_remembered() -> None:
    content = UNITS.format("M")
    profile = read_price_list(content, column_mapping={"unit": "UOM"}).profile
    for _ in range(2):
        result = read_next_price_list(content, profile)
        assert result.items[1].price == Decimal("9.9")
        profile = result.profile
    with pytest.raises(PriceListError, match='The unit "C"'):
        read_next_price_list(UNITS.format("C"), profile)
    quantities = {"price_quantity": "UOM"}
    result = read_next_price_list(content, profile, column_mapping=quantities)
    assert result.items[1].price == Decimal("0.0099")
    assert read_next_price_list(content, result.profile).items[1].price == Decimal("0.0099")


def units(header: str, *cells: str) -> str:
    rows = "".join(f"A-{n};Cable {n};{n}.50;{cell}\n" for n, cell in enumerate(cells, start=1))
    return f"Code;Name;Price;{header}\n{rows}"


@pytest.mark.parametrize(("header", "cells"), [("UOM", ("EA", "M", "BX")), ("Unit", ("M", "M"))])
def test_capital_m_may_be_a_thousand(header: str, cells: tuple[str, ...]) -> None:
    content = units(header, *cells)
    with pytest.raises(PriceListError, match='The unit "M"'):
        read_price_list(content)
    mapping = {"unit": header}
    assert read_price_list(content, column_mapping=mapping).items[0].price == Decimal("1.5")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Unit", ("m", "m", "EA")),
        ("Unit", ("M", "M2", "KG")),
        ("ME", ("M", "ST", "KG")),
        ("Ед. изм.", ("M", "M", "M")),
    ],
)
def test_capital_m_is_the_metre_beside_metric_units(header: str, cells: tuple[str, ...]) -> None:
    assert len(read_price_list(units(header, *cells)).items) == len(cells)


def test_other_currencies_in_the_same_column_are_no_change() -> None:
    one = "Code;Name;Price;Cur\nA-1;Lamp big;12.50;EUR\nA-2;Cable red;9.90;EUR\n"
    two = one.replace("9.90;EUR", "9.90;GBP")
    result = read_next_price_list(two, read_price_list(one).profile)
    assert [item.currency for item in result.items] == ["EUR", "GBP"]
    assert read_next_price_list(one, result.profile).items


def test_ignored_columns_are_remembered() -> None:
    content = "Code;Name;Price;Rabatt\nA-1;Lamp big;12.50;10\nA-2;Cable red;9.90;20\n"
    profile = read_price_list(content, ignored_columns=["Rabatt"]).profile
    for _ in range(2):
        result = read_next_price_list(content, profile)
        assert [item.price for item in result.items] == [Decimal("12.5"), Decimal("9.9")]
        profile = result.profile
    assert read_next_price_list(PLAIN, profile).profile.ignored_columns == ("Rabatt",)
    mapping = {"discount": "Rabatt"}
    result = read_next_price_list(content, profile, column_mapping=mapping)
    assert result.items[0].price == Decimal("11.25")
    assert result.profile.ignored_columns == ()
    with pytest.raises(PriceListError, match="discount was not stated"):
        read_next_price_list(content, profile, ignored_columns=[])


def test_ignored_position_below_a_header_is_not_remembered() -> None:
    content = "Code;Name;Price;Rabatt\nA-1;Lamp big;12.50;10\nA-2;Cable red;9.90;20\n"
    assert read_price_list(content, ignored_columns=["column D"]).profile.ignored_columns == ()
    rows = "A-1;Lamp big;12.50;7\nA-2;Cable red;9.90;8\n"
    mapping = {"sku": "column A", "name": "column B", "price": "column C"}
    ignored = ["column D"]
    profile = read_price_list(
        rows, header_row=0, column_mapping=mapping, ignored_columns=ignored
    ).profile
    assert profile.ignored_columns == ("column D",)
