"""The parts of a response of the Sheets API (`spreadsheets.get`) that are read."""

import msgspec


class _Value(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    number_value: float | None = None


class _NumberFormat(msgspec.Struct, frozen=True, gc=False):
    type: str = ""


class _TextFormat(msgspec.Struct, frozen=True, gc=False):
    strikethrough: bool = False


class _CellFormat(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    number_format: _NumberFormat = _NumberFormat()
    text_format: _TextFormat = _TextFormat()


class Cell(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The value of a cell, its text in the sheet, and its format."""

    effective_value: _Value = _Value()
    formatted_value: str = ""
    effective_format: _CellFormat = _CellFormat()


class _Row(msgspec.Struct):
    values: list[Cell] = []


class _RowMetadata(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    hidden_by_filter: bool = False
    hidden_by_user: bool = False

    @property
    def is_hidden(self) -> bool:
        return self.hidden_by_filter or self.hidden_by_user


class _ColumnMetadata(_RowMetadata, frozen=True, gc=False, rename="camel"):
    pixel_size: int | None = None


class _SheetGrid(msgspec.Struct, rename="camel"):
    row_data: list[_Row] = []
    row_metadata: list[_RowMetadata] = []
    column_metadata: list[_ColumnMetadata] = []


class _RowRange(msgspec.Struct, frozen=True, rename="camel"):
    """Rows; indexes start at 0, the end is exclusive."""

    start_index: int = 0
    end_index: int = 0


class _RowGroup(msgspec.Struct, frozen=True):
    range: _RowRange = _RowRange()


class Merge(msgspec.Struct, frozen=True, rename="camel"):
    """A merged range; indexes start at 0, the end row is exclusive."""

    start_row_index: int = 0
    end_row_index: int = 0
    start_column_index: int = 0


class _SheetProperties(msgspec.Struct, frozen=True, rename="camel"):
    title: str
    sheet_id: int = 0
    sheet_type: str = "GRID"
    hidden: bool = False


class SpreadsheetSheet(msgspec.Struct, rename="camel"):
    """A sheet: its properties, merged ranges, cells and groups of rows."""

    properties: _SheetProperties
    merges: list[Merge] = []
    data: list[_SheetGrid] = []
    row_groups: list[_RowGroup] = []

    @property
    def title(self) -> str:
        """The name of the sheet."""
        return self.properties.title

    @property
    def hidden_rows(self) -> list[int]:
        """The numbers of the hidden rows outside of row groups, which may be collapsed."""
        groups = [range(each.range.start_index, each.range.end_index) for each in self.row_groups]
        rows = enumerate(row for grid in self.data[:1] for row in grid.row_metadata)
        return [
            index + 1
            for index, row in rows
            if row.is_hidden and not any(index in group for group in groups)
        ]

    @property
    def hidden_columns(self) -> list[int]:
        """The 0-based hidden columns, also those of a closed group and those without a width."""
        columns = enumerate(each for grid in self.data[:1] for each in grid.column_metadata)
        return [index for index, each in columns if each.is_hidden or each.pixel_size == 0]


class Spreadsheet(msgspec.Struct):
    """The sheets of a spreadsheet."""

    sheets: list[SpreadsheetSheet] = []
