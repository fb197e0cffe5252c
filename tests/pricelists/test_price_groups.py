"""Price groups beside list prices, discounts by group on other sheets, recommended prices."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.workbooks import workbook_of

ROWS = ("T-1;Trowel;A;12.40", "T-2;Spade;B;31.90", "T-3;Rake;A;22.15", "T-4;Hoe;N;18.60")


def read(content: bytes, **options: object) -> ReadResult:
    return read_price_list(content, currency="EUR", **options)


@pytest.mark.parametrize(
    ("group", "price"),
    [
        ("PG", "List price"),
        ("PG", "Liste"),
        ("Preisgruppe", "Listenpreis €"),
        ("Price group", "Gross price"),
        ("Ценовая группа", "РРЦ"),
        ("Groupe tarifaire", "Prix catalogue"),
        ("Grupa cenowa", "Cena katalogowa"),
    ],
)
def test_price_groups_beside_a_list_price_need_their_discounts(group: str, price: str) -> None:
    lines = [f"Code;Name;{group};{price}", *ROWS]
    issue = issue_of(*lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("discount_groups", ("A", "B", "N"))
    table = table_of(*lines, currency="EUR", discount_groups={"A": "40", "B": "30", "N": "0"})
    assert columns_of(table)["discount_group"] == group
    table = table_of(*lines, currency="EUR", discount_base="none")
    assert "discount_group" not in table.columns


@pytest.mark.parametrize("price", ["Price", "Your price", "Net price"])
def test_price_groups_beside_another_price_are_a_characteristic(price: str) -> None:
    table = table_of(f"Code;Name;PG;{price}", *ROWS)
    assert ("PG", 2) in table.characteristics


def test_sentence_about_discounts_makes_price_groups_discount_groups() -> None:
    lines = ["Dealer discounts by price group (PG) on request", "Code;Name;PG;Price", *ROWS]
    assert issue_of(*lines).option == "discount_groups"


def test_sentence_with_the_discounts_is_the_example_of_the_question() -> None:
    lines = ["Discounts: A 40 %, B 25% + 5%, N 0%", "Code;Name;PG;List price", *ROWS]
    message = issue_of(*lines).message
    assert 'discount_groups={"A":"40","B":"25+5","N":"0"} by row 1' in message


SHEET = [["Code", "Name", "Group", "Price"], *(line.split(";") for line in ROWS)]
TERMS = [["Terms of trade"], [], ["Group", "Your discount"], ["A", "42 %"], ["B", "35 % + 3 %"]]


@pytest.mark.parametrize("header", ["PG", "Cat.", "WG", "Product group", "Gruppe"])
def test_table_of_discounts_on_another_sheet_asks_for_them(header: str) -> None:
    goods = [["Code", "Name", header, "Price"], *SHEET[1:]]
    content = workbook_of(Tools=goods, Terms=[*TERMS, ["N", "net, no discount"], [], ["Payment"]])
    with pytest.raises(PriceListError) as raised:
        read(content)
    (issue,) = raised.value.issues
    assert issue.option == "discount_groups"
    assert '{"A":"42","B":"35+3","N":"0"} by the sheet "Terms"' in issue.message
    groups = {"A": "42", "B": "35+3", "N": "0"}
    items = read(content, discount_groups=groups).items
    assert items[0].price == Decimal("7.192")


def test_table_without_one_of_the_groups_says_nothing() -> None:
    items = read(workbook_of(Tools=SHEET, Terms=TERMS)).items
    assert [item.price for item in items[:1]] == [Decimal("12.4")]


@pytest.mark.parametrize(
    "header", ["UVP", "RRP", "MSRP (USD)", "РРЦ", "Prix public conseillé", "PVP recomendado"]
)
def test_recommended_retail_price_alone_is_no_cost(header: str) -> None:
    lines = [f"Code;Name;{header}", "A-1;Lamp;12.50", "A-2;Shade;13.70", "A-3;Bulb;9.90"]
    issue = issue_of(*lines)
    assert issue.option == "discount"
    assert "discount=30" in issue.message
    assert table_of(*lines, discount="30").basis.discounts == (Decimal(30),)
    assert table_of(*lines, discount="0").basis.discounts == ()
    assert table_of(*lines, column_mapping={"price": header}).columns["price"] == 2


def test_recommended_price_with_discounts_is_their_base() -> None:
    lines = ["Code;Name;RRP;Discount", "A-1;Lamp;12.50;30", "A-2;Shade;13.70;30"]
    assert columns_of(table_of(*lines))["discount"] == "Discount"


def test_groups_beside_two_list_prices_need_their_discounts() -> None:
    rows = [f"{row};{price}" for row, price in zip(ROWS, ("15", "38", "26.50", "22"), strict=True)]
    lines = ["Code;Name;PG;List price excl. VAT;List price incl. VAT", *rows]
    mapping = {"price": "List price excl. VAT"}
    assert issue_of(*lines, column_mapping=mapping).option == "discount_groups"


def test_groups_beside_a_net_price_and_a_list_price_are_a_characteristic() -> None:
    rows = [f"{row};{price}" for row, price in zip(ROWS, ("7", "20", "14.50", "11"), strict=True)]
    table = table_of("Code;Name;PG;List price;Dealer price", *rows)
    assert ("PG", 2) in table.characteristics


def test_header_of_two_rows_names_discount_groups_not_a_category() -> None:
    lines = ["Kód;Název;Rabat.;Cena", ";;skupina;bez DPH", *ROWS]
    assert issue_of(*lines, currency="CZK").option == "discount_groups"


CLASSES = "Händlerrabatt: Klasse A = 30%, Klasse B = 22%, n = Nettopreis ohne Rabatt."


def test_sentence_with_a_discount_for_each_class_makes_its_column_one_of_groups() -> None:
    rows = (
        "X-1;Säge;A;100.00",
        "X-2;Bohrer;B;50.00",
        "X-3;Öl;n;8.00",
        "X-4;Feile;A;20.00",
    )
    lines = [CLASSES, "Art.-Nr.;Bezeichnung;Kl.;Brutto", *rows]
    issue = issue_of(*lines, currency="EUR")
    assert issue.option == "discount_groups"
    assert 'discount_groups={"A":"30","B":"22"} by row 1' in issue.message
    groups = {"A": "30", "B": "22", "n": "0"}
    result = read("\n".join(lines).encode(), discount_groups=groups)
    assert [item.price for item in result.items] == [70, 39, 8, 14]


def test_discounts_of_classes_without_their_column_leave_the_list_in_doubt() -> None:
    issue = issue_of(CLASSES, "Art.-Nr.;Bezeichnung;Preis", "X-1;Säge;100.00", currency="EUR")
    assert issue.option == "discount"
