"""Counters and gauges of the API processes, summed over all of them through files in one folder."""

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from pricebook.system import file_locks
from pricebook.system.recurring_warning import RecurringWarning

CounterKey = tuple[str, ...]

# Upper bounds of the histogram's buckets, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# The count, the sum in seconds, and the count of each bucket; the last bucket has no upper bound.
VALUES_PER_COUNTER = 2 + len(BUCKETS) + 1

GAUGE = "gauge"
IN_PROGRESS = (GAUGE, "in progress")

MAX_PROCESSES = 4096
LOCK_SUFFIX = ".lock"
DATA_SUFFIX = ".json"
NEW_SUFFIX = ".new"

Sums = dict[CounterKey, list[float]]


class Snapshot(msgspec.Struct):
    """The content of a process's file. Gauges hold only while the process runs; counters stay."""

    counters: list[tuple[CounterKey, list[float]]] = []
    gauges: list[tuple[CounterKey, float]] = []


class Counters:
    """Counts in dictionaries of this process; `flush` writes them to the process's own file.

    A process holds the lock of its file until it ends. A new process takes over the file of one
    that has ended and continues its counters. Counters that were not flushed before SIGKILL are
    lost, but no scrape has returned them: `sums` flushes first, so that no counter decreases.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._lock = None if folder is None else _lock_free_file(folder)
        self._file = None if self._lock is None else Path(self._lock.name).with_suffix(DATA_SUFFIX)
        self._counters: Sums = dict(_read(self._file).counters) if self._file else {}
        self._initial = {key: values[0] for key, values in self._counters.items()}
        self._gauges: dict[CounterKey, float] = {}
        self._in_progress = 0
        self._warning = RecurringWarning(
            "counters cannot be written, /metrics of other processes lacks them",
            "counters are written again",
        )

    def close(self) -> None:
        """Write the counters and release the file for the next process."""
        self.flush()
        self._file = None
        if self._lock:
            self._lock.close()

    def start_request(self) -> None:
        """Count a request as in progress."""
        self._in_progress += 1

    def end_request(self, key: CounterKey, seconds: float) -> None:
        """Count a request that was in progress, and its duration."""
        self._in_progress -= 1
        self.count(key, seconds)

    def count(self, key: CounterKey, seconds: float) -> None:
        """Count an event and its duration."""
        values = self._counters.get(key)
        if values is None:
            values = self._counters[key] = [0.0] * VALUES_PER_COUNTER
        values[0] += 1
        values[1] += seconds
        values[2 + bisect_left(BUCKETS, seconds)] += 1

    def set_gauge(self, key: CounterKey, value: float) -> None:
        """Set a gauge of this process."""
        self._gauges[key] = value

    def set_total(self, key: CounterKey, value: float) -> None:
        """Set a counter to what this process has counted elsewhere since its start."""
        total = self._initial.get(key, 0.0) + value
        self._counters[key] = [total] + [0.0] * (VALUES_PER_COUNTER - 1)

    def flush(self) -> None:
        """Replace the content of this process's file; a failure is logged."""
        if self._file is None:
            return
        new = self._file.with_suffix(NEW_SUFFIX)
        try:
            new.write_bytes(msgspec.json.encode(self._snapshot()))
            new.replace(self._file)
        except OSError as error:
            self._warning.occurred(error=str(error))
        else:
            self._warning.ended()

    def sums(self) -> Sums:
        """Return the counters of all processes and the gauges of those that run, summed by key."""
        self.flush()
        totals: Sums = {}
        _add(totals, self._snapshot(), is_running=True)
        for file, is_running in self._other_files():
            _add(totals, _read(file), is_running=is_running)
        return totals

    def _snapshot(self) -> Snapshot:
        gauges = self._gauges | {IN_PROGRESS: float(self._in_progress)}
        return Snapshot([*self._counters.items()], [*gauges.items()])

    def _other_files(self) -> Iterator[tuple[Path, bool]]:
        for file in self._file.parent.glob("*" + DATA_SUFFIX) if self._file else ():
            if file != self._file:
                lock = file_locks.acquire(file.with_suffix(LOCK_SUFFIX), shared=True)
                yield file, lock is None
                if lock:
                    lock.close()


def _add(totals: Sums, snapshot: Snapshot, *, is_running: bool) -> None:
    for key, values in snapshot.counters:
        total = totals.setdefault(key, [0.0] * VALUES_PER_COUNTER)
        total[:] = map(sum, zip(total, values, strict=True))
    for key, value in snapshot.gauges if is_running else ():
        totals.setdefault(key, [0.0])[0] += value


def _read(file: Path) -> Snapshot:
    return msgspec.json.decode(file.read_bytes(), type=Snapshot) if file.exists() else Snapshot()


def _lock_free_file(folder: Path) -> TextIO:
    """Lock the first file that no running process has locked; closing it unlocks it."""
    for number in range(MAX_PROCESSES):
        lock = file_locks.acquire(folder / f"{number}{LOCK_SUFFIX}")
        if lock:
            return lock
    raise LookupError(f"{MAX_PROCESSES} processes already have a counter file in {folder}")
