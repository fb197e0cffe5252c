"""Detection of the table: header rows, letterheads, sections, content inference."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.workbooks import xlsx, xlsx_of


def error_message_of(content: str | bytes, currency: str = "USD", **config: Any) -> str:
    with pytest.raises(PriceListError) as raised:
        read_price_list(content, currency, **config)
    return raised.value.message


def columns_of(result: ReadResult) -> tuple[str, ...]:
    columns = result.profile.columns
    return columns["sku"], columns["name"], columns["price"]


def items_of(result: ReadResult) -> list[tuple[str | None, str | None, Decimal | None]]:
    return [(item.supplier_sku, item.name, item.price) for item in result.items]


GERMAN = """\
Hans Müller Großhandel GmbH;;;;;
Industriestr. 12, 40210 Düsseldorf;;;Tel.: 0211 / 123 45-0;;
;;;;;
Preisliste gültig ab 01.03.2024 - alle Preise netto zzgl. MwSt.;;;;;
;;;;;
Art.-Nr.;EAN;Bezeichnung;VE;VK netto (EUR);UVP
;;;;;
Werkzeuge;;;;;
004711;4006381333931;Hammer 500 g, Stiel Esche;6;1.234,50;1.999,00
004712;4006381333948;Zange "Profi" 180 mm;12;8,9;14,90
;;;;;
Farben & Lacke;;;;;
Art.-Nr.;EAN;Bezeichnung;VE;VK netto (EUR);UVP
F-10/2;;Wandfarbe weiß 10 l;1;45,-;
F-10/3;;Abtönfarbe;1;auf Anfrage;
Summe netto;;;;1.288,40;
Alle Angaben ohne Gewähr. Es gelten unsere AGB.;;;;;
"""


def test_german_wholesaler_price_list_is_read() -> None:
    result = read_price_list(GERMAN.encode("cp1252"), "EUR")
    assert (result.profile.header_row, result.profile.inferred_fields) == (6, ())
    assert columns_of(result) == ("Art.-Nr.", "Bezeichnung", "VK netto (EUR)")
    assert items_of(result) == [
        ("004711", "Hammer 500 g, Stiel Esche", Decimal("1234.50")),
        ("004712", 'Zange "Profi" 180 mm', Decimal("8.9")),
        ("F-10/2", "Wandfarbe weiß 10 l", Decimal("45.00")),
    ]
    assert [item.category for item in result.items] == ["Werkzeuge", "Werkzeuge", "Farben & Lacke"]
    assert [(row.row_number, row.supplier_sku) for row in result.rejected] == [(15, "F-10/3")]


RUSSIAN = """\
;Прайс-лист;;;;;
;ООО "Ромашка", ИНН 7701234567;;;;;
;На 12.03.2024;;;;;
;;;;;;
№;Артикул;Номенклатура, Упаковка;Цены, руб.;;Остаток;Заказ
;;;Опт;Розница;шт.;
1;2;3;4;5;6;7
;;Кабельная продукция;;;;
1;00-00012;Кабель ВВГнг 3х2,5;1 234,50;1 500,00;120;
2;00-00013;Кабель ПВС 2х0,75;56,10;70,00;>1000;
;;Итого;1 290,60;;;
"""


def test_two_prices_below_one_header_are_ambiguous() -> None:
    message = error_message_of(RUSSIAN, "RUB")
    assert '"Цены, руб. Опт" and "Цены, руб. Розница"' in message
    result = read_price_list(
        RUSSIAN, "RUB", column_mapping={"price": "Цены, руб. Опт", "name": "Номенклатура, Упаковка"}
    )
    assert result.profile.header_row == 7
    assert result.profile.headers[3:6] == ("Цены, руб. Опт", "Цены, руб. Розница", "Остаток шт.")
    assert items_of(result) == [
        ("00-00012", "Кабель ВВГнг 3х2,5", Decimal("1234.50")),
        ("00-00013", "Кабель ПВС 2х0,75", Decimal("56.10")),
    ]
    assert {item.category for item in result.items} == {"Кабельная продукция"}
    assert not result.rejected


def test_french_price_list_is_read() -> None:
    content = (
        "TARIF 2024;;;;\nValable du 01/01/2024 au 31/12/2024;;;;\n"
        "Réf.;Désignation;Cond.;P.U. HT;P.P.C.\n"
        "VISSERIE;;;;\nA001;Vis à bois 4x40;200;0,0125;\n0B02;Écrou M6;100;1 250,5;\n"
        "Total HT;;;1 250,51;\n"
    )
    result = read_price_list(content, "EUR")
    assert columns_of(result) == ("Réf.", "Désignation", "P.U. HT")
    assert items_of(result) == [
        ("A001", "Vis à bois 4x40", Decimal("0.0125")),
        ("0B02", "Écrou M6", Decimal("1250.5")),
    ]
    assert result.items[0].category == "VISSERIE"


@pytest.mark.parametrize(
    ("content", "currency", "columns"),
    [
        (
            (
                "Cennik hurtowy;;;\nL.p.;Indeks;Nazwa towaru;J.m.;Cena netto zł\n"
                "1;AB-01;Śruba M8;szt;1,20\n2;AB-02;Nakrętka M8;szt;1 200,00\n"
            ),
            "PLN",
            ("Indeks", "Nazwa towaru", "Cena netto zł"),
        ),
        (
            (
                "Código;Descripción;Uds./caja;Precio s/IVA;Dto.\n"
                "001;Tornillo M8;100;1,20;10%\n002;Tuerca M8;100;1.200,00;10%\n"
            ),
            "EUR",
            ("Código", "Descripción", "Precio s/IVA"),
        ),
        (
            (
                "ТОВ «Ромашка»;;;;\nКод товару;Найменування;Од. вим.;Залишок;Ціна з ПДВ, грн\n"
                "00012;Болт М8;шт;40;1,20\n00013;Гайка М8;шт;55;1 200,00\n"
            ),
            "UAH",
            ("Код товару", "Найменування", "Ціна з ПДВ, грн"),
        ),
    ],
)
def test_polish_spanish_and_ukrainian_price_lists_are_read(
    content: str, currency: str, columns: tuple[str, str, str]
) -> None:
    result = read_price_list(content, currency)
    assert columns_of(result) == columns
    factor = 1 - Decimal("0.1") * ("discount" in result.profile.columns)
    assert [item.price for item in result.items] == [factor * Decimal("1.20"), factor * 1200]


def test_header_is_searched_in_200_rows() -> None:
    content = "Letterhead;;\n" * 199 + "sku;name;price\n1;Lamp;5\n"
    assert read_price_list(content).profile.header_row == 200
    assert "header" in error_message_of("Letterhead;;\n" * 200 + "sku;name;price\n1;Lamp;5\n")


@pytest.mark.parametrize(
    ("header", "price"),
    [
        ("Code;Name;Price;Stock;\n;;EUR;pcs;", "Price EUR"),
        ("Item;Description;Unit;Qty;\nNo.;;price;;", "Unit price"),
        (";;Prices;;\nCode;Name;Net;Weight;Colour", "Prices Net"),
        ("Code;Name;Price;;Stock\n;;net;valid from;Berlin", "Price net"),
        ("Code;Name;Old;New;\n;;price;price;", "New price"),
        ("Bestell-;Bezeichnung;Einzel-;;\nNr.;;preis;;", "Einzel- preis"),
        (";;Price;;Stock\nCode;Name;per piece;;pcs\n;;EUR;;", "Price per piece EUR"),
        ("Artikel-;Bezeichnung;Preis;Farbe;\nnummer;;EUR;;", "Preis EUR"),
        ("Артикул;Товар;Цена;;Склад\n;Наименование;опт;Цвет;шт", "Цена опт"),
        ("Code;Name;Price;Series;\n;;net;Dresden;\n1;2;3;4;5", "Price net"),
    ],
)
def test_header_of_several_rows_is_merged(header: str, price: str) -> None:
    body = "1;Lamp;5,50;7;x\n2;Cable;6,50;7;x\n"
    result = read_price_list(f"{header}\n{body}", "EUR")
    assert result.profile.columns["price"] == price
    assert result.profile.header_row == header.count("\n") + 1
    assert len(result.items) == 2


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Code;Name;Price;;Stock\n;;net;gross;pcs", ("Price net", "Price gross")),
        ("Code;Name;Price;;Stock\nCode;Name;net;gross;Berlin", ("Price net", "Price gross")),
        (";;Wholesale;Retail;\nCode;Name;Price;Price;Stock", ("Wholesale Price", "Retail Price")),
        ("Code;Name;Price;;Stock\n;;10;100;", ("Price 10", "Price 100")),
        ("Code;Name;Price;;Stock", ("Price", "column D")),
    ],
)
def test_price_columns_below_one_header_are_ambiguous(header: str, names: tuple[str, str]) -> None:
    message = error_message_of(
        f"{header}\n1;Lamp;5.50;6.50;7\n2;Cable;6.50;7.50;7\n3;Tape;1.50;2.50;7\n"
    )
    assert all(name in message for name in names)
    assert "--column price=" in message


def test_tiers_below_one_header_are_read() -> None:
    content = "Code;Name;Price;;Stock\n;;from 10;from 100;\n1;Lamp;6.50;5.50;7\n2;Saw;9.50;8;7\n"
    assert read_price_list(content).profile.columns["price"] == "Price from 10"


def test_currency_in_second_header_row_counts() -> None:
    assert read_price_list("Code;Name;Price\n;;EUR\n1;Lamp;5.50\n").profile.currency == "EUR"


def test_workbook_header_of_merged_cells_is_read() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Prices")
        code = book.add_format({"num_format": "00000"})
        sheet.merge_range("A1:E1", "Acme Ltd, prices of 2024")
        for cell_range, title in (("A3:A4", "Code"), ("B3:B4", "Name"), ("C3:D3", "Price")):
            sheet.merge_range(cell_range, title)
        sheet.merge_range("E3:E4", "Weight")
        sheet.write_row("C4", ["net", "gross"])
        sheet.merge_range("A5:E5", "Lamps")
        sheet.write("A6", 12, code)
        sheet.write_row("B6", ["Lamp", 1.234, 1.5, 7])

    content = xlsx(fill)
    assert '"Price net" and "Price gross"' in error_message_of(content)
    result = read_price_list(content, column_mapping={"price": "Price net"})
    assert result.profile.header_row == 4
    assert items_of(result) == [("00012", "Lamp", Decimal("1.234"))]
    assert (result.items[0].category, result.items[0].characteristics["Weight"]) == ("Lamps", "7")


@pytest.mark.parametrize(
    "first",
    [
        "A1;Lamp;on request;red",
        "A1;Lamp;5.50;red",
        ";Cables;;",
        "Cables;;;",
        ";;;",
        "A1;Lamp;;",
        ";;;Cables",
    ],
)
def test_first_item_row_does_not_belong_to_the_header(first: str) -> None:
    result = read_price_list(f"sku;name;price;group\n{first}\n2;Cable;6;red\n")
    assert result.profile.header_row == 1
    assert result.profile.headers == ("sku", "name", "price", "group")


@pytest.mark.parametrize(
    "letterhead",
    ["Acme Ltd;;", "Price list;;2024", "Currency:;USD;", "Acme Ltd;Berlin;Germany", "Products;;"],
)
def test_letterhead_does_not_belong_to_the_header(letterhead: str) -> None:
    result = read_price_list(f"{letterhead}\nsku;name;price\n1;Lamp;5\n2;Cable;6\n")
    assert result.profile.headers == ("sku", "name", "price")
    assert len(result.items) == 2


def test_blank_rows_and_columns_are_ignored() -> None:
    result = read_price_list(";;;;\n;sku;;name;price\n;;;;\n;1;;Lamp;5\n;;;;\n;2;;Cable;6\n;;;;\n")
    assert [item.supplier_sku for item in result.items] == ["1", "2"]
    assert not result.rejected


HEADERLESS = """\
A-101;Lamp red 60 W;12.50;4006381333931;120
A-102;Lamp blue 60 W;7.90;4006381333948;120
A-103;Cable three metres;105.00;4006381333955;60
A-104;Cable five metres;99.00;4006381333962;60
"""


def test_columns_without_header_are_inferred_by_content() -> None:
    result = read_price_list(HEADERLESS)
    assert result.profile.header_row == 0
    assert columns_of(result) == ("column A", "column B", "column C")
    assert result.profile.inferred_fields == ("sku", "name", "price")
    assert result.profile.kinds == ("codes", "texts", "money", "barcodes", "whole")
    assert result.items[0].price == Decimal("12.50")
    assert result.outcomes == ["item"] * 4


def test_numeric_columns_without_header_are_inferred_by_content() -> None:
    names = ("Lamp red", "Cable three metres", "Saw big", "Hammer small")
    rows = [
        (code, name, price, stock)
        for code, name, price, stock in zip(
            (12, 13, 15, 19), names, (12.5, 7, 1.25, 99.9), (6, 6, 12, 12), strict=True
        )
    ]
    result = read_price_list(xlsx_of(rows, formats={0: "00000"}))
    assert result.profile.kinds == ("codes", "texts", "money", "whole")
    assert columns_of(result) == ("column A", "column B", "column C")
    assert result.items[0].supplier_sku == "00012"


def test_first_item_without_price_is_no_header() -> None:
    result = read_price_list(f"Acme Ltd;;;;\nA-100;Tape;on request;;60\n{HEADERLESS}")
    assert result.outcomes == ["ignored", "rejected", *["item"] * 4]


def test_columns_with_unknown_headers_are_inferred_by_content() -> None:
    result = read_price_list(f"Pricelist;;;;\nWas;Wie;Wieviel;Strich;Da\n{HEADERLESS}")
    assert result.profile.header_row == 2
    assert columns_of(result) == ("Was", "Wie", "Wieviel")
    assert result.items[0].characteristics == {"Strich": "4006381333931", "Da": "120"}


def test_header_row_zero_means_no_header() -> None:
    result = read_price_list(
        "sku;name;price\nA;Lamp;5\n",
        header_row=0,
        column_mapping={"sku": "column A", "name": "column B", "price": "Column C"},
    )
    assert [(row.row_number, row.outcome) for row in result.rows] == [(1, "rejected"), (2, "item")]
    assert 'no column "price"' in error_message_of(
        HEADERLESS, header_row=0, column_mapping={"price": "price"}
    )


def rows(*columns: str) -> str:
    """Return CSV without header from columns whose cells are separated by spaces."""
    return "\n".join(";".join(cells) for cells in zip(*map(str.split, columns), strict=True)) + "\n"


CODES = "A-1 A-2 A-3 A-4 A-5 A-6"
NAMES = "Lamp Cable Tape Hammer Saw File"


@pytest.mark.parametrize(
    "columns",
    [
        ["12.50 7.90 3.10 4.40 5.05 6.15", "13.50 8.90 4.10 5.40 6.05 7.15"],  # net and gross
        ["12 7 3 4 5 6"],  # stock only
        ["1200 750 310 440 505 615", "0.35 1.20 2.25 0.40 0.65 0.15"],  # price and weight
        ["0.350 1.200 2.255 0.405 0.655 0.155"],  # weight only
        ["2019 2020 2021 2021 2022 2023"],
        ["12.50 7.90 3.10 4.40 5.05 6.15", "120 33 41 57 68 79"],  # price and stock
    ],
)
def test_similar_numeric_columns_are_ambiguous(columns: list[str]) -> None:
    message = error_message_of(rows(CODES, NAMES, *columns))
    assert "column C" in message
    assert ("column D" in message) is (len(columns) > 1)
    assert '--column price="column C"' in message


@pytest.mark.parametrize(
    "columns",
    [
        [CODES, NAMES, "$5 $7 $8 $9 $10 $11", "1.5 2.5 3.5 4.5 5.5 6.5"],
        [CODES, NAMES, "12.50 7.90 3.10 4.40 5.05 6.15", "6 6 12 12 6 6"],
        ["10023 10040 10057 10099 10100 10102", NAMES, "12.50 7.90 3.10 4.40 5.05 6.15"],
        [CODES, NAMES, "12.50 7.90 3.10 4.40 5.05 6.15", "2019 2020 2021 2021 2019 2019"],
    ],
)
def test_distinct_price_column_is_inferred(columns: list[str]) -> None:
    assert columns_of(read_price_list(rows(*columns))) == ("column A", "column B", "column C")


def test_two_columns_of_codes_or_names_are_ambiguous() -> None:
    prices = "12.50 7.90 3.10 4.40 5.05 6.15"
    message = error_message_of(rows(CODES, "X1 X2 X3 X4 X5 X6", NAMES, prices))
    assert "column A or column B" in message
    assert "article code" in message
    assert "column B or column C" in error_message_of(rows(CODES, NAMES, "a b c d e f", prices))


@pytest.mark.parametrize(
    ("header", "price"),
    [
        ("Code;Name;Jetzt;Bestand", "Jetzt"),
        ("Code;Name;Aktuell;EAN", "Aktuell"),
        ("Code;Name;Preis ab Lager;Gewicht", "Preis ab Lager"),
        ("Code;Name;Sonderpreis Frühjahr;Alter Preis", "Sonderpreis Frühjahr"),
    ],
)
def test_price_with_unknown_header_is_inferred(header: str, price: str) -> None:
    result = read_price_list(f"{header}\nA1;Lamp;5.50;7.10\nA2;Cable;6.50;8.20\nA3;Saw;9.10;9.90\n")
    assert result.profile.columns["price"] == price
    assert result.profile.inferred_fields == ("price",)


@pytest.mark.parametrize(
    "header",
    [
        *("Code;Name;Verfügbar;Bestand", "Code;Name;Gewicht kg;Bestand", "Code;Name;EAN;Jahr"),
        *("Code;Name;Alter Preis;Bestand", "Code;Name;Pack;Stock", "Code;Name;VAT;Stock"),
        *("Code;Name;Price (old);Stock", "Code;Name;Foo;Bar", "Code;Name;Старая цена;Bestand"),
    ],
)
def test_non_field_header_is_never_the_price(header: str) -> None:
    body = "A1;Lamp;5.50;7.10\nA2;Cable;6.50;8.20\nA3;Saw;9.10;9.90\n"
    message = error_message_of(f"{header}\n{body}")
    assert "price" in message
    assert "--column price=" in message
