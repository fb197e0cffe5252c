"""Rejected rows under the headers of their list."""

import csv
from io import StringIO

from pricebook.safe_csv import lines
from pricebook.tasks.rejects import header_of, line_of

FOUND = {
    "headers": ["Art.-Nr.", "Bezeichnung", "Preis", "Farbe"],
    "columns": {"sku": "Art.-Nr.", "name": "Bezeichnung", "price": "Preis"},
}


def test_the_cells_stand_under_their_headers_and_the_reason_is_last() -> None:
    assert header_of(FOUND) == [
        *("row_number", "Art.-Nr.", "Bezeichnung", "Preis", "Farbe"),
        *("further cells", "error_type", "error_message"),
    ]
    row = (3, "missing_price", ["A", "Axt", ""], "The price is missing.")
    assert line_of(row, FOUND) == [
        *(3, "A", "Axt", "", None, None, "missing_price", "The price is missing."),
    ]


def test_a_row_that_repeats_a_code_stands_there_too() -> None:
    row = (4, "duplicate", {"sku": "A", "name": "Axt", "price": 5, "size": 1}, "Already there.")
    assert line_of(row, FOUND)[:6] == [4, "A", "Axt", 5, None, "1"]


def test_more_cells_than_headers_are_not_lost() -> None:
    row = (5, "too_many_cells", ["A", "Axt", "1", "rot", "x", "y"], "Too many.")
    assert line_of(row, FOUND)[5] == "x | y"


def test_a_list_that_was_never_understood_has_no_columns() -> None:
    assert header_of(None) == ["row_number", "further cells", "error_type", "error_message"]
    assert line_of((1, "x", ["a", "b"], "No."), None) == [1, "a | b", "x", "No."]
    assert line_of((1, "x", None, "No."), None) == [1, None, "x", "No."]


def test_a_spreadsheet_runs_nothing_of_it() -> None:
    row = (3, "missing_price", ["=1+1", "@x", "-5"], "The price is negative.")
    (cells,) = csv.reader(StringIO(lines([line_of(row, FOUND)])))
    assert cells[1:4] == ["'=1+1", "'@x", "'-5"]
