"""What has gone wrong with cells, files and encodings elsewhere, a test for each case."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from pricebook.errors import PriceListError
from pricebook.http.safe_csv import lines
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas import ReadLimits, ReadRequest
from pricelists.fake_google import FakeGoogleServer, Value
from pricelists.price_lists import csv_text, read_price_list, read_request, rows_or_error_message
from pricelists.spreadsheet_reader import SpreadsheetReader
from pricelists.workbooks import HEADER, xlsx_of


def codes_of(content: str | bytes) -> list[str | None]:
    return [row.supplier_sku for row in read_price_list(content).items]


def test_a_code_loses_its_zeros_or_becomes_a_float() -> None:
    codes = ["007", "66.0", "90.750", "6932170000000", "6.93217E+12"]
    assert codes_of(csv_text(*(f"{code};Lamp;5" for code in codes))) == codes
    cells = [[42, "Lamp", 5], [66.0, "Lamp", 5], [90.75, "Lamp", 5], [6.93217e12, "Lamp", 5]]
    assert codes_of(xlsx_of([HEADER, *cells])) == ["42", "66", "90.75", "6932170000000"]
    padded = xlsx_of([HEADER, [42, "Lamp", 5]], formats={0: "00000"})
    assert codes_of(padded) == ["00042"]


@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "N/A", "TRUE"])
def test_na_or_null_is_taken_for_nothing(word: str) -> None:
    (item,) = read_price_list(csv_text(f"{word};{word};5")).items
    assert (item.supplier_sku, item.name) == (word, word)


def test_the_type_of_a_column_turns_cells_to_nothing() -> None:
    cells = [[number, "Lamp", 5] for number in range(1500)]
    content = xlsx_of([HEADER, *cells, ["A-7/B", "Lamp", "5.50"]])
    assert codes_of(content)[-2:] == ["1499", "A-7/B"]


@pytest.mark.parametrize(
    ("limits", "expected_message"),
    [
        (ReadLimits(rows=3), "3 rows"),
        (ReadLimits(columns=2), "2 columns"),
        (ReadLimits(mebibytes=0), "0 MiB"),
    ],
)
def test_a_file_asks_for_more_than_a_list_may_take(
    limits: ReadLimits, expected_message: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text(*(f"{number};Lamp;5" for number in range(9))))
    file_request = read_request(path)
    request = ReadRequest(source=file_request.source, currency="USD", limits=limits)
    with pytest.raises(PriceListError, match=expected_message):
        list(open_price_list(request).rows())


@pytest.mark.parametrize(
    ("content", "expected_message"),
    [
        (b"<html><table><tr><td>sku</td></tr></table></html>", "HTML"),
        (b"PK\x03\x04 cut", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "damaged"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_the_content_is_not_what_the_name_says(content: bytes, expected_message: str) -> None:
    error_message = rows_or_error_message(content)
    assert isinstance(error_message, str)
    assert expected_message in error_message


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig", "koi8-r", "utf-8"])
def test_the_charset_is_guessed_wrong(encoding: str) -> None:
    content = csv_text(
        "1;Перфоратор аккумуляторный;5", "2;Молоток слесарный;6", header="Артикул;Название;Цена"
    )
    result = read_price_list(content.encode(encoding))
    assert [row.name for row in result.items] == ["Перфоратор аккумуляторный", "Молоток слесарный"]
    assert result.profile.columns["sku"] == "Артикул"


def test_cells_break_the_table() -> None:
    """NFD, a `sep=` line, short rows, blank columns, quotes and line breaks inside cells."""
    content = 'sep=;\nsku;;name;price;Note\n1;;Cafe\u0301 "XL";5;"two\nlines"\n2;;Tea;6\n'
    result = read_price_list(content)
    assert [(row.row_number, row.name) for row in result.items] == [(3, 'Café "XL"'), (4, "Tea")]


def test_the_table_is_not_in_the_first_row() -> None:
    result = read_price_list(
        "Nordwerk GmbH;;\nPrices from May;;\n;;\nArticle;;Price\ncode;Name;USD\n"
        "Hammers;;\n1;Claw hammer;5\nSaws;;\n2;Rip saw;6\n"
    )
    assert [(row.supplier_sku, row.category) for row in result.items] == [
        ("1", "Hammers"),
        ("2", "Saws"),
    ]
    assert not result.rejected


def test_paging_eats_the_quota_of_google(google: FakeGoogleServer, key_file: Path) -> None:
    articles: list[list[Value]] = [[f"A{number}", "Lamp", 5.5] for number in range(3000)]
    result = SpreadsheetReader(google, key_file).rows(*articles)
    assert (len(result.items), google.reads.total()) == (3000, 1)


def test_a_formula_is_stored_and_exported_again() -> None:
    name = '=HYPERLINK("http://example.com";"Lamp")'
    (item,) = read_price_list(csv_text(f'1;"{name.replace(chr(34), chr(34) * 2)}";5')).items
    assert item.name == name
    (row,) = csv.reader(StringIO(lines([[item.name, -5, "-5 %"]])))
    assert row == ["'" + name, "-5", "'-5 %"]
