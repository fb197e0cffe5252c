"""Names of columns: headers merged from several rows, and what users call a column."""

import re
from collections.abc import Sequence

from pricebook.pricelists.text import comparison_key

_MAX_HEADER_LENGTH = 100
_COLUMN_POSITION = re.compile(r"column (?:([a-z]{1,3})|([1-9][0-9]{0,3}))", re.ASCII).fullmatch


def find_columns(
    cells: Sequence[str], column_name: str, parts: Sequence[Sequence[str]] = ()
) -> list[int]:
    """Return the columns a reference matches: exact text, else equal words, else `column C`.

    `parts` are the cells that each header was merged from. If no complete header matches, a part
    of one does.
    """
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
    if same_part := _columns_of_part(parts, text, key):
        return same_part
    index = column_index(column_name)
    return [] if index is None or index >= len(cells) else [index]


def _columns_of_part(parts: Sequence[Sequence[str]], text: str, key: str) -> list[int]:
    """Return the columns with a part of this text, else with a part of equal words."""
    if not key:
        return []
    return [index for index, texts in enumerate(parts) if text in texts] or [
        index
        for index, texts in enumerate(parts)
        if any(len(part) <= _MAX_HEADER_LENGTH and comparison_key(part) == key for part in texts)
    ]


def column_index(column_name: str) -> int | None:
    """Return the 0-based index of `column C` or `column 3`; None for another reference."""
    position = _COLUMN_POSITION(column_name.strip().casefold())
    if not position:
        return None
    if position[2]:
        return int(position[2]) - 1
    number = 0
    for letter in position[1]:
        number = number * 26 + ord(letter) - ord("a") + 1
    return number - 1


def title_reference(titles: Sequence[str], index: int) -> str:
    """Return the title of a column without outer blanks if it is unique, else `column C`."""
    title = titles[index].strip()
    is_unique = bool(title) and sum(cell.strip() == title for cell in titles) == 1
    return title if is_unique else f"column {column_letters(index)}"


def column_letters(index: int) -> str:
    """Return the spreadsheet letters of a 0-based column: 0 is A, 26 is AA."""
    index, letters = index + 1, ""
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def merge_header_rows(header_rows: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Join header rows column by column; a cell merged over columns applies to each of them."""
    if len(header_rows) == 1:
        return list(header_rows[0]), [[cell] for cell in header_rows[0]]
    width = max(map(len, header_rows))
    rows = [[*map(str.strip, line), *[""] * (width - len(line))] for line in header_rows]
    for upper in rows[:-1]:
        for index in range(1, width):
            if not upper[index] and rows[-1][index]:
                upper[index] = upper[index - 1]
    columns: list[tuple[str, ...]] = list(zip(*rows, strict=True))
    parts = [list(dict.fromkeys(filter(None, column))) for column in columns]
    return [" ".join(texts) for texts in parts], parts
