"""Prices of rows in one of several columns: by kilogram or by piece, new or as before."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.price_tables import details_of

UNITS = """\
Code;Article;Content;€/kg;€/piece
101;Mountain cheese;7.5 kg;11.90;
102;Cheese block;6 kg;8.75;
103;Grated cheese;100 g;;1.85
104;Cheese slices;500 g;-;4.30
105;Butter cheese;3.2 kg;8.10;2.40
106;Truffle;50 g;on request;
"""
NEW = """\
Code;Name;Price from 01.05.2025;Price
A-101;Monitor;199.00;208.00
A-102;Notebook;;712.00
A-103;Switch;;288.50
A-104;Dock;-;112.40
"""
COLUMNS = ["€/kg", "€/piece"]


def prices(result: ReadResult) -> dict[str, Decimal | None]:
    return {item.supplier_sku: item.price for item in result.items}


def test_price_by_kilogram_or_by_piece() -> None:
    result = read_price_list(UNITS, "EUR", price_columns=COLUMNS)
    found = {item.supplier_sku: (item.price, details_of(item).unit) for item in result.items}
    assert found == {
        "101": (Decimal("11.90"), "KGM"),
        "102": (Decimal("8.75"), "KGM"),
        "103": (Decimal("1.85"), "H87"),
        "104": (Decimal("4.30"), "H87"),
    }
    assert [(row.supplier_sku, row.error_type) for row in result.rejected] == [
        ("105", "price_quantity_unknown"),
        ("106", "price_on_request"),
    ]
    assert result.profile.price_columns == tuple(COLUMNS)
    assert not {"€/kg", "€/piece"} & set(result.profile.characteristic_columns)


def test_question_where_the_price_is_in_another_column() -> None:
    with pytest.raises(PriceListError) as raised:
        read_price_list(UNITS, "EUR")
    (issue,) = [each for each in raised.value.issues if each.option == "price_columns"]
    assert set(issue.candidates) == set(COLUMNS)
    assert "price_columns='[\"" in issue.message


def test_title_with_another_quantity_rejects_its_rows() -> None:
    text = f"{UNITS};Spices - prices per 100 g\n201;Saffron;10 g;;780.00\n"
    result = read_price_list(text, "EUR", price_columns=COLUMNS)
    assert "201" not in prices(result)
    (row,) = [each for each in result.rejected if each.supplier_sku == "201"]
    assert row.error_type == "price_quantity_unknown"


def test_price_stays_where_no_new_one_is_stated() -> None:
    with pytest.raises(PriceListError, match="price_columns="):
        read_price_list(NEW, "EUR")
    new_or_old = ["Price from 01.05.2025", "Price"]
    result = read_price_list(NEW, "EUR", price_columns=new_or_old)
    assert list(prices(result).values()) == [199, 712, Decimal("288.5"), Decimal("112.4")]
    old = read_price_list(NEW, "EUR", column_mapping={"price": "Price"})
    assert list(prices(old).values()) == [208, 712, Decimal("288.5"), Decimal("112.4")]


def test_column_of_a_price_per_hundred_grams() -> None:
    lines = ["Code;Name;€/100 g;€/kg", "A-1;Saffron;7.50;", "A-2;Cheese;;11.90", "A-3;Ham;;9.90"]
    result = read_price_list("\n".join(lines) + "\n", "EUR", price_columns=["€/100 g", "€/kg"])
    assert [item.price for item in result.items][1:] == [Decimal("11.90"), Decimal("9.90")]
    assert result.items[0].price == Decimal("0.075")
    assert details_of(result.items[0]).unit == "GRM"


@pytest.mark.parametrize(
    ("header", "columns", "reason"),
    [
        ("Net price;Gross price", ["Net price", "Gross price"], "different taxes"),
        ("Price A;Price B", ["Price A", "Price C"], 'no column "Price C"'),
    ],
)
def test_columns_that_are_not_those_of_one_price(
    header: str, columns: list[str], reason: str
) -> None:
    lines = [f"Code;Name;{header}", "A-1;Lamp;1.50;", "A-2;Rope;;2.50", "A-3;Hook;;3.50"]
    with pytest.raises(PriceListError, match=reason):
        read_price_list("\n".join(lines) + "\n", "EUR", price_columns=columns)


def test_discount_of_the_row_applies_to_either_column() -> None:
    lines = ["Code;Name;Price 2026;Price;Discount", "A-1;Lamp;10.50;12.50;10", "A-2;Rope;;20.00;10"]
    lines += ["A-3;Hook;;30.00;"]
    result = read_price_list("\n".join(lines) + "\n", price_columns=["Price 2026", "Price"])
    assert list(prices(result).values()) == [Decimal("9.45"), 18, 30]


RETAIL = """\
Code;Name;Retail;Wholesale 1;Wholesale 2
A-1;Lamp;20.00;15.00;14.00
A-2;Rope;30.00;24.00;
A-3;Hook;40.00;31.00;
A-4;Nail;50.00;41.00;39.00
A-5;Cord;60.00;51.00;49.00
"""


def test_retail_prices_are_the_last_that_are_proposed() -> None:
    with pytest.raises(PriceListError) as raised:
        read_price_list(RETAIL, "EUR")
    assert """price_columns='["Wholesale 2","Wholesale 1","Retail"]'""" in str(raised.value)


def test_retail_prices_for_few_rows_are_the_last_that_are_proposed() -> None:
    lines = ["Code;Name;Retail;Dealer", "A-1;Lamp;;15.00", "A-2;Rope;;24.00", "A-3;Hook;9.00;8.00"]
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join(lines) + "\n", "EUR")
    assert """price_columns='["Dealer","Retail"]'""" in str(raised.value)


def test_sentence_names_all_columns_of_the_price() -> None:
    result = read_price_list(RETAIL, "EUR", price_columns=["Wholesale 2", "Wholesale 1"])
    sentence = describe_profile(result.profile)
    assert (
        'from column E "Wholesale 2", where it is empty, from column D "Wholesale 1":' in sentence
    )
    assert "not read" not in sentence


def test_question_proposes_retail_prices_last() -> None:
    lines = ["Code;Name;Price;Retail USD;Dealer USD", "A-1;Lamp;;15.00;14.00"]
    lines += ["A-2;Rope;;24.00;23.00", "A-3;Hook;9.00;12.00;9.00"]
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join(lines) + "\n", "EUR")
    (issue,) = raised.value.issues
    assert issue.candidates == ("Price", "Retail USD", "Dealer USD")
    assert """price_columns='["Price","Dealer USD","Retail USD"]'""" in issue.message
