"""Prices over the list price of their row, in lists whose prices are not."""

from typing import Any

import pytest

from pricelists.price_lists import read_price_list

HEADER = "Code;Name;MSRP;Dealer price"
ROWS = tuple(f"A-{number};Disk {number} TB;{number}9.00;{number}1.50" for number in range(1, 9))
OVER = "A-9;Disk 20 TB;489.00;4089.50"


def rejected(*lines: str, header: str = HEADER, **config: Any) -> list[tuple[str | None, str]]:
    result = read_price_list("\n".join((header, *lines)), "EUR", **config)
    assert len(result.items) + len(result.rejected) == len(lines)
    return [(row.supplier_sku, row.error_type) for row in result.rejected]


def test_price_over_the_list_price_is_rejected() -> None:
    assert rejected(*ROWS, OVER) == [("A-9", "price_out_of_range")]
    result = read_price_list("\n".join((HEADER, *ROWS, OVER)), "EUR")
    assert result.rejected[0].error_message == (
        'The price 4089.50 (column "Dealer price") is over the list price 489.00 (column "MSRP"), '
        "unlike the other prices: correct one of them, or clear the list price if the price is "
        "right."
    )


@pytest.mark.parametrize(
    "row",
    [
        *("A-9;Disk;489.00;489.00", "A-9;Disk;489.00;510.00", "A-9;Disk;;4089.50"),
        "A-9;Disk;on request;4089.50",
    ],
)
def test_price_about_the_list_price_or_without_one_is_read(row: str) -> None:
    assert rejected(*ROWS, row) == []


def test_ignored_list_price_limits_nothing() -> None:
    assert rejected(*ROWS, OVER, ignored_columns=["MSRP"]) == []


def test_list_price_that_many_prices_are_over_is_something_else() -> None:
    others = [f"B-{number};Reel {number};9.00;41.50" for number in range(3)]
    assert rejected(*ROWS, *others) == []
    # nor are a few rows enough to know
    assert rejected(*ROWS[:3], OVER) == []


def test_price_after_its_discount_counts() -> None:
    rows = [f"{row};40" for row in ROWS]
    header = f"{HEADER};Discount %"
    options: dict[str, Any] = {
        "discount_base": "price",
        "column_mapping": {"price": "Dealer price"},
    }
    assert rejected(*rows, "A-9;Disk;489.00;700.00;40", header=header, **options) == []
    found = rejected(*rows, "A-9;Disk;489.00;900.00;40", header=header, **options)
    assert found == [("A-9", "price_out_of_range")]


def test_net_list_price_does_not_limit_a_gross_price() -> None:
    header = "Code;Name;List price net;Price incl. VAT"
    assert rejected(*ROWS, OVER, header=header) == []


def test_price_for_another_quantity_is_not_compared() -> None:
    header = f"{HEADER};PE"
    rows = [f"{row};1" for row in ROWS]
    assert rejected(*rows, "A-9;Screw;4.00;300.00;100", header=header) == []


def test_price_of_each_of_several_columns_is_compared() -> None:
    header = "Code;Name;MSRP EUR;Dealer EUR;Dealer USD"
    rows = [f"{row};50" for row in ROWS]
    lines = (*rows, f"{OVER};4400", "A-10;Disk;489.00;;4400", "A-11;Disk;489.00;51;60")
    columns = ["Dealer EUR", "Dealer USD"]
    found = rejected(*lines, header=header, price_columns=columns)
    assert found == [("A-9", "price_out_of_range")]
