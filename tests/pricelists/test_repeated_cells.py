"""Rows with the same cells share what was parsed: each says the same as if it were the only one."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.pricelists.isolation.copy_lines import COLUMNS, LineFormatter
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.price_list_rows import ItemRow, PriceDetails
from pricelists.price_tables import Table, details_of

MORE_THAN_KEPT = 5000
FIELDS = ("currency", "price_quantity", "pack_size", "discount", "vat_rate", "stock", "lead_time")
CELLS = [
    *("", "1", "1.000", "0.3", "30", "EUR", "C", "5 pcs", "?", "x" * 2000),
    *(NumberCell("1"), NumberCell("1.000"), NumberCell("0.3"), NumberCell("0.3", "30%")),
    *(NumberCell("30"), NumberCell("30", "30 pcs")),
]
PAIRS = [(first, second) for first in CELLS for second in (first, "", "1")]


@given(
    st.sampled_from(FIELDS), st.sampled_from(FIELDS), st.lists(st.sampled_from(PAIRS), min_size=2)
)
def test_row_depends_on_no_row_before_it(
    first: str, second: str, rows: list[tuple[str, str]]
) -> None:
    fields = dict.fromkeys((first, second))
    shared = Table(*fields)
    for cells in rows:
        row = cells[: len(fields)]
        assert shared.row("12.50", *row) == Table(*fields).row("12.50", *row)


@pytest.mark.parametrize("first", ["text", "number"])
def test_text_and_number_with_the_same_digits_differ(first: str) -> None:
    table = Table("price_quantity")
    for kind in (first, "text", "number"):
        if kind == "number":
            assert table.item("500", NumberCell("1.000")).price == Decimal(500)
        else:
            assert table.rejected("500", "1.000").error_type == "price_quantity_unknown"


def test_number_formats_differ() -> None:
    table = Table("discount")
    assert table.item("500", NumberCell("0.3", "30%")).price == Decimal(350)
    assert table.rejected("500", NumberCell("0.3")).error_type == "discount_unknown"


def test_more_different_cells_than_are_kept() -> None:
    table = Table("price_quantity")
    for _ in range(2):
        for number in range(1, MORE_THAN_KEPT):
            assert table.item(str(number * 5), str(number)).price == 5


def test_lines_of_more_details_than_are_kept() -> None:
    formatter = LineFormatter(has_categories=False)

    def items() -> Iterator[ItemRow]:
        details = PriceDetails(unit="H87")
        for number in range(MORE_THAN_KEPT):
            own = details if number % 3 else PriceDetails(pack_size=Decimal(number))
            yield ItemRow(number, "A1", "Lamp", Decimal(5), None, {}, None, own)

    for number, item in enumerate(items()):
        line = formatter.format(item).rstrip("\n").split("\t")
        stored = json.loads(line[COLUMNS.index("details")])
        assert stored == ({"unit": "H87"} if number % 3 else {"pack_size": number})


def test_unread_cell_of_one_row_is_no_text_of_another() -> None:
    table = Table("pack_size", "lead_time")
    unread = table.item("5", "?", "soon").characteristics
    assert unread == {"pack_size": "?", "lead_time": "soon"}
    assert table.item("5", "10", "3 days").characteristics == dict.fromkeys(unread)
    assert details_of(table.item("5", "10", "3 days")).pack_size == 10
