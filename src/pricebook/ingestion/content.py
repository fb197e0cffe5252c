"""What a column holds, by the look of its first cells."""

from collections.abc import Sequence
from itertools import cycle
from typing import NamedTuple

from pricebook.ingestion.currencies import named_in
from pricebook.ingestion.numbers import decimals_shown
from pricebook.ingestion.schemas import Kind, Record, TypedNumber

_FEWEST_CELLS = 3
NEARLY_ALL = 0.8
_CENTS = 2
_LONGEST_CODE = 30
_BARCODE_LENGTHS = frozenset({8, 12, 13, 14})
_NUMBERS: frozenset[Kind] = frozenset({"money", "decimals", "whole"})
# What one and the same column may look like from list to list.
_FAMILIES: dict[Kind, frozenset[str]] = {
    "money": frozenset({"number"}),
    "decimals": frozenset({"number"}),
    "whole": frozenset({"number", "code"}),
    "codes": frozenset({"code"}),
    "words": frozenset({"code", "text"}),
    "texts": frozenset({"text"}),
    "barcodes": frozenset({"barcode"}),
}


class Content(NamedTuple):
    """How the filled cells of a column look: their kind if there is one, how many, how varied.

    `code_length` is their length if they all have the same.
    """

    kind: Kind | None = None
    filled: int = 0
    distinct: int = 0
    names_currency: bool = False
    code_length: int = 0


def contents_of(rows: Sequence[Sequence[str]], currency: str) -> tuple[Content, ...]:
    """Look at the columns of a table by its first rows."""
    width = max(map(len, rows), default=0)
    columns = (
        [cell for row in rows if index < len(row) and (cell := trimmed(row[index]))]
        for index in range(width)
    )
    return tuple(_content(cells, currency) for cells in columns)


def rows_of_table(records: Sequence[Record], below: int) -> list[list[str]]:
    """Keep the rows below a row that may hold articles: no sections, no blank rows."""
    return [
        cells
        for number, cells, spoiled in records
        if number > below and not spoiled and len(filled_in(cells)) > 1
    ]


def filled_in(cells: Sequence[str]) -> list[int]:
    """Tell which columns of a row are filled."""
    return [index for index, cell in enumerate(cells) if cell and not cell.isspace()]


def trimmed(cell: str) -> str:
    """Trim a cell and leave a number a number."""
    return cell if isinstance(cell, TypedNumber) else cell.strip()


def as_shown(cell: str) -> str:
    """Give the text of a cell as its sheet shows it."""
    return cell.shown if isinstance(cell, TypedNumber) else cell


def is_number(content: Content) -> bool:
    """Tell whether a column holds numbers that could be prices or quantities."""
    return content.kind in _NUMBERS


def may_become(before: Kind, now: Kind) -> bool:
    """Tell whether a column that looked one way may look the other way in a later list."""
    return not _FAMILIES[before].isdisjoint(_FAMILIES[now])


def _content(cells: Sequence[str], currency: str) -> Content:
    if not cells:
        return Content()
    shown = list(map(as_shown, cells))
    lengths = set(map(len, shown))
    return Content(
        kind=_kind(cells, currency) if len(cells) >= _FEWEST_CELLS else None,
        filled=len(cells),
        distinct=len(set(shown)),
        names_currency=all(named_in(cell, currency) is not None for cell in shown),
        code_length=lengths.pop() if len(lengths) == 1 else 0,
    )


def _kind(cells: Sequence[str], currency: str) -> Kind | None:
    shown = list(map(as_shown, cells))
    nearly_all = NEARLY_ALL * len(cells)
    if all(cell == str(number) for number, cell in enumerate(shown, start=1)):
        return None  # a running number is as good as no content
    if sum(map(_is_barcode, shown)) >= nearly_all:
        return "barcodes"
    if not any(map(_has_leading_zero, shown)):
        given = [decimals_shown(cell, currency) for cell in cells]
        decimals = [number for number in given if number is not None]
        if len(decimals) >= nearly_all:
            return _kind_of_number(decimals)
    return _kind_of_text(shown)


def _kind_of_text(cells: Sequence[str]) -> Kind | None:
    nearly_all = NEARLY_ALL * len(cells)
    with_letters = [cell for cell in cells if any(map(str.isalpha, cell))]
    if sum(" " in cell for cell in with_letters) >= nearly_all:
        return "texts"
    if sum(map(_is_code, cells)) >= nearly_all:
        return "codes"
    return "words" if len(with_letters) >= nearly_all else None


def _kind_of_number(decimals: Sequence[int]) -> Kind:
    if not any(decimals):
        return "whole"
    return "money" if max(decimals) <= _CENTS else "decimals"


def _is_barcode(cell: str) -> bool:
    """Tell an EAN, UPC or GTIN by its length and its check digit."""
    if len(cell) not in _BARCODE_LENGTHS or not (cell.isascii() and cell.isdigit()):
        return False
    *digits, check = map(int, cell)
    weighted = sum(
        digit * weight for digit, weight in zip(reversed(digits), cycle((3, 1)), strict=False)
    )
    return (weighted + check) % 10 == 0


def _has_leading_zero(cell: str) -> bool:
    return cell.startswith("0") and cell.isdigit() and cell != "0"


def _is_code(cell: str) -> bool:
    return (
        len(cell) <= _LONGEST_CODE
        and not any(char.isspace() or char == ":" for char in cell)
        and any(char.isdigit() for char in cell)
    )
