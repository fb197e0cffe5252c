"""Rows below a table that are no prices of today: without a header, or below `Old prices`."""

import pytest

from pricelists.price_lists import ReadResult, read_price_list

TABLE = ("Code;Name;Price;Stock", "A-1;Hammer;12,50;4", "A-2;Saw;8,00;5", "A-3;Axe;30,00;6")


def read(*lines: str) -> ReadResult:
    return read_price_list("\n".join((*TABLE, *lines)) + "\n", "EUR")


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


@pytest.mark.parametrize("above", [[], [""], ["", "Small parts;;;"]])
def test_price_in_the_column_of_another_number_is_rejected(above: list[str]) -> None:
    result = read(*above, "B-1;Nail;400;0,05", "B-2;Bolt;100;0,15")
    assert codes(result) == ["A-1", "A-2", "A-3"]
    assert [row.error_type for row in result.rejected] == ["malformed_row"] * 2
    assert result.rejected[0].error_message == (
        'The price "400" has no decimals and "0,05" in the column "Stock" has some, unlike the '
        "rows above: the columns may be exchanged. Bring them into the order of the header, or "
        "write the price as 400.00."
    )


@pytest.mark.parametrize(
    "line", ["B-1;Vice;400;7", "B-1;Vice;400,00;0,5", "B-1;Vice;400;", "B-1;Vice;0,05;400"]
)
def test_other_rows_are_read(line: str) -> None:
    assert codes(read("", line)) == ["A-1", "A-2", "A-3", "B-1"]


def test_whole_prices_are_usual_where_others_are_whole() -> None:
    result = read("A-4;Vice;90;2", "A-5;Drill;120;3", "A-6;Cord;7;2,5")
    assert codes(result)[-1] == "A-6"


@pytest.mark.parametrize("title", ["Old prices", "Alte Preise 2025", "Old price list"])
def test_rows_below_a_title_of_old_prices_are_rejected(title: str) -> None:
    result = read("", f"{title};;;", "A-1;Hammer;11,50;4", "", "Tools;;;", "A-7;Vice;9,00;1")
    assert codes(result) == ["A-1", "A-2", "A-3", "A-7"]
    (rejected,) = result.rejected
    assert rejected.error_message == f'The row is below the title "{title}".'


def test_rows_below_a_title_within_old_prices_are_rejected() -> None:
    result = read("", "Old prices;;;", ";Tyres;;", "A-1;Hammer;11,50;4")
    assert codes(result) == ["A-1", "A-2", "A-3"]
    assert [row.error_message for row in result.rejected] == [
        'The row is below the title "Old prices".'
    ]


def test_rows_of_a_category_of_old_prices_are_rejected() -> None:
    table = ("Code;Name;Category;Price", "A-1;Hammer;Tools;12,50", "A-2;Saw;Old prices;8,00")
    result = read_price_list("\n".join(table) + "\n", "EUR")
    assert codes(result) == ["A-1"]
    assert [row.error_message for row in result.rejected] == [
        'The row is below the title "Old prices".'
    ]


def test_sentence_about_old_prices_is_no_title_of_them() -> None:
    text = "All old prices are no longer valid from today on;;;"
    assert codes(read("", text, "A-4;Vice;9,00;1")) == ["A-1", "A-2", "A-3", "A-4"]
