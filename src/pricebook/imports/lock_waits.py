"""How long an import waits for the locks of others, and whom it waited for.

While an import waits it holds locks of its own, which staff wait for: it gives up soon and is
tried again later.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from psycopg.errors import LockNotAvailable

from pricebook.db.database import Connection, Database
from pricebook.db.lock_holders import BLOCKING_SESSIONS, LockHolder, describe_lock_holders
from pricebook.errors import DatabaseBusyError, DatabaseUnavailableError

HOLDER_POLLS = 4


@asynccontextmanager
async def bounded_lock_waits(
    database: Database, conn: Connection, timeout_seconds: float
) -> AsyncGenerator[None]:
    """Let every statement of a transaction wait for a lock this long at most.

    Raises DatabaseBusyError, which names the session that held the lock.
    """
    await conn.execute(
        "SELECT set_config('lock_timeout', %s, true)", [f"{int(timeout_seconds * 1000)}ms"]
    )
    poller = _LockHolderPoller(database, conn.info.backend_pid, timeout_seconds / HOLDER_POLLS)
    polling = asyncio.create_task(poller.run())
    try:
        yield
    except LockNotAvailable as error:
        raise DatabaseBusyError(
            f"The import waits for a lock held by {describe_lock_holders(poller.holders)}; "
            "nothing was changed."
        ) from error
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


class _LockHolderPoller:
    """Looks again and again which sessions hold what a backend waits for."""

    def __init__(self, database: Database, backend_pid: int, interval_seconds: float) -> None:
        self.holders: Sequence[LockHolder] = ()
        self._database = database
        self._backend_pid = backend_pid
        self._interval_seconds = interval_seconds

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._interval_seconds)
            with suppress(DatabaseUnavailableError):
                self.holders = await self._query_holders() or self.holders

    async def _query_holders(self) -> list[LockHolder]:
        async with self._database.connection() as conn:
            cursor = await conn.execute(BLOCKING_SESSIONS, [self._backend_pid])
            return [LockHolder(*row) for row in await cursor.fetchall()]
