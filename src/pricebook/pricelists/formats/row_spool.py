"""Spools the rows of one sheet to a temporary file, so that the sheet is parsed only once."""

import marshal
import weakref
from collections.abc import Generator
from tempfile import TemporaryFile

from pricebook.errors import PriceListError
from pricebook.pricelists.formats.table_file import check_dimensions
from pricebook.pricelists.schemas import NumberCell, ReadLimits, Record, UncalculatedFormula
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
_PackedCell = str | bytes | tuple[str] | tuple[str, str]
_PackedRows = list[tuple[int, list[_PackedCell]]]


class RowSpool:
    """The rows of a sheet in a temporary file, which is removed with this object."""

    def __init__(self, sheet: str, limits: ReadLimits) -> None:
        self.rows_total = 0
        self.progress = 0.0
        self._sheet = sheet
        self._limits = limits
        self._bytes = 0
        self._file = TemporaryFile()  # noqa: SIM115 (closed by the finalizer)
        weakref.finalize(self, self._file.close)

    def fill(self, rows: NumberedRows) -> None:
        """Write the rows of a sheet; raises PriceListError if they exceed a limit."""
        block: _PackedRows = []
        characters = 0
        for number, cells in rows:
            if number > self._limits.rows or len(cells) > self._limits.columns:
                check_dimensions(number, cells, self._limits)
            block.append((number, [_pack_cell(cell) for cell in cells]))
            characters += sum(map(len, cells))
            self.rows_total = number
            if len(block) == _BLOCK_ROWS or characters > _BLOCK_CHARACTERS:
                self._write(block)
                block, characters = [], 0
        self._write(block)

    def records(self) -> Generator[Record, None, None]:
        """Yield the rows from the first on, including the blank rows between them."""
        position, last = 0, 0
        while position < self._bytes:
            self._file.seek(position)
            length = int.from_bytes(self._file.read(_LENGTH_BYTES), "little")
            block: _PackedRows = marshal.loads(self._file.read(length))  # noqa: S302 (our own file)
            position += _LENGTH_BYTES + length
            for number, cells in block:
                for blank in range(last + 1, number):
                    yield blank, [], None
                yield number, [c if type(c) is str else _unpack_cell(c) for c in cells], None
                last = number
            self.progress = position / self._bytes
        self.progress = 1.0

    def _write(self, block: _PackedRows) -> None:
        packed = marshal.dumps(block)
        self._bytes += _LENGTH_BYTES + len(packed)
        max_mebibytes = _MAX_TEXT_RATIO * self._limits.mebibytes
        if self._bytes > max_mebibytes * 1024 * 1024:
            raise PriceListError(
                f"The sheet {quote(self._sheet)} holds more than {max_mebibytes:,} MiB of text."
            )
        self._file.write(len(packed).to_bytes(_LENGTH_BYTES, "little"))
        self._file.write(packed)


def _pack_cell(cell: str) -> _PackedCell:
    """Convert a cell to a type that `marshal` supports; the type encodes the class of the cell."""
    kind = type(cell)
    if kind is str:
        return cell
    if not isinstance(cell, NumberCell):
        return (str(cell),)
    digits = str(cell)
    return digits.encode() if cell.displayed == digits else (digits, cell.displayed)


def _unpack_cell(packed_cell: _PackedCell) -> str:
    if isinstance(packed_cell, bytes):
        return NumberCell(packed_cell.decode())
    if len(packed_cell) == 1:
        return UncalculatedFormula(packed_cell[0])
    return NumberCell(*packed_cell)
