"""Rejected rows under the headers of their list."""

import csv
from io import StringIO

from pricebook.http.safe_csv import lines
from pricebook.tasks.rejected_rows import rejected_row_line, rejected_rows_header

PROFILE = {
    "headers": ["Art.-Nr.", "Bezeichnung", "Preis", "Farbe"],
    "columns": {"sku": "Art.-Nr.", "name": "Bezeichnung", "price": "Preis"},
}


def test_cells_are_under_their_headers_and_the_reason_is_last() -> None:
    assert rejected_rows_header(PROFILE) == [
        *("row_number", "Art.-Nr.", "Bezeichnung", "Preis", "Farbe"),
        *("further cells", "error_type", "error_message"),
    ]
    row = (3, "missing_price", ["A", "Axt", ""], "The price is missing.")
    assert rejected_row_line(row, PROFILE) == [
        *(3, "A", "Axt", "", None, None, "missing_price", "The price is missing."),
    ]


def test_a_duplicate_row_is_listed() -> None:
    row = (4, "duplicate", {"sku": "A", "name": "Axt", "price": 5, "size": 1}, "Already there.")
    assert rejected_row_line(row, PROFILE)[:6] == [4, "A", "Axt", 5, None, "1"]


def test_more_cells_than_headers_are_not_lost() -> None:
    row = (5, "too_many_cells", ["A", "Axt", "1", "rot", "x", "y"], "Too many.")
    assert rejected_row_line(row, PROFILE)[5] == "x | y"


def test_a_list_without_a_detected_profile_has_no_columns() -> None:
    assert rejected_rows_header(None) == [
        "row_number",
        "further cells",
        "error_type",
        "error_message",
    ]
    assert rejected_row_line((1, "x", ["a", "b"], "No."), None) == [1, "a | b", "x", "No."]
    assert rejected_row_line((1, "x", None, "No."), None) == [1, None, "x", "No."]


def test_formulas_in_rejected_rows_are_escaped() -> None:
    row = (3, "missing_price", ["=1+1", "@x", "-5"], "The price is negative.")
    (cells,) = csv.reader(StringIO(lines([rejected_row_line(row, PROFILE)])))
    assert cells[1:4] == ["'=1+1", "'@x", "'-5"]
