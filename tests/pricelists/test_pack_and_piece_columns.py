"""Several columns of the price of which one is for a pack and another one for a piece."""

from typing import Any

import pytest

from pricelists.price_lists import ReadResult, read_price_list

HEADER = "Ref.;Wine;Bottles/case;Bottle price;Case price"
ROWS = tuple(f"W-{i};Red {i};6;{i}.10;{6 * i}.00" for i in range(2, 9))
CASE_FIRST = ["Case price", "Bottle price"]
PACK = {"pack_size": "Bottles/case"}


def read(*rows: str, **config: Any) -> ReadResult:
    lines = "\n".join((HEADER, *ROWS, *rows))
    return read_price_list(lines, "EUR", column_mapping=PACK, **config)


def last_cost(result: ReadResult) -> str:
    return str(result.items[-1].price)


def test_price_of_a_piece_is_not_divided_by_the_pack() -> None:
    result = read("W-20;White;6;5.10;", price_columns=CASE_FIRST)
    assert str(result.items[0].price) == "2"
    assert last_cost(result) == "5.10"
    assert not result.rejected


def test_price_of_a_pack_behind_that_of_a_piece_is_divided() -> None:
    result = read("W-20;White;6;;30.00", price_columns=CASE_FIRST[::-1])
    assert str(result.items[0].price) == "2.10"
    assert last_cost(result) == "5"


@pytest.mark.parametrize("columns", [CASE_FIRST, CASE_FIRST[::-1]])
def test_prices_of_pack_and_piece_that_do_not_fit_reject_the_row(columns: list[str]) -> None:
    result = read("W-20;White;6;5.10;282.00", price_columns=columns)
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("W-20", "price_out_of_range")
    for text in ("5.10", "282.00", '"Case price"', '"Bottle price"'):
        assert text in row.error_message


@pytest.mark.parametrize("case", ["30.60", "18.00", "31.00"])
def test_case_may_be_cheaper_than_its_bottles(case: str) -> None:
    result = read(f"W-20;White;6;5.10;{case}", price_columns=CASE_FIRST)
    assert not result.rejected
