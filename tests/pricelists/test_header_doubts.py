"""Price headers that leave in doubt what a price is for are refused, never read as per piece."""

from decimal import Decimal

import pytest

from pricebook.pricelists.detection.header_texts import header_statement
from pricelists.fact_lists import columns_of, issue_of, issues_of, plain, table_of, with_column


@pytest.mark.parametrize(
    "header",
    [
        *("Price C", "Price [C]", "Price (x100)", "Price x100", "Price *100", "Price 100"),
        *("Price (100)", "Price 10er", "Preis p.100", "Preis v. 100", "Prix les 100", "Preis 0/00"),
        *("Price %", "Preis ‰", "Net %", "Price per M", "PREIS/M", "Price per gross"),
        *("Precio x100", "Price per blurb"),
    ],
)
def test_unclear_quantity_in_the_price_header_is_refused(header: str) -> None:
    issue = issue_of(*plain(header), column_mapping={"price": header}, currency="RUB")
    assert issue.option == "price_quantity"
    assert header.replace("€", "") in issue.message.replace("€", "")
    mapping = {"price": header}
    table = table_of(*plain(header), column_mapping=mapping, currency="RUB", price_quantity=100)
    assert table.basis.price_quantity == 100


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        *((header, "hundredths") for header in ("Price in cents", "Preis in Cent", "Preis (ct)")),
        *((header, "thousands") for header in ("Price (kEUR)", "Preis in T€", "Цена, тыс. руб")),
        *((header, "thousands") for header in ("Price TEUR", "Preis in Tsd. EUR")),
        ("Цена в копейках", "hundredths"),
    ],
)
def test_parts_and_multiples_of_the_currency_are_a_question(header: str, scale: str) -> None:
    mapping, currency = {"price": header}, "RUB" if header.startswith("Цена") else "EUR"
    issues = issues_of(*plain(header), column_mapping=mapping, currency=currency)
    issue = next(each for each in issues if each.option == "prices_in")
    assert issue.candidates == (scale, "units")
    assert header.replace("€", "") in issue.message.replace("€", "")
    table = table_of(*plain(header), column_mapping=mapping, currency=currency, prices_in=scale)
    assert (table.basis.in_hundredths, table.basis.in_thousands) == (
        scale == "hundredths",
        scale == "thousands",
    )


@pytest.mark.parametrize(
    "header",
    [
        "Price 100",
        "Prix les 100",
        "Preis p.100",
        "Price per blurb",
        "Price P10",
        "Preis VE10",
        "Preis/VE10",
    ],
)
def test_only_price_in_doubt_needs_one_option(header: str) -> None:
    assert issue_of(*plain(header)).option == "price_quantity"
    assert table_of(*plain(header), price_quantity=100).basis.price_quantity == 100


@pytest.mark.parametrize(
    ("header", "quantity"),
    [
        *(("Price per C", "100"), ("Price per C pcs", "100"), ("Price/M", "1000")),
        *(("Preis je Tsd.", "1000"), ("Preis/Tsd", "1000"), ("Price per pack of 10", "10")),
        *(("Net price excl. VAT per pack of 10", "10"), ("Цена за упаковку 10 шт", "10")),
        *(("Prix au cent", "100"), ("Prix au mille", "1000"), ("Precio el ciento", "100")),
    ],
)
def test_quantity_in_further_words(header: str, quantity: str) -> None:
    table = table_of(*plain(header))
    assert (table.basis.price_quantity, table.basis.prices_per_pack) == (Decimal(quantity), False)


@pytest.mark.parametrize(
    "header",
    [
        *("Price 2", "Preis 2026", "Price incl. 19 % VAT", "Price from 01.11.2026"),
        *("Price incl. VAT 19", "Price as of November 15, 2026", "Price per pc (100)"),
        *("Preis pro Artikel", "Price", "Price (see note)", "Your price"),
    ],
)
def test_other_numbers_in_the_price_header_are_no_quantity(header: str) -> None:
    table = table_of(*plain(header), column_mapping={"price": header})
    assert table.basis.price_quantity == 1


def test_percentage_in_words_is_no_quantity() -> None:
    table = table_of("Prices exclude 20 per cent VAT", "", *plain())
    assert (table.basis.price_quantity, table.basis.vat_included) == (1, False)


def test_foot_is_no_forint() -> None:
    table = table_of(*plain("Price per ft"))
    assert (table.basis.currency, table.basis.unit) == ("USD", "FOT")
    assert table_of(*plain("Price Ft")).basis.currency == "HUF"


@pytest.mark.parametrize("header", ["M.R.P.", "P.V.P. recomendado", "U.V.P. €", "Р.Р.Ц."])
def test_letters_with_points_are_one_word(header: str) -> None:
    table = table_of(*with_column(header, "20.00", "21.00", "22.00", price="Net"), currency="EUR")
    assert columns_of(table)["price"] == "Net"
    assert columns_of(table)["list_price"] == header


def test_two_list_prices_are_a_choice() -> None:
    lines = with_column(
        "List Price (excl. GST)", "9.00", "9.10", "9.20", price="M.R.P. (incl. GST)"
    )
    assert issue_of(*lines).candidates == ("M.R.P. (incl. GST)", "List Price (excl. GST)")


@pytest.mark.parametrize(
    "header", ["Preis ab 2.5 kg", "Price from 10.12 m", "Price till 10/12 pcs", "Цена с 10.5 кг"]
)
def test_quantity_behind_a_word_for_days_is_no_day(header: str) -> None:
    assert header_statement(header).unclear_quantity
