"""Notifications of queued previews, by which a worker reads them at once."""

import asyncio
from contextlib import aclosing, suppress
from typing import LiteralString

from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseUnavailableError

QUEUED_CHANNEL: LiteralString = "import_previews"
RETRY_SECONDS = 1.0


async def notify_queued(conn: Connection) -> None:
    """Notify the workers of a queued preview, once the transaction is committed."""
    await conn.execute("SELECT pg_notify(%s, '')", [QUEUED_CHANNEL])


async def listen_for_queued(database: Database, wake_up: asyncio.Event) -> None:
    """Set an event at each notification, and when it may have missed some; until cancelled."""
    while True:
        with suppress(DatabaseUnavailableError):  # the pool logs it
            async with aclosing(database.listen(QUEUED_CHANNEL)) as notifications:
                async for notification in notifications:
                    if notification is not None:
                        wake_up.set()
        await asyncio.sleep(RETRY_SECONDS)
