"""Reads the workbook stream of an OLE2 file (xls) whose directory is broken ([MS-CFB]).

xlrd follows the tree of the directory and checks every stream. Spreadsheet programs need only the
entry of the workbook and the chain of its sectors, and so does this module. A stream that is not
complete is not returned.
"""

import struct
from collections.abc import Sequence
from itertools import islice

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_STREAM_TYPE, _ROOT_TYPE = 2, 5
_STREAM_NAMES = ("workbook", "book")
_HEADER = struct.Struct("<HH")
_SECTOR_IDS = struct.Struct("<i")
_TABLE_IN_HEADER = 109
_SECTOR_SHIFTS = range(7, 21)
_MINI_SECTOR_SHIFTS = range(4, 21)


class BrokenFileError(Exception):
    """The file has no complete workbook stream."""


def workbook_stream(content: bytes) -> bytes:
    """Return the workbook stream of an OLE2 file; raises BrokenFileError if it is incomplete."""
    try:
        return _Ole2File(content).workbook_stream()
    except (struct.error, IndexError) as error:
        raise BrokenFileError from error


class _Ole2File:
    """The sectors and the allocation table of an OLE2 file."""

    def __init__(self, content: bytes) -> None:
        self._header, self._data = content[:_HEADER_BYTES], memoryview(content)[_HEADER_BYTES:]
        sector_shift, mini_shift = _HEADER.unpack_from(content, 30)
        if sector_shift not in _SECTOR_SHIFTS or mini_shift not in _MINI_SECTOR_SHIFTS:
            raise BrokenFileError
        self._sector_bytes, self._mini_bytes = 1 << sector_shift, 1 << mini_shift
        self._directory_start, _, self._min_stream_bytes = _integers(content, 48, 3)
        self._mini_table_start, _, self._table_extension = _integers(content, 60, 3)
        self._table = self._allocation_table()

    def workbook_stream(self) -> bytes:
        """Return the workbook stream, found by its name in any entry of the directory."""
        directory = self._sectors(_chain(self._table, self._directory_start))
        entries = [
            directory[start : start + _ENTRY_BYTES]
            for start in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES)
        ]
        by_name = {_name(entry): entry for entry in entries if entry[66] == _STREAM_TYPE}
        found = next((by_name[name] for name in _STREAM_NAMES if name in by_name), None)
        if found is None:
            raise BrokenFileError
        start, size = _integers(found, 116, 2)
        if size >= self._min_stream_bytes:
            return _complete(self._sectors(_chain(self._table, start)), size)
        return _complete(self._mini_stream(entries[0], start), size)

    def _mini_stream(self, root: bytes, start: int) -> bytes:
        """Return a stream of mini sectors, which lie in the stream of the root entry."""
        root_stream = self._sectors(_chain(self._table, _integers(root, 116, 1)[0]))
        table = self._sectors(_chain(self._table, self._mini_table_start))
        sectors = _chain(_integers(table, 0, len(table) // _SECTOR_IDS.size), start)
        return _slices(root_stream, sectors, self._mini_bytes)

    def _allocation_table(self) -> Sequence[int]:
        """Return the next sector of each sector, negative for the last of a chain."""
        ids_per_sector = self._sector_bytes // _SECTOR_IDS.size
        sectors = list(_integers(self._header, 76, _TABLE_IN_HEADER))
        extension, seen = self._table_extension, set[int]()
        while extension >= 0 and extension not in seen:
            seen.add(extension)
            *more, extension = _integers(self._sectors([extension]), 0, ids_per_sector)
            sectors += more
        table: list[int] = []
        max_sectors = len(self._data) // self._sector_bytes
        for sector in islice((each for each in sectors if each >= 0), max_sectors):
            table += _integers(self._sectors([sector]), 0, ids_per_sector)
        return table

    def _sectors(self, sectors: Sequence[int]) -> bytes:
        return _slices(self._data, sectors, self._sector_bytes)


def _chain(table: Sequence[int], start: int) -> Sequence[int]:
    """Return the sectors of a chain; raises BrokenFileError if it has no end."""
    sectors: list[int] = []
    while start >= 0:
        if len(sectors) == len(table):
            raise BrokenFileError
        sectors.append(start)
        start = table[start]
    return sectors


def _slices(data: bytes | memoryview, sectors: Sequence[int], size: int) -> bytes:
    """Join sectors, which end where the data ends."""
    return b"".join(data[sector * size : (sector + 1) * size] for sector in sectors)


def _complete(stream: bytes, size: int) -> bytes:
    if len(stream) < size or size <= 0:
        raise BrokenFileError
    return stream[:size]


def _integers(data: bytes, offset: int, count: int) -> Sequence[int]:
    return struct.unpack_from(f"<{count}i", data, offset)


def _name(entry: bytes) -> str:
    return entry[:64].decode("utf-16-le", "replace").partition("\0")[0].casefold()
