"""What the processes of the API count, where each of them can read it and it outlives them."""

import fcntl
import mmap
from bisect import bisect_left
from pathlib import Path
from typing import BinaryIO

import msgspec

Key = tuple[str, ...]

# The upper ends of the histogram's buckets, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

ROWS = 2048
KEY_BYTES = 192
CELL_BYTES = 8
KEY_CELLS = KEY_BYTES // CELL_BYTES
# How often, the sum, and how often in each bucket; the last one is for what is over all of them.
VALUES = 2 + len(BUCKETS) + 1
ROW_BYTES = KEY_BYTES + VALUES * CELL_BYTES
BEGIN = b"["

# A row of this kind says how something is now: it ends with its process.
NOW = "now"
IN_PROGRESS = (NOW, "in progress")


class Tally:
    """The counts of this process, and the sums of all that share a folder.

    Each process writes into a file of its own, which it maps into its memory and keeps locked; a
    new process goes on with the file of one that is gone, however that ended. So no count is lost
    or goes back, and there are as many files as there ever were processes at once.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file = None if folder is None else _lock_one(folder)
        self._memory = mmap.mmap(
            -1 if self._file is None else self._file.fileno(), ROWS * ROW_BYTES
        )
        self._cells = memoryview(self._memory).cast("d")
        self._rows = {key: _cell(row) for row, key in enumerate(_keys(self._memory))}
        self._used = len(self._rows)
        self._before = {key: self._cells[cell] for key, cell in self._rows.items()}
        for key, cell in self._rows.items():
            if key[0] == NOW:
                self._cells[cell] = 0.0
        self._in_progress = self._rows.get(IN_PROGRESS) or self._row(IN_PROGRESS)

    def close(self) -> None:
        """Leave the file to the next process."""
        self._cells.release()
        self._memory.close()
        if self._file:
            self._file.close()

    def begin(self) -> None:
        """Count something as in progress."""
        self._cells[self._in_progress] += 1

    def end(self, key: Key, seconds: float) -> None:
        """Count something that was in progress and has taken so long."""
        self._cells[self._in_progress] -= 1
        self.count(key, seconds)

    def count(self, key: Key, seconds: float) -> None:
        """Count something that has taken so long."""
        cells = self._cells
        cell = self._rows.get(key) or self._row(key)
        cells[cell] += 1
        cells[cell + 1] += seconds
        cells[cell + 2 + bisect_left(BUCKETS, seconds)] += 1

    def tell(self, key: Key, value: float) -> None:
        """Say how something is now, or how far this process has counted it itself."""
        before = 0.0 if key[0] == NOW else self._before.get(key, 0.0)
        self._cells[self._rows.get(key) or self._row(key)] = before + value

    def sums(self) -> dict[Key, list[float]]:
        """Add up the rows of all processes; how something is now only of those that run."""
        found: dict[Key, list[float]] = {}
        _add(found, bytes(self._memory), runs=True)
        for path in self._folder.iterdir() if self._folder and self._file else ():
            if self._file and path.name != Path(self._file.name).name:
                with path.open("rb") as file:
                    _add(found, file.read(), runs=not _lock(file, fcntl.LOCK_SH))
        return found

    def _row(self, key: Key) -> int:
        """Begin a row; what does not fit any more is counted in the last one, which has no name.

        The first byte of the name comes last: until then, nobody reads it.
        """
        name = msgspec.json.encode(key)
        row = ROWS - 1
        if self._used < row and len(name) <= KEY_BYTES:
            row, self._used = self._used, self._used + 1
            start = row * ROW_BYTES
            self._memory[start + 1 : start + len(name)] = name[1:]
            self._memory[start : start + 1] = BEGIN
        self._rows[key] = _cell(row)
        return _cell(row)


def _cell(row: int) -> int:
    return row * ROW_BYTES // CELL_BYTES + KEY_CELLS


def _keys(memory: mmap.mmap | bytes) -> list[Key]:
    names = (memory[row * ROW_BYTES : row * ROW_BYTES + KEY_BYTES] for row in range(ROWS))
    keys: list[Key] = []
    for name in names:
        if not name.startswith(BEGIN):
            break
        keys.append(msgspec.json.decode(name.rstrip(b"\0"), type=Key))
    return keys


def _add(sums: dict[Key, list[float]], memory: bytes, *, runs: bool) -> None:
    cells = memoryview(memory).cast("d")
    for row, key in enumerate(_keys(memory)):
        if key[0] != NOW or runs:
            first = _cell(row)
            told = sums.setdefault(key, [0.0] * VALUES)
            told[:] = map(sum, zip(told, cells[first : first + VALUES], strict=True))


def _lock_one(folder: Path) -> BinaryIO:
    """Open the first file that nobody has locked, and keep it locked for as long as we live."""
    for number in range(ROWS):
        file = (folder / str(number)).open("a+b")
        if _lock(file, fcntl.LOCK_EX):
            file.truncate(ROWS * ROW_BYTES)
            return file
        file.close()
    raise LookupError("every file for counts is taken")


def _lock(file: BinaryIO, kind: int) -> bool:
    """Try to lock a file; say whether that could be done."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
