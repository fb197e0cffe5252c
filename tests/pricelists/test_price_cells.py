"""Price cells that say more than a number: currency, tax, quantity, words of a number format."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import read_price_list
from pricelists.price_tables import Table, details_of
from pricelists.workbooks import HEADER, xlsx_of


def prices(*cells: str, header: str = "Price") -> str:
    rows = [f"A-{number};Lamp {number};{cell}" for number, cell in enumerate(cells, start=1)]
    return "\n".join([f"Code;Name;{header}", *rows])


def formatted(number_format: str) -> bytes:
    rows = [["A1", "Lamp", 12.5], ["A2", "Cable", 9.9]]
    return xlsx_of([HEADER, *rows], formats={2: number_format})


def test_currency_that_only_some_prices_name_is_in_doubt() -> None:
    content = prices("12,50 €", "80,50", "60,10 €", "7,10")
    with pytest.raises(PriceListError, match='"12,50 €" name EUR and others such as "80,50"'):
        read_price_list(content)
    assert len(read_price_list(content, list_currency="EUR").items) == 4
    assert len(read_price_list(content, currency="EUR").items) == 4
    assert len(read_price_list(content, list_currency="USD").items) == 2


def test_single_price_in_another_currency_is_rejected() -> None:
    result = read_price_list(prices("12.50", "80.50 €", "60.10", "7.10"))
    assert [row.error_type for row in result.rejected] == ["other_currency"]


def test_row_without_currency_among_several_is_rejected() -> None:
    header = "Code;Name;Price;Cur\n"
    rows = "A-1;Lamp big;12.50;EUR\nA-2;Cable;80.50;\nA-3;Rope;60.10;{}\n"
    result = read_price_list(header + rows.format("GBP"))
    assert [row.error_type for row in result.rejected] == ["currency_unknown"]
    assert [item.currency for item in result.items] == ["EUR", "GBP"]
    result = read_price_list(header + rows.format("EUR"))
    assert [item.currency for item in result.items] == ["EUR"] * 3
    result = read_price_list(f"Prices in CHF;;;\n{header}" + "A-1;Lamp;12.50;CHF\nA-2;Rope;7.10;")
    assert [item.currency for item in result.items] == ["CHF"] * 2


@pytest.mark.parametrize("header", ["Price net", "Price"])
def test_price_with_tax_among_others_is_rejected(header: str) -> None:
    result = read_price_list(prices("12.50", "119 incl. VAT", "60.10", header=header))
    assert [row.error_type for row in result.rejected] == ["vat_unknown"]
    assert len(result.items) == 2


def test_tax_that_most_prices_name_is_that_of_the_list() -> None:
    result = read_price_list(prices("12.50 incl. VAT", "119 incl. VAT", "60.10"))
    assert result.profile.price_facts["vat_included"].origin == "cell"
    assert [details_of(item).vat_included for item in result.items] == [True] * 3
    with pytest.raises(PriceListError, match="included by cells such as"):
        read_price_list(prices("12.50 incl. VAT", "119 incl. VAT", header="Price net"))


@pytest.mark.parametrize("cell", ["12.50 netto", "12.50 excl. VAT", "$12.50", "USD 12.50"])
def test_price_that_says_what_the_list_says_is_read(cell: str) -> None:
    result = read_price_list(prices("12.50", cell, "60.10", header="Price net"))
    assert [item.price for item in result.items] == [Decimal(p) for p in ("12.5", "12.5", "60.1")]


@pytest.mark.parametrize(
    ("number_format", "prices", "unit"),
    [
        ('0.00 "€/100"', ("0.125", "0.099"), None),
        ('#,##0.00" € je 1000 Stk"', ("0.0125", "0.0099"), "H87"),
        ('0.00" €/kg"', ("12.5", "9.9"), "KGM"),
        ('0.00" €/Stk"', ("12.5", "9.9"), None),
        ('0.00" EUR each"', ("12.5", "9.9"), None),
        ('_-* #,##0.00\\ "€"_-', ("12.5", "9.9"), None),
    ],
)
def test_number_format_says_what_prices_are_for(
    number_format: str, prices: tuple[str, ...], unit: str | None
) -> None:
    result = read_price_list(formatted(number_format), currency="EUR")
    assert [str(item.price) for item in result.items] == list(prices)
    assert [item.details and item.details.unit for item in result.items] == [unit, unit]


@pytest.mark.parametrize(
    "number_format", ['"ab "0.00', '0.00" €/M"', '0.00" DM"', '0.00" € Pfand"']
)
def test_number_format_that_is_not_understood_rejects_the_row(number_format: str) -> None:
    result = read_price_list(formatted(number_format), currency="EUR")
    assert len(result.rejected) == 2


def test_quantity_of_a_number_format_is_decided_by_an_option() -> None:
    content = formatted('0.00" €/M"')
    result = read_price_list(content, currency="EUR", price_quantity=1000)
    assert result.items[0].price == Decimal("0.0125")


def test_unit_of_a_number_format_beside_a_column_of_units() -> None:
    rows = [[*HEADER, "unit"], ["A1", "Lamp", 12.5, "kg"], ["A2", "Cable", 9.9, "kg"]]
    result = read_price_list(xlsx_of(rows, formats={2: '0.00" €/kg"'}), currency="EUR")
    assert [details_of(item).unit for item in result.items] == ["KGM"] * 2


@pytest.mark.parametrize(
    ("minimum", "pack", "expected"),
    [("2 VPE", "10", "20"), ("2 Stk", "10", "2"), ("3 packs", "5 Stk", "15")],
)
def test_minimum_order_in_packs(minimum: str, pack: str, expected: str) -> None:
    item = Table("pack_size", "min_order_quantity").item("5", pack, minimum)
    assert details_of(item).min_order_quantity == Decimal(expected)


def test_minimum_order_in_packs_of_unknown_size() -> None:
    item = Table("min_order_quantity").item("5", "2 VPE")
    assert item.characteristics == {"min_order_quantity": "2 VPE"}
    assert item.details is None
    table = Table("unit", "min_order_quantity")
    assert details_of(table.item("5", "VPE", "2 VPE")).min_order_quantity == Decimal(2)
    tiered = Table("1+", "10+", "min_order_quantity", tiers={1: "1+", 10: "10+"})
    assert tiered.rejected("", "5", "4", "2 VPE").error_type == "tier_unknown"


@pytest.mark.parametrize("cell", ["k.A.", "k. A.", "keine Angabe"])
def test_price_that_is_not_stated(cell: str) -> None:
    assert Table().rejected(cell).error_type == "price_on_request"


@pytest.mark.parametrize(("sign", "currency"), [("Br", "BYN"), ("p.", "RUB")])
def test_sign_of_the_currency_of_the_catalog(sign: str, currency: str) -> None:
    content = prices(f"12.50 {sign}", f"9.90{sign}")
    assert len(read_price_list(content, currency=currency).items) == 2
    assert not read_price_list(content, currency="EUR").items


def test_month_is_no_price() -> None:
    result = read_price_list(prices("12,50", "03.2024", "3.2024", "12.2024", "1.234"))
    kinds = [row.error_type for row in result.rejected]
    assert kinds == ["price_not_a_number", "price_ambiguous", "price_ambiguous"]
    assert [item.price for item in result.items] == [Decimal("12.5"), Decimal(1234)]
    result = read_price_list(prices("12.50", "3.2024", "12.2024", "7.1"))
    assert len(result.items) == 4


def test_gtin_that_is_the_code_is_a_gtin_too() -> None:
    content = "EAN;Name;Price\n4006381333931;Lamp;12.50\n4006381333948;Cable;9.90\n"
    result = read_price_list(content)
    assert [(item.supplier_sku, details_of(item).gtin) for item in result.items] == [
        ("4006381333931", "4006381333931"),
        ("4006381333948", "4006381333948"),
    ]


def test_cell_to_the_right_of_the_header_of_a_workbook() -> None:
    rows = [HEADER, ["A1", "Lamp", 5, "", "see page 4"], ["A2", "Cable", 6]]
    (row,) = read_price_list(xlsx_of(rows)).rejected
    assert row.error_type == "too_many_cells"
    assert row.error_message == (
        'The cell "see page 4" in column E is to the right of the table, which has 3 columns: '
        "clear it, or give its column a header."
    )


@pytest.mark.parametrize("currency", ["SEK", "NOK", "DKK"])
def test_colon_before_hundredths_of_a_krone(currency: str) -> None:
    result = read_price_list(prices("32:50", "7:95 kr", "1 087:58"), currency)
    assert [item.price for item in result.items] == [
        Decimal(each) for each in ("32.50", "7.95", "1087.58")
    ]
    (row,) = read_price_list(prices("32:50", "7.95", "642.86"), "EUR").rejected
    assert row.error_type == "price_not_a_number"


def test_pence() -> None:
    result = read_price_list(prices("49p", "£1.20", "120 p", "7.95"), "GBP")
    assert [item.price for item in result.items] == [
        Decimal(each) for each in ("0.49", "1.20", "1.2", "7.95")
    ]
    assert len(read_price_list(prices("49p", "1.20", "7.95"), "EUR").rejected) == 1


@pytest.mark.parametrize("cell", ["12-May", "03-Oct", "Jan-04", "1. Mai", "4-déc"])
def test_price_that_became_a_date(cell: str) -> None:
    (row,) = read_price_list(prices(cell, "7.95", "642.86")).rejected
    assert row.error_type == "price_not_a_number"
    assert "is a date" in row.error_message
