"""No cell of an export begins with a formula, whichever delimiter a reader assumes."""

import csv
import re
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.http.safe_csv import cell, lines
from pricebook.pricelists.formula_guard import guarded, unguarded

PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
SIGNS = ("=", "+", "-", "@", "\t", "\r")
HOSTILE = st.text(alphabet="a1=+-@;|,\"\t\r\n \u00a0'", max_size=12)
ROWS = st.lists(st.tuples(HOSTILE, HOSTILE, st.decimals(-9, 9, places=2), HOSTILE), max_size=3)


def cells_of(text: str, separator: str) -> list[str]:
    read = csv.reader(StringIO(text, newline=""), delimiter=separator)
    return [value for row in read for value in row]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@given(rows=ROWS)
def test_no_cell_of_any_reading_is_a_formula(
    separator: str, rows: list[tuple[str, str, Decimal, str]]
) -> None:
    dangerous = [
        value
        for value in cells_of(lines(rows), separator)
        if value.lstrip(' "\u00a0').startswith(SIGNS) and not PLAIN_NUMBER.fullmatch(value)
    ]
    assert dangerous == []


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("Hammer;=1+1", "Hammer;'=1+1"),
        ("Hammer; =1+1", "Hammer; '=1+1"),
        ('Hammer;"=1+1', "Hammer;\"'=1+1"),
        ("Hammer\n@SUM(A1)", "Hammer\n'@SUM(A1)"),
        ("Hammer|-1", "Hammer|'-1"),
        ("=1;=2", "'=1;'=2"),
        ("Hammer 5-10 mm; rot", "Hammer 5-10 mm; rot"),
        ("two\r\nlines", "two\r\nlines"),
    ],
)
def test_an_apostrophe_is_added_where_a_cell_can_begin(text: str, guarded: str) -> None:
    assert cell(text) == guarded


@given(value=st.decimals(-9999, 9999, places=4))
def test_a_number_is_read_as_it_was_written(value: Decimal) -> None:
    assert [Decimal(text) for text in cells_of(lines([[value]]), ",")] == [value]


@given(text=HOSTILE)
def test_a_guarded_text_can_be_restored(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["'=1", "''=1", "a;'", "a;'@x", "\t=1", "\t'=1", "it's", "'a"])
def test_apostrophes_of_the_text_itself_are_restored(text: str) -> None:
    assert unguarded(guarded(text)) == text
