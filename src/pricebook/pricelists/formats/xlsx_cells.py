"""Converts the XML of one sheet of an xlsx workbook to the text of its cells."""

import re
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.formats.number_cells import (
    format_number_cell,
    is_narrow,
    parse_count,
    parse_digits,
)
from pricebook.pricelists.formats.number_formats import NumberFormat
from pricebook.pricelists.formats.row_spool import RowCells
from pricebook.pricelists.formats.struck_cells import NO_STRUCK_CELLS, StruckCells
from pricebook.pricelists.formats.workbook import MergedRange
from pricebook.pricelists.schemas.cells import DateCell, NumberCell, UncalculatedFormula
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.pricelists.text import quote

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
    "",
)
TAGS = {
    f"{namespace}{tag}": tag
    for namespace in _NAMESPACES
    for tag in ("row", "c", "v", "f", "t", "si", "rPh", "mergeCell", "col")
}
_ESCAPE_SEQUENCE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATES = range(0xD800, 0xE000)
_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})").fullmatch
# Cells longer than 32,767 characters are rejected with their row, so the rest need not be kept.
_MAX_CELL_CHARACTERS = 33_000
_LETTERS = 26
_MAX_COLUMN_LETTERS = 6
_MAX_INDEX_DIGITS = 10
_DIGITS = "0123456789"
TRUE = frozenset({"1", "true"})
# In widths of a digit.
_MIN_WIDTH = 0.2


class WorkbookContext(NamedTuple):
    """The parts of a workbook that the cells of all sheets refer to."""

    name: str
    strings: Sequence[str]
    formats: Mapping[str | None, NumberFormat]
    struck_styles: frozenset[str | None]
    is_1904: bool
    is_uncalculated: bool
    limits: ReadLimits

    def string(self, index: str) -> str:
        """Return a shared string; raises ValueError if there is none with this index."""
        if len(index) <= _MAX_INDEX_DIGITS and index.isdecimal():
            number = int(index)
            if number < len(self.strings):
                return self.strings[number]
        raise ValueError(
            f"a cell refers to the shared string {quote(index)}, there are {len(self.strings):,}"
        )

    def number(self, value: str, style: str | None) -> str:
        """Return the cell of a number; the text unchanged if it is none."""
        digits = parse_digits(value)
        if digits is None:
            return value[:_MAX_CELL_CHARACTERS]
        number_format = self.formats.get(style)
        if number_format is None:
            return NumberCell(digits)
        return format_number_cell(digits, number_format, is_1904=self.is_1904)


class XlsxSheetHandler:
    """An XML handler that collects the rows and merged ranges of one sheet.

    `hidden_rows` are the numbers of the hidden rows with cells, `hidden_columns` the 0-based hidden
    columns. `_open_elements` holds the attributes of the latest element of each name.
    """

    struck_cells = NO_STRUCK_CELLS

    def __init__(self, context: WorkbookContext, sheet: str) -> None:
        self.text: list[str] = []
        self.rows: list[tuple[int, RowCells]] = []
        self.merged_ranges: list[MergedRange] = []
        self.hidden_rows = array("Q")
        self.hidden_columns = set[int]()
        self._open_elements: dict[str, dict[str, str]] = {}
        # Half of all calls: a method of `dict` takes a third of the time of a Python method.
        self.start = self._open_elements.__setitem__
        self._format_number = context.number
        self._shared_string = context.string
        self._context = context
        self._sheet = sheet
        self._max_columns = context.limits.columns
        self._column_indexes = _ColumnIndexes()
        self._row = 0
        self._cells: RowCells = []
        self._value = ""
        self._text_runs: list[str] = []
        self._formula: str | None = None

    def end(self, name: str) -> None:
        """Process the end of an element."""
        tag = TAGS.get(name)
        if tag == "v":
            self._value = take_text(self.text)
        elif tag == "c":
            self._end_cell(self._open_elements[name])
        elif tag:
            self._end_other(tag, name)
        else:
            self.text.clear()

    def _end_other(self, tag: str, name: str) -> None:
        if tag == "row":
            self._end_row(self._open_elements[name])
        elif tag == "f":
            self._formula = take_text(self.text)
        elif tag == "t":
            if name[:-1] + "rPh" not in self._open_elements:
                self._text_runs.append(take_text(self.text))
        elif tag == "rPh":
            del self._open_elements[name]
        elif tag == "col":
            self._add_column(self._open_elements[name])
        elif tag == "mergeCell":
            self._add_merged_range(self._open_elements[name].get("ref", ""))
        self.text.clear()

    def _end_row(self, row: dict[str, str]) -> None:
        reference = row.get("r")
        number = parse_count(reference, "a row number") if reference else self._row + 1
        if number <= self._row:
            raise PriceListError(
                f"{self._context.name} is damaged: the sheet {quote(self._sheet)} has row {number} "
                f"after row {self._row}."
            )
        self._row = number
        if self._cells:
            self.rows.append((number, self._cells))
            self._cells = []
            if row.get("hidden") in TRUE and row.get("outlineLevel", "0") == "0":
                self.hidden_rows.append(number)

    def _add_column(self, column: dict[str, str]) -> None:
        """Add the columns that an element hides, or that are too narrow to show a character."""
        if column.get("hidden") in TRUE or is_narrow(column.get("width", ""), _MIN_WIDTH):
            ends = [int(float(parse_digits(column.get(end, "")) or 0)) for end in ("min", "max")]
            if ends[0] > 0:
                self.hidden_columns.update(range(ends[0] - 1, min(ends[1], self._max_columns)))

    def _end_cell(self, cell: dict[str, str]) -> None:
        if self._text_runs:
            self._value += "".join(self._text_runs)
            self._text_runs.clear()
        kind, value = cell.get("t"), self._value
        if self._formula is not None and self._is_uncalculated(kind):
            text = UncalculatedFormula(f"={self._formula}"[:_MAX_CELL_CHARACTERS])
        elif kind == "s" and value:
            text = self._shared_string(value)
        elif kind is None and value:
            text = self._format_number(value, cell.get("s"))
        else:
            text = self._read_other(kind, value, cell.get("s"))
        self._value, self._formula = "", None
        self.text.clear()
        reference = cell.get("r")
        column = self._column_indexes[reference.rstrip(_DIGITS)] if reference else len(self._cells)
        if column == len(self._cells) < self._max_columns:
            self._cells.append(text)
        elif text:
            self._append_at(column, text, reference or f"{column_letters(column)}{self._row + 1}")

    def _read_other(self, kind: str | None, value: str, style: str | None) -> str:
        if not value or kind in {None, "n"}:
            return self._format_number(value, style) if value else ""
        if kind == "b":
            return "TRUE" if value.strip() in TRUE else "FALSE"
        return DateCell(unescape(value)) if kind == "d" else unescape(value)

    def _is_uncalculated(self, kind: str | None) -> bool:
        """Return whether a formula has no value, or the placeholder 0.

        Libraries write 0 and set `fullCalcOnLoad`, so that the spreadsheet program calculates the
        formulas when it opens the workbook.
        """
        if self._value:
            return self._context.is_uncalculated and self._value == "0"
        return kind != "str"

    def _append_at(self, column: int, text: str, position: str) -> None:
        """Add a cell in a column to the right of the last one; PriceListError if it is not."""
        if column < len(self._cells):
            raise PriceListError(
                f"{self._context.name} is damaged: the sheet {quote(self._sheet)} has the cell "
                f"{position} twice or out of order."
            )
        if column < self._max_columns:
            self._cells.extend([""] * (column - len(self._cells)))
            self._cells.append(text)
        elif text.strip():
            raise PriceListError(
                f"The cell {position} of the sheet {quote(self._sheet)} is beyond the limit of "
                f"{self._max_columns:,} columns."
            )

    def _add_merged_range(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, end = _CELL_REFERENCE(first), _CELL_REFERENCE(last)
        if start and end:
            merged_ranges = MergedRange(int(start[2]), self._column_indexes[start[1]], int(end[2]))
            if merged_ranges.column < self._max_columns:
                self.merged_ranges.append(merged_ranges)


class StruckSheetHandler(XlsxSheetHandler):
    """The same for a workbook with styles that strike out: it finds these cells."""

    def __init__(self, context: WorkbookContext, sheet: str) -> None:
        super().__init__(context, sheet)
        self.struck_cells = StruckCells()
        self._struck_styles = context.struck_styles
        self._struck_columns: list[int] = []

    def _end_cell(self, cell: dict[str, str]) -> None:
        width = len(self._cells)
        super()._end_cell(cell)
        is_struck = cell.get("s") in self._struck_styles
        if is_struck and len(self._cells) > width and self._cells[-1].strip():
            self._struck_columns.append(len(self._cells) - 1)

    def _end_row(self, row: dict[str, str]) -> None:
        super()._end_row(row)
        if self._struck_columns:
            self.struck_cells.add(self._row, self._struck_columns)
            self._struck_columns.clear()


def take_text(text: list[str]) -> str:
    """Return the text of the current element and clear it.

    Text in several chunks is stripped: it can start with white space from outside the element.
    """
    joined = text[0] if len(text) == 1 else "".join(text).strip()
    text.clear()
    return joined


class _ColumnIndexes(dict[str, int]):
    """A cache of column indexes (from 0) by their letters."""

    def __missing__(self, letters: str) -> int:
        index = 0
        for letter in letters:
            position = ord(letter) - ord("A")
            if not 0 <= position < _LETTERS or len(letters) > _MAX_COLUMN_LETTERS:
                raise ValueError(f"a cell is in the column {quote(letters)}, which is none")
            index = index * _LETTERS + position + 1
        self[letters] = index - 1
        return index - 1


def unescape(text: str) -> str:
    """Decode `_x000D_`, as Excel writes characters that XML does not allow; truncate long text."""
    if "_x" in text:
        text = _ESCAPE_SEQUENCE.sub(_character, text)
    return text[:_MAX_CELL_CHARACTERS]


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)
