"""Comma-separated values that a spreadsheet opens without running anything.

The rule is that of OWASP ("CSV Injection") and CWE-1236: an apostrophe stands before a sign that
begins a formula wherever a cell can begin. Spreadsheets split a file at the list separator of their
locale, which may be a semicolon, a tab or a bar; then a text has several cells, and quotes around
it do not count. So the apostrophe follows such a separator inside a text too, and line ends.
Numbers are written as numbers.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

# Where a cell begins for some spreadsheet, with blanks and quotes that it drops, and then a sign; a
# separator that ends a text has the quote and the line end of the file behind it.
_BLANKS = r'[ "\u00a0]*'
_FORMULA = re.compile(rf"((?:^|[;|\t\r\n]){_BLANKS}(?=[=+\-@\t\r＝＋－＠])|[;|\t\r\n]{_BLANKS}\Z)")


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as lines; what is None is an empty cell."""
    text = StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """Return a text without formulas in it; numbers, negative ones too, stay what they are."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
