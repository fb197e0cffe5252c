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
TRUST_SECONDS = 3.0
ENTRY_BYTES = 500
# A longer target is decoded each time.
MAX_TARGET_BYTES = 1024

Target = tuple[str, bytes]
Key = str | Target


class Sized(Protocol):
    """Something that takes up a number of bytes."""

    @property
    def size(self) -> int: ...  # noqa: D102


class Growing(Sized, Protocol):
    """Something that takes up more bytes later, at most once."""

    on_growth: Callable[[Any, int], None] | None


value = TypeVar("value", bound=Growing)


class Alias(msgspec.Struct, frozen=True, gc=False):
    """The normalised key that a target leads to."""

    key: str
    size: int


class Memory:
    """Values by their keys, the least used dropped over a number of bytes, all at a change.

    A value is kept only if nothing has changed from the beginning of its computation to its end,
    and only while somebody says that changes will be told. What is computed at the same time for
    the same key is computed once. Keys are counted with their values: callers choose them.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Sized] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._generation = 0
        self._trusted_until = float("-inf")

    def begin_anew(self) -> None:
        """Forget everything, something has changed; keep what is computed from now on."""
        self._forget()
        self.trust()

    def trust(self) -> None:
        """Take note that every change so far was told, and that the next ones will be."""
        self._trusted_until = time.monotonic() + TRUST_SECONDS

    def distrust(self) -> None:
        """Forget everything and keep nothing until the next beginning: changes are not told."""
        self._forget()
        self._trusted_until = float("-inf")

    def find(self, key: Key) -> Any:
        """Return what is kept under a key, or None."""
        found = self._kept.get(key)
        if found is None or not self.is_trusted:
            return None
        self._kept.move_to_end(key)
        return found

    def key_of(self, target: Target) -> str | None:
        """Return the key that a target leads to, or None."""
        alias: Alias | None = self.find(target)
        return alias and alias.key

    def add_alias(self, target: Target, key: str) -> None:
        """Let a target lead to a key, unless it is long."""
        if _size_of(target) <= MAX_TARGET_BYTES:
            self.keep(target, Alias(key, _size_of(key)), self._generation)

    def keep(self, key: Key, computed: Sized, generation: int) -> None:
        """Keep a value that was computed from what there was in a generation."""
        if generation != self._generation or not self.is_trusted or key in self._kept:
            return
        self._kept[key] = computed
        self._count(_size_of(key) + computed.size + ENTRY_BYTES)

    async def get(self, key: str, compute: Callable[[], Awaitable[value]]) -> value:
        """Return what is kept under a key; compute it, once for all who ask for it now, if not."""
        found = self.find(key)
        if found is not None:
            return found
        if not self.is_trusted:  # whoever joined could be given what was true before a change
            return await compute()
        task = self._under_way.get(key) or self._begin(key, compute)
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
    def is_trusted(self) -> bool:
        """Whether every change so far was told."""
        return time.monotonic() < self._trusted_until

    def _begin(self, key: str, compute: Callable[[], Awaitable[value]]) -> asyncio.Task[value]:
        task = asyncio.create_task(self._compute(key, compute))
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._land(key, done))
        return task

    async def _compute(self, key: str, compute: Callable[[], Awaitable[value]]) -> value:
        generation = self._generation
        computed = await compute()
        self.keep(key, computed, generation)
        computed.on_growth = partial(self._grow, key)
        return computed

    def _grow(self, key: str, grown: Sized, more_bytes: int) -> None:
        if self._kept.get(key) is grown:
            self._count(more_bytes)

    def _count(self, more_bytes: int) -> None:
        """Add to what is taken up; drop the least used until all of it is within the limit."""
        self._bytes += more_bytes
        while self._bytes > self._max_bytes:
            dropped_key, dropped = self._kept.popitem(last=False)
            self._bytes -= _size_of(dropped_key) + dropped.size + ENTRY_BYTES

    def _land(self, key: str, done: asyncio.Task[Any]) -> None:
        if self._under_way.get(key) is done:
            del self._under_way[key]
        if not done.cancelled():
            done.exception()  # nobody may be waiting any more

    def _forget(self) -> None:
        self._generation += 1
        self._bytes = 0
        self._kept.clear()
        self._under_way.clear()


def _size_of(key: Key) -> int:
    """Return the bytes that a key takes up."""
    return getsizeof(key) if isinstance(key, str) else getsizeof(key) + sum(map(getsizeof, key))
