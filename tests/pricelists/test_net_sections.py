"""Sections whose titles say that their articles take no discount."""

from decimal import Decimal
from typing import Any

import pytest

from pricelists.price_lists import ReadResult, read_price_list


def read(title: str, header: str = "", cells: str = "", **options: Any) -> ReadResult:
    lines = [
        f"Code;Name;Price{header}",
        "SWITCHES",
        f"S-1;Switch 10 A;100.00{cells}",
        f"S-2;Switch 16 A;120.50{cells}",
        title,
        f"E-1;Enclosure IP 44;50.00{cells}",
        "RELAYS",
        f"R-1;Relay 24 V;80.25{cells}",
    ]
    return read_price_list("\n".join(lines) + "\n", **options)


@pytest.mark.parametrize(
    "title",
    [
        "ENCLOSURES & ACCESSORIES : NETT RATES - NO TRADE DISCOUNT",
        *("Accessories (no discount)", "Zubehör – nicht rabattfähig", "Zubehör ohne Rabatt"),
        *("ZUBEHÖR RABATTFREI", "Аксессуары, без скидки", "Accessoires non remisables"),
        *("Accesorios sin descuento", "Akcesoria bez rabatu", "Toebehoren zonder korting"),
    ],
)
def test_section_without_discount(title: str) -> None:
    result = read(title, discount="40")
    prices = {row.supplier_sku: row.price for row in result.items}
    assert prices["S-1"] == Decimal(60)
    assert prices["E-1"] == Decimal("50.00")
    assert prices["R-1"] == Decimal("48.15")
    assert not next(row for row in result.items if row.supplier_sku == "E-1").details


@pytest.mark.parametrize("title", ["ENCLOSURES - NETT PRICES", "Nettoartikel", "Prix nets"])
def test_rows_of_a_section_that_may_be_net_are_rejected(title: str) -> None:
    result = read(title, discount="40")
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("E-1", "discount_unknown")
    assert title in row.error_message
    assert not read(title).rejected


@pytest.mark.parametrize("title", ["ENCLOSURES", "Discount shelves", "Preise netto zzgl. MwSt."])
def test_other_sections_take_the_discount(title: str) -> None:
    result = read(title, discount="40", vat_included=False)
    assert [row.price for row in result.items][2] == Decimal(30)


def test_discounts_of_rows_in_a_section_without_discount_are_in_doubt() -> None:
    result = read("No discount", header=";Disc. %", cells=";40")
    assert [row.supplier_sku for row in result.rejected] == ["E-1"]
    free = read("No discount", header=";Disc. %", cells=";0")
    assert not free.rejected


def test_category_without_discount() -> None:
    lines = ["Code;Name;Price;Category", "S-1;Switch;100.00;Switches", "E-1;Box;50.00;No discount"]
    result = read_price_list("\n".join([*lines, "R-1;Relay;80.25;Relays"]) + "\n", discount="40")
    assert [row.price for row in result.items] == [Decimal(60), Decimal("50.00"), Decimal("48.15")]


@pytest.mark.parametrize(
    "title", ["Familia LÁMPARAS – Dto. 40%", "Zubehör, Rabatt 20 %", "Lamps: 15 % discount"]
)
def test_discount_of_a_title_is_in_doubt_for_rows_without_one(title: str) -> None:
    lines = ["Code;Name;Price;Dto.", "S-1;Switch;100.00;30", "S-2;Relay;120.50;25"]
    listed = "\n".join([*lines, title, "E-1;Lamp;50.00;", "E-2;Bulb;5.10;10", "E-3;Tube;7.20;0"])
    result = read_price_list(listed)
    assert [row.supplier_sku for row in result.items] == ["S-1", "S-2", "E-2", "E-3"]
    (row,) = result.rejected
    assert row.error_type == "discount_unknown"
    assert f'The section "{title}" states a discount' in row.error_message
    assert read_price_list(listed, discount_base="none").items[2].price == Decimal("50.00")


@pytest.mark.parametrize("header", [";Unit", ""])
def test_discount_of_a_title_without_a_column_of_discounts(header: str) -> None:
    result = read("Lamps: special discount of 15 %", header, ";pc" if header else "")
    assert [row.supplier_sku for row in result.items] == ["S-1", "S-2", "R-1"]
    assert result.rejected[0].error_type == "discount_unknown"


def test_row_with_a_discount_of_its_own_is_read_below_such_a_title() -> None:
    title = "Familia LÁMPARAS – Dto. 40%"
    assert read(title, ";Dto.", ";30").items[2].price == Decimal(35)
    assert read(title, ";Dto.", ";NETO").items[2].price == Decimal("50.00")
