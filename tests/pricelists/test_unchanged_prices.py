"""Cells of new prices that are marked unchanged have no price of their own."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import ReadResult, read_price_list

WORDS = (
    *("unverändert", "Unveränd.", "unchanged", "no change", "(unchanged)", "inchangé"),
    *("sin cambios", "без изменений", "без змін", "bez zmian", "oförändrat", "ongewijzigd"),
    *("beze změny", "invariato", "sem alteração", "uændret"),
)


def read(*rows: str, header: str = "New price;Old price", **options: Any) -> ReadResult:
    lines = [f"Code;Name;{header}", *(f"A-{n};Lamp {n};{row}" for n, row in enumerate(rows))]
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


@pytest.mark.parametrize("word", WORDS)
def test_the_next_column_of_the_price_has_that_of_an_unchanged_one(word: str) -> None:
    columns = ["New price", "Old price"]
    result = read(f"{word};12.50", "13.00;12.00", f"{word};", price_columns=columns)
    assert [item.price for item in result.items] == [Decimal("12.50"), Decimal("13.00")]
    (rejected,) = result.rejected
    assert rejected.error_type == "price_not_a_number"
    assert rejected.error_message == (
        f'The price is marked "{word}", and no other column of the price has one: write the price.'
    )


@pytest.mark.parametrize("word", WORDS)
def test_an_unchanged_next_price_is_none(word: str) -> None:
    rows = (f"12.50;{word};01.12.2099", "12.00;13.00;01.12.2099", "11.00;11.50;01.12.2099")
    mapping = {"price": "Price", "next_price": "New price", "valid_from": "From"}
    result = read(*rows, header="Price;New price;From", column_mapping=mapping)
    assert [(item.price, item.next_price) for item in result.items] == [
        (Decimal("12.50"), None),
        (Decimal("12.00"), Decimal("13.00")),
        (Decimal("11.00"), Decimal("11.50")),
    ]


def test_an_unchanged_price_alone_is_rejected_with_its_reason() -> None:
    result = read("unverändert", "12.50", "13.00", header="Preis")
    (rejected,) = result.rejected
    assert rejected.error_type == "price_not_a_number"
    assert rejected.error_message == (
        'The price is marked "unverändert" and the list has no other: write the price, or name '
        "its other column in price_columns."
    )


def test_unchanged_prices_are_a_question_about_the_columns_of_the_price() -> None:
    rows = ("unchanged;12.50", "unchanged;12.00", "13.00;12.40", "9.00;8.00")
    with pytest.raises(PriceListError, match="price_columns"):
        read(*rows, header="Price;Price 2025")


@pytest.mark.parametrize("cell", ["idem", "changed", "unchanged since 2024", "="])
def test_other_texts_are_no_unchanged_prices(cell: str) -> None:
    result = read(f"{cell};12.50", "13.00;12.00", price_columns=["New price", "Old price"])
    assert [row.error_type for row in result.rejected] == ["price_not_a_number"]
