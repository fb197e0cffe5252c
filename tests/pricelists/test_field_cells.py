"""Regressions of cells, files and encodings, known from other import programs."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from pricebook.errors import PriceListError
from pricebook.http.safe_csv import lines
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.read_request import ReadLimits, ReadRequest
from pricelists.fake_google import FakeGoogleServer, Value
from pricelists.price_lists import csv_text, read_price_list, read_request, rows_or_error_message
from pricelists.spreadsheet_reader import SpreadsheetReader
from pricelists.workbooks import HEADER, xlsx_of


def codes_of(content: str | bytes) -> list[str]:
    return [row.supplier_sku for row in read_price_list(content).items]


def test_code_keeps_leading_zeros_and_digits() -> None:
    codes = ["007", "66.0", "90.750", "6932170000000", "6.93217E+12"]
    assert codes_of(csv_text(*(f"{code};Lamp;5" for code in codes))) == codes
    cells = [[42, "Lamp", 5], [66.0, "Lamp", 5], [90.75, "Lamp", 5], [6.93217e12, "Lamp", 5]]
    assert codes_of(xlsx_of([HEADER, *cells])) == ["42", "66", "90.75", "6932170000000"]
    padded = xlsx_of([HEADER, [42, "Lamp", 5]], formats={0: "00000"})
    assert codes_of(padded) == ["00042"]


@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "N/A", "TRUE"])
def test_na_and_null_stay_text(word: str) -> None:
    (item,) = read_price_list(csv_text(f"{word};{word};5")).items
    assert (item.supplier_sku, item.name) == (word, word)


def test_no_cell_is_lost_to_column_types() -> None:
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
def test_file_over_a_limit_is_refused(
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
def test_content_decides_over_file_name(content: bytes, expected_message: str) -> None:
    error_message = rows_or_error_message(content)
    assert isinstance(error_message, str)
    assert expected_message in error_message


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig", "koi8-r", "utf-8"])
def test_encoding_is_detected(encoding: str) -> None:
    content = csv_text(
        "1;Перфоратор аккумуляторный;5", "2;Молоток слесарный;6", header="Артикул;Название;Цена"
    )
    result = read_price_list(content.encode(encoding))
    assert [row.name for row in result.items] == ["Перфоратор аккумуляторный", "Молоток слесарный"]
    assert result.profile.columns["sku"] == "Артикул"


def test_unusual_cells_do_not_break_the_table() -> None:
    """NFD, a `sep=` line, short rows, blank columns, quotes and line breaks inside cells."""
    content = 'sep=;\nsku;;name;price;Note\n1;;Cafe\u0301 "XL";5;"two\nlines"\n2;;Tea;6\n'
    result = read_price_list(content)
    assert [(row.row_number, row.name) for row in result.items] == [(3, 'Café "XL"'), (4, "Tea")]


def test_table_below_letterhead_is_detected() -> None:
    result = read_price_list(
        "Nordwerk GmbH;;\nPrices from May;;\n;;\nArticle;;Price\ncode;Name;USD\n"
        "Hammers;;\n1;Claw hammer;5\nSaws;;\n2;Rip saw;6\n"
    )
    assert [(row.supplier_sku, row.category) for row in result.items] == [
        ("1", "Hammers"),
        ("2", "Saws"),
    ]
    assert not result.rejected


def test_one_google_request_reads_all_sheets(google: FakeGoogleServer, key_file: Path) -> None:
    articles: list[list[Value]] = [[f"A{number}", "Lamp", 5.5] for number in range(3000)]
    result = SpreadsheetReader(google, key_file).rows(*articles)
    assert (len(result.items), google.reads.total()) == (3000, 1)


def test_formula_text_is_escaped_in_exports() -> None:
    name = '=HYPERLINK("http://example.com";"Lamp")'
    (item,) = read_price_list(csv_text(f'1;"{name.replace(chr(34), chr(34) * 2)}";5')).items
    assert item.name == name
    (row,) = csv.reader(StringIO(lines([[item.name, -5, "-5 %"]])))
    assert row == ["'" + name, "-5", "'-5 %"]
