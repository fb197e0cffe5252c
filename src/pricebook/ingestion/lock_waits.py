"""How long an import waits for the locks of others, and whom it waited for.

While an import waits it holds locks of its own, which staff wait for: it gives up soon and is
tried again later.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from psycopg.errors import LockNotAvailable

from pricebook.db import Connection, Database
from pricebook.errors import DatabaseBusyError, DatabaseUnavailableError
from pricebook.lock_holders import BLOCKERS, Holder, describe

LOOKS = 4


@asynccontextmanager
async def bounded_lock_waits(
    database: Database, conn: Connection, seconds: float
) -> AsyncGenerator[None]:
    """Let every statement of a transaction wait for a lock this long at most.

    Raises DatabaseBusyError, which names the session that held the lock.
    """
    await conn.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])
    watch = _HolderWatch(database, conn.info.backend_pid, seconds / LOOKS)
    watching = asyncio.create_task(watch.run())
    try:
        yield
    except LockNotAvailable as error:
        raise DatabaseBusyError(
            f"The import waits for a lock held by {describe(watch.holders)}; nothing was changed."
        ) from error
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


class _HolderWatch:
    """Looks again and again which sessions hold what a backend waits for."""

    def __init__(self, database: Database, backend_pid: int, pause_seconds: float) -> None:
        self.holders: Sequence[Holder] = ()
        self._database = database
        self._backend_pid = backend_pid
        self._pause_seconds = pause_seconds

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._pause_seconds)
            with suppress(DatabaseUnavailableError):
                self.holders = await self._find() or self.holders

    async def _find(self) -> list[Holder]:
        async with self._database.connection() as conn:
            cursor = await conn.execute(BLOCKERS, [self._backend_pid])
            return [Holder(*row) for row in await cursor.fetchall()]
