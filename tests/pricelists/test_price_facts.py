"""What a price list says about its prices: columns, headers, sentences, settings, refusals."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection.table import DetectedTable, detect_table
from pricebook.pricelists.schemas import (
    CatalogVat,
    FileSource,
    ItemRow,
    ReadConfig,
    ReadRequest,
    Record,
)
from pricelists.price_lists import read_price_list

TODAY = date(2026, 11, 26)
BODY = ("A-1;Screw M4;12.50", "A-2;Screw M5;13.70", "A-3;Nut M4 galvanized;9.90")


def records_of(*lines: str) -> list[Record]:
    return [(number, line.split(";"), None) for number, line in enumerate(lines, start=1)]


def table_of(
    *lines: str, currency: str = "USD", catalog_vat: CatalogVat = "as_listed", **config: Any
) -> DetectedTable:
    """Detect the table of rows whose cells are separated by semicolons."""
    request = ReadRequest(
        source=FileSource(""),
        currency=currency,
        catalog_vat=catalog_vat,
        today=TODAY,
        config=msgspec.convert(config, ReadConfig, strict=False),
    )
    return detect_table(records_of(*lines), request)


def issues_of(*lines: str, **options: Any) -> list[PriceListIssue]:
    with pytest.raises(PriceListError) as raised:
        table_of(*lines, **options)
    assert all(issue.message in raised.value.message for issue in raised.value.issues)
    return list(raised.value.issues)


def issue_of(*lines: str, **options: Any) -> PriceListIssue:
    (issue,) = issues_of(*lines, **options)
    return issue


def with_column(header: str, *cells: str, price: str = "Price") -> list[str]:
    """Return a price list with a further column after the price."""
    rows = [f"{line};{cell}" for line, cell in zip(BODY, cells, strict=True)]
    return [f"Code;Name;{price};{header}", *rows]


def plain(price: str = "Price") -> list[str]:
    return [f"Code;Name;{price}", *BODY]


def columns_of(table: DetectedTable) -> dict[str, str]:
    return {field: table.headers[index] for field, index in table.columns.items()}


# Packing units are no prices.


@pytest.mark.parametrize("header", ["PU", "VPE", "VE", "PK", "Pack", "U/M", "UM", "Упак", "Opak."])
@pytest.mark.parametrize("price", ["Unit cost", "Price", "Preis", "Price 1+"])
def test_packing_unit_is_never_the_price(header: str, price: str) -> None:
    rows = [f"A-{number};Screw M{number};100;{number}.50" for number in range(1, 5)]
    table = table_of(f"Code;Name;{header};{price}", *rows)
    assert columns_of(table)["price"] == price
    assert columns_of(table)["pack_size"] == header


@pytest.mark.parametrize("header", ["PU", "P.U.", "VPE", "PE", "UM"])
def test_packing_unit_alone_is_not_taken_for_the_price(header: str) -> None:
    rows = [f"A-{number};Screw M{number};{number}00" for number in range(1, 5)]
    assert "column_mapping.price" in {i.option for i in issues_of(f"Code;Name;{header}", *rows)}


def test_french_unit_price_is_a_price() -> None:
    rows = ["A-1;Vis 4x40;12.50", "A-2;Vis 4x50;13.75", "A-3;Écrou M6 zingué;9.05"]
    assert columns_of(table_of("Réf.;Désignation;PU", *rows))["price"] == "PU"
    issue = issue_of("Code;Name;PU", *rows)
    assert (issue.option, issue.candidates) == ("column_mapping.price", ("PU",))
    assert columns_of(table_of("Code;Name;PU", *rows, column_mapping={"price": "PU"}))


# Price quantities.


@pytest.mark.parametrize(
    "header",
    [
        *("PE", "Per", "pro", "je", "за", "Preiseinheit", "Price unit", "Price per", "Preismenge"),
        *("Цена за", "Prix par", "par", "Precio por", "por", "Jednostka ceny", "za", "Ціна за"),
    ],
)
def test_column_of_price_quantities(header: str) -> None:
    table = table_of(*with_column(header, "100", "1000", "1"))
    assert columns_of(table)["price_quantity"] == header
    assert columns_of(table)["price"] == "Price"
    assert table.facts["price_quantity"].origin == "column"


@pytest.mark.parametrize("cell", ["C", "M", "%", "100 St", "1.000", "1 000", "je 100"])
def test_cells_of_price_quantities_may_have_words(cell: str) -> None:
    assert "price_quantity" in table_of(*with_column("PE", cell, "100", cell)).columns


def test_misread_price_quantity_is_refused() -> None:
    lines = with_column("PE", "red", "blue", "green")
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("ignored_columns", ("PE",))
    assert '"red"' in issue.message
    assert "price_quantity" not in table_of(*lines, ignored_columns=["PE"]).columns
    # a common word without quantities below it is any column
    assert "price_quantity" not in table_of(*with_column("Per", "x", "y", "z")).columns


@pytest.mark.parametrize(
    ("header", "quantity", "unit"),
    [
        ("Preis je 100", "100", None),
        ("Preis je 100 Stück", "100", None),
        ("Preis €/100 Stk", "100", None),
        ("Price per 1000 pcs", "1000", None),
        ("Price per 1,000", "1000", None),
        ("Price / C", "100", None),
        ("Цена за 100 шт", "100", None),
        ("Цена за 1000 шт., руб.", "1000", None),
        ("Prix pour 100", "100", None),
        ("Precio por 100 uds", "100", None),
        ("Cena za 100 szt", "100", None),
        ("Ціна за 100 шт", "100", None),
        ("Price per kg", "1", "KGM"),
        ("Preis / m", "1", "MTR"),
        ("Цена за кг", "1", "KGM"),
        ("Price per 100 m", "100", "MTR"),
        ("Price per piece", "1", None),
        ("Цена за шт", "1", None),
    ],
)
def test_quantity_in_the_price_header(header: str, quantity: str, unit: str | None) -> None:
    table = table_of(*plain(header), currency="RUB" if "руб" in header else "EUR")
    assert columns_of(table)["price"] == header
    assert (table.basis.price_quantity, table.basis.unit) == (Decimal(quantity), unit)


@pytest.mark.parametrize(
    "header", ["Preis pro VPE", "Price per pack", "Цена за упаковку", "Cena za opak."]
)
def test_price_of_a_pack_needs_the_pack_size(header: str) -> None:
    table = table_of(*with_column("VPE", "10", "20", "5", price=header))
    assert table.basis.prices_per_pack
    assert table.facts["prices_per_pack"].origin == "header"
    issue = issue_of(*plain(header))
    assert issue.option == "column_mapping.pack_size"
    assert table_of(*plain(header), price_quantity=10).basis.price_quantity == 10


def test_price_of_a_piece_wins_over_another_quantity() -> None:
    table = table_of(*with_column("Price per 100", "900.00", "901.00", "902.00"))
    assert (columns_of(table)["price"], table.basis.price_quantity) == ("Price", 1)


def test_unit_that_may_be_a_quantity_is_refused() -> None:
    lines = with_column("U/M", "EA", "C", "EA")
    assert issue_of(*lines).option == "column_mapping.price_quantity"
    assert "unit" not in table_of(*lines, ignored_columns=["U/M"]).columns
    assert "price_quantity" in table_of(*lines, column_mapping={"price_quantity": "U/M"}).columns
    assert "unit" in table_of(*with_column("ME", "M", "ST", "KG")).columns
    assert "unit" in table_of(*lines, price_quantity=1).columns


# Units, packs, least orders and other facts of a row.


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        *(
            (unit, "pcs m kg", "unit")
            for unit in ("ME", "UoM", "Unit", "ед. изм.", "Unité", "J.m.")
        ),
        *((pack, "10 20 5", "pack_size") for pack in ("VPE", "Фасовка", "Colisage", "Embalaje")),
        *((moq, "10 20 5", "min_order_quantity") for moq in ("MOQ", "Mindestmenge", "Кратность")),
        *((group, "A B C", "discount_group") for group in ("Rabattgruppe", "RG")),
        *((vat, "19% 19% 7%", "vat_rate") for vat in ("MwSt", "НДС", "TVA", "Stawka VAT")),
        *(
            (code, "4006381333931 4006381333948 4006381333955", "gtin")
            for code in ("EAN", "Штрихкод")
        ),
        *((code, "X1 X2 X3", "mpn") for code in ("MPN", "Mfr. Part No.", "Артикул производителя")),
        *(
            (brand, "Acme Acme Bolt", "brand")
            for brand in ("Brand", "Hersteller", "Бренд", "Marque")
        ),
        *((stock, "1 20 >50", "stock") for stock in ("Stock", "Bestand", "Остаток", "Наличие")),
        *((time, "3 5 7", "lead_time") for time in ("Lead time", "Lieferzeit", "Срок поставки")),
        *(("Valid from", day, "valid_from") for day in ("2026-12-01 2026-01-01 2026-01-01",)),
    ],
)
def test_columns_of_further_facts(header: str, cells: str, field: str) -> None:
    base = "none" if field == "discount_group" else None
    table = table_of(*with_column(header, *cells.split()), discount_base=base)
    assert columns_of(table).get(field) == header
    assert header not in dict(table.characteristics)


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("VPE", "box carton bag", "pack_size"),
        ("MwSt", "1.99 2.45 3.17", "vat_rate"),
        ("EAN", "none none none", "gtin"),
        ("Valid from", "x y z", "valid_from"),
        ("MOQ", "yes no yes", "min_order_quantity"),
    ],
)
def test_header_without_fitting_cells_is_a_characteristic(
    header: str, cells: str, field: str
) -> None:
    table = table_of(*with_column(header, *cells.split()))
    assert field not in table.columns
    assert header in [title for title, _ in table.characteristics] or "unit" in table.columns


def test_ignored_columns_hold_no_field() -> None:
    lines = ["Code;Name;PU;Preis;PE", *(f"A-{n};Screw {n};100;{n}.50;100" for n in range(1, 4))]
    table = table_of(*lines, ignored_columns=["PU", "PE"])
    assert columns_of(table).keys() == {"sku", "name", "price"}
    issue = issue_of(*lines, ignored_columns=["VPE"])
    assert issue.option == "ignored_columns"
    assert '"VPE"' in issue.message


# Currency.


@pytest.mark.parametrize("header", ["Cur", "Währung", "Curr.", "Вал.", "X", "Devise"])
@pytest.mark.parametrize("cell", ["EUR", "€", "usd"])
def test_column_of_codes_or_signs_is_the_currency(header: str, cell: str) -> None:
    table = table_of(*with_column(header, cell, cell, cell))
    assert columns_of(table)["currency"] == header
    assert table.facts["currency"].origin == "column"


def test_rows_may_have_different_currencies() -> None:
    table = table_of(*with_column("Cur", "EUR", "USD", "EUR"), currency="GBP")
    assert (table.basis.currency, table.facts["currency"].value) == ("GBP", "per row")
    one = table_of(*with_column("Cur", "EUR", "EUR", "EUR"), currency="GBP")
    assert one.basis.currency == "EUR"


@pytest.mark.parametrize("cells", [("red", "S", "EURO2"), ("M", "L", "XL"), ("Fr", "Sa", "So")])
def test_other_short_words_are_no_currencies(cells: tuple[str, str, str]) -> None:
    assert "currency" not in table_of(*with_column("X", *cells)).columns


@pytest.mark.parametrize(
    ("header", "code"),
    [("Preis €", "EUR"), ("Price USD", "USD"), ("Цена, руб.", "RUB"), ("Cena zł", "PLN")],
)
def test_currency_in_the_price_header(header: str, code: str) -> None:
    catalog = "RUB" if code == "RUB" else "GBP"
    table = table_of(*plain(header), currency=catalog)
    assert table.basis.currency == code
    assert table.facts["currency"].origin == "header"


def test_ambiguous_sign_means_the_currency_of_the_catalog() -> None:
    assert table_of(*plain("Price $"), currency="CAD").basis.currency == "CAD"
    issue = issue_of(*plain("Price $"), currency="EUR")
    assert issue.option == "currency"
    assert "USD" in issue.candidates
    assert issue_of(*plain("Цена, руб."), currency="EUR").candidates == ("BYN", "RUB")


def test_currency_of_all_cells() -> None:
    lines = ["Code;Name;Price", "A-1;Lamp;€ 5", "A-2;Cable;7,50 €", "A-3;Saw;9 EUR"]
    table = table_of(*lines)
    assert (table.basis.currency, table.facts["currency"].origin) == ("EUR", "cell")
    issue = issue_of("Code;Name;Price", "A-1;Lamp;5 руб.", "A-2;Saw;7 руб.", currency="EUR")
    assert (issue.option, issue.candidates) == ("currency", ("BYN", "RUB"))
    mixed = table_of(*lines, "A-4;Tape;3")
    assert (mixed.basis.currency, mixed.facts["currency"].origin) == ("USD", "assumed")


def test_contradicting_currencies_are_refused_naming_both() -> None:
    lines = ["All prices in USD", *plain("Price EUR")]
    issue = issue_of(*lines, currency="GBP")
    assert issue.option == "currency"
    assert issue.candidates == ("EUR", "USD")
    assert '"All prices in USD"' in issue.message
    assert '"Price EUR"' in issue.message


def test_currency_can_be_set() -> None:
    request_config = ReadConfig(currency="CHF")
    request = ReadRequest(source=FileSource(""), currency="USD", config=request_config)
    table = detect_table(records_of("All prices in USD", *plain("Price EUR")), request)
    assert table.basis.currency == "CHF"
    assert table.facts["currency"].origin == "setting"


# Tax.


@pytest.mark.parametrize(
    ("header", "included"),
    [
        *(("Preis netto", False), ("Preis brutto", True), ("Preis inkl. MwSt.", True)),
        *(("Preis zzgl. MwSt", False), ("Price excl. VAT", False), ("Price incl. 20% VAT", True)),
        *(("Цена с НДС", True), ("Цена без НДС", False), ("Цена с учетом НДС", True)),
        *(("Prix HT", False), ("Prix TTC", True), ("Prix H.T.", False), ("Precio sin IVA", False)),
        *(("Precio con IVA", True), ("Precio s/IVA", False), ("Cena netto", False)),
        *(("Cena brutto", True), ("Ціна з ПДВ", True), ("Ціна без ПДВ", False), ("Price", None)),
    ],
)
def test_tax_in_the_price_header(header: str, *, included: bool | None) -> None:
    table = table_of(*plain(header))
    assert table.basis.vat_included is included
    assert ("vat_included" in table.facts) is (included is not None)


def test_vat_rate_in_the_price_header() -> None:
    assert table_of(*plain("Price incl. 20% VAT")).basis.vat_rate == 20


@pytest.mark.parametrize(("catalog_vat", "price"), [("net", "Price net"), ("gross", "Price gross")])
def test_catalog_decides_between_net_and_gross(catalog_vat: CatalogVat, price: str) -> None:
    lines = ["Code;Name;Price net;Price gross", *(f"{line};15.00" for line in BODY)]
    assert columns_of(table_of(*lines, catalog_vat=catalog_vat))["price"] == price
    assert issue_of(*lines).candidates == ("Price net", "Price gross")
    assert columns_of(table_of(*lines, vat_included="true"))["price"] == "Price gross"


def test_conversion_of_tax_needs_basis_and_rate() -> None:
    assert issue_of(*plain(), catalog_vat="net").option == "vat_included"
    assert issue_of(*plain("Price gross"), catalog_vat="net").option == "vat_rate"
    assert table_of(*plain("Price net"), catalog_vat="net").basis.vat_rate is None
    rate = table_of(*plain("Price gross"), catalog_vat="net", vat_rate="19").basis.vat_rate
    assert rate == 19
    lines = with_column("VAT", "19%", "7%", "19%", price="Price gross")
    assert "vat_rate" in table_of(*lines, catalog_vat="net").columns


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
    table = table_of(*plain("UVP"))
    assert columns_of(table)["price"] == "UVP"
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
    ],
)
def test_prices_of_different_customers_are_a_choice(headers: tuple[str, str]) -> None:
    lines = [f"Code;Name;{headers[0]};{headers[1]}", *(f"{line};5.75" for line in BODY)]
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("column_mapping.price", headers)
    for header in headers:
        table = table_of(*lines, column_mapping={"price": header})
        assert columns_of(table)["price"] == header


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


def test_two_columns_of_one_tier_are_in_doubt() -> None:
    lines = ["Code;Name;1+;10+;10+", *(f"{line};8.10;7.20" for line in BODY)]
    assert issue_of(*lines).candidates == ("column D", "column E")
    lines = ["Code;Name;Price;1+;10+", *(f"{line};8.10;7.20" for line in BODY)]
    assert issue_of(*lines).candidates == ("Price", "1+")


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


@pytest.mark.parametrize(
    "line", ["Prices valid from 01.12.2026", "Preisliste gültig ab 1. Dezember 2026"]
)
def test_list_that_begins_later(line: str) -> None:
    assert table_of(line, *plain()).basis.valid_from == date(2026, 12, 1)
    past = table_of("Prices valid from 01.11.2026", *plain())
    assert past.basis.valid_from is None
    assert past.facts["valid_from"].value == "2026-11-01"


# Sentences.


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Alle Preise in EUR, Preis je 100 Stück", {"currency": "EUR", "price_quantity": "100"}),
        ("All prices in USD excl. VAT", {"currency": "USD", "vat_included": "false"}),
        ("Цены указаны в рублях, с НДС", {"currency": "RUB", "vat_included": "true"}),
        ("Цены указаны в рублях с учетом НДС 20%", {"vat_included": "true", "vat_rate": "20"}),
        ("Prix en euros HT", {"currency": "EUR", "vat_included": "false"}),
        (
            "Tous les prix s'entendent TTC, par 100 pièces",
            {"vat_included": "true", "price_quantity": "100"},
        ),
        ("Precios en euros, IVA no incluido", {"currency": "EUR", "vat_included": "false"}),
        ("Precios por 1000 unidades con IVA", {"price_quantity": "1000", "vat_included": "true"}),
        (
            "Ceny netto w PLN za 100 szt.",
            {"currency": "PLN", "vat_included": "false", "price_quantity": "100"},
        ),
        ("Ceny w złotych, nie zawierają podatku VAT", {"currency": "PLN", "vat_included": "false"}),
        ("Ціни в гривнях з ПДВ", {"currency": "UAH", "vat_included": "true"}),
        ("Preise zzgl. 19 % MwSt.", {"vat_included": "false", "vat_rate": "19"}),
        (
            "Alle Preise in Euro zzgl. der gesetzlichen Mehrwertsteuer",
            {"currency": "EUR", "vat_included": "false"},
        ),
        ("Alle Preise netto, UVP inkl. MwSt.", {"vat_included": "false"}),
        ("Preise pro VPE, zzgl. MwSt.", {"prices_per_pack": "true", "vat_included": "false"}),
        ("Prices are per 1,000 pieces", {"price_quantity": "1000"}),
        ("Prices per hundred", {"price_quantity": "100"}),
        ("Currency: EUR", {"currency": "EUR"}),
        ("Currency:;EUR", {"currency": "EUR"}),
        (
            "Price list in US dollars; valid from November 2, 2026",
            {"currency": "USD", "valid_from": "2026-11-02"},
        ),
        ("Preisliste 2026 EUR", {"currency": "EUR"}),
        ("Prices in EUR, payment in USD", {"currency": "EUR"}),
    ],
)
def test_sentences_above_the_table(sentence: str, expected: dict[str, str]) -> None:
    lines = with_column("VPE", "10", "20", "5")
    table = table_of(sentence, "", *lines, currency="RUB" if "рублях" in sentence else "EUR")
    found = {key: fact.value for key, fact in table.facts.items()}
    assert found.items() >= expected.items()
    for key in expected:
        assert table.facts[key].origin == "sentence"
        assert "row 1" in table.facts[key].source


@pytest.mark.parametrize(
    "sentence",
    [
        *("Acme Ltd., 100 pieces in every box", "Hans Müller GmbH;;Tel.: 0211 / 123 45-0"),
        *("Freight prepaid on orders over $750", "Prices subject to change without notice"),
        *("Alle Angaben ohne Gewähr. Es gelten unsere AGB.", "Preisliste gültig bis 31.12.2026"),
        *("Mindestbestellwert 100 EUR netto", "Price list 2026", "Прайс-лист на 12.03.2024"),
        *("Preise gelten ab 100 Stück", "Ab 500 EUR frei Haus, Preise freibleibend"),
        *("VAT number GB123456789", "Steuernummer 12/345/678", "ООО Ромашка, ИНН 7701234567"),
        *("Delivery within 30 days", "We try to keep our prices low", "Prices may vary by 10 %"),
        *(
            "Tarif 2026",
            "Valable du 01/01/2024 au 31/12/2024",
            "Free shipping for orders of 10 pcs",
        ),
        *("Minimum order: 100 pcs", "Call for prices on 1000 days", "DIN 912, ISO 4762"),
    ],
)
def test_letterheads_say_nothing_about_prices(sentence: str) -> None:
    table = table_of(sentence, "", *plain(), currency="EUR")
    assert table.facts.keys() - {"valid_from"} == {"currency"}
    assert table.facts["currency"].origin == "assumed"
    assert table.basis.price_quantity == 1


@pytest.mark.parametrize(
    ("sentence", "option", "setting"),
    [
        ("Prices in EUR or USD depending on region", "currency", {"currency": "EUR"}),
        ("Цены в у.е.", "currency", {"currency": "USD"}),
        ("Preise je 100 bzw. je 1000 Stück", "price_quantity", {"price_quantity": 100}),
        ("Prices quoted in lots with 100 pieces", "price_quantity", {"price_quantity": 100}),
        ("Alle Preise netto oder brutto", "vat_included", {"vat_included": False}),
        ("Prices: see VAT conditions", "vat_included", {"vat_included": False}),
    ],
)
def test_sentence_in_doubt_is_refused(sentence: str, option: str, setting: dict[str, Any]) -> None:
    issue = issue_of(sentence, "", *plain(), currency="EUR")
    assert issue.option == option
    assert f'"{sentence}"' in issue.message
    assert f"{option}=" in issue.message
    request = ReadRequest(
        source=FileSource(""), currency="EUR", today=TODAY, config=ReadConfig(**setting)
    )
    assert detect_table(records_of(sentence, "", *plain()), request)


def test_sentences_below_the_table_count() -> None:
    table = table_of(*plain(), "", "Alle Preise je 100 Stück zzgl. MwSt.", currency="EUR")
    assert table.basis.price_quantity == 100
    below_header = table_of("Code;Name;Price", "(prices per 100)", *BODY)
    assert below_header.basis.price_quantity == 100


def test_sentence_between_articles_is_in_doubt() -> None:
    lines = [*plain(), "Nails, price per 100 pcs;;", "B-1;Nail;3.10", "B-2;Nail big;4.10"]
    issue = issue_of(*lines)
    assert issue.option == "price_quantity"
    assert "Nails, price per 100 pcs" in issue.message
    assert table_of(*lines, price_quantity=1).basis.price_quantity == 1
    same = ["Prices per 100 pcs", *plain(), "Prices per 100 pcs;;", "B-1;Nail;3.10", "B-2;x;4.10"]
    assert table_of(*same).basis.price_quantity == 100


def test_header_and_sentence_that_differ_are_refused() -> None:
    issue = issue_of("Preise je 1000 Stück", *plain("Preis je 100"))
    assert issue.option == "price_quantity"
    assert issue.candidates == ("100", "1000")
    assert issue_of("Alle Preise inkl. MwSt.", *plain("Preis netto")).option == "vat_included"
    column = issue_of("Preise je 1000 Stück", *with_column("PE", "100", "100", "1"))
    assert column.option == "price_quantity"


def test_unit_of_account_in_the_header_is_refused() -> None:
    issue = issue_of(*plain("Цена, у.е."), currency="RUB")
    assert (issue.option, "currency=" in issue.message) == ("currency", True)


def test_gross_price_beside_a_discount_says_nothing_about_tax() -> None:
    lines = with_column("Rabatt", "30", "20", "10", price="Bruttopreis")
    assert table_of(*lines).basis.vat_included is None
    net = table_of("Alle Preise zzgl. MwSt.", *lines)
    assert (net.basis.vat_included, net.basis.discount_base) == (False, "price")


def test_title_above_the_table_is_no_header_row() -> None:
    rows = [f"{line};30%" for line in BODY]
    table = table_of("Ceny netto w PLN", "Indeks;Nazwa;Cena kat.;Rabat", *rows, currency="EUR")
    assert table.headers == ("Indeks", "Nazwa", "Cena kat.", "Rabat")
    assert (table.basis.currency, table.basis.vat_included) == ("PLN", False)


def test_order_multiple_is_no_pack_of_a_price_per_pack() -> None:
    lines = with_column("Кратность", "6", "12", "6", price="Цена за упак.")
    assert issue_of(*lines).option == "column_mapping.pack_size"


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
