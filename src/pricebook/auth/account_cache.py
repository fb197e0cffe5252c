"""The cache of accounts."""

from uuid import UUID

from pricebook.auth import repository
from pricebook.auth.account_schemas import Account
from pricebook.auth.lookup_cache import LookupCache
from pricebook.db.database import Database


class AccountCache(LookupCache[Account]):
    """Accounts by id."""

    def __init__(self, database: Database) -> None:
        super().__init__(self._query_account)
        self._database = database

    async def find_version(self, user_id: UUID, version: int) -> Account | None:
        """Return an account as `find` does, read again if its token version is lower."""
        return await self.find_if(user_id, lambda account: account.token_version >= version)

    async def _query_account(self, user_id: UUID) -> Account | None:
        async with self._database.connection() as conn:
            return await repository.find_account_by_id(conn, user_id)
