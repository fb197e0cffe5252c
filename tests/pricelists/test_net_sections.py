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
