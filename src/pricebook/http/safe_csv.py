"""CSV in which a spreadsheet runs no formulas. Numbers are written unchanged."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from pricebook.pricelists.formula_guard import guarded


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV lines; None is an empty cell."""
    text = StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """Return a cell in which no text starts a formula; numbers stay unchanged."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return guarded(value) if isinstance(value, str) else value
