"""A cache of rows by id, so that an authenticated request needs no query."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from uuid import UUID

# A revoked permission is lost after this time at the latest; one minute is allowed.
MAX_AGE_SECONDS = 20.0
MAX_ENTRIES = 10_000

RowT = TypeVar("RowT")


class LookupCache(Generic[RowT]):
    """Rows by id for MAX_AGE_SECONDS; concurrent requests share one query."""

    def __init__(self, query_row: Callable[[UUID], Awaitable[RowT | None]]) -> None:
        self._query_row = query_row
        self._entries: OrderedDict[UUID, tuple[float, asyncio.Task[RowT | None]]] = OrderedDict()

    async def find(self, row_id: UUID) -> RowT | None:
        """Return a row that was read at most MAX_AGE_SECONDS ago, None if it does not exist.

        Raises DatabaseUnavailableError if it has to be read and cannot.
        """
        return await _shielded(self._recent_lookup(row_id))

    async def find_if(self, row_id: UUID, is_current: Callable[[RowT], bool]) -> RowT | None:
        """Return a row as `find` does, read again if it is not current."""
        lookup = self._recent_lookup(row_id)
        row = await _shielded(lookup)
        if row is not None and not is_current(row):
            row = await _shielded(self._replacement_lookup(row_id, lookup))
        return row

    def knows(self, row_id: UUID) -> bool:
        """Return whether a row was read, however long ago."""
        return row_id in self._entries

    def forget(self, row_id: UUID) -> None:
        """Read a row again at the next request."""
        self._entries.pop(row_id, None)

    def _recent_lookup(self, row_id: UUID) -> asyncio.Task[RowT | None]:
        started_at, lookup = self._entries.get(row_id, (float("-inf"), None))
        if lookup is None or time.monotonic() - started_at >= MAX_AGE_SECONDS:
            lookup = self._start_lookup(row_id)
        return lookup

    def _replacement_lookup(
        self, row_id: UUID, outdated: asyncio.Task[RowT | None]
    ) -> asyncio.Task[RowT | None]:
        """Return the query that replaced an outdated one; start it if there is none."""
        _, lookup = self._entries.get(row_id, (0.0, outdated))
        return self._start_lookup(row_id) if lookup is outdated else lookup

    def _start_lookup(self, row_id: UUID) -> asyncio.Task[RowT | None]:
        lookup = asyncio.create_task(_awaited(self._query_row(row_id)))
        self._entries[row_id] = (time.monotonic(), lookup)
        self._entries.move_to_end(row_id)
        if len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
        lookup.add_done_callback(lambda done: self._evict_failed(row_id, done))
        return lookup

    def _evict_failed(self, row_id: UUID, done: asyncio.Task[RowT | None]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._entries.get(row_id, (0.0, None))[1] is done:
            del self._entries[row_id]


async def _awaited(query: Awaitable[RowT | None]) -> RowT | None:
    return await query


async def _shielded(lookup: asyncio.Task[RowT | None]) -> RowT | None:
    """Await a query; a cancelled request must not cancel the one that others wait for."""
    return await asyncio.shield(lookup)
