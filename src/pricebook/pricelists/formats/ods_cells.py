"""Converts the XML of one sheet of an OpenDocument spreadsheet to the text of its cells."""

import re
from contextlib import suppress

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.formats.number_cells import parse_count, parse_digits
from pricebook.pricelists.formats.ods_columns import OASIS, TABLE, OdsColumns
from pricebook.pricelists.formats.row_spool import RowCells
from pricebook.pricelists.formats.struck_cells import NO_STRUCK_CELLS
from pricebook.pricelists.formats.workbook import MergedRange
from pricebook.pricelists.schemas.cells import DateCell, NumberCell, UncalculatedFormula
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.pricelists.text import quote

OFFICE, _TEXT = f"{OASIS}:office:1.0", f"{OASIS}:text:1.0"
SHEET, ROW, _GROUP = f"{TABLE} table", f"{TABLE} table-row", f"{TABLE} table-row-group"
CELLS = {f"{TABLE} table-cell", f"{TABLE} covered-table-cell"}
_PARAGRAPH, _NOTE = f"{_TEXT} p", f"{OFFICE} annotation"
_COUNTED = frozenset({_GROUP, _NOTE})
_WHITE_SPACE = {f"{_TEXT} tab": "\t", f"{_TEXT} line-break": "\n", f"{_TEXT} s": " "}
_MAX_CELL_CHARACTERS = 33_000
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S").fullmatch


class OdsSheetHandler:
    """An XML handler that collects the rows and merged ranges of one sheet."""

    struck_cells = NO_STRUCK_CELLS

    def __init__(self, sheet: str, limits: ReadLimits) -> None:
        self.text: list[str] = []
        # First row number, number of repetitions, cells, whether they are hidden.
        self.rows: list[tuple[int, int, RowCells, bool]] = []
        self.merged_ranges: list[MergedRange] = []
        self.is_finished = False
        self.columns = OdsColumns(limits.columns)
        self._sheet = sheet
        self._limits = limits
        self._depth = 0
        self._open = dict.fromkeys(_COUNTED, 0)
        self._is_hidden = False
        self._number = 1
        self._repetitions = 1
        self._cells: RowCells = []
        self._column = 0
        self._cell: dict[str, str] = {}
        self._paragraphs: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Process the start of an element."""
        if name == SHEET:
            is_wanted = attributes.get(f"{TABLE} name", "") == self._sheet
            self._depth += 1 if self._depth or is_wanted else 0
        elif self._depth == 1 and not self.is_finished:
            self._start_inside(name, attributes)
        else:
            if not self._depth:
                self.columns.read_style(name, attributes)
            self.text.clear()

    def _start_inside(self, name: str, attributes: dict[str, str]) -> None:
        if name in CELLS:
            self._cell = attributes
            self._paragraphs = []
        elif name == ROW:
            self._repetitions = self._count(attributes, f"{TABLE} number-rows-repeated")
            is_visible = attributes.get(f"{TABLE} visibility", "visible") == "visible"
            self._is_hidden = not (is_visible or self._open[_GROUP])
            self._cells = []
            self._column = 0
        elif name in _COUNTED:
            self._open[name] += 1
        elif name == _PARAGRAPH:
            self.text.clear()
        elif name in _WHITE_SPACE:
            self._add_white_space(_WHITE_SPACE[name], attributes)
        else:
            self.columns.start(name, attributes)

    def end(self, name: str) -> None:
        """Process the end of an element."""
        if name == SHEET and self._depth:
            self._depth -= 1
            self.is_finished = self._depth == 0
        elif self._depth != 1 or self.is_finished:
            self.text.clear()
        elif name in CELLS:
            self._end_cell()
        elif name == _PARAGRAPH and not self._open[_NOTE]:
            self._paragraphs.append("".join(self.text))
            self.text.clear()
        elif name == ROW:
            self._end_row()
        elif name in _COUNTED:
            self._open[name] -= 1

    def _add_white_space(self, space: str, attributes: dict[str, str]) -> None:
        count = self._count(attributes, f"{_TEXT} c")
        self.text.append(space * min(count, _MAX_CELL_CHARACTERS))

    def _count(self, attributes: dict[str, str], name: str) -> int:
        text = attributes.get(name)
        if text is None:
            return 1
        return parse_count(text, f"{name.rpartition(' ')[2]} in row {self._number}")

    def _end_row(self) -> None:
        if self._repetitions < 1:
            raise ValueError(f"row {self._number} is repeated {self._repetitions} times")
        if any(self._cells):
            self.rows.append((self._number, self._repetitions, self._cells, self._is_hidden))
        self._number += self._repetitions

    def _end_cell(self) -> None:
        text = _cell_text(self._cell, "\n".join(self._paragraphs)[:_MAX_CELL_CHARACTERS])
        repetitions = self._count(self._cell, f"{TABLE} number-columns-repeated")
        if repetitions < 1:
            raise ValueError(f"a cell of row {self._number} is repeated {repetitions} times")
        last_column = self._column + repetitions - 1
        if text.strip():
            if last_column >= self._limits.columns:
                raise PriceListError(
                    f"The cell {column_letters(min(last_column, 999_999))}{self._number} of "
                    f"the sheet {quote(self._sheet)} is beyond the limit of "
                    f"{self._limits.columns:,} columns."
                )
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells.extend([text] * repetitions)
        rows = self._count(self._cell, f"{TABLE} number-rows-spanned")
        if text and rows > 1:
            self.merged_ranges.append(
                MergedRange(self._number, self._column, self._number + rows - 1)
            )
        self._column = last_column + 1


def _cell_text(cell: dict[str, str], text: str) -> str:
    """Return the text of a cell as the sheet shows it, a number as NumberCell."""
    kind = cell.get(f"{OFFICE} value-type")
    if kind is None:
        formula = cell.get(f"{TABLE} formula")
        return UncalculatedFormula(formula[:_MAX_CELL_CHARACTERS]) if formula and not text else text
    if kind in {"float", "currency", "percentage"}:
        return _number(cell, kind, text)
    if kind == "boolean":
        return cell.get(f"{OFFICE} boolean-value", "").upper()
    if kind in {"date", "time"}:
        return DateCell(_date_or_time(cell, kind, text))
    return text or cell.get(f"{OFFICE} string-value", "")[:_MAX_CELL_CHARACTERS]


def _date_or_time(cell: dict[str, str], kind: str, text: str) -> str:
    value = cell.get(f"{OFFICE} {kind}-value", text)
    if kind == "date":
        return value.removesuffix("T00:00:00")
    match = _TIME(value)
    return ":".join(part.zfill(2) for part in match.groups()) if match else value


def _number(cell: dict[str, str], kind: str, text: str) -> str:
    digits = parse_digits(cell.get(f"{OFFICE} value", ""))
    if digits is None:
        return text or "NaN"
    if kind == "percentage":
        return NumberCell(digits, text if "%" in text else f"{digits} × 100 %")
    if kind == "currency":
        return NumberCell(digits, f"{digits} {cell.get(f'{OFFICE} currency', '')}".strip())
    with suppress(ValueError):
        # The shown text is used for article codes (`007`) if it is the same number.
        if text.replace(".", "", 1).isdecimal() and float(text) == float(digits):
            return NumberCell(digits, text)
    return NumberCell(digits)
