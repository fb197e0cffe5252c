"""Articles in rows that a sheet hides: rejected until the setting decides."""

from pathlib import Path
from typing import Any

import pytest

from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.fake_google import FakeGoogleServer, sheet
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list
from pricelists.spreadsheet_reader import ID, SpreadsheetReader
from pricelists.workbooks import HEADER, ods_of, xls_with_hidden_row, xlsx, xlsx_with_rows

ROWS: list[list[Any]] = [HEADER, ["A1", "Lamp", 5.5], ["A2", "Cable", 7.25], ["A3", "Plug", 8.5]]
HIDDEN = {"hidden": True}
XLSX = xlsx_with_rows(ROWS, {2: HIDDEN})


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


@pytest.mark.parametrize("content", [XLSX, xls_with_hidden_row(ROWS, 2)], ids=["xlsx", "xls"])
def test_article_in_a_hidden_row_is_rejected_until_it_is_set(content: bytes) -> None:
    result = read_price_list(content)
    (row,) = result.rejected
    assert codes(result) == ["A1", "A3"]
    assert (row.row_number, row.error_type, row.supplier_sku) == (3, "hidden_row", "A2")
    assert "hidden_rows=read" in row.error_message
    assert codes(read_price_list(content, hidden_rows="read")) == ["A1", "A2", "A3"]
    skipped = read_price_list(content, hidden_rows="skip")
    assert (codes(skipped), skipped.rejected) == (["A1", "A3"], [])


@pytest.mark.parametrize("visibility", ["collapse", "filter"])
def test_hidden_rows_of_ods(visibility: str) -> None:
    hidden = f'table:visibility="{visibility}" table:number-rows-repeated="1"'
    result = read_price_list(ods_of([*ROWS[:2], [hidden, *ROWS[2]], ROWS[3]]))
    assert codes(result) == ["A1", "A3"]
    assert [row.supplier_sku for row in result.rejected] == ["A2"]


@pytest.mark.parametrize(
    "content",
    [
        xlsx_with_rows(ROWS, {2: {"level": 1, **HIDDEN}, 3: {"collapsed": True}}),
        xls_with_hidden_row(ROWS, 2, outline_level=1),
    ],
    ids=["xlsx", "xls"],
)
def test_rows_of_a_collapsed_outline_are_articles(content: bytes) -> None:
    assert codes(read_price_list(content)) == ["A1", "A2", "A3"]


def test_profile_states_the_setting_also_for_the_next_list() -> None:
    first = read_price_list(XLSX, hidden_rows="skip")
    assert "hidden rows left out (set)" in describe_profile(first.profile)
    following = read_next_price_list(XLSX, first.profile)
    assert (codes(following), following.rejected) == (["A1", "A3"], [])
    sentence = describe_profile(following.profile)
    assert "hidden rows left out (as set for an earlier list)" in sentence


def test_hidden_row_of_a_further_sheet_and_setting_of_this_sheet() -> None:
    def fill(book: Any) -> None:
        for name, letter in (("Lamps", "A"), ("Plugs", "B")):
            page = book.add_worksheet(name)
            for number, row in enumerate(ROWS):
                page.write_row(number, 0, [str(row[0]).replace("A", letter), *row[1:]])
        book.get_worksheet_by_name("Plugs").set_row(1, None, None, HIDDEN)

    result = read_price_list(xlsx(fill))
    assert [row.supplier_sku for row in result.rejected] == ["B1"]
    assert result.rejected[0].error_message.startswith('Sheet "Plugs", row 2: ')
    own = read_price_list(xlsx(fill), sheet_settings={"Plugs": {"hidden_rows": "read"}})
    assert len(own.items) == 6


def test_hidden_row_of_a_further_table_of_a_sheet() -> None:
    second = [["Price", "Article no.", "Description"], [3, "B1", "Lamp"], [4, "B2", "Cable"]]
    rows = [*ROWS, [], *second]
    result = read_price_list(xlsx_with_rows(rows, {7: HIDDEN}))
    assert codes(result) == ["A1", "A2", "A3", "B1"]
    assert [row.error_type for row in result.rejected] == ["hidden_row"]


def test_hidden_titles_and_headers_are_read_and_other_reasons_stay() -> None:
    rows = [HEADER, ["Lighting"], *ROWS[1:], ["A4", "Fuse", "x"]]
    result = read_price_list(xlsx_with_rows(rows, dict.fromkeys((0, 1, 5), HIDDEN)))
    assert [row.error_type for row in result.rejected] == ["price_not_a_number"]
    assert [item.category for item in result.items] == ["Lighting"] * 3


def test_hidden_rows_of_a_google_spreadsheet(google: FakeGoogleServer, key_file: Path) -> None:
    table = sheet("Prices", ROWS)
    hidden = [{}, {"hiddenByFilter": True}, {"hiddenByUser": True}, {}]
    table["data"][0]["rowMetadata"] = hidden
    table["rowGroups"] = [{"range": {"startIndex": 2, "endIndex": 3}, "depth": 1}]
    result = SpreadsheetReader(google, key_file).read(google.put(ID, table))
    assert codes(result) == ["A2", "A3"]
    assert [row.supplier_sku for row in result.rejected] == ["A1"]
