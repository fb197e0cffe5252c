"""A share of a pool for what the public reads: some at once, the others in their order."""

import asyncio
from collections import deque

from psycopg_pool import AsyncConnectionPool

from pricebook.pooled import PooledConnection

# After so many reads a connection goes back to the pool, which replaces old ones.
HANDED_ON = 1000


class PublicReads:
    """Lends connections to so many at once; who is done hands on to who has waited longest.

    Who need not wait costs no timer, and all who wait have one together.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[PooledConnection],
        at_once: int,
        waiting_at_once: int,
        seconds: float,
    ) -> None:
        self._pool = pool
        self._free = at_once
        self._waiting_at_once = waiting_at_once
        self._seconds = seconds
        self._waiting: deque[tuple[float, asyncio.Future[PooledConnection | None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.handed_on = 0

    async def take(self) -> PooledConnection:
        """Lend a connection that may keep plans, to be given back.

        Raises TimeoutError when too many wait already, or it has not come after some seconds.
        """
        conn = await self._turn()
        if conn is not None:
            return conn
        try:
            conn = await self._pool.getconn()
        except BaseException:
            self._end()
            raise
        try:
            await conn.use_plans("auto")
        except BaseException:
            await self.give_back(conn, is_sound=False)
            raise
        return conn

    async def give_back(self, conn: PooledConnection, *, is_sound: bool = True) -> None:
        """Take a connection back, for the next who waits if it is sound, else for the pool."""
        is_sound = is_sound and not conn.is_lost and conn.handed_on < HANDED_ON
        if is_sound and self._waiting and self._let_in(conn):
            conn.handed_on += 1
            self.handed_on += 1
            return
        conn.handed_on = 0
        try:
            await self._pool.putconn(conn)
        finally:
            self._end()

    async def _turn(self) -> PooledConnection | None:
        """Wait for a turn; returns the connection that was handed on, if one was."""
        if self._free:
            self._free -= 1
            return None
        if len(self._waiting) >= self._waiting_at_once:
            raise TimeoutError
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[PooledConnection | None] = loop.create_future()
        place = loop.time() + self._seconds, turn
        self._waiting.append(place)
        self._timer = self._timer or loop.call_at(place[0], self._end_waits)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._waiting.remove(place)
            elif turn.exception() is None:  # it came in the same moment
                await self._pass_by(turn.result())
            raise

    async def _pass_by(self, handed: PooledConnection | None) -> None:
        if handed is None:
            self._end()
        else:
            await self.give_back(handed)

    def _end(self) -> None:
        if not self._let_in(None):
            self._free += 1

    def _let_in(self, handed: PooledConnection | None) -> bool:
        """Let in who has waited longest; say whether somebody waits."""
        while self._waiting:
            _, turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(handed)
                return True
        return False

    def _end_waits(self) -> None:
        """Tell those whose time is over, and wait for the time of the next."""
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            _, turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(TimeoutError())
        following = self._waiting[0][0] if self._waiting else None
        self._timer = None if following is None else loop.call_at(following, self._end_waits)
