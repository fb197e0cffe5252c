"""The cache of API keys, with the times of their last recorded uses."""

import time
from uuid import UUID

from pricebook.auth import key_repository
from pricebook.auth.key_schemas import StoredKey
from pricebook.auth.lookup_cache import LookupCache
from pricebook.db.database import Database

# A key's last use is written at most this often.
USE_SECONDS = 60.0


class KeyCache(LookupCache[StoredKey]):
    """API keys by id; only keys that exist are cached, so that guesses cannot replace them."""

    def __init__(self, database: Database) -> None:
        super().__init__(self._query_key)
        self._database = database
        self._used_at: dict[UUID, float] = {}

    async def find(self, row_id: UUID) -> StoredKey | None:
        """Return a key as it was at most MAX_AGE_SECONDS ago, None if it does not exist."""
        key = await super().find(row_id)
        if key is None:
            self.forget(row_id)
        return key

    def is_use_due(self, key_id: UUID) -> bool:
        """Return whether the use of a key is to be recorded, once in USE_SECONDS."""
        now = time.monotonic()
        if now - self._used_at.get(key_id, float("-inf")) < USE_SECONDS:
            return False
        self._used_at[key_id] = now
        return True

    async def _query_key(self, key_id: UUID) -> StoredKey | None:
        async with self._database.connection() as conn:
            return await key_repository.find_stored_key(conn, key_id)
