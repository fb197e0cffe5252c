"""A share of a pool for what the public reads: some at once, the others in their order."""

import asyncio
from collections import deque

from psycopg_pool import AsyncConnectionPool

from pricebook.db.pooled_connection import PooledConnection

# After so many reads a connection goes back to the pool, which replaces old ones.
MAX_HANDOVERS = 1000


class FairConnectionPool:
    """Lends connections to so many at once; who is done hands on to who has waited longest.

    Who need not wait costs no timer, and all who wait have one together.
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
        """Lend a connection that may keep plans, to be given back.

        Raises TimeoutError when too many wait already, or it has not come after some seconds.
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
        """Take a connection back, for the next who waits if it is sound, else for the pool."""
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
        """Wait for a turn; returns the connection that was handed on, if one was."""
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
            elif future.exception() is None:  # it came in the same moment
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
        """Let in who has waited longest; say whether somebody waits."""
        while self._waiters:
            _, future = self._waiters.popleft()
            if not future.done():
                future.set_result(connection)
                return True
        return False

    def _expire_waiters(self) -> None:
        """Tell those whose time is over, and wait for the time of the next."""
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
