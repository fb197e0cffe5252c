"""Spools the rows of sheets to a temporary file, so that each sheet is parsed only once."""

import marshal
import weakref
from collections.abc import Generator
from tempfile import TemporaryFile

from pricebook.errors import PriceListError
from pricebook.pricelists.formats.table_file import check_dimensions
from pricebook.pricelists.schemas.cells import (
    DateCell,
    NumberCell,
    Record,
    UncalculatedFormula,
)
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.pricelists.text import quote

# A sheet can refer to one long text from every cell, so the spool has a limit of its own: this
# many times the largest file.
_MAX_TEXT_RATIO = 4
_BLOCK_ROWS = 1000
_BLOCK_CHARACTERS = 256 * 1024
_LENGTH_BYTES = 8

RowCells = list[str]
# Row numbers as the sheet shows them, and cells; blank rows are left out.
NumberedRows = Generator[tuple[int, RowCells]]
# A formula has one element, a number its digits and what it shows, a date its text and None.
_PackedCell = str | bytes | tuple[str] | tuple[str, str | None]
_PackedRows = list[tuple[int, list[_PackedCell]]]


class SpoolFile:
    """A temporary file for the rows of the sheets of a workbook, removed with this object."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        self.size = 0
        self.rows = 0
        self._file = TemporaryFile()  # noqa: SIM115 (closed by the finalizer)
        weakref.finalize(self, self._file.close)

    def append(self, block: _PackedRows, sheet: str) -> None:
        """Write rows of a sheet; raises PriceListError if the file exceeds its limit."""
        packed = marshal.dumps(block)
        self.size += _LENGTH_BYTES + len(packed)
        max_mebibytes = _MAX_TEXT_RATIO * self.limits.mebibytes
        if self.size > max_mebibytes * 1024 * 1024:
            raise PriceListError(
                f"The sheet {quote(sheet)} holds more than {max_mebibytes:,} MiB of text."
                if self.rows == 0
                else f"The sheets hold more than {max_mebibytes:,} MiB of text."
            )
        self._file.write(len(packed).to_bytes(_LENGTH_BYTES, "little"))
        self._file.write(packed)

    def read(self, position: int) -> tuple[_PackedRows, int]:
        """Return the rows that were written at a position, and the position after them."""
        self._file.seek(position)
        length = int.from_bytes(self._file.read(_LENGTH_BYTES), "little")
        block: _PackedRows = marshal.loads(self._file.read(length))  # noqa: S302 (our own file)
        return block, position + _LENGTH_BYTES + length


class RowSpool:
    """The rows of one sheet in a spool file, which all sheets of a workbook share."""

    def __init__(self, file: SpoolFile, sheet: str, rows: NumberedRows) -> None:
        """Write the rows of a sheet; raises PriceListError if they exceed a limit."""
        self.rows_total = 0
        self.progress = 0.0
        self._file = file
        self._start = file.size
        self._fill(rows, sheet)
        self._end = file.size

    def _fill(self, rows: NumberedRows, sheet: str) -> None:
        limits = self._file.limits
        max_rows = limits.rows - self._file.rows
        block: _PackedRows = []
        characters = 0
        for number, cells in rows:
            if number > max_rows or len(cells) > limits.columns:
                check_dimensions(number, cells, limits, max_rows)
            block.append((number, [_pack_cell(cell) for cell in cells]))
            characters += sum(map(len, cells))
            self.rows_total = number
            if len(block) == _BLOCK_ROWS or characters > _BLOCK_CHARACTERS:
                self._file.append(block, sheet)
                block, characters = [], 0
        self._file.append(block, sheet)
        self._file.rows += self.rows_total

    def records(self) -> Generator[Record, None, None]:
        """Yield the rows from the first on, including the blank rows between them."""
        position, last = self._start, 0
        size = self._end - self._start
        while position < self._end:
            block, position = self._file.read(position)
            for number, cells in block:
                for blank in range(last + 1, number):
                    yield blank, [], None
                yield number, [c if type(c) is str else _unpack_cell(c) for c in cells], None
                last = number
            self.progress = (position - self._start) / size
        self.progress = 1.0


def _pack_cell(cell: str) -> _PackedCell:
    """Convert a cell to a type that `marshal` supports; the type encodes the class of the cell."""
    kind = type(cell)
    if kind is str:
        return cell
    if not isinstance(cell, NumberCell):
        return (str(cell), None) if kind is DateCell else (str(cell),)
    digits = str(cell)
    return digits.encode() if cell.displayed == digits else (digits, cell.displayed)


def _unpack_cell(packed_cell: _PackedCell) -> str:
    if isinstance(packed_cell, bytes):
        return NumberCell(packed_cell.decode())
    if len(packed_cell) == 1:
        return UncalculatedFormula(packed_cell[0])
    text, displayed = packed_cell
    return DateCell(text) if displayed is None else NumberCell(text, displayed)
