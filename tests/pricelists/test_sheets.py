"""Several sheets as one price list: which are read, their rows, and refusals in doubt."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.open_tables import locate_row
from pricelists.fake_google import FakeGoogleServer, sheet
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list
from pricelists.spreadsheet_reader import ID, SpreadsheetReader
from pricelists.workbooks import ods_workbook_of, workbook_of, xls_workbook_of

HEADER = ["Code", "Name", "Price"]
LAMPS = [HEADER, ["A1", "Desk lamp", 5.5], ["A2", "Wall lamp", 7]]
CABLES = [["Our cables"], HEADER, ["C1", "Power cable", 3.25], ["C2", "Cable reel", 9]]


WORKBOOKS = {"xlsx": workbook_of, "xls": xls_workbook_of, "ods": ods_workbook_of}


def refusal(content: bytes, **config: Any) -> str:
    with pytest.raises(PriceListError) as raised:
        read_price_list(content, **config)
    return raised.value.message


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_sheets_with_equal_headers_are_one_price_list(kind: str) -> None:
    result = read_price_list(
        WORKBOOKS[kind](Lamps=LAMPS, Cables=CABLES, Terms=[["Payment in 30 days"]])
    )
    assert codes(result) == ["A1", "A2", "C1", "C2"]
    assert [item.price for item in result.items] == [
        *(Decimal("5.5"), Decimal(7), Decimal("3.25"), Decimal(9))
    ]
    profile = result.profile
    assert (profile.sheet, profile.sheets) == ("Lamps", ("Lamps", "Cables"))
    assert (profile.sheet_rows, profile.unread_sheets) == ((3, 4), ("Terms",))


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_sheets_of_goods_that_are_not_read_are_named(kind: str) -> None:
    groups = [["Group", "Discount"], ["A", "30 %"], ["B", "40 %"], ["C", "45 %"]]
    cover = [["Price list 2026"], ["All prices in USD", "net"], ["Page", 1]]
    content = WORKBOOKS[kind](Cover=cover, Lamps=LAMPS, Cables=CABLES, Groups=groups)
    profile = read_price_list(content, sheet_name="Lamps").profile
    assert profile.unread_sheets == ("Cover", "Cables", "Groups")
    assert profile.unread_goods == ("Cables",)


def test_row_numbers_are_unique_and_lead_to_sheet_and_row() -> None:
    result = read_price_list(workbook_of(Lamps=LAMPS, Cables=CABLES))
    assert [row.row_number for row in result.rows] == [1, 2, 3, 4, 5, 6, 7]
    assert result.outcomes == [
        *("ignored", "item", "item", "ignored", "ignored", "item", "item"),
    ]
    assert locate_row(result.profile, 3) == ("Lamps", 3)
    assert locate_row(result.profile, 6) == ("Cables", 3)


def test_price_list_of_one_sheet_keeps_its_row_numbers_and_messages() -> None:
    rows = [*LAMPS, ["A3", "Floor lamp", "soon"]]
    result = read_price_list(workbook_of(Lamps=rows, Terms=[["Payment in 30 days"]]))
    assert (result.profile.sheets, result.profile.unread_sheets) == ((), ("Terms",))
    [row] = result.rejected
    assert row.row_number == 4
    assert "Lamps" not in row.error_message
    assert locate_row(result.profile, 4) == ("Lamps", 4)


def test_rejected_row_names_its_sheet_and_the_row_of_the_sheet() -> None:
    cables = [*CABLES, ["C3", "Plug", None]]
    [row] = read_price_list(workbook_of(Lamps=LAMPS, Cables=cables)).rejected
    assert row.row_number == 8
    assert row.error_message == 'Sheet "Cables", row 5: The price is missing.'


def test_sheet_with_one_column_more_is_read_too() -> None:
    lamps = [["Code", "Colour", "Name", "Price"], ["A1", "red", "Desk lamp", 5.5]]
    result = read_price_list(workbook_of(Cables=CABLES, Lamps=lamps))
    assert codes(result) == ["C1", "C2", "A1"]
    assert [item.characteristics for item in result.items] == [{}, {}, {"Colour": "red"}]
    assert result.profile.headers == ("Code", "Name", "Price", "Colour")
    assert result.profile.characteristic_columns == ("Colour",)


def test_cells_of_a_rejected_row_are_under_the_headers_of_the_profile() -> None:
    lamps = [["Colour", "Price", "Name", "Code"], ["red", None, "Desk lamp", "A1"]]
    result = read_price_list(workbook_of(Cables=CABLES, Lamps=lamps))
    assert result.profile.headers == ("Code", "Name", "Price", "Colour")
    assert result.rejected[0].row_data == ["A1", "Desk lamp", "", "red"]


def test_sheets_with_other_price_columns_are_refused_with_the_option() -> None:
    dealers = [["Code", "Name", "Retail price"], ["D1", "Drill", 90]]
    content = workbook_of(Lamps=LAMPS, Dealers=dealers)
    message = refusal(content)
    assert message == (
        'The sheets "Lamps", "Dealers" look like price lists of their own (the price "Price" on '
        '"Lamps", "Retail price" on "Dealers"); set those to read with sheet_name or sheet_names, '
        'for example --set sheet_name="Lamps", or --set sheet_names="Lamps,Dealers" to read each '
        "by its own columns."
    )
    result = read_price_list(content, sheet_name="Lamps")
    assert (codes(result), result.profile.unread_sheets) == (["A1", "A2"], ("Dealers",))


def test_sheet_with_a_column_that_changes_prices_is_refused() -> None:
    packed = [["Code", "Name", "Price", "Per"], ["P1", "Screws", 5, 100]]
    assert "price quantity nowhere" in refusal(workbook_of(Lamps=LAMPS, Packed=packed))


def test_sheets_whose_sentences_differ_are_refused() -> None:
    screws = [["All prices in EUR"], HEADER, ["S1", "Screws", 5], ["S2", "Nails", 6]]
    message = refusal(workbook_of(Lamps=LAMPS, Screws=screws))
    assert 'currency USD on "Lamps", EUR on "Screws"' in message
    result = read_price_list(workbook_of(Lamps=LAMPS, Screws=screws), sheet_names=["screws"])
    assert codes(result) == ["S1", "S2"]


def test_sheets_with_the_same_articles_at_other_prices_are_refused() -> None:
    later = [HEADER, ["A1", "Desk lamp", 6.5], ["A2", "Wall lamp", 8]]
    message = refusal(workbook_of(**{"2025": LAMPS, "2026": later}))
    assert 'the same articles at different prices: "A1" "5.5" on "2025", "6.5" on "2026"' in message
    result = read_price_list(workbook_of(**{"2025": LAMPS, "2026": later}), sheet_name="2026")
    assert result.items[0].price == Decimal("6.5")


def test_sheet_without_header_beside_a_price_list_is_refused() -> None:
    bare = [[f"B-{n}", f"Bolt of size {n}", n + 0.5] for n in range(5)]
    message = refusal(workbook_of(Lamps=LAMPS, Bolts=bare))
    assert '"Bolts" without a known header' in message
    result = read_price_list(workbook_of(Lamps=LAMPS, Bolts=bare), sheet_name="Bolts")
    assert len(result.items) == 5


def test_sheet_names_are_read_in_their_order_and_may_be_hidden() -> None:
    content = workbook_of(Lamps=LAMPS, Cables=CABLES, More=[HEADER, ["M1", "Plug", 1]])
    result = read_price_list(content, sheet_names=["more", "Lamps", "More"])
    assert codes(result) == ["M1", "A1", "A2"]
    assert result.profile.unread_sheets == ("Cables",)
    assert 'no sheet "Plugs"; its sheets are "Lamps", "Cables", "More"' in refusal(
        content, sheet_names=["Lamps", "Plugs"]
    )
    assert "Both sheet_name and sheet_names" in refusal(
        content, sheet_name="Lamps", sheet_names=["More"]
    )


def test_reasons_name_their_sheets_and_how_to_leave_them_out() -> None:
    doubtful = [["Code", "Name", "Net price", "Gross price"], ["D1", "Drill", 5, 6]]
    shipping = [["Service", "Description", "Price"], ["DHL", "Parcel", 6], ["UPS", "Box", 9]]
    content = workbook_of(Lamps=LAMPS, Drills=doubtful, Shipping=shipping)
    message = refusal(content)
    assert message.startswith('Sheet "Drills": The columns "Net price" and "Gross price"')
    assert 'Sheet "Shipping": No column was detected for the article code' in message
    assert message.endswith(
        'Or leave out "Drills", "Shipping": set the sheets to read with sheet_name or sheet_names, '
        'for example --set sheet_name="Lamps".'
    )
    assert codes(read_price_list(content, sheet_name="Lamps")) == ["A1", "A2"]


def test_number_marks_of_all_sheets_count() -> None:
    lamps = [HEADER, ["A1", "Lamp", "1,234"]]
    cables = [HEADER, ["C1", "Cable", "12,5"]]
    result = read_price_list(workbook_of(Lamps=lamps, Cables=cables))
    assert [item.price for item in result.items] == [Decimal("1.234"), Decimal("12.5")]


def test_sections_end_with_their_sheet() -> None:
    lamps = [HEADER, ["Lamps"], ["A1", "Desk lamp", 5]]
    result = read_price_list(workbook_of(Lamps=lamps, Cables=CABLES[1:]))
    assert [item.category for item in result.items] == ["Lamps", None, None]


def test_next_price_list_of_several_sheets_is_compared_with_the_previous_one() -> None:
    lamps = [
        ["Code", "Name", "Price", "Brand"],
        *([f"{n}", f"Lamp {n}", n, "X"] for n in (1, 2, 3)),
    ]
    cables = [HEADER, *([f"C-{n}", f"Cable {n}", n + 0.5] for n in (1, 2, 3))]
    content = workbook_of(Lamps=lamps, Cables=cables)
    previous = read_price_list(content).profile
    assert "brand" not in previous.columns
    result = read_next_price_list(content, previous)
    assert codes(result) == ["1", "2", "3", "C-1", "C-2", "C-3"]
    changed = workbook_of(Lamps=lamps, Cables=[["Code", "Name", "Net price"], *cables[1:]])
    with pytest.raises(PriceListError, match=r"Net price"):
        read_next_price_list(changed, previous)


def test_rows_of_all_sheets_count_for_the_limit() -> None:
    content = workbook_of(Lamps=LAMPS, Cables=CABLES)
    with pytest.raises(PriceListError, match="more than 6 rows"):
        read_price_list(content, limits={"rows": 6})
    assert len(read_price_list(content, limits={"rows": 7}).items) == 4


def test_hundreds_of_sheets_are_one_price_list() -> None:
    content = workbook_of(**{f"Part {n}": [HEADER, [f"A{n}", "Lamp", n]] for n in range(1, 201)})
    result = read_price_list(content)
    assert (len(result.items), len(result.profile.sheets)) == (200, 200)


def test_sheets_of_a_spreadsheet_are_one_price_list(
    google: FakeGoogleServer, key_file: Any
) -> None:
    reader = SpreadsheetReader(google, key_file)
    url = google.put(
        ID,
        sheet("Lamps", LAMPS),
        sheet("Contact", [["Phone", "123"]], 1),
        sheet("Cables", CABLES, 2),
        sheet("Old", [HEADER, ["A9", "Lamp", 1]], 3, hidden=True),
    )
    result = reader.read(url)
    assert codes(result) == ["A1", "A2", "C1", "C2"]
    assert result.profile.sheets == ("Lamps", "Cables")
    assert result.profile.unread_sheets == ("Contact", "Old")
    assert codes(reader.read(f"{url}#gid=2")) == ["C1", "C2"]
    assert codes(reader.read(url, sheet_names=["Old", "Cables"])) == ["A9", "C1", "C2"]


def test_sheet_without_known_header_whose_discounts_are_open_is_not_passed_over() -> None:
    desks = [["Bestell-Nr.", "Bezeichnung", "PG", "Liste"]]
    desks += [[f"LI-{n}", f"Desk of size {n}", "AB"[n % 2], 289.5 + 7 * n] for n in range(9)]
    message = refusal(workbook_of(Lamps=LAMPS, Tische=desks))
    assert 'The sheets "Lamps", "Tische"' in message
