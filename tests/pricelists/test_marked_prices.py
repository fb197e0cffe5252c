"""Marks beside the numbers of price cells: read if their legend is known, else rejected."""

from decimal import Decimal

import pytest

from pricelists.price_lists import ReadResult, read_price_list
from pricelists.workbooks import HEADER, xlsx_of

ROWS = ("A2;Blue lamp;20,00", "A3;Green lamp;30,00")


def read(cell: str, legend: str = "", **options: str) -> ReadResult:
    lines = ["No.;Name;Price", f"A1;Red lamp;{cell}", *ROWS, "", legend]
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


def prices(result: ReadResult) -> list[Decimal | None]:
    return [item.price for item in result.items]


@pytest.mark.parametrize(
    ("cell", "legend"),
    [
        ("10,00*", "* = netto"),
        ("10,00 *", "* net price"),
        ("10,00 € *", "* Nettopreis, nicht rabattfähig"),
        ("10,00 N", "N = Nettopreis"),
        ("10,00 (N)", "N = Nettopreis"),
        ("10,00 ¹", "¹ Nettopreis"),
        ("10,00¹)", "¹) Nettopreis"),
        ("10,00**", "** sans remise"),
    ],
)
def test_marked_net_price_takes_no_discount(cell: str, legend: str) -> None:
    result = read(cell, legend, discount="10")
    assert prices(result) == [Decimal("10.00"), 18, 27]
    undiscounted = read(cell, legend, discount="0")
    assert prices(undiscounted) == [Decimal("10.00"), Decimal("20.00"), Decimal("30.00")]


def test_all_articles_take_the_discount_by_setting() -> None:
    result = read("10,00*", "* = netto", discount="10", net_marks="none")
    assert prices(result) == [9, 18, 27]


def test_price_that_holds_until_a_later_day() -> None:
    result = read("10,00*", "* Preis gültig bis 31.12.2099")
    assert prices(result) == [Decimal("10.00"), Decimal("20.00"), Decimal("30.00")]


@pytest.mark.parametrize(
    ("cell", "legend", "reason"),
    [
        ("10,00*", "", 'has the mark "*", which no text of the list explains'),
        ("10,00 N", "", 'has the mark "N", which no text of the list explains'),
        ("10,00*", "* Preis gültig bis 31.12.2025", '"* Preis gültig bis 31.12.2025"'),
        ("10,00*", "* zzgl. Zuschlag", '"* zzgl. Zuschlag"'),
        ("10,00*", "* gültig bis 31.12.2099 zzgl. 5 % Zuschlag", '"* gültig bis'),
    ],
)
@pytest.mark.parametrize("discount", [None, "10"])
def test_price_with_another_mark_is_rejected(
    cell: str, legend: str, reason: str, discount: str | None
) -> None:
    result = read(cell, legend, **({"discount": discount} if discount else {}))
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("A1", "price_not_a_number")
    assert reason in row.error_message


@pytest.mark.parametrize("legend", ["", "* zzgl. Zuschlag"])
def test_mark_that_changes_no_price_by_setting(legend: str) -> None:
    result = read("10,00*", legend, discount="10", ignored_marks="*")
    assert prices(result) == [9, 18, 27]
    assert read("10,00¹", legend, ignored_marks="*").rejected


def test_two_marks_of_a_price_are_another_mark() -> None:
    (row,) = read("10,00*²", "* = netto").rejected
    assert 'has the mark "*²", which no text of the list explains' in row.error_message


def test_net_mark_in_a_list_with_gross_prices() -> None:
    result = read("10,00*", "* = netto", vat_included=True)  # type: ignore[arg-type]
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("A1", "vat_unknown")


def test_net_mark_beside_a_discount_of_the_row() -> None:
    lines = ["No.;Name;Price;Discount %", "A1;Red lamp;10,00*;30", "A2;Blue lamp;20,00*;"]
    lines += ["A3;Green lamp;30,00;10", "* = net price"]
    result = read_price_list("\n".join(lines) + "\n", "EUR")
    assert [(row.supplier_sku, row.error_type) for row in result.rejected] == [
        ("A1", "discount_unknown")
    ]
    assert prices(result) == [Decimal("20.00"), 27]


def test_cells_with_letters_that_are_no_marks_stay_rejected() -> None:
    result = read("10,00 kg")
    (row,) = result.rejected
    assert row.error_message.startswith('The price "10,00 kg" is not one number: write the ')


def test_column_in_which_many_prices_have_a_mark() -> None:
    lines = ["No.;Name;Price", "* net price"]
    lines += [f"A{n};Lamp {n};1{n},50*" for n in range(1, 9)]
    result = read_price_list("\n".join(lines) + "\n", "EUR", discount="10")
    assert prices(result) == [Decimal(f"1{n}.50") for n in range(1, 9)]


def test_mark_in_a_number_format() -> None:
    rows = [["A1", "Lamp", 12.5], ["A2", "Cable", 9.9], ["* net price", None, None]]
    content = xlsx_of([HEADER, *rows], formats={2: '0.00"*"'})
    assert prices(read_price_list(content, discount="10")) == [Decimal("12.5"), Decimal("9.9")]
    (first, _) = read_price_list(xlsx_of([HEADER, *rows[:2]], formats={2: '0.00"*"'})).rejected
    assert 'has the mark "*"' in first.error_message
