"""The cells of one sheet of an xlsx workbook, from XML to the text that the sheet shows."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.ingestion.column_names import column_letters
from pricebook.ingestion.normalise import shown
from pricebook.ingestion.parsers.formats import NumberFormat
from pricebook.ingestion.parsers.spool import Cells
from pricebook.ingestion.parsers.typed import digits_in, shown_number
from pricebook.ingestion.parsers.workbook import Merged
from pricebook.ingestion.schemas import Limits, TypedNumber, Uncalculated

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
_DIGITS = "0123456789"


class Book(NamedTuple):
    """What the cells of all sheets refer to."""

    name: str
    strings: Sequence[str]
    formats: Mapping[str | None, NumberFormat]
    is_1904: bool
    is_uncalculated: bool
    limits: Limits

    def number(self, value: str, style: str | None) -> str:
        """Bring the value of a number cell into a number, or into the text that is in its place."""
        digits = digits_in(value)
        if digits is None:
            return value[:_LONGEST_CELL]
        how = self.formats.get(style)
        if how is None:
            return TypedNumber(digits)
        return shown_number(digits, how, is_1904=self.is_1904)


class SheetCells:
    """Makes rows of the elements of a sheet, as they end; what began last is in `_begun`."""

    def __init__(self, book: Book, sheet: str) -> None:
        self.text: list[str] = []
        self.rows: list[tuple[int, Cells]] = []
        self.merged: list[Merged] = []
        self._begun: dict[str, dict[str, str]] = {}
        # Half of all calls: a method of `dict` takes a third of the time of one of ours.
        self.start = self._begun.__setitem__
        self._number = book.number
        self._book = book
        self._sheet = sheet
        self._limit = book.limits.columns
        self._columns = _Columns()
        self._row = 0
        self._cells: Cells = []
        self._value = ""
        self._pieces: list[str] = []
        self._formula: str | None = None

    def end(self, name: str) -> None:
        """Take the end of an element."""
        tag = TAGS.get(name)
        if tag == "v":
            self._value = taken(self.text)
        elif tag == "c":
            self._end_cell(self._begun[name])
        elif tag:
            self._end_other(tag, name)

    def _end_other(self, tag: str, name: str) -> None:
        if tag == "row":
            self._end_row(self._begun[name].get("r"))
        elif tag == "f":
            self._formula = taken(self.text)
        elif tag == "t":
            if name[:-1] + "rPh" not in self._begun:
                self._pieces.append(taken(self.text))
        elif tag == "rPh":
            del self._begun[name]
        elif tag == "mergeCell":
            self._add_merged(self._begun[name].get("ref", ""))
        self.text.clear()

    def _end_row(self, reference: str | None) -> None:
        number = int(reference) if reference else self._row + 1
        if number <= self._row:
            raise PriceListError(
                f"{self._book.name} is damaged: the sheet {shown(self._sheet)} has row {number} "
                f"after row {self._row}."
            )
        self._row = number
        if self._cells:
            self.rows.append((number, self._cells))
            self._cells = []

    def _end_cell(self, cell: dict[str, str]) -> None:
        if self._pieces:
            self._value += "".join(self._pieces)
            self._pieces.clear()
        kind, value = cell.get("t"), self._value
        if self._formula is not None and self._is_uncalculated(kind):
            text = Uncalculated(f"={self._formula}"[:_LONGEST_CELL])
        elif kind == "s" and value:
            text = self._book.strings[_index(value)]
        elif kind is None and value:
            text = self._number(value, cell.get("s"))
        else:
            text = self._read_other(kind, value, cell.get("s"))
        self._value, self._formula = "", None
        self.text.clear()
        reference = cell.get("r")
        column = self._columns[reference.rstrip(_DIGITS)] if reference else len(self._cells)
        if column == len(self._cells) < self._limit:
            self._cells.append(text)
        elif text:
            self._put(column, text, reference or f"{column_letters(column)}{self._row + 1}")

    def _read_other(self, kind: str | None, value: str, style: str | None) -> str:
        if not value or kind in {None, "n"}:
            return self._number(value, style) if value else ""
        if kind == "b":
            return "TRUE" if value.strip() in {"1", "true"} else "FALSE"
        return unescaped(value)

    def _is_uncalculated(self, kind: str | None) -> bool:
        """Tell a formula without a value, or with the 0 that stands in for one.

        Libraries write 0 and ask the spreadsheet program to calculate when it opens the workbook.
        """
        if self._value:
            return self._book.is_uncalculated and self._value == "0"
        return kind != "str"

    def _put(self, column: int, text: str, place: str) -> None:
        """Put a text into a column to the right of the last one."""
        if column < len(self._cells):
            raise PriceListError(
                f"{self._book.name} is damaged: the sheet {shown(self._sheet)} has the cell "
                f"{place} twice or out of order."
            )
        if column < self._limit:
            self._cells.extend([""] * (column - len(self._cells)))
            self._cells.append(text)
        elif text.strip():
            raise PriceListError(
                f"The cell {place} of the sheet {shown(self._sheet)} is beyond the "
                f"{self._limit:,} columns that are read."
            )

    def _add_merged(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, end = _REFERENCE(first), _REFERENCE(last)
        if start and end:
            merged = Merged(int(start[2]), self._columns[start[1]], int(end[2]))
            if merged.column < self._limit:
                self.merged.append(merged)


def taken(text: list[str]) -> str:
    """Take the text of an element that ends, without the white space before it began."""
    whole = text[0] if len(text) == 1 else "".join(text).strip()
    text.clear()
    return whole


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


def _index(text: str) -> int:
    """Read a place in a list; one counted from the end would be another string."""
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no index")
    return int(text)


def unescaped(text: str) -> str:
    """Undo `_x000D_`, as Excel writes characters that XML cannot hold; cut what is far too long."""
    if "_x" in text:
        text = _ESCAPED.sub(_character, text)
    return text[:_LONGEST_CELL]


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)
