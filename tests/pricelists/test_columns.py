"""Column assignment by header words, column_mapping and currency; errors for ambiguity."""

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.columns import choose_columns
from pricebook.pricelists.detection.detection_issues import DetectionError
from pricebook.pricelists.detection.header_row import ExpectedColumns, read_header
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.read_config import Field
from pricelists.price_lists import csv_text, read_next_price_list, read_price_list


def columns_of(
    header: str, mapping: dict[Field, str] | None = None, currency: str = "USD"
) -> dict[Field, str]:
    """Assign the columns of a header separated by `|`; return the header of each field."""
    cells = [cell.strip() for cell in header.split("|")]
    expected = ExpectedColumns(mapping or {}, currency)
    result = choose_columns(read_header([(1, cells, None)], expected), expected)
    if result.issues:
        raise DetectionError(result.issues)
    return {field: cells[index] for field, index in result.columns.items()}


def error_message_of(
    header: str, mapping: dict[Field, str] | None = None, currency: str = "USD"
) -> str:
    with pytest.raises(PriceListError) as raised:
        columns_of(header, mapping, currency)
    return raised.value.message


@pytest.mark.parametrize(
    "header",
    [
        "SKU | Name | Price",
        "unique_id | title | description | price",
        "Item No. | Item Name | Unit Price",
        "ProductCode | ProductName | UnitPrice",
        "Artikelnummer | Bezeichnung | Preis",
        "Art.-Nr. | Artikelbezeichnung | Nettopreis",
        "Bestell-Nr. | Benennung | Einzelpreis netto / Stk.",
        "Артикул | Наименование | Цена",
        "Код товара | Наименование товара | Цена с НДС* (за 1 шт.)",
        "Артикул | Номенклатура | Цена за ед., с учетом НДС",
        "Référence | Désignation | Prix unitaire H.T.",
        "Réf. | Libellé | Prix TTC",
        "Código | Descripción | Precio sin IVA",
        "Referencia | Nombre | PVP",
        "Indeks | Nazwa towaru | Cena netto",
        "Nr katalogowy | Nazwa | Cena jednostkowa brutto",
        "Артикул | Найменування | Ціна",
        "Код товару | Назва товару | Ціна з ПДВ за шт",
    ],
)
def test_columns_are_detected_in_seven_languages(header: str) -> None:
    cells = [cell.strip() for cell in header.split("|")]
    assert columns_of(header) == {"sku": cells[0], "name": cells[1], "price": cells[-1]}


@pytest.mark.parametrize(
    "header",
    ["*Цена* с НДС (BYN)", "ЦЕНА¹", "  Цена,  с НДС ", "Price, BYN", "Preis [netto] *", "(Price)"],
)
def test_header_comparison_ignores_brackets_asterisks_footnotes_and_case(header: str) -> None:
    assert columns_of(f"SKU | Name | {header}", currency="BYN")["price"] == header.strip()


def test_category_and_currency_are_detected() -> None:
    result = columns_of("SKU | Name | Warengruppe | Währung | Preis")
    assert (result["category"], result["currency"]) == ("Warengruppe", "Währung")


@pytest.mark.parametrize(
    ("header", "sku", "name"),
    [
        ("Article code | ID | EAN | Name | Price", "Article code", "Name"),
        ("ID | Name | Price", "ID", "Name"),
        ("EAN | Name | Price", "EAN", "Name"),
        ("№ | Артикул | Код | Товар | Описание | Цена", "Артикул", "Товар"),
        ("Artikelnummer | Artikel | Preis", "Artikelnummer", "Artikel"),
        ("Artikel | Bezeichnung | Preis", "Artikel", "Bezeichnung"),
        ("Item | Description | Price", "Item", "Description"),
        ("Item Code | Item | Description | Price", "Item Code", "Item"),
    ],
)
def test_header_of_better_rank_wins(header: str, sku: str, name: str) -> None:
    result = columns_of(header)
    assert (result["sku"], result["name"]) == (sku, name)


@pytest.mark.parametrize(
    ("header", "price"),
    [
        ("SKU | Name | Price | RRP", "Price"),
        ("SKU | Name | UVP | Preis", "Preis"),
        ("SKU | Name | List price", "List price"),
        ("SKU | Name | Price EUR | Price USD", "Price USD"),
        ("SKU | Name | Price (€) | Price ($)", "Price ($)"),
    ],
)
def test_recommended_or_foreign_price_has_lower_precedence(header: str, price: str) -> None:
    assert columns_of(header)["price"] == price


@pytest.mark.parametrize(
    "prices",
    [
        ("Net price", "Gross price"),
        ("Nettopreis", "Bruttopreis"),
        ("Preis netto", "Preis brutto"),
        ("Цена без НДС", "Цена с НДС"),
        ("Prix HT", "Prix TTC"),
        ("Cena netto", "Cena brutto"),
        ("Wholesale price", "Retail price"),
        ("Цена опт", "Розничная цена"),
        ("EK", "VK"),
        ("Price", "Price incl. VAT"),
    ],
)
def test_two_price_columns_are_ambiguous(
    prices: tuple[str, str],
) -> None:
    message = error_message_of(f"SKU | Name | {prices[0]} | {prices[1]}")
    assert all(f'"{price}"' in message for price in prices)
    assert "--column price=" in message


def test_two_code_columns_are_ambiguous() -> None:
    message = error_message_of("SKU | Article code | Name | Price")
    assert '"SKU" and "Article code"' in message
    assert "article code" in message


def test_columns_with_equal_headers_are_named_by_letter() -> None:
    message = error_message_of("id | name | id | price")
    assert '"id" (column A) and "id" (column C)' in message
    assert columns_of("id | name | ID | price", {"sku": "column C"})["sku"] == "ID"


def test_column_mapping_overrides_the_vocabulary() -> None:
    mapping: dict[Field, str] = {"price": "Gross price", "sku": "Maker's no", "category": "Shelf"}
    result = columns_of("SKU | Maker's no | Name | Net price | Gross price | Shelf", mapping)
    assert result == {**mapping, "name": "Name"}


def test_column_mapping_is_compared_like_headers() -> None:
    assert columns_of("SKU | Name | PREIS* (Stk.)", {"price": "preis"})["price"] == "PREIS* (Stk.)"


def test_one_column_can_be_mapped_to_code_and_name() -> None:
    result = columns_of("Title | Price", {"sku": "Title", "name": "Title"})
    assert result == {"sku": "Title", "name": "Title", "price": "Price"}


def test_missing_mapped_header_is_refused() -> None:
    message = error_message_of("SKU | Name | Price", {"price": "Dealer"})
    assert '"Dealer"' in message
    assert '"SKU", "Name", "Price"' in message


def test_missing_field_error_lists_the_headers() -> None:
    message = error_message_of("Foo | Name | Price")
    assert "the article code: " in message
    assert '"Foo", "Name", "Price"' in message
    assert '--column sku="Header"' in message
    assert "column_mapping" in message


@pytest.mark.parametrize(
    ("price", "currency"),
    [
        *(("Preis (EUR)", "EUR"), ("Price in €", "EUR"), ("Цена, бел. руб.", "BYN")),
        *(("Cena zł", "PLN"), ("Prix Fr.", "CHF"), ("Price", "USD")),
    ],
)
def test_price_header_names_the_currency(price: str, currency: str) -> None:
    profile = read_price_list(f"SKU;Name;{price}\n1;Lamp;5\n").profile
    assert (profile.columns["price"], profile.currency) == (price, currency)


def test_currency_words_are_intersected() -> None:
    content = "SKU;Name;{}\n1;Lamp;5\n"
    assert read_price_list(content.format("Цена, бел. руб."), "RUB").profile.currency == "BYN"
    assert read_price_list(content.format("Цена, руб."), "RUB").profile.currency == "RUB"


def test_ambiguous_dollar_and_catalog_currency_are_accepted_in_price_header() -> None:
    assert columns_of("SKU | Name | Price $", currency="CAD")["price"] == "Price $"
    assert columns_of("SKU | Name | Price XAF", currency="XAF")["price"] == "Price XAF"


def test_other_columns_with_header_are_characteristics() -> None:
    result = read_price_list("sku,name,,price,Colour,Colour\n1,x,?,5,red,matt\n")
    assert result.items[0].characteristics == {"Colour": "red", "Colour (2)": "matt"}
    assert result.profile.characteristic_columns == ("Colour", "Colour (2)")


def test_characteristic_columns_can_be_set() -> None:
    content = "sku,name,price,Colour,Size\n1,x,5,red,\n"
    item = read_price_list(content, characteristic_columns=["size"]).items[0]
    assert item.characteristics == {"Size": None}
    assert read_price_list(content, characteristic_columns=[]).items[0].characteristics == {}
    with pytest.raises(PriceListError, match='no column "Weight"'):
        read_price_list(content, characteristic_columns=["Weight"])


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_column_letters_follow_spreadsheets(index: int, letters: str) -> None:
    assert column_letters(index) == letters


@pytest.mark.parametrize(
    ("header", "characteristic"),
    [
        ("Code;Bezeichnung 1;Bezeichnung 2;Price", "Bezeichnung 2"),
        ("Code;Bezeichnung;;Price", "column C"),
    ],
)
def test_second_column_of_a_name_is_a_characteristic(header: str, characteristic: str) -> None:
    rows = ("A-1;Screw M4;galvanized;12.50", "A-2;Screw M4;stainless;13.70", "A-3;Nut;brass;9.90")
    text = csv_text(*rows, header=header)
    first = read_price_list(text)
    assert [item.characteristics for item in first.items] == [
        {characteristic: "galvanized"},
        {characteristic: "stainless"},
        {characteristic: "brass"},
    ]
    assert f'kept as characteristics: "{characteristic}"' in describe_profile(first.profile)
    assert read_next_price_list(text, first.profile).items == first.items


@pytest.mark.parametrize("cells", [("", "new", ""), ("17", "18", "19")])
def test_notes_and_numbers_beside_the_name_are_no_characteristic(cells: tuple[str, ...]) -> None:
    rows = [f"A-{n};Screw M{n};{cell};12.5{n}" for n, cell in enumerate(cells)]
    result = read_price_list(csv_text(*rows, header="Code;Name;;Price"))
    assert result.profile.characteristic_columns == ()
