"""What was computed from the catalog since it last changed."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from sys import getsizeof
from typing import Any, Protocol, TypeVar

import msgspec

# How long the memory trusts in being told of changes after it last heard that it would be.
FRESH_SECONDS = 3.0
ENTRY_BYTES = 500
# A longer target is decoded each time.
MAX_TARGET_BYTES = 1024

RequestTarget = tuple[str, bytes]
Key = str | RequestTarget


class Sized(Protocol):
    """Something that takes up a number of bytes."""

    @property
    def size(self) -> int: ...  # noqa: D102


class GrowingEntry(Sized, Protocol):
    """Something that takes up more bytes later, at most once."""

    on_growth: Callable[[Any, int], None] | None


cached_value = TypeVar("cached_value", bound=GrowingEntry)


class Alias(msgspec.Struct, frozen=True, gc=False):
    """The normalised key that a target leads to."""

    key: str
    size: int


class ResponseCache:
    """Values by their keys, the least used dropped over a number of bytes, all at a change.

    A value is kept only if nothing has changed from the beginning of its computation to its end,
    and only while somebody says that changes will be told. What is computed at the same time for
    the same key is computed once. Keys are counted with their values: callers choose them.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[Key, Sized] = OrderedDict()
        self._in_progress: dict[str, asyncio.Task[Any]] = {}
        self._generation = 0
        self._fresh_until = float("-inf")

    def invalidate(self) -> None:
        """Forget everything, something has changed; keep what is computed from now on."""
        self._clear()
        self.heartbeat()

    def heartbeat(self) -> None:
        """Take note that every change so far was told, and that the next ones will be."""
        self._fresh_until = time.monotonic() + FRESH_SECONDS

    def disable(self) -> None:
        """Forget everything and keep nothing until the next beginning: changes are not told."""
        self._clear()
        self._fresh_until = float("-inf")

    def find(self, key: Key) -> Any:
        """Return what is kept under a key, or None."""
        entry = self._entries.get(key)
        if entry is None or not self.is_fresh:
            return None
        self._entries.move_to_end(key)
        return entry

    def find_key(self, target: RequestTarget) -> str | None:
        """Return the key that a target leads to, or None."""
        alias: Alias | None = self.find(target)
        return alias and alias.key

    def add_alias(self, target: RequestTarget, key: str) -> None:
        """Let a target lead to a key, unless it is long."""
        if _size_of(target) <= MAX_TARGET_BYTES:
            self.store(target, Alias(key, _size_of(key)), self._generation)

    def store(self, key: Key, computed: Sized, generation: int) -> None:
        """Keep a value that was computed from what there was in a generation."""
        if generation != self._generation or not self.is_fresh or key in self._entries:
            return
        self._entries[key] = computed
        self._add_bytes(_size_of(key) + computed.size + ENTRY_BYTES)

    async def get(self, key: str, compute: Callable[[], Awaitable[cached_value]]) -> cached_value:
        """Return what is kept under a key; compute it, once for all who ask for it now, if not."""
        entry = self.find(key)
        if entry is not None:
            return entry
        if not self.is_fresh:  # whoever joined could be given what was true before a change
            return await compute()
        task = self._in_progress.get(key) or self._start_computation(key, compute)
        # A caller who gives up must not take the answer from the others who wait for it.
        return await asyncio.shield(task)

    @property
    def size(self) -> int:
        """The bytes that all values and their keys take up."""
        return self._bytes

    @property
    def generation(self) -> int:
        """A number that moves with every change."""
        return self._generation

    @property
    def is_fresh(self) -> bool:
        """Whether every change so far was told."""
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
        """Add to what is taken up; drop the least used until all of it is within the limit."""
        self._bytes += more_bytes
        while self._bytes > self._max_bytes:
            dropped_key, dropped = self._entries.popitem(last=False)
            self._bytes -= _size_of(dropped_key) + dropped.size + ENTRY_BYTES

    def _finish_computation(self, key: str, done: asyncio.Task[Any]) -> None:
        if self._in_progress.get(key) is done:
            del self._in_progress[key]
        if not done.cancelled():
            done.exception()  # nobody may be waiting any more

    def _clear(self) -> None:
        self._generation += 1
        self._bytes = 0
        self._entries.clear()
        self._in_progress.clear()


def _size_of(key: Key) -> int:
    """Return the bytes that a key takes up."""
    return getsizeof(key) if isinstance(key, str) else getsizeof(key) + sum(map(getsizeof, key))
