"""Comma-separated values that a spreadsheet opens without running anything."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

# A text that begins with one of these is a formula to some spreadsheet.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as lines; what is None is an empty cell."""
    text = StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """Take the harm out of a text; numbers, negative ones too, stay what they are."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "'" + value if isinstance(value, str) and value.startswith(DANGEROUS) else value
