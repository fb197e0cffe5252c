"""The rows of one sheet, read once and kept in a temporary file to be read again."""

import marshal
import weakref
from collections.abc import Generator
from tempfile import TemporaryFile

from pricebook.errors import PriceListError
from pricebook.ingestion.normalise import shown
from pricebook.ingestion.parsers.source import check_size
from pricebook.ingestion.schemas import Limits, Record, TypedNumber, Uncalculated

# A sheet may name the same long text in every cell: what is kept is limited by itself.
_MOST_KEPT = 4
_BLOCK_ROWS = 1000
_BLOCK_CHARACTERS = 256 * 1024
_LENGTH_BYTES = 8

Cells = list[str]
# Rows that have cells, with the number that the sheet shows.
NumberedRows = Generator[tuple[int, Cells]]
_KeptCell = str | bytes | tuple[str] | tuple[str, str]
_Kept = list[tuple[int, list[_KeptCell]]]


class Spool:
    """The rows of a sheet in a file of their own, which ends with this object."""

    def __init__(self, sheet: str, limits: Limits) -> None:
        self.rows_total = 0
        self.progress = 0.0
        self._sheet = sheet
        self._limits = limits
        self._bytes = 0
        self._file = TemporaryFile()  # noqa: SIM115 (open as long as the list is)
        weakref.finalize(self, self._file.close)

    def fill(self, rows: NumberedRows) -> None:
        """Keep the rows of a sheet; raises PriceListError if they are too many."""
        block: _Kept = []
        characters = 0
        for number, cells in rows:
            if number > self._limits.rows or len(cells) > self._limits.columns:
                check_size(number, cells, self._limits)
            block.append((number, [_kept(cell) for cell in cells]))
            characters += sum(map(len, cells))
            self.rows_total = number
            if len(block) == _BLOCK_ROWS or characters > _BLOCK_CHARACTERS:
                self._write(block)
                block, characters = [], 0
        self._write(block)

    def records(self) -> Generator[Record, None, None]:
        """Read the rows from the first on, the blank ones between them too."""
        position, last = 0, 0
        while position < self._bytes:
            self._file.seek(position)
            length = int.from_bytes(self._file.read(_LENGTH_BYTES), "little")
            block: _Kept = marshal.loads(self._file.read(length))  # noqa: S302 (our own file)
            position += _LENGTH_BYTES + length
            for number, cells in block:
                for blank in range(last + 1, number):
                    yield blank, [], None
                yield number, [c if type(c) is str else _cell(c) for c in cells], None
                last = number
            self.progress = position / self._bytes
        self.progress = 1.0

    def _write(self, block: _Kept) -> None:
        packed = marshal.dumps(block)
        self._bytes += _LENGTH_BYTES + len(packed)
        most = _MOST_KEPT * self._limits.mebibytes
        if self._bytes > most * 1024 * 1024:
            raise PriceListError(
                f"The sheet {shown(self._sheet)} holds more than {most:,} MiB of text."
            )
        self._file.write(len(packed).to_bytes(_LENGTH_BYTES, "little"))
        self._file.write(packed)


def _kept(cell: str) -> _KeptCell:
    """Bring a cell into a shape that can be written: its type tells what it was."""
    kind = type(cell)
    if kind is str:
        return cell
    if not isinstance(cell, TypedNumber):
        return (str(cell),)
    digits = str(cell)
    return digits.encode() if cell.shown == digits else (digits, cell.shown)


def _cell(kept: _KeptCell) -> str:
    if isinstance(kept, bytes):
        return TypedNumber(kept.decode())
    return TypedNumber(*kept) if len(kept) == 2 else Uncalculated(kept[0])  # noqa: PLR2004 (a pair)
