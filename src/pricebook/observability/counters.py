"""What the processes of the API count, where each of them can read it and it outlives them."""

import fcntl
import mmap
from bisect import bisect_left
from pathlib import Path
from typing import BinaryIO

import msgspec

CounterKey = tuple[str, ...]

# The upper ends of the histogram's buckets, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

MAX_ROWS = 2048
KEY_BYTES = 192
CELL_BYTES = 8
KEY_CELLS = KEY_BYTES // CELL_BYTES
# How often, the sum, and how often in each bucket; the last one is for what is over all of them.
VALUES_PER_ROW = 2 + len(BUCKETS) + 1
ROW_BYTES = KEY_BYTES + VALUES_PER_ROW * CELL_BYTES
ROW_MARKER = b"["

# A row of this kind says how something is now: it ends with its process.
GAUGE = "now"
IN_PROGRESS = (GAUGE, "in progress")


class Counters:
    """The counts of this process, and the sums of all that share a folder.

    Each process writes into a file of its own, which it maps into its memory and keeps locked; a
    new process goes on with the file of one that is gone, however that ended. So no count is lost
    or goes back, and there are as many files as there ever were processes at once.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file = None if folder is None else _open_own_file(folder)
        self._buffer = mmap.mmap(
            -1 if self._file is None else self._file.fileno(), MAX_ROWS * ROW_BYTES
        )
        self._cells = memoryview(self._buffer).cast("d")
        self._rows = {key: _first_cell(row) for row, key in enumerate(_keys(self._buffer))}
        self._row_count = len(self._rows)
        self._initial_values = {key: self._cells[cell] for key, cell in self._rows.items()}
        for key, cell in self._rows.items():
            if key[0] == GAUGE:
                self._cells[cell] = 0.0
        self._in_progress = self._rows.get(IN_PROGRESS) or self._add_row(IN_PROGRESS)

    def close(self) -> None:
        """Leave the file to the next process."""
        self._cells.release()
        self._buffer.close()
        if self._file:
            self._file.close()

    def start_request(self) -> None:
        """Count something as in progress."""
        self._cells[self._in_progress] += 1

    def end_request(self, key: CounterKey, seconds: float) -> None:
        """Count something that was in progress and has taken so long."""
        self._cells[self._in_progress] -= 1
        self.count(key, seconds)

    def count(self, key: CounterKey, seconds: float) -> None:
        """Count something that has taken so long."""
        cells = self._cells
        cell = self._rows.get(key) or self._add_row(key)
        cells[cell] += 1
        cells[cell + 1] += seconds
        cells[cell + 2 + bisect_left(BUCKETS, seconds)] += 1

    def record(self, key: CounterKey, value: float) -> None:
        """Say how something is now, or how far this process has counted it itself."""
        initial = 0.0 if key[0] == GAUGE else self._initial_values.get(key, 0.0)
        self._cells[self._rows.get(key) or self._add_row(key)] = initial + value

    def sums(self) -> dict[CounterKey, list[float]]:
        """Add up the rows of all processes; how something is now only of those that run."""
        totals: dict[CounterKey, list[float]] = {}
        _add_totals(totals, bytes(self._buffer), is_running=True)
        for path in self._folder.iterdir() if self._folder and self._file else ():
            if self._file and path.name != Path(self._file.name).name:
                with path.open("rb") as file:
                    _add_totals(totals, file.read(), is_running=not _try_lock(file, fcntl.LOCK_SH))
        return totals

    def _add_row(self, key: CounterKey) -> int:
        """Begin a row; what does not fit any more is counted in the last one, which has no name.

        The first byte of the name comes last: until then, nobody reads it.
        """
        name = msgspec.json.encode(key)
        row = MAX_ROWS - 1
        if self._row_count < row and len(name) <= KEY_BYTES:
            row, self._row_count = self._row_count, self._row_count + 1
            start = row * ROW_BYTES
            self._buffer[start + 1 : start + len(name)] = name[1:]
            self._buffer[start : start + 1] = ROW_MARKER
        self._rows[key] = _first_cell(row)
        return _first_cell(row)


def _first_cell(row: int) -> int:
    return row * ROW_BYTES // CELL_BYTES + KEY_CELLS


def _keys(buffer: mmap.mmap | bytes) -> list[CounterKey]:
    names = (buffer[row * ROW_BYTES : row * ROW_BYTES + KEY_BYTES] for row in range(MAX_ROWS))
    keys: list[CounterKey] = []
    for name in names:
        if not name.startswith(ROW_MARKER):
            break
        keys.append(msgspec.json.decode(name.rstrip(b"\0"), type=CounterKey))
    return keys


def _add_totals(sums: dict[CounterKey, list[float]], buffer: bytes, *, is_running: bool) -> None:
    cells = memoryview(buffer).cast("d")
    for row, key in enumerate(_keys(buffer)):
        if key[0] != GAUGE or is_running:
            first = _first_cell(row)
            total = sums.setdefault(key, [0.0] * VALUES_PER_ROW)
            total[:] = map(sum, zip(total, cells[first : first + VALUES_PER_ROW], strict=True))


def _open_own_file(folder: Path) -> BinaryIO:
    """Open the first file that nobody has locked, and keep it locked for as long as we live."""
    for number in range(MAX_ROWS):
        file = (folder / str(number)).open("a+b")
        if _try_lock(file, fcntl.LOCK_EX):
            file.truncate(MAX_ROWS * ROW_BYTES)
            return file
        file.close()
    raise LookupError("every file for counts is taken")


def _try_lock(file: BinaryIO, operation: int) -> bool:
    """Try to lock a file; say whether that could be done."""
    try:
        fcntl.flock(file, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
