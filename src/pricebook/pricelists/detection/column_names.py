"""Column references of users: a header, or letters as in `column C`."""

import re
from collections.abc import Sequence

from pricebook.pricelists.text import comparison_key

_MAX_HEADER_LENGTH = 100
_COLUMN_LETTERS = re.compile(r"column ([a-z]{1,3})").fullmatch


def find_columns(cells: Sequence[str], column_name: str) -> list[int]:
    """Return the columns a reference matches: exact text, else equal words, else `column C`."""
    text, key = column_name.strip(), comparison_key(column_name)
    same_text = [index for index, cell in enumerate(cells) if text and cell.strip() == text]
    if same_text:
        return same_text
    searchable_cells = [cell if len(cell) <= _MAX_HEADER_LENGTH else "" for cell in cells]
    same_words = [
        index for index, cell in enumerate(searchable_cells) if key and comparison_key(cell) == key
    ]
    if same_words:
        return same_words
    index = column_index(column_name)
    return [] if index is None or index >= len(cells) else [index]


def column_index(column_name: str) -> int | None:
    """Return the 0-based index of `column C`; None if the name is no such reference."""
    letters = _COLUMN_LETTERS(column_name.strip().casefold())
    if not letters:
        return None
    number = 0
    for letter in letters[1]:
        number = number * 26 + ord(letter) - ord("a") + 1
    return number - 1


def column_letters(index: int) -> str:
    """Return the spreadsheet letters of a 0-based column: 0 is A, 26 is AA."""
    index, letters = index + 1, ""
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
