"""Workbooks and spreadsheets' ways to save CSV."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from pricebook.db.database import Connection
from pricebook.errors import PriceListError
from product_import_fixtures import ImportProducts, products_of

HEADER = ["SKU", "Name", "Target price", "GTIN"]


def workbook(fill: Callable[[Any], None]) -> bytes:
    file = io.BytesIO()
    book: Any
    with xlsxwriter.Workbook(file) as book:
        fill(book)
    return file.getvalue()


async def test_number_cells_are_read_as_they_are_shown(
    import_products: ImportProducts, conn: Connection
) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Products")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [42, 7, 19.9, 4006381333931])
        sheet.write_number(2, 0, 42, book.add_format({"num_format": "00000"}))
        sheet.write_row(2, 1, ["Ink", "1.234,50"])

    imported = await import_products(workbook(fill), name="products.xlsx")
    assert imported.counts == (2, 0, 0, 0, 0), imported.rows
    assert [(row[0], row[1], row[4], row[5]) for row in await products_of(conn)] == [
        ("00042", "Ink", Decimal("1234.5"), None),
        ("42", "7", Decimal("19.9"), "4006381333931"),
    ]


async def test_sheet_is_named_if_several_have_products(
    import_products: ImportProducts, conn: Connection
) -> None:
    def fill(book: Any) -> None:
        for name in ("Tools", "Paint"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, [f"{name}-1", name, 5])

    file = workbook(fill)
    with pytest.raises(PriceListError):
        await import_products(file, name="products.xlsx")
    await import_products(file, name="products.xlsx", sheet_name="paint")
    assert [row[0] for row in await products_of(conn)] == ["Paint-1"]


async def test_other_sheets_are_passed_over(
    import_products: ImportProducts, conn: Connection
) -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("Notes").write_row(0, 0, ["Written by Anna"])
        sheet = book.add_worksheet("Products")
        sheet.write_row(2, 0, HEADER)
        sheet.write_row(3, 0, ["A-1", "Pen", 5])

    await import_products(workbook(fill), name="products.xlsx")
    assert [row[0] for row in await products_of(conn)] == ["A-1"]


async def test_formula_without_a_value_is_rejected(import_products: ImportProducts) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Products")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["A-1", "Pen"])
        sheet.write_formula(1, 2, "=1+1", None, "")

    imported = await import_products(workbook(fill), name="products.xlsx")
    assert imported.errors == {2: "malformed_row"}


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("sku;name;target_price\nA-1;Pen;19,90\n", "19.9"),
        ("sep=;\nsku;name;target_price\nA-1;Pen;1.234,50\n", "1234.5"),
        ("sku\tname\ttarget_price\nA-1\tPen\t$19.90\n", "19.9"),
        ("sku,name,target_price\nA-1,Pen,1.234\nA-2,Ink,2.50\n", "1.234"),
    ],
)
async def test_numbers_are_read_in_the_notation_of_the_column(
    import_products: ImportProducts, conn: Connection, text: str, price: str
) -> None:
    imported = await import_products(text.encode("utf-16"))
    assert imported.errors == {}
    assert (await products_of(conn))[0][4] == Decimal(price)
