"""Texts of CSV files in which a spreadsheet runs no formulas, and the way back.

The rule is from OWASP ("CSV Injection") and CWE-1236: an apostrophe precedes a character that
starts a formula wherever a cell can start. Spreadsheets split lines at the list separator of their
locale, which may be a semicolon, a tab or a bar; then one text becomes several cells, and its
quotes have no effect. So the apostrophe also follows such separators and line ends inside a text.
A text that has an apostrophe there already gets another one, so that `unguarded` restores it.
"""

import re

# The start of a cell with blanks and quotes that spreadsheets drop, before a formula character. A
# separator at the end of a text is followed by the quote and the line end of the file.
_BLANKS = r'[ "\u00a0]*'
_CELL_START = rf"(?:^|[;|\t\r\n]){_BLANKS}"
_FORMULA_CHARACTER = r"[=+\-@\t\r＝＋－＠]"
_LAST_SEPARATOR = rf"[;|\t\r\n]{_BLANKS}"
_UNGUARDED = re.compile(rf"({_CELL_START}(?='*{_FORMULA_CHARACTER})|{_LAST_SEPARATOR}(?='*\Z))")
_GUARDED = re.compile(rf"({_CELL_START})'(?='*{_FORMULA_CHARACTER})|({_LAST_SEPARATOR})'(?='*\Z)")


def guarded(text: str) -> str:
    """Return a text in which no cell starts a formula."""
    return _UNGUARDED.sub(r"\1'", text)


def unguarded(text: str) -> str:
    """Return the text that `guarded` was called with."""
    return _GUARDED.sub(lambda match: match[1] if match[1] is not None else match[2], text)
