"""Article codes that a spreadsheet program turned into dates: their rows are rejected."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from pricelists.fake_google import FakeGoogleServer, FormattedNumber
from pricelists.price_lists import read_price_list
from pricelists.spreadsheet_reader import SpreadsheetReader
from pricelists.workbooks import (
    HEADER,
    RAW_HEADER,
    ods_of,
    raw_row,
    raw_xlsx,
    text_cell,
    xls_of,
    xlsx,
    xlsx_of,
)

DAY = date(2010, 3, 1)
ODS_DATE = (
    '<table:table-cell office:value-type="date" office:date-value="2010-03-01">'
    "<text:p>10-3</text:p></table:table-cell>"
)
ODS_TIME = (
    '<table:table-cell office:value-type="time" office:time-value="PT10H03M00S">'
    "<text:p>10:03</text:p></table:table-cell>"
)
OTHERS = [["A1", "Lamp", 5.5], ["A2", "Cable", 7.25]]
MESSAGE = (
    'The article code "2010-03-01" (column "sku") is a date or time cell: spreadsheet programs '
    "turn codes such as 3/10 into dates. Give the cell the format Text and write the code again."
)


def xlsx_with_dates(rows: list[list[Any]]) -> bytes:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Prices")
        day = book.add_format({"num_format": "d-mmm"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                is_date = isinstance(value, (date, time))
                sheet.write(number, column, value, *([day] if is_date else []))

    return xlsx(fill)


CONTENTS = {
    "xlsx": xlsx_with_dates([HEADER, *OTHERS, [DAY, "Plug", 8.5]]),
    "xls": xls_of([HEADER, *OTHERS, [DAY, "Plug", 8.5]], formats={0: "D-MMM"}),
    "ods": ods_of([HEADER, *OTHERS, [ODS_DATE, "Plug", 8.5]]),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_code_that_is_a_date_cell_is_rejected(kind: str) -> None:
    result = read_price_list(CONTENTS[kind])
    assert [item.supplier_sku for item in result.items] == ["A1", "A2"]
    (row,) = result.rejected
    assert (row.row_number, row.error_type, row.error_message) == (4, "sku_is_date", MESSAGE)
    # Its item stays present, if an earlier release imported it under the date.
    assert (row.supplier_sku, row.row_data) == ("2010-03-01", ["2010-03-01", "Plug", "8.5"])


def test_date_codes_of_a_google_spreadsheet(google: FakeGoogleServer, key_file: Path) -> None:
    result = SpreadsheetReader(google, key_file).rows(
        ["A1", "Lamp", 5.5],
        [FormattedNumber(40238, "10-3", "DATE"), "Plug", 5],
        [FormattedNumber(0.5, "12:00", "TIME"), "Plug", 5],
        [FormattedNumber(40238.5, "01.03.2010 12:00", "DATE_TIME"), "Plug", 5],
        [FormattedNumber(0.5, "50%", "PERCENT"), "Plug", 5],
    )
    assert [item.supplier_sku for item in result.items] == ["A1", "50%"]
    assert [row.supplier_sku for row in result.rejected] == ["10-3", "12:00", "01.03.2010 12:00"]
    assert {row.error_type for row in result.rejected} == {"sku_is_date"}


def test_times_and_dates_of_each_kind_of_cell_are_no_codes() -> None:
    rows = [[time(10, 3), "Plug", 8.5], [datetime(2010, 3, 1, 9, 30), "Fuse", 9]]  # noqa: DTZ001
    for content in (
        xlsx_with_dates([HEADER, *OTHERS, *rows]),
        ods_of([HEADER, *OTHERS, [ODS_TIME, "Plug", 8.5], [ODS_DATE, "Fuse", 9]]),
        # A negative number shows nothing in the format of a date.
        xlsx_of([HEADER, [-1, "Plug", 8.5], [1, "Fuse", 9]], formats={0: "yyyy-mm-dd"}),
        raw_xlsx(
            RAW_HEADER
            + "".join(
                f'<row r="{n}"><c r="A{n}" t="d"><v>2010-03-0{n}</v></c>'
                f'{text_cell(f"B{n}", "Plug")}<c r="C{n}"><v>5</v></c></row>'
                for n in (2, 3)
            )
            + raw_row(4)
        ),
    ):
        assert [row.error_type for row in read_price_list(content).rejected] == ["sku_is_date"] * 2


def test_texts_that_look_like_dates_are_codes() -> None:
    codes = ["2010-03-01", "10-3", "3/10", "01.03.2010"]
    rows = [[code, "Plug", 5] for code in codes]
    for content in (xlsx_of([HEADER, *rows]), xls_of([HEADER, *rows]), ods_of([HEADER, *rows])):
        assert [item.supplier_sku for item in read_price_list(content).items] == codes


def test_all_codes_as_dates_are_rejected_row_by_row() -> None:
    rows = [[date(2010, 3, day), f"Plug {day}", 5] for day in range(1, 9)]
    result = read_price_list(xlsx_of([HEADER, *rows], formats={0: "d-mmm"}))
    assert result.items == []
    assert [row.error_type for row in result.rejected] == ["sku_is_date"] * 8


def test_key_columns_that_are_dates_are_rejected() -> None:
    header = ["Description", "Size", "Price"]
    rows = [["Pipe", "1/4", 5], ["Pipe", "3/8", 6], ["Pipe", DAY, 7]]
    result = read_price_list(xlsx_with_dates([header, *rows]), key_columns=["Description", "Size"])
    assert [item.supplier_sku for item in result.items] == ["Pipe · 1/4", "Pipe · 3/8"]
    (row,) = result.rejected
    assert (row.error_type, row.supplier_sku) == ("sku_is_date", "Pipe · 2010-03-01")
    assert row.error_message.startswith('The article code "2010-03-01" (column "Size") is')


def test_dates_elsewhere_are_read_and_other_reasons_stay() -> None:
    header = [*HEADER, "Since"]
    rows = [["A1", "Lamp", 5.5, DAY], [DAY, "Plug", "x", None], [DAY, None, None, None]]
    result = read_price_list(xlsx_with_dates([header, *rows, ["A2", DAY, 6, None]]))
    assert [item.characteristics for item in result.items] == [
        {"Since": "2010-03-01"},
        {"Since": None},
    ]
    assert result.items[1].name == "2010-03-01"
    assert [row.error_type for row in result.rejected] == ["price_not_a_number"]
