"""A cache of accounts, so that an authenticated request needs no query."""

import asyncio
import time
from collections import OrderedDict
from uuid import UUID

from pricebook.auth import repository
from pricebook.auth.schemas import Account
from pricebook.db.database import Database

# A revoked permission is lost after this time at the latest; one minute is allowed.
MAX_AGE_SECONDS = 20.0
MAX_ACCOUNTS = 10_000


class AccountCache:
    """Accounts by id for MAX_AGE_SECONDS; concurrent requests share one query."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries: OrderedDict[UUID, tuple[float, asyncio.Task[Account | None]]] = OrderedDict()

    async def find(self, user_id: UUID, version: int = 0) -> Account | None:
        """Return an account that was read at most MAX_AGE_SECONDS ago, None if it does not exist.

        It is read again if its token version is lower than `version`. Raises
        DatabaseUnavailableError if it has to be read and cannot.
        """
        started_at, lookup = self._entries.get(user_id, (float("-inf"), None))
        if lookup is None or time.monotonic() - started_at >= MAX_AGE_SECONDS:
            lookup = self._start_lookup(user_id)
        # Shielded: a cancelled request must not cancel the query that others wait for.
        account = await asyncio.shield(lookup)
        if account is not None and account.token_version < version:
            account = await asyncio.shield(self._replacement_lookup(user_id, lookup))
        return account

    def _replacement_lookup(
        self, user_id: UUID, outdated: asyncio.Task[Account | None]
    ) -> asyncio.Task[Account | None]:
        """Return the query that replaced an outdated one; start it if there is none."""
        _, lookup = self._entries.get(user_id, (0.0, outdated))
        return self._start_lookup(user_id) if lookup is outdated else lookup

    def _start_lookup(self, user_id: UUID) -> asyncio.Task[Account | None]:
        lookup = asyncio.create_task(self._query_account(user_id))
        self._entries[user_id] = (time.monotonic(), lookup)
        self._entries.move_to_end(user_id)
        if len(self._entries) > MAX_ACCOUNTS:
            self._entries.popitem(last=False)
        lookup.add_done_callback(lambda done: self._evict_failed(user_id, done))
        return lookup

    async def _query_account(self, user_id: UUID) -> Account | None:
        async with self._database.connection() as conn:
            return await repository.find_account_by_id(conn, user_id)

    def _evict_failed(self, user_id: UUID, done: asyncio.Task[Account | None]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._entries.get(user_id, (0.0, None))[1] is done:
            del self._entries[user_id]
