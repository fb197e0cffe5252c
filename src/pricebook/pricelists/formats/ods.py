"""Reads OpenDocument spreadsheets: ods (ISO 26300)."""

from array import array
from collections.abc import Sequence
from typing import Literal

from pricebook.errors import PriceListError
from pricebook.pricelists.formats.ods_cells import (
    CELLS,
    OFFICE,
    SHEET,
    OdsSheetHandler,
)
from pricebook.pricelists.formats.ods_columns import STYLE, TABLE
from pricebook.pricelists.formats.ods_struck import StruckOdsSheetHandler
from pricebook.pricelists.formats.ods_styles import STYLE_ELEMENTS, OdsStyles
from pricebook.pricelists.formats.row_spool import NumberedRows
from pricebook.pricelists.formats.struck_cells import StruckCells
from pricebook.pricelists.formats.workbook import MergedRange, Sheet
from pricebook.pricelists.formats.zip_package import ZipPackage
from pricebook.pricelists.schemas.read_request import ReadLimits

_CONTENT, _STYLES = "content.xml", "styles.xml"
_SPREADSHEET = f"{OFFICE} spreadsheet"


class OdsWorkbook:
    """An open OpenDocument spreadsheet."""

    format: Literal["ods"] = "ods"

    def __init__(self, package: ZipPackage, limits: ReadLimits) -> None:
        self._package = package
        self._limits = limits
        self._merged_ranges: dict[str, list[MergedRange]] = {}
        self._hidden_rows: dict[str, array[int]] = {}
        self._hidden_columns: dict[str, Sequence[int]] = {}
        self._struck_cells: dict[str, StruckCells] = {}
        if "META-INF/manifest.xml" in package:
            tags = {tag for tag, _ in package.elements("META-INF/manifest.xml")}
            if "encryption-data" in tags:
                raise PriceListError(f"{package.name} has a password; save it without one.")
        styles = OdsStyles()
        if _STYLES in package:
            for _ in package.feed(_STYLES, styles):
                pass
        sheets = _NonEmptySheetsHandler(styles)
        for _ in package.feed(_CONTENT, sheets):
            pass
        self.sheets = sheets.non_empty_sheets
        self._struck_styles = styles.struck
        if not sheets.is_spreadsheet:
            raise PriceListError(f"{package.name} is an OpenDocument file but not a spreadsheet.")

    def rows(self, sheet: str) -> NumberedRows:
        """Yield the rows of a sheet; raises PriceListError if the file is damaged."""
        cells = (
            StruckOdsSheetHandler(sheet, self._limits, self._struck_styles)
            if self._struck_styles
            else OdsSheetHandler(sheet, self._limits)
        )
        hidden_rows = self._hidden_rows[sheet] = array("Q")
        for _ in self._package.feed(_CONTENT, cells):
            for first, repetitions, row, is_hidden in cells.rows:
                for number in range(first, first + repetitions):
                    if is_hidden:
                        hidden_rows.append(number)
                    yield number, list(row)
            cells.rows.clear()
            if cells.is_finished:
                break
        self._merged_ranges[sheet] = cells.merged_ranges
        self._hidden_columns[sheet] = cells.columns.hidden
        self._struck_cells[sheet] = cells.struck_cells

    def merged_ranges(self, sheet: str) -> Sequence[MergedRange]:
        """Return the merged ranges of a sheet; its rows must have been read before."""
        return self._merged_ranges[sheet]

    def hidden_rows(self, sheet: str) -> Sequence[int]:
        """Return the numbers of the hidden rows of a sheet; its rows must have been read before."""
        return self._hidden_rows[sheet]

    def hidden_columns(self, sheet: str) -> Sequence[int]:
        """Return the 0-based hidden columns of a sheet; its rows must have been read before."""
        return self._hidden_columns[sheet]

    def struck_cells(self, sheet: str) -> StruckCells:
        """Return the struck-out cells of a sheet; its rows must have been read before."""
        return self._struck_cells[sheet]


class _NonEmptySheetsHandler:
    """An XML handler that collects the sheets with at least one cell value, and the styles."""

    def __init__(self, styles: OdsStyles) -> None:
        self._styles = styles
        self.text: list[str] = []
        self.non_empty_sheets: list[Sheet] = []
        self.is_spreadsheet = False
        self._hidden: set[str] = set()
        self._style = ""
        self._depth = 0
        self._sheet: Sheet | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SPREADSHEET:
            self.is_spreadsheet = True
        elif name in STYLE_ELEMENTS:
            self._styles.start(name, attributes)
            self._style = attributes.get(f"{STYLE} name", self._style)
        elif name == f"{STYLE} table-properties":
            if attributes.get(f"{TABLE} display") == "false":
                self._hidden.add(self._style)
        elif name == SHEET:
            self._depth += 1
            if self._depth == 1:
                style = attributes.get(f"{TABLE} style-name", "")
                self._sheet = Sheet(attributes.get(f"{TABLE} name", ""), style in self._hidden)
        elif self._sheet and name in CELLS and f"{OFFICE} value-type" in attributes:
            self.non_empty_sheets.append(self._sheet)
            self._sheet = None

    def end(self, name: str) -> None:
        if name == SHEET:
            self._depth -= 1
        self.text.clear()
