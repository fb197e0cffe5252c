"""Rejected rows under the headers of their list, between helper columns."""

import csv
from io import StringIO
from uuid import UUID

from pricebook.http.safe_csv import lines
from pricebook.pricelists.schemas.profile import DetectedProfile, NumberProfile
from pricebook.tasks.rejected_rows import RejectedRowLines

TASK_ID = UUID("e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90")
PROFILE = DetectedProfile(
    format="xlsx",
    sheet="Preise",
    header_row=1,
    headers=("Art.-Nr.", "Bezeichnung", "Preis", "Farbe"),
    columns={"sku": "Art.-Nr.", "name": "Bezeichnung", "price": "Preis"},
    characteristic_columns=("Farbe",),
    currency="EUR",
    numbers=NumberProfile(),
)
ROWS = RejectedRowLines(TASK_ID, PROFILE)


def test_cells_are_under_their_headers_and_the_reason_is_behind_them() -> None:
    assert ROWS.header() == [
        *("row_number", "sheet", "Art.-Nr.", "Bezeichnung", "Preis", "Farbe"),
        *("further cells", "section", "error_type", "error_message", "task_id"),
    ]
    row = (3, "missing_price", ["A", "Axt", ""], "The price is missing.", "Werkzeug")
    assert ROWS.row(row) == [
        *(3, "Preise", "A", "Axt", "", None, None, "Werkzeug"),
        *("missing_price", "The price is missing.", str(TASK_ID)),
    ]


def test_a_row_whose_cells_were_not_stored_has_its_fields() -> None:
    row = (4, "duplicate", {"sku": "A", "name": "Axt", "price": 5, "size": 1}, "There.", None)
    assert ROWS.row(row)[:7] == [4, "Preise", "A", "Axt", 5, None, "1"]


def test_more_cells_than_headers_are_not_lost() -> None:
    row = (5, "too_many_cells", ["A", "Axt", "1", "rot", "x", "y"], "Too many.", None)
    assert ROWS.row(row)[6] == "x | y"


def test_rows_of_several_sheets_have_the_number_in_their_sheet() -> None:
    profile = DetectedProfile(
        format="xlsx",
        header_row=1,
        columns={},
        characteristic_columns=(),
        currency="EUR",
        numbers=NumberProfile(),
        sheets=("Holz", "Metall"),
        sheet_rows=(100, 50),
    )
    rows = RejectedRowLines(TASK_ID, profile)
    places = [rows.row((number, "x", None, "No.", None))[:2] for number in (100, 101, 150)]
    assert places == [[100, "Holz"], [1, "Metall"], [50, "Metall"]]


def test_a_list_without_a_detected_profile_has_no_columns() -> None:
    rows = RejectedRowLines(TASK_ID, None)
    assert rows.header() == [
        *("row_number", "sheet"),
        *("further cells", "section", "error_type", "error_message", "task_id"),
    ]
    assert rows.row((1, "x", ["a", "b"], "No.", None))[:4] == [1, None, "a | b", None]
    assert rows.row((1, "x", None, "No.", None))[2] is None


def test_formulas_in_rejected_rows_are_escaped() -> None:
    row = (3, "missing_price", ["=1+1", "@x", "-5"], "The price is negative.", None)
    (cells,) = csv.reader(StringIO(lines([ROWS.row(row)])))
    assert cells[2:5] == ["'=1+1", "'@x", "'-5"]
