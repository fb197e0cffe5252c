"""Rows of price lists that say more than a price: comparable cost, details, availability."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest

from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.isolation.copy_lines import COLUMNS, copy_line
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.schemas import (
    Availability,
    Field,
    FileSource,
    ItemRow,
    NumberCell,
    NumberProfile,
    PriceBasis,
    PriceDetails,
    PriceListRow,
    PriceTier,
    ReadConfig,
    ReadRequest,
    RejectedRow,
    UncalculatedFormula,
)
from pricelists.price_lists import csv_text, read_single_item

TODAY = date(2026, 11, 26)
POINT = NumberProfile(decimal_marks=(".",))
FIELDS: tuple[Field, ...] = get_args(Field)
COMMA = NumberProfile(decimal_marks=(",",))


class Table:
    """A price list in USD with a column for each named field, read in the order of the fields."""

    def __init__(
        self,
        *fields: str,
        tiers: dict[int, str] | None = None,
        keys: tuple[int, ...] = (),
        numbers: NumberProfile = POINT,
        request: dict[str, Any] | None = None,
        **basis: Any,
    ) -> None:
        headers = ("sku", "name", "price", *fields)
        columns: dict[Field, int] = {
            field: headers.index(field) for field in FIELDS if field in headers
        }
        table = DetectedTable(
            header_row=1,
            rows_start_below=1,
            headers=headers,
            header_row_keys=frozenset({headers}),
            kinds=(None,) * len(headers),
            columns=columns,
            inferred_fields=(),
            characteristics=tuple(
                (header, index)
                for index, header in enumerate(headers)
                if header not in columns and header not in (tiers or {}).values()
            ),
            basis=msgspec.convert({"currency": "USD"} | basis, PriceBasis),
            tiers=tuple((Decimal(q), headers.index(name)) for q, name in (tiers or {}).items()),
            key_columns=keys,
        )
        options: dict[str, Any] = {
            "source": FileSource("list.csv"),
            "currency": "USD",
            "today": TODAY,
        }
        self._reader = RowReader(table, numbers, ReadRequest(**options | (request or {})))

    def row(self, price: str, *cells: str, sku: str = "A1", name: str = "Lamp") -> PriceListRow:
        return self._reader.read((2, [sku, name, price, *cells], None))

    def item(self, price: str, *cells: str, **keys: str) -> ItemRow:
        row = self.row(price, *cells, **keys)
        assert isinstance(row, ItemRow), row
        return row

    def rejected(self, price: str, *cells: str, **keys: str) -> RejectedRow:
        row = self.row(price, *cells, **keys)
        assert isinstance(row, RejectedRow), row
        return row


def details_of(item: ItemRow) -> PriceDetails:
    assert item.details is not None
    return item.details


def test_plain_row_says_nothing_more() -> None:
    item = Table().item("12.50")
    assert (item.price, item.currency, item.details) == (Decimal("12.50"), None, None)
    assert (item.availability, item.next_price, item.next_from) == (None, None, None)


def test_list_in_another_currency() -> None:
    item = Table(currency="EUR").item("12.50")
    assert (item.price, item.currency, item.details) == (Decimal("12.50"), "EUR", None)


@pytest.mark.parametrize(
    ("cell", "cost", "quantity", "unit"),
    [
        ("100", "0.125", "100", None),
        ("C", "0.125", "100", None),
        ("M", "0.0125", "1000", None),
        ("je 100 Stück", "0.125", "100", "H87"),
        ("1", "12.50", None, None),
        ("", "12.50", None, None),
        ("3", "4.166667", "3", None),
    ],
)
def test_price_is_divided_by_the_price_quantity(
    cell: str, cost: str, quantity: str | None, unit: str | None
) -> None:
    item = Table("price_quantity").item("12.50", cell)
    assert str(item.price) == cost
    details = item.details or PriceDetails()
    assert (details.price_quantity, details.unit) == (quantity and Decimal(quantity), unit)
    assert details.list_price == (None if quantity is None else Decimal("12.50"))


def test_thousand_needs_the_decimal_mark_of_the_list() -> None:
    assert Table("price_quantity", numbers=COMMA).item("12,50", "1.000").price == Decimal("0.0125")
    row = Table("price_quantity").rejected("12.50", "1.000")
    assert (row.error_type, row.supplier_sku) == ("price_quantity_unknown", "A1")
    assert row.error_message == (
        'The quantity "1.000" (column "price_quantity") that the price is for is not understood: '
        "expected 100, C or 100 pcs; set decimal_separator for a number such as 1.000, or correct "
        "the cell."
    )


def test_quantity_of_the_whole_list() -> None:
    item = Table(price_quantity=100).item("50")
    assert (item.price, details_of(item).list_price) == (Decimal("0.5"), Decimal(50))


def test_contradicting_quantities_reject_the_row() -> None:
    assert Table("price_quantity", price_quantity=100).item("50", "100").price == Decimal("0.5")
    row = Table("price_quantity", price_quantity=100).rejected("50", "1000")
    assert row.error_type == "price_quantity_unknown"
    assert "for 100 and for 1000 units" in row.error_message


def test_unit_column() -> None:
    table = Table("unit")
    assert details_of(table.item("5", "Stk.")) == PriceDetails(unit="H87")
    assert details_of(table.item("5", "blurb")) == PriceDetails(unit_text="blurb")
    assert table.item("5", "").details is None


def test_unit_of_the_whole_list() -> None:
    assert details_of(Table(unit="H87").item("5")) == PriceDetails(unit="H87")
    assert details_of(Table("unit", unit="H87").item("5", "m")).unit == "MTR"


def test_unit_column_that_names_a_quantity_divides_the_price() -> None:
    table = Table("unit")
    assert table.item("5", "C").price == Decimal("0.05")
    assert table.item("5", "100 m").price == Decimal("0.05")
    assert details_of(table.item("5", "100 m")).unit == "MTR"
    assert table.item("5", "M").price == Decimal(5)


def test_pack_size_is_never_a_price_nor_a_divisor() -> None:
    item = Table("pack_size", "min_order_quantity").item("5", "10", "20 St")
    assert (item.price, item.details) == (
        Decimal(5),
        PriceDetails(pack_size=Decimal(10), min_order_quantity=Decimal(20)),
    )


def test_price_per_pack_is_divided_by_the_pack_size() -> None:
    table = Table("pack_size", prices_per_pack=True)
    item = table.item("5", "10 St")
    assert item.price == Decimal("0.5")
    assert details_of(item) == PriceDetails(
        list_price=Decimal(5), price_quantity=Decimal(10), unit="H87", pack_size=Decimal(10)
    )
    for cell in ("", "big"):
        row = table.rejected("5", cell)
        assert row.error_type == "pack_size_unknown"
        assert "prices_per_pack" in row.error_message


def test_pack_size_that_is_not_understood_is_kept_as_text() -> None:
    table = Table("pack_size")
    assert table.item("5", "6 x 1 L").characteristics == {"pack_size": "6 x 1 L"}
    assert table.item("5", "6").characteristics == {"pack_size": None}


def test_discounts_apply_one_after_another() -> None:
    item = Table("discount").item("100", "30+5")
    assert (item.price, item.details) == (
        Decimal("66.5"),
        PriceDetails(list_price=Decimal(100), discounts=(Decimal(30), Decimal(5))),
    )


def test_discount_in_doubt_rejects_the_row() -> None:
    row = Table("discount").rejected("100", "0.3")
    assert row.error_type == "discount_unknown"
    assert '"0.3" (column "discount")' in row.error_message
    assert Table("discount").item("100", NumberCell("0.3", "30%")).price == Decimal(70)


def test_discount_of_the_list_holds_where_the_row_has_none() -> None:
    table = Table("discount", discounts=[10])
    assert table.item("100", "").price == Decimal(90)
    assert table.item("100", "20").price == Decimal(80)
    assert table.item("100", "0").price == Decimal(100)


def test_discount_groups() -> None:
    table = Table("discount_group", discount_groups={"A1": [30, 5], "N": []})
    item = table.item("100", " a1 ")
    assert (item.price, details_of(item).discount_group) == (Decimal("66.5"), "a1")
    assert table.item("100", "N").price == Decimal(100)
    assert table.item("100", "").price == Decimal(100)
    row = table.rejected("100", "B")
    assert row.error_type == "discount_group_unknown"
    assert row.error_message == (
        'The discount group "B" (column "discount_group") has no entry in discount_groups: add it, '
        "with 0 for no discount."
    )


def test_discount_applies_to_the_list_price() -> None:
    table = Table("list_price", "discount", discount_base="list_price")
    item = table.item("", "100", "30")
    assert (item.price, details_of(item).recommended_price) == (Decimal(70), None)
    assert table.item("80", "", "30").price == Decimal(80)
    assert table.item("80", "100", "30").price == Decimal(70)


def test_discount_that_is_information_only() -> None:
    table = Table("list_price", "discount", discount_base="none")
    item = table.item("70", "100", "30")
    assert (item.price, item.details) == (
        Decimal(70),
        PriceDetails(discounts=(Decimal(30),), recommended_price=Decimal(100)),
    )
    assert table.item("70", "100", "huge").characteristics["discount"] == "huge"


def test_recommended_price_is_kept() -> None:
    item = Table("list_price").item("70", "100")
    assert (item.price, item.details) == (
        Decimal(70),
        PriceDetails(recommended_price=Decimal(100)),
    )
    assert Table("list_price").item("70", "open").characteristics == {"list_price": "open"}


@pytest.mark.parametrize(
    ("catalog_vat", "included", "cost"),
    [
        ("as_listed", True, "119"),
        ("as_listed", False, "119"),
        ("net", True, "100"),
        ("net", False, "119"),
        ("gross", False, "141.61"),
        ("gross", True, "119"),
    ],
)
def test_vat_basis_of_the_catalog(catalog_vat: str, included: bool, cost: str) -> None:  # noqa: FBT001
    table = Table(request={"catalog_vat": catalog_vat}, vat_included=included, vat_rate=19)
    item = table.item("119")
    assert str(item.price) == cost
    assert (details_of(item).vat_included, details_of(item).vat_rate) == (included, Decimal(19))


def test_vat_rate_of_the_row() -> None:
    table = Table("vat_rate", request={"catalog_vat": "net"}, vat_included=True, vat_rate=19)
    assert table.item("107", "7 %").price == Decimal(100)
    assert table.item("119", "").price == Decimal(100)
    assert table.item("100", "exempt").price == Decimal(100)
    row = table.rejected("100", "reduced")
    assert (row.error_type, "vat_rate" in row.error_message) == ("vat_unknown", True)
    as_listed = Table("vat_rate", vat_included=True)
    assert as_listed.item("100", "reduced").characteristics == {"vat_rate": "reduced"}


def test_vat_basis_that_nothing_states() -> None:
    row = Table("vat_rate", request={"catalog_vat": "net"}).rejected("100", "19")
    assert (row.error_type, "vat_included" in row.error_message) == ("vat_unknown", True)


@pytest.mark.parametrize(
    ("cell", "currency"), [("EUR", "EUR"), ("€", "EUR"), ("USD", None), ("$", None), ("", None)]
)
def test_currency_of_the_row(cell: str, currency: str | None) -> None:
    item = Table("currency").item("5", cell)
    assert (item.price, item.currency) == (Decimal(5), currency)


def test_currency_of_the_list_holds_where_the_row_names_none() -> None:
    table = Table("currency")
    assert table.item("5", "").currency is None


@pytest.mark.parametrize(
    ("price", "cell", "error"),
    [
        ("5", "kr", "currency_unknown"),
        ("5", "blurb", "currency_unknown"),
        ("$5", "EUR", "other_currency"),
    ],
)
def test_currency_in_doubt_rejects_the_row(price: str, cell: str, error: str) -> None:
    assert Table("currency").rejected(price, cell).error_type == error


def test_price_in_the_currency_of_its_row() -> None:
    assert Table("currency").item("€5", "EUR").currency == "EUR"


def test_row_that_contradicts_the_configured_currency() -> None:
    table = Table("currency", request={"config": ReadConfig(currency="USD")})
    row = table.rejected("5", "EUR")
    assert row.error_type == "other_currency"
    assert row.error_message == (
        'The row is in EUR (column "currency"), but currency is set to USD: correct one of them.'
    )


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
    assert Table("price_quantity").item("0", "1000").price == 0
    assert Table("discount").item("5", "100").price == 0


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
    line = copy_line(item, has_categories=False)
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
        line = copy_line(row, has_categories=True)
        assert line.endswith("\n")
        assert line.count("\t") == len(COLUMNS) - 1
        assert "None" not in line
