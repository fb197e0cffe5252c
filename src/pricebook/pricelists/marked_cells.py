"""Cells of a number with a mark beside it: `10,00*`, `12,50 N`."""

import re

SIGNS = "*#†‡°§¹²³"
_MARKED = re.compile(
    rf"(?P<number>.*?\d[^\d{SIGNS}]*?)\s*(?P<mark>[{SIGNS}]{{1,3}}|(?<=\s)[A-Z]{{1,2}}"
    rf"|\((?:[{SIGNS}]{{1,3}}|[A-Z]{{1,2}})\)|[¹²³]\))\s*",
    re.DOTALL,
).fullmatch
_MAX_LENGTH = 80


def split_mark(cell: str) -> tuple[str, str]:
    """Return the text of a cell and the mark at its end: `10,00 €`, `*`; empty without one.

    A capital letter is a mark behind a space or in brackets.
    """
    match = _MARKED(cell) if len(cell) <= _MAX_LENGTH else None
    return (match["number"].rstrip(), match["mark"].strip("()")) if match else (cell, "")


def without_sign(cell: str) -> str:
    """Return a cell without the sign at its end, unless its mark is a letter: `10,00`."""
    number, mark = split_mark(cell)
    return cell if any(map(str.isalpha, mark)) else number
