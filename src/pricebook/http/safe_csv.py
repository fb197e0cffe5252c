"""CSV in which a spreadsheet runs no formulas.

The rule is from OWASP ("CSV Injection") and CWE-1236: an apostrophe precedes a character that
starts a formula wherever a cell can start. Spreadsheets split lines at the list separator of their
locale, which may be a semicolon, a tab or a bar; then one text becomes several cells, and its
quotes have no effect. So the apostrophe also follows such separators and line ends inside a text.
Numbers are written unchanged.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

# The start of a cell with blanks and quotes that spreadsheets drop, before a formula character. A
# separator at the end of a text is followed by the quote and the line end of the file.
_BLANKS = r'[ "\u00a0]*'
_FORMULA = re.compile(rf"((?:^|[;|\t\r\n]){_BLANKS}(?=[=+\-@\t\r＝＋－＠])|[;|\t\r\n]{_BLANKS}\Z)")


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV lines; None is an empty cell."""
    text = StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """Return a cell in which no text starts a formula; numbers stay unchanged."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
