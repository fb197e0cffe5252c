"""A connection pool that is right again soon after the server's restart."""

import select

from psycopg_pool import AsyncConnectionPool
from psycopg_pool.base import AttemptWithBackoff
from psycopg_pool.pool_async import AddConnection

from pricebook.pooled import PooledConnection

LONGEST_DELAY_SECONDS = 1.0


class Pool(AsyncConnectionPool[PooledConnection]):
    """Replaces connections that the server closed, and tries so at least once a second.

    psycopg's own pool lends them, each for one failed request, and doubles its delay up to minutes:
    after a long outage of the server it would refuse requests for as long again.
    """

    async def _add_connection(
        self,
        attempt: AttemptWithBackoff | None,
        growing: bool = False,  # noqa: FBT001, FBT002 (psycopg's)
    ) -> None:
        await super()._add_connection(attempt or Attempt(timeout=self.reconnect_timeout), growing)

    async def _get_ready_connection(self, timeout: float | None) -> PooledConnection | None:  # noqa: ASYNC109 (psycopg's)
        while connection := await super()._get_ready_connection(timeout):
            if not _has_unread_input(connection):
                break
            await connection.close()
            self.run_task(AddConnection(self))
        return connection


class Attempt(AttemptWithBackoff):
    """When a connection is tried for the next time."""

    INITIAL_DELAY = 0.1

    def update_delay(self, now: float) -> None:
        """Compute `delay`, the seconds until the next attempt."""
        super().update_delay(now)
        self.delay = min(self.delay, LONGEST_DELAY_SECONDS)


def _has_unread_input(connection: PooledConnection) -> bool:
    """Whether the server has sent something to an idle connection: its end, almost always."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
