"""The response cache of the catalog; every change of the catalog invalidates all of it."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from sys import getsizeof
from typing import Any, Protocol, TypeVar

import msgspec

# The cache is used for this long after the last sign that change notifications arrive.
FRESH_SECONDS = 3.0
ENTRY_BYTES = 500
# What `shrink` leaves: the requests of about the last second under load.
RECENT_ENTRIES = 1000
# Longer request targets get no alias.
MAX_TARGET_BYTES = 1024

RequestTarget = tuple[str, bytes]
Key = str | RequestTarget


class Sized(Protocol):
    """An entry with a size in bytes."""

    @property
    def size(self) -> int: ...  # noqa: D102


class GrowingEntry(Sized, Protocol):
    """An entry that can grow once; it then calls `on_growth` with itself and the added bytes."""

    on_growth: Callable[[Any, int], None] | None


cached_value = TypeVar("cached_value", bound=GrowingEntry)


class Alias(msgspec.Struct, frozen=True, gc=False):
    """The normalised key of a request target."""

    key: str
    size: int


class ResponseCache:
    """An LRU cache with a limit in bytes, keys included: clients choose them.

    A value is stored only if no change was notified during its computation, and is used only while
    `confirm_fresh` shows that notifications arrive. Concurrent computations for one key run once.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[Key, Sized] = OrderedDict()
        self._in_progress: dict[str, asyncio.Task[Any]] = {}
        self._generation = 0
        self._fresh_until = float("-inf")

    def invalidate(self) -> None:
        """Drop all entries after a change, and start a new generation."""
        self._clear()
        self.confirm_fresh()

    def confirm_fresh(self) -> None:
        """Record that all changes so far were notified and that notifications still arrive."""
        self._fresh_until = time.monotonic() + FRESH_SECONDS

    def disable(self) -> None:
        """Drop all entries and store none until the next `invalidate`: notifications are lost."""
        self._clear()
        self._fresh_until = float("-inf")

    def shrink(self) -> None:
        """Drop the least recently used entries, all but `RECENT_ENTRIES`."""
        while len(self._entries) > RECENT_ENTRIES:
            self._drop_oldest()

    def find(self, key: Key) -> Any:
        """Return the entry of a key, or None."""
        entry = self._entries.get(key)
        if entry is None or not self.is_fresh:
            return None
        self._entries.move_to_end(key)
        return entry

    def find_key(self, target: RequestTarget) -> str | None:
        """Return the normalised key of a request target, or None."""
        alias: Alias | None = self.find(target)
        return alias and alias.key

    def add_alias(self, target: RequestTarget, key: str) -> None:
        """Store the normalised key of a request target, unless the target is long."""
        if _size_of(target) <= MAX_TARGET_BYTES:
            self.store(target, Alias(key, _size_of(key)), self._generation)

    def store(self, key: Key, computed: Sized, generation: int) -> None:
        """Store a value whose computation started in a generation, unless a change ended that."""
        if generation != self._generation or not self.is_fresh or key in self._entries:
            return
        self._entries[key] = computed
        self._add_bytes(_size_of(key) + computed.size + ENTRY_BYTES)

    async def get(self, key: str, compute: Callable[[], Awaitable[cached_value]]) -> cached_value:
        """Return the value of a key; concurrent calls share one computation of a missing value."""
        entry = self.find(key)
        if entry is not None:
            return entry
        if not self.is_fresh:  # a shared computation could have started before a change
            return await compute()
        task = self._in_progress.get(key) or self._start_computation(key, compute)
        # Cancelling one caller must not cancel the computation of the others.
        return await asyncio.shield(task)

    @property
    def size(self) -> int:
        """The size of all entries and keys in bytes."""
        return self._bytes

    @property
    def generation(self) -> int:
        """The number of the generation; every change starts the next one."""
        return self._generation

    @property
    def is_fresh(self) -> bool:
        """Return whether all changes so far were notified, as confirmed a moment ago."""
        return time.monotonic() < self._fresh_until

    def _start_computation(
        self, key: str, compute: Callable[[], Awaitable[cached_value]]
    ) -> asyncio.Task[cached_value]:
        task = asyncio.create_task(self._compute(key, compute))
        self._in_progress[key] = task
        task.add_done_callback(lambda done: self._finish_computation(key, done))
        return task

    async def _compute(
        self, key: str, compute: Callable[[], Awaitable[cached_value]]
    ) -> cached_value:
        generation = self._generation
        computed = await compute()
        self.store(key, computed, generation)
        computed.on_growth = partial(self._on_growth, key)
        return computed

    def _on_growth(self, key: str, entry: Sized, more_bytes: int) -> None:
        if self._entries.get(key) is entry:
            self._add_bytes(more_bytes)

    def _add_bytes(self, more_bytes: int) -> None:
        """Add to the size; drop the least recently used entries over the limit."""
        self._bytes += more_bytes
        while self._bytes > self._max_bytes:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        key, entry = self._entries.popitem(last=False)
        self._bytes -= _size_of(key) + entry.size + ENTRY_BYTES

    def _finish_computation(self, key: str, done: asyncio.Task[Any]) -> None:
        if self._in_progress.get(key) is done:
            del self._in_progress[key]
        if not done.cancelled():
            done.exception()  # marks it as retrieved: all callers may be cancelled

    def _clear(self) -> None:
        self._generation += 1
        self._bytes = 0
        self._entries.clear()
        self._in_progress.clear()


def _size_of(key: Key) -> int:
    """Return the size of a key in bytes."""
    return getsizeof(key) if isinstance(key, str) else getsizeof(key) + sum(map(getsizeof, key))
