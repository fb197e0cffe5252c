"""Regressions of number parsing, known from other import programs."""

import locale
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.errors import PriceListError
from pricebook.pricelists.numbers import detect_number_profile, price_cell_reader
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.read_config import DecimalMark
from pricelists.price_lists import csv_text, csv_with_prices, read_price_list


def prices_of(*cells: str, currency: str = "USD") -> list[Decimal | None]:
    result = read_price_list(csv_with_prices(cells), currency)
    assert not result.rejected
    return [item.price for item in result.items]


def errors_of(*cells: str, currency: str = "USD") -> list[str]:
    """Return the errors of the rows with these prices; a valid last row must still be read."""
    result = read_price_list(csv_with_prices([*cells, "5"]), currency)
    assert [item.price for item in result.items] == [Decimal(5)]
    assert [row.supplier_sku for row in result.rejected] == [f"A{n}" for n in range(len(cells))]
    return [row.error_type for row in result.rejected]


@pytest.mark.parametrize("process_locale", ["C", "de_DE.UTF-8", "tr_TR.UTF-8"], indirect=True)
def test_decimal_point_is_read_in_any_process_locale(process_locale: str) -> None:
    assert locale.setlocale(locale.LC_ALL) == process_locale
    assert prices_of("43.5", "1,234.50") == [Decimal("43.5"), Decimal("1234.50")]
    assert prices_of("43,5", "1.234,50") == [Decimal("43.5"), Decimal("1234.50")]


def test_numeric_cell_is_not_parsed_as_text() -> None:
    cells = [NumberCell("1.234"), NumberCell("43.5"), "1.234", "5,50"]
    read = price_cell_reader(detect_number_profile(cells, "USD"), "USD")
    assert list(map(read, cells)) == [
        *(Decimal("1.234"), Decimal("43.5"), Decimal(1234), Decimal("5.50"))
    ]
    assert detect_number_profile([NumberCell("12.5")], "USD").decimal_marks == ()


@pytest.mark.parametrize("given", [".", ","])
def test_decimal_separator_does_not_apply_to_numeric_cells(given: DecimalMark) -> None:
    result = read_price_list(csv_with_prices(["7"]), decimal_separator=given)
    read = price_cell_reader(result.profile.numbers, "USD")
    assert read(NumberCell("1.234")) == Decimal("1.234")
    assert read(NumberCell("12.5")) == Decimal("12.5")


@pytest.mark.parametrize(
    ("cells", "prices"),
    [
        (["4,20", "2,3"], ["4.20", "2.3"]),
        (["1,000", "12.50"], ["1000", "12.50"]),
        (["1 234,56", "1,000"], ["1234.56", "1.000"]),
        (["1'234'567.89", "1'000"], ["1234567.89", "1000"]),
        (["1.234.567,89", "1.000"], ["1234567.89", "1000"]),
        (["1,23,456.78", "1,000"], ["123456.78", "1000"]),
        (["1\u00a0234,56", "12\u00a0345"], ["1234.56", "12345"]),
        (["1\u202f234,56", "12\u2009345"], ["1234.56", "12345"]),
    ],
)
def test_column_notation_decides_decimal_and_grouping_marks(
    cells: list[str], prices: list[str]
) -> None:
    assert prices_of(*cells) == list(map(Decimal, prices))


def test_three_decimals_are_kept_or_ambiguous() -> None:
    assert prices_of("3.350", "3.3", "1,234,567.890") == [
        *(Decimal("3.350"), Decimal("3.3"), Decimal("1234567.890"))
    ]
    result = read_price_list(csv_with_prices(["3.350", "2.750"]))
    assert [row.error_type for row in result.rejected] == ["price_ambiguous"] * 2
    message = result.rejected[0].error_message
    assert "3.350 with decimal_separator '.'" in message
    assert "3350 with ','" in message


def test_decimals_are_exact() -> None:
    assert prices_of("1803,60") == [Decimal("1803.60")]
    read = price_cell_reader(detect_number_profile([], "USD"), "USD")
    assert read(NumberCell("1803.6")) == Decimal("1803.60")


def test_more_than_six_decimals_are_rounded() -> None:
    assert prices_of("1.2345", "0.000001") == [Decimal("1.2345"), Decimal("0.000001")]
    assert prices_of("1.2345678") == [Decimal("1.234568")]
    assert errors_of("0.0000012") == ["price_too_precise"]


def test_scientific_notation_is_parsed() -> None:
    assert prices_of("7.7e-03", "1.5E+3") == [Decimal("0.0077"), Decimal(1500)]
    assert errors_of("7.7e-06") == ["price_too_precise"]


@pytest.mark.parametrize("cell", ["12.03.2024", "1.2.24", "2024-03-12", "12/03/2024"])
def test_date_is_rejected(cell: str) -> None:
    assert errors_of(cell) == ["price_not_a_number"]


@pytest.mark.parametrize(
    ("cell", "currency", "price"),
    [
        ("$399.00", "USD", "399.00"),
        ("125,00 EUR", "EUR", "125.00"),
        ("69.71 gbp", "GBP", "69.71"),
        ("125 руб.", "RUB", "125"),
        ("125,50 BYN", "BYN", "125.50"),
        ("€ 1.200,-", "EUR", "1200.00"),
    ],
)
def test_currency_signs_and_words_are_parsed(cell: str, currency: str, price: str) -> None:
    assert prices_of(cell, currency=currency) == [Decimal(price)]
    assert errors_of(cell, currency="CHF") == ["other_currency"]


@pytest.mark.parametrize("cell", ["x", "-", "12 x"])
def test_text_and_empty_price_are_rejected(cell: str) -> None:
    assert errors_of(cell, "") == ["price_not_a_number", "missing_price"]


def test_nan_infinity_and_error_values_are_rejected() -> None:
    cells = ["NaN", "Infinity", "-inf", "#VALUE!", "#REF!"]
    assert errors_of(*cells, "#N/A") == [*["price_not_a_number"] * len(cells), "price_on_request"]


def test_price_out_of_range_or_negative_is_rejected() -> None:
    assert errors_of("10000000000", "1e300", "-1", "(5.00)") == [
        *("price_out_of_range", "price_out_of_range", "price_negative", "price_negative")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Net price", "Gross price"), ("Wholesale price", "Retail price"), ("Опт", "Розница")],
)
def test_two_price_columns_need_column_mapping(one: str, other: str) -> None:
    content = csv_text("1;Lamp;5;6", header=f"sku;name;{one};{other}")
    with pytest.raises(PriceListError) as raised:
        read_price_list(content)
    assert f'"{one}" and "{other}"' in raised.value.message
    result = read_price_list(content, column_mapping={"price": other})
    assert result.items[0].price == Decimal(6)


_PLAIN_CELLS = ("12", "12.50", "1,5", "1234567890.12")
_OTHER_CELLS = ("1.234", "1,234,567", "1.2\n3,4", "1\n", "", "12.2025", "n/a", "EUR 3,50", "007.5")
_CELLS = st.lists(
    st.sampled_from(_PLAIN_CELLS) | st.sampled_from([*_OTHER_CELLS, NumberCell("12.5")])
)


@given(before=_CELLS, plain=st.lists(st.sampled_from(_PLAIN_CELLS), max_size=600), after=_CELLS)
def test_marks_of_a_column_are_those_of_its_cells(
    before: list[str], plain: list[str], after: list[str]
) -> None:
    cells = [*before, *plain, *after]
    each = [detect_number_profile([cell, "n/a"], "USD") for cell in cells]
    found = detect_number_profile(cells, "USD")
    assert set(found.decimal_marks) == {mark for one in each for mark in one.decimal_marks}
    assert set(found.grouping_marks) == {mark for one in each for mark in one.grouping_marks}
