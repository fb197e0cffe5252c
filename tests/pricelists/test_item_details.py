"""Rows of price lists that say more: tiers, upcoming prices, identifiers, stock, keys."""

from datetime import date
from decimal import Decimal

import pytest

from pricebook.pricelists.isolation.copy_lines import COLUMNS, LineFormatter
from pricebook.pricelists.schemas.cells import UncalculatedFormula
from pricebook.pricelists.schemas.price_list_rows import Availability, PriceDetails, PriceTier
from pricelists.price_lists import csv_text, read_single_item
from pricelists.price_tables import TODAY, Table, details_of

TIERS = {1: "1+", 10: "10+", 100: "100+"}


def test_price_is_the_tier_that_holds_at_the_smallest_order() -> None:
    table = Table("1+", "10+", "100+", "min_order_quantity", tiers=TIERS)
    item = table.item("", "5", "4", "3", "")
    assert item.price == Decimal(5)
    assert details_of(item).price_tiers == (
        PriceTier(Decimal(1), Decimal(5)),
        PriceTier(Decimal(10), Decimal(4)),
        PriceTier(Decimal(100), Decimal(3)),
    )
    assert table.item("", "5", "4", "3", "25").price == Decimal(4)
    assert table.item("", "", "4", "3", "").price == Decimal(4)
    assert table.item("", "5", "-", "", "50").price == Decimal(5)


def test_tier_columns_are_no_characteristics() -> None:
    content = csv_text("A1;Lamp;5.50;4.50;red", header="sku;name;1+;10+;Colour")
    item = read_single_item(content)
    assert item.price == Decimal("5.50")
    assert len(details_of(item).price_tiers) == 2
    assert item.characteristics == {"1+": None, "10+": None, "Colour": "red"}


def test_price_column_is_the_tier_from_one() -> None:
    table = Table("10+", tiers={10: "10+"})
    item = table.item("5", "4")
    assert item.price == Decimal(5)
    assert details_of(item).price_tiers[0] == PriceTier(Decimal(1), Decimal(5))
    assert table.item("5", "").details is None


def test_tiers_in_doubt_reject_the_row() -> None:
    row = Table("1+", tiers={1: "1+"}).rejected("5", "4")
    assert row.error_type == "tier_unknown"
    table = Table("10+", "min_order_quantity", tiers={10: "10+"})
    row = table.rejected("5", "4", "some")
    assert (row.error_type, '"some"' in row.error_message) == ("tier_unknown", True)
    assert Table("10+", tiers={10: "10+"}).rejected("5", "x").error_type == "price_not_a_number"


def test_tiers_have_the_quantity_and_discount_of_their_row() -> None:
    table = Table("10+", "price_quantity", "discount", "min_order_quantity", tiers={10: "10+"})
    assert table.item("500", "400", "100", "50", "10").price == Decimal(2)


def test_new_price_before_and_from_its_day() -> None:
    before = Table("next_price", next_from=date(2026, 12, 1)).item("5", "6")
    assert (before.price, before.next_price, before.next_from) == (
        Decimal(5),
        Decimal(6),
        date(2026, 12, 1),
    )
    on_day = Table("next_price", next_from=TODAY).item("5", "6")
    assert (on_day.price, on_day.next_price, on_day.next_from) == (Decimal(6), None, None)
    assert Table("next_price", next_from=TODAY).item("5", "").price == Decimal(5)


@pytest.mark.parametrize("dash", ["-", "–", " — "])
def test_dash_is_no_price(dash: str) -> None:
    table = Table("next_price", next_from=date(2026, 12, 1))
    announced = table.item(dash, "6")
    assert (announced.price, announced.next_price) == (None, Decimal(6))
    ending = table.item("5", dash)
    assert (ending.price, ending.next_price) == (Decimal(5), None)
    assert table.rejected(dash, dash).error_type == "missing_price"


def test_new_price_has_quantity_and_discount_of_its_row() -> None:
    table = Table("next_price", "price_quantity", "discount", next_from=date(2026, 12, 1))
    item = table.item("500", "600", "100", "50")
    assert (item.price, item.next_price) == (Decimal("2.5"), Decimal(3))


def test_article_whose_price_only_begins_later() -> None:
    item = Table("next_price", next_from=date(2026, 12, 1)).item("", "6")
    assert (item.price, item.next_price, item.next_from) == (None, Decimal(6), date(2026, 12, 1))


def test_row_that_is_valid_later() -> None:
    table = Table("valid_from")
    item = table.item("5", "01.12.2026")
    assert (item.price, item.next_price, item.next_from) == (None, Decimal(5), date(2026, 12, 1))
    assert table.item("5", "2026-11-26").price == Decimal(5)
    assert table.item("5", "").price == Decimal(5)


def test_list_that_is_valid_later() -> None:
    item = Table(valid_from=date(2026, 12, 1)).item("5")
    assert (item.price, item.next_price, item.next_from) == (None, Decimal(5), date(2026, 12, 1))


def test_day_of_the_new_price_may_be_in_a_column() -> None:
    table = Table("next_price", "valid_from")
    assert table.item("5", "6", "01.12.2026").next_from == date(2026, 12, 1)
    assert table.item("5", "6", "01.11.2026").price == Decimal(6)
    assert table.rejected("5", "6", "").error_type == "date_unknown"
    assert table.item("5", "", "").price == Decimal(5)


def test_date_in_doubt_rejects_the_row() -> None:
    row = Table("valid_from").rejected("5", "01/12/2026")
    assert (row.error_type, '"01/12/2026"' in row.error_message) == ("date_unknown", True)
    assert Table("valid_from", day_first=True).item("5", "01/12/2026").next_from == date(
        2026, 12, 1
    )


def test_identifiers() -> None:
    table = Table("gtin", "mpn", "brand")
    assert details_of(table.item("5", "4006381333931", " X-1 ", "Acme")) == PriceDetails(
        gtin="4006381333931", mpn="X-1", brand="Acme"
    )
    assert details_of(table.item("5", "4006381333932", "", "")) == PriceDetails(
        gtin_text="4006381333932"
    )


def test_availability() -> None:
    table = Table("stock", "Lead time (weeks)")
    assert table.item("5", "> 50", "x").availability == Availability(
        stock=Decimal(50), stock_text="> 50"
    )
    table = Table("stock", "lead_time")
    assert table.item("5", "12", "2-3 days").availability == Availability(
        stock=Decimal(12), lead_time_days=3
    )
    assert table.item("5", "", "").availability == Availability()
    item = table.item("5", "in stock", "soon")
    assert item.availability == Availability(stock_text="in stock")
    assert item.characteristics == {"stock": None, "lead_time": "soon"}


@pytest.mark.parametrize("cell", ["Call", "on request", "auf Anfrage", "договорная", "#N/A"])
def test_price_on_request_names_its_item(cell: str) -> None:
    for table in (Table(), Table("stock")):
        row = table.rejected(cell)
        assert (row.error_type, row.supplier_sku) == ("price_on_request", "A1")


def test_missing_price_names_its_item() -> None:
    for table, cells in ((Table(), []), (Table("brand"), ["Acme"])):
        row = table.rejected("", *cells)
        assert (row.error_type, row.supplier_sku) == ("missing_price", "A1")


def test_price_that_is_less_than_a_millionth_is_rejected() -> None:
    row = Table("price_quantity").rejected("0.0001", "1000")
    assert row.error_type == "price_too_precise"


@pytest.mark.parametrize(
    ("fields", "cells"),
    [
        ((), ("0",)),
        ((), ("0.00 €",)),
        (("stock",), ("0.00", "7")),
        (("price_quantity",), ("0", "1000")),
        (("discount",), ("5", "100")),
        (("valid_from",), ("0", "2030-01-01")),
    ],
)
def test_price_of_zero_is_rejected(fields: tuple[str, ...], cells: tuple[str, ...]) -> None:
    table = Table(*fields, currency="EUR")
    row = table.rejected(*cells)
    assert (row.error_type, row.supplier_sku) == ("price_zero", "A1")


def test_price_tier_of_zero_rejects_the_row() -> None:
    table = Table("1+", "10+", tiers={1: "1+", 10: "10+"})
    assert table.rejected("", "5", "0.00").error_type == "price_zero"
    assert table.item("", "5", "-").price == Decimal(5)


def test_price_over_the_limit_after_conversion_is_rejected() -> None:
    table = Table(request={"catalog_vat": "gross"}, vat_included=False, vat_rate=19)
    assert table.rejected("9999999999").error_type == "price_out_of_range"


def test_repeated_header_is_ignored() -> None:
    row = Table("price_quantity").row("price", "price_quantity", sku="sku", name="name")
    assert row.outcome == "ignored"


def test_long_name_is_shortened_at_a_word_and_kept() -> None:
    name = "word " * 120
    item = Table().item("5", name=name)
    assert item.name == "word " * 99 + "word…"
    assert item.characteristics == {"name": name.strip()}
    item = Table("Colour").item("5", "red", name="x" * 600)
    assert item.name == "x" * 499 + "…"
    assert item.characteristics == {"Colour": "red", "name": "x" * 600}


def test_composed_key() -> None:
    table = Table("Pack", keys=(1, 3))
    assert table.item("5", "100 St", sku="", name="Bolt  M8").supplier_sku == "Bolt M8 · 100 St"
    row = table.rejected("", "100 St", sku="", name="Bolt M8")
    assert (row.error_type, row.supplier_sku) == ("missing_price", "Bolt M8 · 100 St")


def test_different_cells_have_different_composed_keys() -> None:
    table = Table("Pack", keys=(1, 3))
    names = ["a", "a ·", "a · b", "a ·· b", "b", "· b", "·"]
    keys = {
        table.item("5", pack, name=name).supplier_sku for name in names for pack in ["", *names]
    }
    assert len(keys) == len(names) * (len(names) + 1)


def test_composed_key_that_is_too_long_ends_with_a_hash() -> None:
    table = Table("Pack", keys=(1, 3))
    first = table.item("5", "1", name="x" * 400).supplier_sku
    second = table.item("5", "2", name="x" * 400).supplier_sku
    assert first != second
    assert len(first) == len(second) == 255
    assert first.startswith("x" * 200)


def test_formula_without_a_result_rejects_the_row_if_it_decides_code_or_price() -> None:
    formula = UncalculatedFormula("=A1")
    row = Table("Pack", keys=(1, 3)).rejected("5", formula)
    assert (row.error_type, row.supplier_sku) == ("not_calculated", None)
    assert Table("10+", tiers={10: "10+"}).rejected("5", formula).error_type == "not_calculated"
    assert Table("price_quantity").rejected("5", formula).error_type == "not_calculated"
    assert details_of(Table("brand").item("5", formula)).brand == "=A1"


def test_copy_line_has_a_value_for_each_column() -> None:
    table = Table(
        "price_quantity", "brand", "stock", "currency", "next_price", next_from=date(2026, 12, 1)
    )
    item = table.item("500", "100", 'A\\"C\tme', "> 50", "EUR", "600")
    line = LineFormatter(has_categories=False).format(item)
    assert dict(zip(COLUMNS, line.rstrip("\n").split("\t"), strict=True)) == {
        "row_number": "2",
        "supplier_sku": "A1",
        "name": "Lamp",
        "price": "5",
        "characteristics": (
            '{"brand":null,"currency":null,"next_price":null,"price_quantity":null,"stock":null}'
        ),
        "currency": "EUR",
        "details": ('{"list_price":500,"price_quantity":100,"brand":"A\\\\\\\\\\\\"C me"}'),
        "availability": '{"stock":50,"stock_text":"> 50"}',
        "next_price": "6",
        "next_from": "2026-12-01",
        "error_type": r"\N",
        "error_message": r"\N",
        "row_data": r"\N",
    }


def test_copy_lines_of_plain_and_rejected_rows_have_the_same_columns() -> None:
    for row in (
        Table().item("5"),
        Table().rejected("x"),
        Table("valid_from").item("5", "2027-01-01"),
    ):
        line = LineFormatter(has_categories=True).format(row)
        assert line.endswith("\n")
        assert line.count("\t") == len(COLUMNS) - 1
        assert "None" not in line
