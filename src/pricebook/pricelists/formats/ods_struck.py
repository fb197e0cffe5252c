"""Finds the struck-out cells of a sheet of an OpenDocument spreadsheet."""

from pricebook.pricelists.formats.number_cells import parse_count
from pricebook.pricelists.formats.ods_cells import ROW, OdsSheetHandler
from pricebook.pricelists.formats.ods_columns import COLUMN, TABLE
from pricebook.pricelists.formats.struck_cells import StruckCells
from pricebook.pricelists.schemas.read_request import ReadLimits

_STYLE, _DEFAULT = f"{TABLE} style-name", f"{TABLE} default-cell-style-name"


class StruckOdsSheetHandler(OdsSheetHandler):
    """The handler of a sheet in a file with styles that strike out.

    A cell without a style has that of its row, else that of its column.
    """

    def __init__(self, sheet: str, limits: ReadLimits, struck_styles: frozenset[str]) -> None:
        super().__init__(sheet, limits)
        self.struck_cells = StruckCells()
        self._struck_styles = struck_styles
        self._default_style: str | None = None
        self._default_columns: set[int] = set()
        self._next_column = 0
        self._struck_columns: list[int] = []

    def _start_inside(self, name: str, attributes: dict[str, str]) -> None:
        super()._start_inside(name, attributes)
        if name == ROW:
            self._default_style = attributes.get(_DEFAULT)
        elif name == COLUMN:
            count = parse_count(attributes.get(f"{TABLE} number-columns-repeated", "1"), "")
            columns = range(self._next_column, self._next_column + count)
            self._next_column = columns.stop
            if attributes.get(_DEFAULT) in self._struck_styles:
                end = min(columns.stop, self._limits.columns)
                self._default_columns.update(range(columns.start, end))

    def _end_cell(self) -> None:
        first = self._column
        super()._end_cell()
        added = range(first, len(self._cells))
        if added and self._cells[first]:
            style = self._cell.get(_STYLE) or self._default_style
            if style is None:
                self._struck_columns += [c for c in added if c in self._default_columns]
            elif style in self._struck_styles:
                self._struck_columns += added

    def _end_row(self) -> None:
        first, columns = self._number, self._struck_columns
        super()._end_row()
        if columns:
            for number in range(first, min(self._number, self._limits.rows + 1)):
                self.struck_cells.add(number, columns)
            columns.clear()
