"""The public's share of a connection pool, used in the order of requests."""

import asyncio
from collections import deque

from psycopg_pool import AsyncConnectionPool

from pricebook.db.pooled_connection import PooledConnection

# After this many handovers a connection returns to the pool, which replaces old connections.
MAX_HANDOVERS = 1000


class FairConnectionPool:
    """Limits the concurrent users of a pool; a released connection goes to the first waiter.

    All waiters share one timer, and a request that need not wait starts none.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[PooledConnection],
        max_concurrent: int,
        max_waiting: int,
        timeout_seconds: float,
    ) -> None:
        self._pool = pool
        self._free_slots = max_concurrent
        self._max_waiting = max_waiting
        self._timeout_seconds = timeout_seconds
        self._waiters: deque[tuple[float, asyncio.Future[PooledConnection | None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.handovers = 0

    async def acquire(self) -> PooledConnection:
        """Return a connection that may keep plans; the caller has to release it.

        Raises TimeoutError when too many requests wait already, or after `timeout_seconds`.
        """
        conn = await self._wait_for_slot()
        if conn is not None:
            return conn
        try:
            conn = await self._pool.getconn()
        except BaseException:
            self._release_slot()
            raise
        try:
            await conn.set_plan_cache_mode("auto")
        except BaseException:
            await self.release(conn, is_usable=False)
            raise
        return conn

    async def release(self, conn: PooledConnection, *, is_usable: bool = True) -> None:
        """Hand a usable connection to the first waiter, or return it to the pool."""
        is_usable = is_usable and not conn.is_lost and conn.handovers < MAX_HANDOVERS
        if is_usable and self._waiters and self._wake_next_waiter(conn):
            conn.handovers += 1
            self.handovers += 1
            return
        conn.handovers = 0
        try:
            await self._pool.putconn(conn)
        finally:
            self._release_slot()

    async def _wait_for_slot(self) -> PooledConnection | None:
        """Wait for a free slot; return the connection that was handed over with it, if any."""
        if self._free_slots:
            self._free_slots -= 1
            return None
        if len(self._waiters) >= self._max_waiting:
            raise TimeoutError
        loop = asyncio.get_running_loop()
        future: asyncio.Future[PooledConnection | None] = loop.create_future()
        waiter = loop.time() + self._timeout_seconds, future
        self._waiters.append(waiter)
        self._timer = self._timer or loop.call_at(waiter[0], self._expire_waiters)
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled():
                self._waiters.remove(waiter)
            elif future.exception() is None:  # handed over before the cancellation arrived
                await self._pass_on(future.result())
            raise

    async def _pass_on(self, connection: PooledConnection | None) -> None:
        if connection is None:
            self._release_slot()
        else:
            await self.release(connection)

    def _release_slot(self) -> None:
        if not self._wake_next_waiter(None):
            self._free_slots += 1

    def _wake_next_waiter(self, connection: PooledConnection | None) -> bool:
        """Give the first waiter its slot; return whether there was a waiter."""
        while self._waiters:
            _, future = self._waiters.popleft()
            if not future.done():
                future.set_result(connection)
                return True
        return False

    def _expire_waiters(self) -> None:
        """Raise TimeoutError in expired waiters, and set the timer for the next one."""
        loop = asyncio.get_running_loop()
        while self._waiters and self._waiters[0][0] <= loop.time():
            _, future = self._waiters.popleft()
            if not future.done():
                future.set_exception(TimeoutError())
        next_waiter_deadline = self._waiters[0][0] if self._waiters else None
        self._timer = (
            None
            if next_waiter_deadline is None
            else loop.call_at(next_waiter_deadline, self._expire_waiters)
        )
