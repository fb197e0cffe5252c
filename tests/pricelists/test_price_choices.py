"""List prices, discounts, prices of customers, tiers, days: which column is the price."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pricebook.pricelists.schemas.price_list_rows import ItemRow
from pricelists.fact_lists import (
    BODY,
    columns_of,
    issue_of,
    issues_of,
    plain,
    table_of,
    with_column,
)
from pricelists.price_lists import read_price_list

# List prices and discounts.


@pytest.mark.parametrize(
    ("list_price", "price"),
    [
        *(("UVP", "EK"), ("MSRP", "Dealer"), ("RRP", "Price"), ("РРЦ", "Цена")),
        *(
            ("List price", "Net price"),
            ("Prix catalogue", "Prix net"),
            ("PVP recomendado", "Precio"),
        ),
        ("Cena katalogowa", "Cena"),
    ],
)
def test_list_price_beside_a_price(list_price: str, price: str) -> None:
    lines = [f"Code;Name;{list_price};{price}", *(f"{line};5.00" for line in BODY)]
    table = table_of(*lines)
    assert columns_of(table)["price"] == price
    assert columns_of(table)["list_price"] == list_price


@pytest.mark.parametrize("level", ["Jobber", "Installer", "Fleet", "WD"])
def test_prices_of_trade_levels_are_a_choice(level: str) -> None:
    lines = [f"Code;Name;List;{level};Dealer", *(f"{line};5.00;6.00" for line in BODY)]
    assert set(issue_of(*lines).candidates) == {level, "Dealer"}


@pytest.mark.parametrize(
    "discount", ["Rabatt", "Disc. %", "Скидка", "Remise", "Dto.", "Rabat", "Знижка"]
)
def test_discount_applies_to_the_list_price(discount: str) -> None:
    table = table_of(*with_column(discount, "30", "30+5", "10 %", price="UVP"))
    assert columns_of(table)["price"] == "UVP"
    assert columns_of(table)["discount"] == discount
    assert table.basis.discount_base == "price"
    assert table.facts["list_price"].value == "price"


def test_list_price_alone_is_shown_as_such() -> None:
    table = table_of(*plain("Listenpreis"))
    assert columns_of(table)["price"] == "Listenpreis"
    assert table.facts["list_price"].value == "price"


def test_sample_decides_whether_discounts_are_included() -> None:
    header = "Code;Name;List price;Discount;Price"
    included = ["A;Lamp;100;30;70", "B;Saw;200;50;100", "C;Tape;10;10;9"]
    assert table_of(header, *included).basis.discount_base == "none"
    excluded = ["A;Lamp;100;30;100", "B;Saw;200;50;200", "C;Tape;10;10;10"]
    assert table_of(header, *excluded).basis.discount_base == "price"
    unclear = ["A;Lamp;100;30;90", "B;Saw;200;50;180", "C;Tape;10;10;9.5"]
    assert issue_of(header, *unclear).option == "discount_base"
    table = table_of(header, *unclear, discount_base="list_price")
    assert table.basis.discount_base == "list_price"


def test_net_price_beside_a_discount_is_in_doubt() -> None:
    lines = with_column("Discount", "30", "20", "10", price="Net price")
    assert issue_of(*lines).candidates == ("price", "none")
    assert table_of(*lines, discount_base="none").basis.discount_base == "none"
    own = with_column("Rabatt", "30", "20", "10", price="Ihr Preis")
    assert table_of(*own).basis.discount_base == "none"


def test_discount_groups_need_their_discounts() -> None:
    lines = with_column("Rabattgruppe", "A1", "A2", "A1")
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("discount_groups", ("A1", "A2"))
    table = table_of(*lines, discount_groups={"A1": "30+5", "A2": "10"})
    assert table.basis.discount_groups == {"A1": (Decimal(30), Decimal(5)), "A2": (Decimal(10),)}
    groups_below_discount = with_column("Rabatt", "A1", "A2", "A1")
    assert issue_of(*groups_below_discount).option == "discount_groups"


def test_discount_can_be_set() -> None:
    table = table_of(*plain("UVP"), discount="30+5")
    assert table.basis.discounts == (Decimal(30), Decimal(5))
    assert table.facts["discount"].origin == "setting"


# Several prices.


@pytest.mark.parametrize(
    "headers",
    [
        *(("Стоимость", "Стоимость опт"), ("SRP, US", "DDP"), ("Price", "Price VIP")),
        *(("Цена", "Цена партнер"), ("Price", "B2B"), ("Preis", "Preis Händler")),
        *(("Price", "Price 2027"), ("Опт", "Крупный опт"), ("Prix", "Prix revendeur")),
        *(("Price", "New price"), ("Preis", "Preis neu"), ("EK", "EK neu"), ("Цена", "Новая цена")),
        *(("Price", "Price 2"), ("Price C", "Price B"), ("Price", "Promo price"), ("Price", "Net")),
        *(("Preis", "Staffelpreis"), ("Price", "incl. VAT"), ("Price", "Price after 01.12")),
    ],
)
def test_prices_of_different_customers_are_a_choice(headers: tuple[str, str]) -> None:
    lines = [f"Code;Name;{headers[0]};{headers[1]}", *(f"{line};5.75" for line in BODY)]
    (issue,) = [i for i in issues_of(*lines) if i.option == "column_mapping.price"]
    assert issue.candidates == headers
    for header in headers:
        table = table_of(*lines, column_mapping={"price": header}, price_quantity=1)
        assert columns_of(table)["price"] == header


@pytest.mark.parametrize("header", ["Опт (от 100 000 руб.)", "Мелкий опт (от 15 000 руб.)"])
def test_sum_of_an_order_in_a_price_header_is_no_quantity(header: str) -> None:
    lines = [f"Код;Название;Розница;{header}", *(f"{line};5.75" for line in BODY)]
    assert issue_of(*lines, currency="RUB").candidates == ("Розница", header)
    table = table_of(*lines, currency="RUB", column_mapping={"price": header})
    assert (columns_of(table)["price"], table.basis.price_quantity) == (header, 1)


@pytest.mark.parametrize(
    "header",
    [
        *("Old price", "Price per kg", "Grundpreis", "Total price", "Gesamtpreis", "Price group"),
        *("Price change", "Preis/VPE", "Price date", "Сумма", "Price for 10 pcs", "VAT"),
    ],
)
def test_other_sums_beside_the_price_are_no_choice(header: str) -> None:
    lines = [f"Code;Name;Price;{header}", *(f"{line};5.75" for line in BODY)]
    assert columns_of(table_of(*lines))["price"] == "Price"


@pytest.mark.parametrize(
    "headers", ["Qty 10;Price 10;Qty 100;Price 100", "Menge1;Preis1;Menge2;Preis2"]
)
def test_quantities_beside_prices_are_never_the_price(headers: str) -> None:
    lines = [f"Code;Name;{headers}", *(f"A-{n};Screw {n};10;{n}.9;100;{n}.5" for n in range(1, 5))]
    issue = issue_of(*lines)
    assert issue.option == "column_mapping.price"
    assert headers.split(";")[1] in issue.candidates


@pytest.mark.parametrize("prices", [("100;80", "10;8"), ("100;80",), ("100;80", "10;", "5;")])
def test_few_prices_of_different_customers_are_a_choice(prices: tuple[str, ...]) -> None:
    lines = (f"A{number};Lamp;{cells}" for number, cells in enumerate(prices))
    issue = issue_of("Code;Name;Price;Price VIP", *lines)
    assert (issue.option, issue.candidates) == ("column_mapping.price", ("Price", "Price VIP"))


@pytest.mark.parametrize(
    ("headers", "quantities"),
    [
        ("1+;10+;100+", (1, 10, 100)),
        ("ab 1;ab 10;ab 100", (1, 10, 100)),
        ("от 1 шт;от 10 шт;от 100 шт", (1, 10, 100)),
        ("Price 1-9;Price 10-99;Price 100+", (1, 10, 100)),
        ("Price;10+;100+", (1, 10, 100)),
        ("Preis;Preis ab 10 Stk;Preis ab 100 Stk", (1, 10, 100)),
    ],
)
def test_tiers_are_read_from_headers(headers: str, quantities: tuple[int, ...]) -> None:
    lines = [f"Code;Name;{headers}", *(f"{line};8.10;7.20" for line in BODY)]
    table = table_of(*lines)
    assert table.tiers == tuple((Decimal(n), 2 + i) for i, n in enumerate(quantities))
    assert table.columns["price"] == 2


@pytest.mark.parametrize(("price", "tiers"), [("1+", (1, 10, 100)), ("10+", ()), ("100+", ())])
def test_price_may_be_set_to_a_tier(price: str, tiers: tuple[int, ...]) -> None:
    lines = ["Code;Name;1+;10+;100+", *(f"{line};8.10;7.20" for line in BODY)]
    table = table_of(*lines, column_mapping={"price": price})
    assert columns_of(table)["price"] == price
    assert tuple(quantity for quantity, _ in table.tiers) == tiers


def test_two_columns_of_one_tier_are_in_doubt() -> None:
    lines = ["Code;Name;1+;10+;10+", *(f"{line};8.10;7.20" for line in BODY)]
    assert issue_of(*lines).candidates == ("column D", "column E")
    lines = ["Code;Name;Price;1+;10+", *(f"{line};8.10;7.20" for line in BODY)]
    assert issue_of(*lines).candidates == ("Price", "1+")


def test_amount_of_tax_below_a_merged_header_is_no_price() -> None:
    rows = [f"{line};2.50;15.00" for line in BODY]
    lines = ["Réf.;Désignation;Prix en €;;", ";;HT;TVA;TTC", *rows]
    assert issue_of(*lines).candidates == ("Prix en € HT", "Prix en € TTC")
    table = table_of(*lines, catalog_vat="net")
    assert columns_of(table)["price"] == "Prix en € HT"


# Days.


@pytest.mark.parametrize(
    "header",
    [
        *("New price from 01.12.2026", "Neuer Preis ab 01.12.2026", "Цена с 01.12.2026"),
        *("Nouveau prix à partir du 01.12.2026", "Precio desde 01.12.2026", "Cena od 01.12.2026"),
        *("Нова ціна з 01.12.2026", "Price 2026-12-01"),
    ],
)
def test_price_from_a_later_day(header: str) -> None:
    lines = with_column(header, "13.00", "14.00", "10.00")
    table = table_of(*lines)
    assert columns_of(table)["price"] == "Price"
    assert columns_of(table)["next_price"] == header
    assert table.basis.next_from == date(2026, 12, 1)


def test_price_that_has_begun_is_the_price() -> None:
    lines = with_column("New price from 01.11.2026", "13.00", "14.00", "10.00")
    table = table_of(*lines)
    assert columns_of(table)["price"] == "New price from 01.11.2026"
    assert "next_price" not in table.columns


def test_column_of_upcoming_prices_can_be_set() -> None:
    lines = with_column("Price 2027;Valid from", *(f"9.90;{day}" for day in ("2027-01-01",) * 3))
    mapping = {"price": "Price", "next_price": "Price 2027"}
    table = table_of(*lines, column_mapping=mapping)
    assert columns_of(table).keys() >= {"next_price", "valid_from"}
    undated = with_column("Price 2027", "9.90", "9.90", "9.90")
    assert issue_of(*undated, column_mapping=mapping).option == "ignored_columns"


@pytest.mark.parametrize(
    "line", ["Prices valid from 01.12.2026", "Preisliste gültig ab 1. Dezember 2026"]
)
def test_list_that_begins_later(line: str) -> None:
    assert table_of(line, *plain()).basis.valid_from == date(2026, 12, 1)
    past = table_of("Prices valid from 01.11.2026", *plain())
    assert past.basis.valid_from is None
    assert past.facts["valid_from"].value == "2026-11-01"


# What rows become.


def items_of(*lines: str, **options: Any) -> list[ItemRow]:
    result = read_price_list("\n".join(lines) + "\n", **options)
    assert not result.rejected
    return result.items


def test_rows_follow_the_facts_of_the_list() -> None:
    lines = ["Alle Preise in EUR, Preis je 100 Stück;;", *plain("Preis netto")]
    first = items_of(*lines)[0]
    assert (first.price, first.currency) == (Decimal("0.125"), "EUR")
    assert first.details
    assert (first.details.price_quantity, first.details.vat_included) == (100, False)


def test_unit_of_the_price_header_is_that_of_each_row() -> None:
    details = items_of(*plain("Price per kg"))[0].details
    assert details
    assert details.unit == "KGM"


def test_rows_of_a_list_that_begins_later_are_upcoming() -> None:
    first = items_of("Prices valid from 01.12.2036;;", *plain())[0]
    assert (first.price, first.next_price) == (None, Decimal("12.50"))
    assert first.next_from == date(2036, 12, 1)


def test_discounts_of_columns_and_groups_reduce_the_price() -> None:
    lines = with_column("Rabatt", "30+5", "0", "10 %", price="UVP")
    assert items_of(*lines)[0].price == Decimal("8.3125")
    lines = with_column("Rabattgruppe", "A", "B", "A", price="Listenpreis")
    groups = {"A": "30", "B": "0"}
    assert items_of(*lines, discount_groups=groups)[0].price == Decimal("8.75")


def test_setting_replaces_the_column_of_quantities() -> None:
    lines = with_column("PE", "100", "100", "100")
    assert items_of(*lines)[0].price == Decimal("0.125")
    assert items_of(*lines, price_quantity=10)[0].price == Decimal("1.25")


# All at once.


def test_all_problems_are_named_at_once() -> None:
    lines = [
        "Prices in EUR or USD",
        "SKU;Article code;Name;Net price;Gross price;Rabattgruppe",
        *(f"A{n};{n};Screw M{n};{n}.50;{n}.90;A" for n in range(1, 5)),
    ]
    issues = issues_of(*lines)
    assert [issue.option for issue in issues] == [
        *("column_mapping.sku", "column_mapping.price", "currency", "discount_groups")
    ]
    assert issues[1].candidates == ("Net price", "Gross price")
    assert all(issue.message.endswith(".") for issue in issues)


def test_empty_column_loses_against_a_filled_one() -> None:
    rows = [f"A-{n};;Screw M{n};;{n}.50" for n in range(1, 5)]
    table = table_of("Code;Name;Description;Price;Cost", *rows)
    assert columns_of(table)["name"] == "Description"
    assert columns_of(table)["price"] == "Cost"


def test_markup_is_no_name() -> None:
    rows = [f"A-{n};<p>Strong <b>lamp</b> {n}</p>;Лампа {n};{n}.50" for n in range(1, 5)]
    table = table_of("Код;Опис;Назва_позиції;Ціна", *rows, currency="UAH")
    assert columns_of(table)["name"] == "Назва_позиції"
    table = table_of("Code;Description;Foo;Price", *rows)
    assert columns_of(table)["name"] == "Foo"


@pytest.mark.parametrize("header", ["Розница;Опт 1", "Retail price;Wholesale price"])
def test_example_of_a_choice_is_no_retail_price(header: str) -> None:
    lines = [f"Code;Name;{header}", *(f"{line};9.10" for line in BODY)]
    issue = issue_of(*lines)
    assert f'--column price="{header.split(";")[1]}"' in issue.message


@pytest.mark.parametrize("header", ["Опт 2 (от 200 т.р.)", "Опт (от 50 тыс. руб.)"])
def test_sum_of_an_order_in_thousands_is_no_quantity(header: str) -> None:
    table = table_of(*plain(header), column_mapping={"price": header})
    assert table.basis.price_quantity == 1
