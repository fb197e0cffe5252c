"""Cells of the quantity that a price is for: surely understood, or their row is rejected."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.price_list_rows import ItemRow, RejectedRow
from pricebook.pricelists.schemas.profile import NumberProfile
from pricelists.price_tables import COMMA, POINT, Table

PRICES = {",": "12,50", ".": "12.50"}
NOTATIONS = {",": COMMA, ".": POINT}
UNKNOWN = NumberProfile()
DIGITS = st.integers(0, 10_000_000).map(str)
NUMBERS = st.one_of(
    DIGITS,
    st.builds("{}{}{}".format, DIGITS, st.sampled_from([".", ",", " ", "'", "-", "/"]), DIGITS),
    st.sampled_from(["1.000", "1,000", "10.000", "1000,0", "1000.00", "1 000", "1.000,0", "0,5"]),
)
CELLS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "per ", "je ", "pro ", "ab ", "-", "+", "ca. ", "x"]),
    NUMBERS,
    st.sampled_from(["", " St", " pcs", " шт", "?", "%", "+", " x 10", "e3", "*", " oder"]),
)
PER = re.compile(r"(?:per |je |pro |x)?(.*?)(?: St| pcs| шт)?")


def cost(cell: str, mark: str) -> Decimal | None:
    """Return the cost of a row, None if it is rejected for its quantity."""
    row = Table("price_quantity", numbers=NOTATIONS[mark]).row(PRICES[mark], cell)
    if isinstance(row, RejectedRow):
        assert row.error_type in {"price_quantity_unknown", "price_too_precise"}
        return None
    assert isinstance(row, ItemRow)
    return row.price


def whole_number(text: str, mark: str) -> int | None:
    """Return what a number means beyond doubt: whole, and grouped by threes if at all."""
    group = re.escape("." if mark == "," else ",")
    other = re.escape(mark)
    if re.fullmatch(rf"\d+(?:{other}0+)?", text) or re.fullmatch(rf"\d+{group}0{{1,2}}", text):
        return int(re.split(r"[.,]", text)[0])
    if re.fullmatch(rf"\d{{1,3}}(?:(?:{group}|[ '])\d{{3}})+(?:{other}0+)?", text):
        return int(re.sub(r"\D", "", text.split(mark, maxsplit=1)[0]))
    return None


@pytest.mark.parametrize("mark", [",", "."])
@pytest.mark.parametrize(
    ("cell", "quantity"),
    [
        *(("100", 100), ("100 St", 100), ("per 100", 100), ("je 100 St", 100), ("C", 100)),
        *(("1000,0", 1000), ("1000.0", 1000), ("1 000", 1000), ("1'000", 1000), ("1.0", 1)),
        *((NumberCell("100"), 100), (NumberCell("1000", "1.000"), 1000), ("0,5 kg", 0.5)),
        # without any, prices are for one piece: of many such rows that is known
        *(("", 1), ("  ", 1)),
    ],
)
def test_quantities_that_are_understood(cell: str, quantity: float, mark: str) -> None:
    if cell == "0,5 kg" and mark == ".":
        cell = "0.5 kg"
    assert cost(cell, mark) == Decimal("12.50") / Decimal(str(quantity))


@pytest.mark.parametrize("mark", [",", "."])
@pytest.mark.parametrize(
    "cell",
    [
        *("0", "0,0", "0 St", "-", "—", "abc", "n/a", "#N/A", "-100", "+100", "1e3", "100%"),
        *("1/100", "10 x 10", "100-500", "ab 100", "100+", "ca. 100", "100?", "T", "H", "100,"),
        *("0,5", "0.5", "1,5", "1.5", "0.001", "0,25", "2.75", "0,5 St"),
        *(NumberCell("0"), NumberCell("-100"), NumberCell("0.5"), NumberCell("1.5"), "TRUE"),
    ],
)
def test_quantities_that_are_not_understood_reject_the_row(cell: str, mark: str) -> None:
    assert cost(cell, mark) is None


def test_thousands_by_the_mark_of_the_prices() -> None:
    assert cost("1.000", ",") == cost("1,000", ".") == Decimal("0.0125")
    assert cost("1,000", ",") is cost("1.000", ".") is None
    row = Table("price_quantity", numbers=UNKNOWN).row("12", "1.000")
    assert isinstance(row, RejectedRow)


@given(CELLS, st.sampled_from([",", "."]))
def test_quantity_is_the_number_of_the_cell_or_the_row_is_rejected(cell: str, mark: str) -> None:
    found = cost(cell, mark)
    match = PER.fullmatch(cell)
    quantity = whole_number(match[1], mark) if match else None
    if match and {".", ","} <= set(match[1]):  # each shows what the other one is
        quantity = whole_number(match[1], ",") or whole_number(match[1], ".")
    if found is not None:
        assert quantity
        assert abs(found - Decimal("12.50") / quantity) <= Decimal("0.0000005")
    if match and re.fullmatch("10{1,3}", match[1]):
        assert found is not None


@given(st.text(max_size=12))
def test_no_text_is_one_piece_by_default(cell: str) -> None:
    """Only a blank cell, a unit and the number one mean one."""
    if cost(cell, ",") == Decimal("12.50"):
        has_digit = any(map(str.isdigit, cell))
        assert not cell.strip() or any(map(str.isalpha, cell)) or (has_digit and "1" in cell)
