"""Classification of columns by the content of their first cells."""

import re
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import NamedTuple

from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.total_words import is_total_label
from pricebook.pricelists.marked_cells import without_sign
from pricebook.pricelists.numbers import count_decimals
from pricebook.pricelists.schemas.cells import NumberCell, Record
from pricebook.pricelists.schemas.profile import ColumnKind
from pricebook.pricelists.unit_cells import without_unit

_MIN_CELLS = 3
MIN_MATCHING_SHARE = 0.8
_CENT_DIGITS = 2
_MIN_NUMBERED_COLUMNS = 3
_MAX_CODE_LENGTH = 30
_BARCODE_LENGTHS = frozenset({8, 12, 13, 14})
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|b|i|strong|em|h[1-6]|table|tr|td|a)\b[^<>]*>", re.IGNORECASE
)
_NUMBERS: frozenset[ColumnKind] = frozenset({"money", "decimals", "whole"})
# Two kinds with a common entry may be the same column in successive price lists.
_COMPATIBLE_KINDS: dict[ColumnKind, frozenset[str]] = {
    "money": frozenset({"number"}),
    "decimals": frozenset({"number"}),
    "whole": frozenset({"number", "code"}),
    "codes": frozenset({"code"}),
    "words": frozenset({"code", "text"}),
    "texts": frozenset({"text"}),
    "barcodes": frozenset({"barcode"}),
}


class ColumnContent(NamedTuple):
    """Statistics of the filled cells of a column: kind, number of cells and of distinct cells.

    `names_currency`: every cell names a currency. `code_length`: common length in characters, 0 if
    lengths differ. `has_markup`: most cells contain HTML. `has_few_numbers`: all cells are numbers,
    but too few for a kind. `cells` are the filled cells of the sample, `rows` the positions of
    their rows in it.
    """

    kind: ColumnKind | None = None
    filled: int = 0
    distinct: int = 0
    names_currency: bool = False
    code_length: int = 0
    has_markup: bool = False
    has_few_numbers: bool = False
    cells: Sequence[str] = ()
    rows: Sequence[int] = ()

    def share(self, predicate: Callable[[str], object]) -> float:
        """Return the share of the cells for which a predicate holds, 1 without cells."""
        return sum(map(bool, map(predicate, self.cells))) / len(self.cells) if self.cells else 1.0


def column_contents(rows: Sequence[Sequence[str]], currency: str) -> tuple[ColumnContent, ...]:
    """Return the content of each column of the sample rows."""
    width = max(map(len, rows), default=0)
    columns = (
        [
            (number, cell)
            for number, row in enumerate(rows)
            if index < len(row) and (cell := trimmed(row[index]))
        ]
        for index in range(width)
    )
    return tuple(
        _content([cell for _, cell in column], currency)._replace(
            rows=[number for number, _ in column]
        )
        for column in columns
    )


def content_at(contents: Sequence[ColumnContent], index: int) -> ColumnContent:
    """Return the content of a column, empty if the sample has no such column."""
    return contents[index] if index < len(contents) else ColumnContent()


def column_kinds(contents: Sequence[ColumnContent], width: int) -> tuple[ColumnKind | None, ...]:
    """Return the kind of each column up to a width, None where it has no content."""
    kinds: list[ColumnKind | None] = [content.kind for content in contents[:width]]
    return (*kinds, *[None] * (width - len(kinds)))


def item_rows_below(records: Sequence[Record], header_row_number: int) -> list[list[str]]:
    """Return the rows below the header that have more than one filled cell and are no totals."""
    return [
        cells
        for number, cells, malformed in records
        if number > header_row_number and not malformed and _may_be_item(cells)
    ]


def _may_be_item(cells: Sequence[str]) -> bool:
    filled = filled_columns(cells)
    return len(filled) > 1 and not is_total_label(cells[filled[0]], "")


def filled_columns(cells: Sequence[str]) -> list[int]:
    """Return the 0-based columns of the filled cells of a row."""
    return [index for index, cell in enumerate(cells) if cell and not cell.isspace()]


def numbers_columns(cells: Sequence[str]) -> bool:
    """Return whether a row only numbers its columns: `1 | 2 | 3`."""
    texts = [text for cell in cells if (text := cell.strip())]
    numbers = [str(number) for number in range(1, len(texts) + 1)]
    return len(texts) >= _MIN_NUMBERED_COLUMNS and texts == numbers


def trimmed(cell: str) -> str:
    """Return a cell trimmed; a numeric cell stays numeric."""
    return cell if isinstance(cell, NumberCell) else cell.strip()


def display_text(cell: str) -> str:
    """Return the displayed text of a cell."""
    return cell.displayed if isinstance(cell, NumberCell) else cell


def is_numeric(content: ColumnContent) -> bool:
    """Return whether a column contains numbers: prices or quantities."""
    return content.kind in _NUMBERS or content.has_few_numbers


def are_compatible_kinds(before: ColumnKind, now: ColumnKind) -> bool:
    """Return whether a column may change from one kind to the other between price lists."""
    return not _COMPATIBLE_KINDS[before].isdisjoint(_COMPATIBLE_KINDS[now])


def _content(cells: Sequence[str], currency: str) -> ColumnContent:
    if not cells:
        return ColumnContent()
    texts = list(map(display_text, cells))
    lengths = set(map(len, texts))
    has_kind = len(cells) >= _MIN_CELLS
    return ColumnContent(
        kind=_kind(cells, currency) if has_kind else None,
        filled=len(cells),
        distinct=len(set(texts)),
        names_currency=all(currencies_in_text(cell, currency) is not None for cell in texts),
        code_length=lengths.pop() if len(lengths) == 1 else 0,
        has_markup=2 * sum(map(bool, map(_MARKUP.search, texts))) > len(texts),
        has_few_numbers=not has_kind
        and all(_count_decimals(cell, currency) is not None for cell in cells),
        cells=cells,
    )


def _kind(cells: Sequence[str], currency: str) -> ColumnKind | None:
    texts = list(map(display_text, cells))
    min_matching_cells = MIN_MATCHING_SHARE * len(cells)
    if all(cell == str(number) for number, cell in enumerate(texts, start=1)):
        return None  # a running row number identifies nothing
    if sum(map(_is_barcode, texts)) >= min_matching_cells:
        return "barcodes"
    if not any(map(_has_leading_zero, texts)):
        decimal_counts = [_count_decimals(cell, currency) for cell in cells]
        decimals = [number for number in decimal_counts if number is not None]
        if len(decimals) >= min_matching_cells:
            return _kind_of_number(decimals)
    return _kind_of_text(texts)


def _count_decimals(cell: str, currency: str) -> int | None:
    """Return the number of decimals of a cell, also with a mark or a unit: `10,00*`, `5 / kg`."""
    decimals = count_decimals(cell, currency)
    is_marked = decimals is None and not isinstance(cell, NumberCell)
    return count_decimals(without_unit(without_sign(cell)), currency) if is_marked else decimals


def _kind_of_text(cells: Sequence[str]) -> ColumnKind | None:
    min_matching_cells = MIN_MATCHING_SHARE * len(cells)
    with_letters = [cell for cell in cells if any(map(str.isalpha, cell))]
    if sum(" " in cell for cell in with_letters) >= min_matching_cells:
        return "texts"
    if sum(map(_is_code, cells)) >= min_matching_cells:
        return "codes"
    return "words" if len(with_letters) >= min_matching_cells else None


def _kind_of_number(decimals: Sequence[int]) -> ColumnKind:
    if not any(decimals):
        return "whole"
    return "money" if max(decimals) <= _CENT_DIGITS else "decimals"


def _is_barcode(cell: str) -> bool:
    """Return whether a cell is an EAN, UPC or GTIN by length and check digit."""
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
        len(cell) <= _MAX_CODE_LENGTH
        and not any(char.isspace() or char == ":" for char in cell)
        and any(char.isdigit() for char in cell)
    )
