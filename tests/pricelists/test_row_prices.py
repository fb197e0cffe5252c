"""Rows of price lists that say more than a price: the comparable cost."""

from decimal import Decimal

import pytest

from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.price_list_rows import PriceDetails
from pricelists.price_tables import COMMA, Table, details_of


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
        "expected 100, C or 100 pcs; set unit_meanings if it is a code, decimal_separator for a "
        "number such as 1.000, or correct the cell."
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
    assert table.item("5", "10 x 50").characteristics == {"pack_size": "10 x 50"}
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
    assert table.item("100", "10").price == Decimal(90)


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


@pytest.mark.parametrize("source", ["currency=USD", 'row 1, "All prices in USD"'])
def test_row_that_contradicts_the_currency_of_the_list(source: str) -> None:
    table = Table("currency", currency_source=source)
    row = table.rejected("5", "EUR")
    assert row.error_type == "other_currency"
    assert row.error_message == (
        f'The row is in EUR (column "currency") and in USD by {source}: correct one of them.'
    )
    assert table.item("5", "USD").price == 5


def test_unit_that_contradicts_the_one_of_the_price() -> None:
    table = Table("unit", unit="MTR")
    assert details_of(table.item("5", "m")).unit == "MTR"
    assert details_of(table.item("5", "")).unit == "MTR"
    row = table.rejected("5", "pcs")
    assert row.error_type == "price_quantity_unknown"
    assert '"pcs" (column "unit")' in row.error_message
    assert details_of(Table("unit", unit="H87").item("5", "m")).unit == "MTR"
    in_quantity = Table("price_quantity", unit="KGM").rejected("5", "100 m")
    assert '"100 m" (column "price_quantity")' in in_quantity.error_message
