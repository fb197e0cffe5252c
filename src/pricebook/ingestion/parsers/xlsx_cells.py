"""The cells of one sheet of an xlsx workbook, from XML to the text that the sheet shows."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.ingestion.columns import column_letters
from pricebook.ingestion.normalise import shown
from pricebook.ingestion.parsers.formats import NumberFormat, digits_in, shown_number
from pricebook.ingestion.parsers.spool import Cells
from pricebook.ingestion.parsers.workbook import Merged
from pricebook.ingestion.schemas import Limits, Uncalculated

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
    "",
)
TAGS = {
    f"{namespace}{tag}": tag
    for namespace in _NAMESPACES
    for tag in ("row", "c", "v", "f", "t", "si", "rPh", "mergeCell")
}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATES = range(0xD800, 0xE000)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})").fullmatch
# What is longer is refused with its row; what is much longer is not even kept.
_LONGEST_CELL = 33_000
_LETTERS = 26


class Book(NamedTuple):
    """What the cells of all sheets refer to."""

    name: str
    strings: Sequence[str]
    formats: Sequence[NumberFormat | None]
    is_1904: bool
    is_uncalculated: bool
    limits: Limits


class SheetCells:
    """Makes rows of the elements of a sheet; a class of handlers, as expat wants them."""

    def __init__(self, book: Book, sheet: str) -> None:
        self.text: list[str] = []
        self.rows: list[tuple[int, Cells]] = []
        self.merged: list[Merged] = []
        self._book = book
        self._sheet = sheet
        self._limit = book.limits.columns
        self._columns = _Columns()
        self._number = 0
        self._digits = 0
        self._cells: Cells = []
        self._cell: dict[str, str] = {}
        self._value = ""
        self._formula: str | None = None
        self._is_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        tag = TAGS.get(name)
        if tag == "c":
            self._cell = attributes
            self._value = ""
            self._formula = None
        elif tag == "v" or tag == "t" or tag == "f":  # noqa: PLR1714 (faster than a set)
            self.text.clear()
        elif tag == "row":
            self._start_row(attributes.get("r"))
        elif tag == "rPh":
            self._is_phonetic = True
        elif tag == "mergeCell":
            self._add_merged(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """Take the end of an element."""
        tag = TAGS.get(name)
        if tag == "v":
            self._value = "".join(self.text)
        elif tag == "c":
            if text := self._read():
                self._add(text)
            elif "r" not in self._cell:
                self._cells.append("")
            self.text.clear()
        elif tag == "f":
            self._formula = "".join(self.text)
        elif tag == "t" and not self._is_phonetic:
            self._value += "".join(self.text)
        elif tag == "row" and self._cells:
            self.rows.append((self._number, self._cells))
        elif tag == "rPh":
            self._is_phonetic = False

    def _start_row(self, reference: str | None) -> None:
        number = int(reference) if reference else self._number + 1
        if number <= self._number:
            raise PriceListError(
                f"{self._book.name} is damaged: the sheet {shown(self._sheet)} has row {number} "
                f"after row {self._number}."
            )
        self._number = number
        self._digits = len(reference or "")
        self._cells = []

    def _add(self, text: str) -> None:
        """Put a text into its column."""
        cells = self._cells
        reference = self._cell.get("r")
        if reference is None:
            column = len(cells)
        elif digits := self._digits:
            column = self._columns[reference[:-digits]]
        else:
            column = self._columns[reference.rstrip("0123456789")]
        gap = column - len(cells)
        if gap or column >= self._limit:
            self._check_place(column, text)
            cells.extend([""] * gap)
        cells.append(text)

    def _check_place(self, column: int, text: str) -> None:
        place = f"{column_letters(column)}{self._number}"
        if column < len(self._cells):
            raise PriceListError(
                f"{self._book.name} is damaged: the sheet {shown(self._sheet)} has the cell "
                f"{place} twice or out of order."
            )
        if column >= self._limit and text.strip():
            raise PriceListError(
                f"The cell {place} of the sheet {shown(self._sheet)} is beyond the "
                f"{self._limit:,} columns that are read."
            )

    def _read(self) -> str:
        """Bring the cell that ends into the text that its sheet shows."""
        value, kind = self._value, self._cell.get("t")
        if self._formula is not None and self._is_uncalculated(kind):
            return Uncalculated(f"={self._formula}"[:_LONGEST_CELL])
        if not value:
            return ""
        if kind == "s":
            return self._book.strings[int(value)]
        if kind is None or kind == "n":
            formats, style = self._book.formats, int(self._cell.get("s", "0"))
            return _number(value, formats[style] if formats else None, self._book.is_1904)
        if kind == "b":
            value = "TRUE" if value.strip() in {"1", "true"} else "FALSE"
        return unescaped(value)

    def _is_uncalculated(self, kind: str | None) -> bool:
        """Tell a formula without a value, or with the 0 that stands in for one.

        Libraries write 0 and ask the spreadsheet program to calculate when it opens the workbook.
        """
        if self._value:
            return self._book.is_uncalculated and self._value == "0"
        return kind != "str"

    def _add_merged(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, end = _REFERENCE(first), _REFERENCE(last)
        if start and end:
            merged = Merged(int(start[2]), self._columns[start[1]], int(end[2]))
            if merged.column < self._limit:
                self.merged.append(merged)


@lru_cache(maxsize=65_536)
def _number(value: str, how: NumberFormat | None, is_1904: bool) -> str:  # noqa: FBT001 (positions are faster)
    digits = digits_in(value)
    return value if digits is None else shown_number(digits, how, is_1904=is_1904)


class _Columns(dict[str, int]):
    """The index of a column by its letters, worked out once."""

    def __missing__(self, letters: str) -> int:
        index = 0
        for letter in letters:
            place = ord(letter) - ord("A")
            if not 0 <= place < _LETTERS:
                raise ValueError(f"{letters!r} is no column")
            index = index * _LETTERS + place + 1
        self[letters] = index - 1
        return index - 1


def unescaped(text: str) -> str:
    """Undo `_x000D_`, as Excel writes characters that XML cannot hold; cut what is far too long."""
    if "_x" in text:
        text = _ESCAPED.sub(_character, text)
    return text[:_LONGEST_CELL]


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)
