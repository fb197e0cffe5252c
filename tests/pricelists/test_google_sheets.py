"""Reading Google spreadsheets: selection of the sheet, cell values, number of requests."""

from decimal import Decimal
from pathlib import Path

import pytest

from pricebook.errors import PriceListError
from pricelists.fake_google import FakeGoogleServer, FormattedNumber, Value, sheet
from pricelists.spreadsheet_reader import HEADER, ID, SpreadsheetReader


@pytest.fixture
def reader(google: FakeGoogleServer, key_file: Path) -> SpreadsheetReader:
    return SpreadsheetReader(google, key_file)


def test_spreadsheet_is_read_in_one_request(
    reader: SpreadsheetReader, google: FakeGoogleServer
) -> None:
    rows: list[list[Value]] = [[f"A{number}", "Lamp", 12.5] for number in range(2000)]
    result = reader.rows(*rows)
    assert len(result.items) == 2000
    assert google.reads.total() == 1
    assert google.tokens_issued == 1


def test_profile_names_format_and_sheet(reader: SpreadsheetReader) -> None:
    result = reader.rows(["A1", "Lamp", 12.5])
    assert result.profile.format == "google_sheets"
    assert result.profile.sheet == "Prices"
    assert result.profile.encoding is None
    assert result.outcomes == ["ignored", "item"]
    assert result.items[0].row_number == 2


@pytest.mark.parametrize(
    ("number", "price"),
    [(1.234, "1.234"), (1234.5678, "1234.5678"), (0.1 + 0.2, "0.3"), (1803.6, "1803.6"), (5, "5")],
)
def test_price_is_the_stored_number_and_not_the_formatted_text(
    reader: SpreadsheetReader, number: float, price: str
) -> None:
    result = reader.rows(
        ["A1", "Lamp", FormattedNumber(number, f"{number:,.0f}")], ["A2", "Lamp", "7,50"]
    )
    assert [row.price for row in result.items] == [Decimal(price), Decimal("7.50")]


def test_code_in_a_number_cell_is_the_formatted_text(reader: SpreadsheetReader) -> None:
    result = reader.rows(
        [FormattedNumber(42, "00042"), "Lamp", 1],
        [FormattedNumber(6.93217e12, "6.93E+12", "SCIENTIFIC"), "Lamp", 1],
        [90.75, "Lamp", 1],
        ["0012", "Lamp", 1],
        [FormattedNumber(7, "AB-007"), "Lamp", 1],
    )
    codes = [row.supplier_sku for row in result.items]
    assert codes == ["00042", "6932170000000", "90.75", "0012", "AB-007"]


@pytest.mark.parametrize(
    ("shown", "currency"),
    [
        ("$12.50", "USD"),
        ("12,50 €", "EUR"),
        ("12,50 бел. руб.", "BYN"),
        ("1'234.50 CHF", "CHF"),
        ("CA$12.50", "CAD"),
    ],
)
def test_number_formatted_in_the_catalog_currency_is_a_price(
    reader: SpreadsheetReader, shown: str, currency: str
) -> None:
    result = reader.rows(
        ["A1", "Lamp", FormattedNumber(12.5, shown, "CURRENCY")], currency=currency
    )
    assert result.items[0].price == Decimal("12.5")


@pytest.mark.parametrize("shown", ["€12.50", "12,50 zł", "12.50 EUR", "[€]12.50", "руб.12"])
def test_number_formatted_in_another_currency_is_rejected(
    reader: SpreadsheetReader, shown: str
) -> None:
    result = reader.rows(
        ["A1", "Lamp", FormattedNumber(12.5, shown, "CURRENCY")], ["A2", "Lamp", 7]
    )
    assert [row.supplier_sku for row in result.items] == ["A2"]
    assert len(result.rejected) == 1


def test_number_with_an_unknown_currency_sign_is_rejected(reader: SpreadsheetReader) -> None:
    result = reader.rows(["A1", "Lamp", FormattedNumber(12.5, "₦12.50", "CURRENCY")])
    assert [row.error_type for row in result.rejected] == ["price_not_a_number"]


def test_dates_percentages_and_error_values_are_rejected(reader: SpreadsheetReader) -> None:
    result = reader.rows(
        ["A1", "Lamp", FormattedNumber(45292, "01.01.2024", "DATE")],
        ["A2", "Lamp", FormattedNumber(0.125, "12.5%", "PERCENT")],
        ["A3", "Lamp", FormattedNumber(0.5, "12:00:00", "TIME")],
        ["A4", "Lamp", "#N/A"],
        ["A5", "Lamp", -3],
        ["A6", "Lamp", None],
        ["A7", "Lamp", FormattedNumber(-3, "(3.00)")],
    )
    assert [row.error_type for row in result.rejected] == [
        *["price_not_a_number"] * 3,
        "price_on_request",
        "price_negative",
        "missing_price",
        "price_negative",
    ]


def test_blank_rows_and_columns_around_the_table_are_ignored(reader: SpreadsheetReader) -> None:
    rows: list[list[Value]] = [["A1", "Lamp", 5, None, None], [], ["A2", "Lamp", 6], [None], []]
    result = reader.rows(*rows)
    assert result.outcomes == ["ignored", "item", "ignored", "item"]
    assert result.profile.headers == ("sku", "name", "price")


def test_value_of_cells_merged_over_rows_is_used_in_each_row(
    reader: SpreadsheetReader, google: FakeGoogleServer
) -> None:
    merges = [
        {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 3, "endColumnIndex": 4},
        {"startRowIndex": 3, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 4},
        {"startRowIndex": 900, "endRowIndex": 950, "startColumnIndex": 900, "endColumnIndex": 901},
    ]
    rows: list[list[Value]] = [
        ["sku", "name", "price", "category"],
        ["A1", "Lamp", 5, "Light"],
        ["A2", "Bulb", 6],
        ["Clearance"],
        ["A3", "Fuse", 7],
    ]
    result = reader.read(google.put(ID, sheet("Prices", rows, merges=merges)))
    assert [row.category for row in result.items] == ["Light", "Light", None]


def test_sheet_with_the_price_list_is_selected(
    reader: SpreadsheetReader, google: FakeGoogleServer
) -> None:
    url = google.put(
        ID,
        sheet("Contact", [["Phone", "123"], ["Mail", "x"]]),
        sheet("Old", [HEADER, ["A1", "Lamp", 4]] * 50, 1, hidden=True),
        sheet("Prices", [["Our list"], HEADER, ["A1", "Lamp", 5]], 2),
        {"properties": {"sheetId": 3, "title": "Chart", "sheetType": "OBJECT"}},
    )
    result = reader.read(url)
    assert result.profile.sheet == "Prices"
    assert result.items[0].price == Decimal(5)


@pytest.mark.parametrize("url", ["{}#gid=7", "{}?gid=7#gid=7", "{}?gid=7", "{}#gid=7&range=A1"])
def test_sheet_that_the_url_names_is_selected(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    address = google.put(
        ID, sheet("A", [HEADER, ["A1", "Lamp", 1]]), sheet("B", [HEADER, ["B1", "Lamp", 1]], 7)
    )
    assert reader.read(url.format(address)).profile.sheet == "B"
    assert reader.read(url.format(address), sheet_name="A").profile.sheet == "A"


@pytest.mark.parametrize(
    ("fragment", "sheet_name", "expected"),
    [
        ("", "Retail", 'no sheet "Retail"; its sheets are "A", "B".'),
        (
            "#gid=9",
            None,
            'no sheet with the gid 9 that its address names; its sheets are "A", "B".',
        ),
    ],
)
def test_missing_sheet_is_refused(
    reader: SpreadsheetReader,
    google: FakeGoogleServer,
    fragment: str,
    sheet_name: str | None,
    expected: str,
) -> None:
    url = google.put(ID, sheet("A", [HEADER]), sheet("B", [HEADER], 7))
    with pytest.raises(PriceListError) as raised:
        reader.read(url + fragment, sheet_name=sheet_name)
    assert raised.value.message == f"The spreadsheet has {expected}"


@pytest.mark.parametrize(
    "form",
    [
        "https://docs.google.com/spreadsheets/d/{}",
        "https://docs.google.com/spreadsheets/d/{}/edit?usp=sharing",
        "https://docs.google.com/spreadsheets/u/1/d/{}/edit",
        "https://docs.google.com/a/example.com/spreadsheets/d/{}/view",
    ],
)
def test_every_form_of_spreadsheet_url_is_accepted(
    reader: SpreadsheetReader, google: FakeGoogleServer, form: str
) -> None:
    google.put(ID, sheet("Prices", [HEADER, ["A1", "Lamp", 1]]))
    assert len(reader.read(form.format(ID)).items) == 1


@pytest.mark.parametrize(
    "url",
    [
        ID,
        f"http://docs.google.com/spreadsheets/d/{ID}/edit",
        f"https://docs.google.com.example.com/spreadsheets/d/{ID}/edit",
        f"https://user@docs.google.com/spreadsheets/d/{ID}/edit",
        f"https://docs.google.com:8443/spreadsheets/d/{ID}/edit",
        f"https://docs.google.com/document/d/{ID}/edit",
        f"https://docs.google.com/spreadsheets/d/e/2PACX-{ID}/pubhtml",
        f"https://docs.google.com/spreadsheets/d/../{ID}",
        "https://docs.google.com/spreadsheets/d//edit",
        "https://[docs.google.com/spreadsheets",
        "",
    ],
)
def test_other_urls_are_refused_without_a_request(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    with pytest.raises(PriceListError, match=r"is not the address of a Google spreadsheet"):
        reader.read(url)
    assert google.reads.total() == google.tokens_issued == 0
