"""Columns and headers that say what prices are: quantity, currency, tax and further facts."""

from decimal import Decimal

import pytest

from pricebook.pricelists.schemas.read_config import CatalogVat
from pricelists.fact_lists import (
    BODY,
    columns_of,
    issue_of,
    issues_of,
    plain,
    table_of,
    with_column,
)

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
        ("Preis je 100 Stück", "100", "H87"),
        ("Preis €/100 Stk", "100", "H87"),
        ("Price per 1000 pcs", "1000", "H87"),
        ("Price per 1,000", "1000", None),
        ("Price / C", "100", None),
        ("Цена за 100 шт", "100", "H87"),
        ("Цена за 1000 шт., руб.", "1000", "H87"),
        ("Prix pour 100", "100", None),
        ("Precio por 100 uds", "100", "H87"),
        ("Cena za 100 szt", "100", "H87"),
        ("Ціна за 100 шт", "100", "H87"),
        ("Price per kg", "1", "KGM"),
        ("Preis / m", "1", "MTR"),
        ("Цена за кг", "1", "KGM"),
        ("Price per 100 m", "100", "MTR"),
        ("Price per piece", "1", None),
        ("Цена за шт", "1", None),
        ("Prix le cent", "100", None),
        ("Prix HT le mille", "1000", None),
        ("Prezzo al metro", "1", "MTR"),
        ("Precio el ciento", "100", None),
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


@pytest.mark.parametrize("header", ["PRICE PER M", "Price per M", "PREIS/M", "Preis je 5 Karton"])
def test_price_for_something_unclear_is_refused(header: str) -> None:
    issue = issue_of(*plain(header))
    assert issue.option == "price_quantity"
    assert header in issue.message
    assert table_of(*plain(header), price_quantity=1000).basis.price_quantity == 1000


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
        *(
            (moq, "10 20 5", "min_order_quantity")
            for moq in ("Order Qty Min", "Qty Min.", "Мин. кол-во")
        ),
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


@pytest.mark.parametrize("header", ["%", "C/M", "E / C / M"])
def test_letters_below_letters_are_price_quantities(header: str) -> None:
    table = table_of(*with_column(header, "C", "M", "E"))
    assert columns_of(table)["price_quantity"] == header


@pytest.mark.parametrize("cells", [("C", "C", "C"), ("C", "M", "E"), ("%", "‰", "1")])
def test_letters_below_another_header_are_in_doubt(cells: tuple[str, str, str]) -> None:
    lines = with_column("Basis", *cells)
    assert issue_of(*lines).option == "column_mapping.price_quantity"
    table = table_of(*lines, column_mapping={"price_quantity": "Basis"})
    assert columns_of(table)["price_quantity"] == "Basis"
    assert table_of(*lines, ignored_columns=["Basis"]).basis.price_quantity == 1


@pytest.mark.parametrize("cells", [("S", "M", "L"), ("A", "B", "C"), ("10", "20", "M")])
def test_letters_among_others_are_no_price_quantities(cells: tuple[str, str, str]) -> None:
    assert "price_quantity" not in table_of(*with_column("Type", *cells)).columns


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


def test_rows_in_another_currency_than_the_list_states_are_rejected() -> None:
    cells = ("EUR", "USD", "EUR")
    by_sentence = table_of("All prices in EUR", *with_column("Cur", *cells))
    assert by_sentence.basis.currency_source == 'row 1, "All prices in EUR"'
    by_header = table_of(*with_column("Cur", *cells, price="Price EUR"))
    assert by_header.basis.currency_source == 'the column "Price EUR"'
    by_setting = table_of(*with_column("Cur", *cells), list_currency="EUR")
    assert by_setting.basis.currency_source == "currency=EUR"
    for table in (table_of(*with_column("Cur", *cells)), table_of(*plain("Price EUR"))):
        assert not table.basis.currency_source


@pytest.mark.parametrize("header", ["Cur", "Вал.", "Currency", "Währung"])
def test_one_unknown_currency_does_not_hide_the_others(header: str) -> None:
    table = table_of(*with_column(header, "EUR", "у.е.", "EUR"))
    assert columns_of(table)["currency"] == header


def test_column_with_currencies_and_other_cells_is_in_doubt() -> None:
    lines = with_column("XYZ", "EUR", "n/a", "€")
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("column_mapping.currency", ("XYZ",))
    assert '"EUR"' in issue.message
    assert '"n/a"' in issue.message
    assert "currency" in table_of(*lines, column_mapping={"currency": "XYZ"}).columns
    assert table_of(*lines, ignored_columns=["XYZ"]).basis.currency == "USD"


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
    issue = issue_of(*lines, "A-4;Tape;3")
    assert (issue.option, issue.candidates) == ("currency", ("EUR", "USD"))


def test_contradicting_currencies_are_refused_naming_both() -> None:
    lines = ["All prices in USD", *plain("Price EUR")]
    issue = issue_of(*lines, currency="GBP")
    assert issue.option == "currency"
    assert issue.candidates == ("EUR", "USD")
    assert '"All prices in USD"' in issue.message
    assert '"Price EUR"' in issue.message


def test_currency_can_be_set() -> None:
    table = table_of("All prices in USD", *plain("Price EUR"), list_currency="CHF")
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
