"""OpenDocument spreadsheets, as LibreOffice writes them (ISO 26300)."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from pricebook.errors import PriceListError
from pricebook.ingestion.columns import column_letters
from pricebook.ingestion.normalise import shown
from pricebook.ingestion.parsers.formats import digits_in
from pricebook.ingestion.parsers.package import Package
from pricebook.ingestion.parsers.spool import Cells, NumberedRows
from pricebook.ingestion.parsers.workbook import Merged, Sheet
from pricebook.ingestion.schemas import Limits, TypedNumber, Uncalculated

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_OFFICE, _TABLE = f"{_OASIS}:office:1.0", f"{_OASIS}:table:1.0"
_TEXT, _STYLE = f"{_OASIS}:text:1.0", f"{_OASIS}:style:1.0"
_SPREADSHEET = f"{_OFFICE} spreadsheet"
_SHEET, _ROW = f"{_TABLE} table", f"{_TABLE} table-row"
_CELLS = {f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"}
_PARAGRAPH, _NOTE = f"{_TEXT} p", f"{_OFFICE} annotation"
_WHITE_SPACE = {f"{_TEXT} tab": "\t", f"{_TEXT} line-break": "\n", f"{_TEXT} s": " "}
_CONTENT = "content.xml"
_LONGEST_CELL = 33_000
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S").fullmatch


class OdsWorkbook:
    """An open OpenDocument spreadsheet."""

    format: Literal["ods"] = "ods"

    def __init__(self, package: Package, limits: Limits) -> None:
        self._package = package
        self._limits = limits
        self._merged: dict[str, list[Merged]] = {}
        if "META-INF/manifest.xml" in package:
            tags = {tag for tag, _ in package.elements("META-INF/manifest.xml")}
            if "encryption-data" in tags:
                raise PriceListError(f"{package.name} has a password; save it without one.")
        sheets = _Sheets()
        for _ in package.feed(_CONTENT, sheets):
            pass
        self.sheets = sheets.found
        if not sheets.is_spreadsheet:
            raise PriceListError(f"{package.name} is an OpenDocument file, but no spreadsheet.")

    def rows(self, sheet: str) -> NumberedRows:
        """Read the rows of a sheet; raises PriceListError where the file is damaged."""
        cells = _SheetCells(sheet, self._limits)
        for _ in self._package.feed(_CONTENT, cells):
            for number, repeated, row in cells.rows:
                for copy in range(repeated):
                    yield number + copy, list(row)
            cells.rows.clear()
            if cells.is_over:
                break
        self._merged[sheet] = cells.merged

    def merged(self, sheet: str) -> Sequence[Merged]:
        """List the merged cells of a sheet whose rows have been read."""
        return self._merged[sheet]


class _Sheets:
    """Lists the sheets that hold a cell with a value."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.found: list[Sheet] = []
        self.is_spreadsheet = False
        self._hidden: set[str] = set()
        self._style = ""
        self._depth = 0
        self._sheet: Sheet | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SPREADSHEET:
            self.is_spreadsheet = True
        elif name == f"{_STYLE} style":
            self._style = attributes.get(f"{_STYLE} name", "")
        elif name == f"{_STYLE} table-properties":
            if attributes.get(f"{_TABLE} display") == "false":
                self._hidden.add(self._style)
        elif name == _SHEET:
            self._depth += 1
            if self._depth == 1:
                style = attributes.get(f"{_TABLE} style-name", "")
                self._sheet = Sheet(attributes.get(f"{_TABLE} name", ""), style in self._hidden)
        elif self._sheet and name in _CELLS and f"{_OFFICE} value-type" in attributes:
            self.found.append(self._sheet)
            self._sheet = None

    def end(self, name: str) -> None:
        if name == _SHEET:
            self._depth -= 1
        self.text.clear()


class _SheetCells:
    """Makes rows of the elements of one sheet."""

    def __init__(self, sheet: str, limits: Limits) -> None:
        self.text: list[str] = []
        # Number of the first row, how many there are of it, its cells.
        self.rows: list[tuple[int, int, Cells]] = []
        self.merged: list[Merged] = []
        self.is_over = False
        self._sheet = sheet
        self._limits = limits
        self._depth = 0
        self._notes = 0
        self._number = 1
        self._repeated = 1
        self._cells: Cells = []
        self._column = 0
        self._cell: dict[str, str] = {}
        self._paragraphs: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SHEET:
            is_it = attributes.get(f"{_TABLE} name", "") == self._sheet
            self._depth += 1 if self._depth or is_it else 0
        elif self._depth != 1 or self.is_over:
            self.text.clear()
        elif name in _CELLS:
            self._cell = attributes
            self._paragraphs = []
        elif name == _ROW:
            self._repeated = int(attributes.get(f"{_TABLE} number-rows-repeated", "1"))
            self._cells = []
            self._column = 0
        elif name == _NOTE:
            self._notes += 1
        elif name == _PARAGRAPH:
            self.text.clear()
        elif name in _WHITE_SPACE:
            self._add_white_space(_WHITE_SPACE[name], attributes)

    def end(self, name: str) -> None:
        if name == _SHEET and self._depth:
            self._depth -= 1
            self.is_over = self._depth == 0
        elif self._depth != 1 or self.is_over:
            self.text.clear()
        elif name in _CELLS:
            self._end_cell()
        elif name == _PARAGRAPH and not self._notes:
            self._paragraphs.append("".join(self.text))
            self.text.clear()
        elif name == _ROW:
            self._end_row()
        elif name == _NOTE:
            self._notes -= 1

    def _add_white_space(self, space: str, attributes: dict[str, str]) -> None:
        many = int(attributes.get(f"{_TEXT} c", "1"))
        self.text.append(space * min(many, _LONGEST_CELL))

    def _end_row(self) -> None:
        if self._repeated < 1:
            raise ValueError(f"row {self._number} is repeated {self._repeated} times")
        if any(self._cells):
            self.rows.append((self._number, self._repeated, self._cells))
        self._number += self._repeated

    def _end_cell(self) -> None:
        text = _read(self._cell, "\n".join(self._paragraphs)[:_LONGEST_CELL])
        repeated = int(self._cell.get(f"{_TABLE} number-columns-repeated", "1"))
        if repeated < 1:
            raise ValueError(f"a cell of row {self._number} is repeated {repeated} times")
        last = self._column + repeated - 1
        if text.strip():
            if last >= self._limits.columns:
                raise PriceListError(
                    f"The cell {column_letters(min(last, 999_999))}{self._number} of the sheet "
                    f"{shown(self._sheet)} is beyond the {self._limits.columns:,} columns that "
                    "are read."
                )
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells.extend([text] * repeated)
        rows = int(self._cell.get(f"{_TABLE} number-rows-spanned", "1"))
        if text and rows > 1:
            self.merged.append(Merged(self._number, self._column, self._number + rows - 1))
        self._column = last + 1


def _read(cell: dict[str, str], text: str) -> str:
    """Bring a cell into the text that its sheet shows, a number into its digits."""
    kind = cell.get(f"{_OFFICE} value-type")
    if kind is None:
        formula = cell.get(f"{_TABLE} formula")
        return Uncalculated(formula[:_LONGEST_CELL]) if formula and not text else text
    if kind in {"float", "currency", "percentage"}:
        return _number(cell, kind, text)
    if kind == "boolean":
        return cell.get(f"{_OFFICE} boolean-value", "").upper()
    if kind == "date":
        return cell.get(f"{_OFFICE} date-value", text).removesuffix("T00:00:00")
    if kind == "time":
        value = cell.get(f"{_OFFICE} time-value", text)
        match = _TIME(value)
        return ":".join(part.zfill(2) for part in match.groups()) if match else value
    return text or cell.get(f"{_OFFICE} string-value", "")[:_LONGEST_CELL]


def _number(cell: dict[str, str], kind: str, text: str) -> str:
    digits = digits_in(cell.get(f"{_OFFICE} value", ""))
    if digits is None:
        return text or "NaN"
    if kind == "percentage":
        return TypedNumber(digits, text if "%" in text else f"{digits} × 100 %")
    if kind == "currency":
        return TypedNumber(digits, f"{digits} {cell.get(f'{_OFFICE} currency', '')}".strip())
    with suppress(ValueError):
        # What is shown counts for codes (`007`) as long as it is the same number.
        if text.replace(".", "", 1).isdecimal() and float(text) == float(digits):
            return TypedNumber(digits, text)
    return TypedNumber(digits)
