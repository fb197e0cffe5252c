"""Columns of the price in different currencies: the currency of a header goes with its prices."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import ReadResult, read_price_list

ROWS = (
    "A1;Notebook 14 inch;812,50;",
    "A2;Mouse wireless;;9,90",
    "A3;Docking station;145,00;159,00",
    "A4;Cable HDMI 2 m;;4,20",
)
PAIRS = [
    *(("DealerEUR", "DealerUSD"), ("Dealer EUR", "Dealer USD"), ("Price (EUR)", "Price (USD)")),
    *(("EURPrice", "USDPrice"), ("HEK EUR", "HEK USD"), ("Prix EUR", "Prix USD")),
    *(("Цена EUR", "Цена USD"), ("PrecioEUR", "PrecioUSD"), ("CenaEUR", "CenaUSD")),
    *(("Ціна EUR", "Ціна USD"), ("PreisEUR", "PreisUSD"), ("Price EUR", "Price US$")),
]


def read(*columns: str, rows: tuple[str, ...] = ROWS, **options: Any) -> ReadResult:
    header = ";".join(("Part no", "Description", *columns))
    return read_price_list("\n".join((header, *rows)) + "\n", "EUR", **options)


def found(result: ReadResult) -> dict[str, tuple[Decimal | None, str | None]]:
    return {item.supplier_sku: (item.price, item.currency) for item in result.items}


@pytest.mark.parametrize("columns", PAIRS)
def test_each_price_has_the_currency_of_its_column(columns: tuple[str, str]) -> None:
    result = read(*columns, price_columns=list(columns))
    assert found(result) == {
        "A1": (Decimal("812.50"), None),
        "A2": (Decimal("9.90"), "USD"),
        "A3": (Decimal(145), None),
        "A4": (Decimal("4.20"), "USD"),
    }
    assert f'where it is empty, from column D "{columns[1]}" in USD' in describe_profile(
        result.profile
    )


@pytest.mark.parametrize("columns", PAIRS)
def test_prices_in_another_currency_only_are_a_question(columns: tuple[str, str]) -> None:
    with pytest.raises(PriceListError) as refused:
        read(*columns)
    (issue,) = refused.value.issues
    assert (issue.option, issue.candidates) == ("price_columns", columns)


def test_reversed_order_and_setting_of_the_currency() -> None:
    result = read("DealerEUR", "DealerUSD", price_columns=["DealerUSD", "DealerEUR"])
    assert found(result)["A1"] == (Decimal("812.50"), None)
    assert found(result)["A3"] == (Decimal(159), "USD")
    result = read(
        "Dealer EUR", "Dealer USD", price_columns=["Dealer EUR", "Dealer USD"], list_currency="EUR"
    )
    assert found(result)["A2"] == (Decimal("9.90"), "USD")


def test_row_with_another_currency_than_the_column_of_its_price_is_rejected() -> None:
    rows = tuple(f"{row};EUR" for row in ROWS)
    columns = ["Dealer EUR", "Dealer USD"]
    result = read(*columns, "Currency", rows=rows, price_columns=columns)
    assert [row.error_type for row in result.rejected] == ["other_currency"] * 2
    assert found(result).keys() == {"A1", "A3"}


@pytest.mark.parametrize("msrp", ["MSRP", "MSRP EUR", "MSRPEUR", "UVP"])
def test_retail_price_is_not_the_only_price(msrp: str) -> None:
    rows = tuple(f"{row};999,00" for row in ROWS)
    columns = ["DealerEUR", "DealerUSD"]
    result = read(*columns, msrp, rows=rows, price_columns=columns)
    assert found(result)["A2"] == (Decimal("9.90"), "USD")
    details = {item.supplier_sku: item.details for item in result.items}
    assert details["A1"] is not None
    assert details["A1"].recommended_price == Decimal(999)
    assert details["A2"] is None  # it is no price in dollars


def test_columns_of_money_in_unknown_words_may_be_the_price() -> None:
    lines = [
        "Part no;Description;MSRP;Stufe X",
        *("A1;Notebook 14;999.00;812.50", "A2;Mouse red;19.00;9.90", "A3;Dock 2;199.50;145.00"),
    ]
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("column_mapping.price", ("Stufe X",))
    table = table_of(*lines, column_mapping={"price": "Stufe X"})
    assert columns_of(table)["list_price"] == "MSRP"


@pytest.mark.parametrize(
    ("second", "option"), [("Price $ or £", "price_columns"), ("Price, руб", "price_columns")]
)
def test_currency_that_is_in_doubt_is_refused(second: str, option: str) -> None:
    with pytest.raises(PriceListError) as refused:
        read("Price EUR", second, price_columns=["Price EUR", second])
    assert option in {issue.option for issue in refused.value.issues}


def test_sign_of_several_currencies_is_settled_by_the_order_and_a_setting() -> None:
    with pytest.raises(PriceListError, match="may mean several currencies") as refused:
        read("Preis €", "Preis $", price_columns=["Preis €", "Preis $"])
    assert "name the column first in price_columns" in refused.value.message
    result = read("Preis €", "Preis $", price_columns=["Preis $", "Preis €"], list_currency="USD")
    assert found(result)["A2"] == (Decimal("9.90"), "USD")
    assert found(result)["A1"] == (Decimal("812.50"), None)


def test_currency_written_to_the_word_counts_for_one_column_too() -> None:
    assert found(read("DealerUSD", "Note"))["A1"] == (Decimal("812.50"), "USD")
    result = read("DealerEUR", "DealerUSD", column_mapping={"price": "DealerUSD"})
    assert found(result)["A2"] == (Decimal("9.90"), "USD")


def test_column_without_a_currency_beside_a_foreign_one_is_in_doubt() -> None:
    columns = ["Price USD", "Special price"]
    with pytest.raises(PriceListError) as refused:
        read(*columns, price_columns=columns)
    (issue,) = refused.value.issues
    assert (issue.option, issue.candidates) == ("currency", ("USD",))
    result = read(*columns, price_columns=columns, list_currency="USD")
    assert {currency for _, currency in found(result).values()} == {"USD"}


@pytest.mark.parametrize("further", ["Deposit", "Discount %", "Surcharge"])
def test_amounts_beside_prices_in_two_currencies_are_refused(further: str) -> None:
    rows = tuple(f"{row};10" for row in ROWS)
    columns = ["Price EUR", "Price USD"]
    mapping = {"deposit": further} if further == "Deposit" else {}
    with pytest.raises(PriceListError, match="in another currency than"):
        read(*columns, further, rows=rows, price_columns=columns, column_mapping=mapping)


def test_surcharge_in_the_currency_of_a_text_is_not_added_to_prices_in_another() -> None:
    header = "Part no;Description;Price;Price EUR;Surcharge"
    rows = (f"{row};1" for row in ROWS)
    columns = ["Price", "Price EUR"]
    with pytest.raises(PriceListError, match="in another currency than"):
        read_price_list(
            "\n".join(("All prices in CHF", header, *rows)), "EUR", price_columns=columns
        )


def test_words_that_end_like_a_code_stay_words() -> None:
    table = table_of("Code;Name;Wholesale", "A1;Rope 1 m;1.20", "A2;Rope 2 m;2.20", "A3;Cap x;3.1")
    assert columns_of(table)["price"] == "Wholesale"
