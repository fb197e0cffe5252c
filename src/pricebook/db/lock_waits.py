"""A lock timeout for imports, with an error that names the session that holds the lock.

A waiting import holds row locks that staff requests wait for. It therefore gives up after a short
timeout and is retried later.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from psycopg.errors import LockNotAvailable

from pricebook.db.database import Connection, Database
from pricebook.db.lock_holders import BLOCKING_SESSIONS, LockHolder, describe_lock_holders
from pricebook.db.row_types import struct_row
from pricebook.errors import DatabaseBusyError, DatabaseUnavailableError

HOLDER_POLLS = 4


@asynccontextmanager
async def bounded_lock_waits(
    database: Database, conn: Connection, timeout_seconds: float
) -> AsyncGenerator[None]:
    """Set `lock_timeout` for the transaction; raise DatabaseBusyError when it expires.

    The error names the session that held the lock.
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
    """Polls PostgreSQL for the sessions that block a backend."""

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
        async with (
            self._database.connection() as conn,
            conn.cursor(row_factory=struct_row(LockHolder)) as cursor,
        ):
            await cursor.execute(BLOCKING_SESSIONS, [self._backend_pid])
            return await cursor.fetchall()
