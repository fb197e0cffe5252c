import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from builders import user
from pricebook.auth import lookup_cache, repository
from pricebook.auth.account_cache import AccountCache
from pricebook.auth.account_schemas import Account
from pricebook.db.database import Connection, Database

lookups: list[UUID] = []


@pytest.fixture(autouse=True)
def count_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record the queries, which are sent as usual."""
    lookups.clear()
    original = repository.find_account_by_id

    async def find(conn: Connection, user_id: UUID) -> Account | None:
        lookups.append(user_id)
        return await original(conn, user_id)

    monkeypatch.setattr(repository, "find_account_by_id", find)


async def test_concurrent_requests_share_one_query(database: Database, conn: Connection) -> None:
    user_id = await user(conn, "anna", "admin")
    accounts = AccountCache(database)
    found_accounts = await asyncio.gather(*(accounts.find(user_id) for _ in range(200)))
    assert {account.username for account in found_accounts if account} == {"anna"}
    assert await accounts.find(user_id) == found_accounts[0]
    assert lookups == [user_id]


async def test_a_cancelled_caller_does_not_cancel_the_shared_lookup(
    database: Database, conn: Connection
) -> None:
    user_id = await user(conn, "anna", "admin")
    accounts = AccountCache(database)
    cancelled_lookup = asyncio.create_task(accounts.find(user_id))
    pending_lookup = asyncio.create_task(accounts.find(user_id))
    await asyncio.sleep(0)
    cancelled_lookup.cancel()
    assert await pending_lookup
    assert lookups == [user_id]


async def test_a_failed_lookup_is_not_cached(
    database: Database, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = await user(conn, "anna", "admin")
    accounts = AccountCache(database)
    real = repository.find_account_by_id

    async def fail(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(repository, "find_account_by_id", fail)
    with pytest.raises(ConnectionError):
        await accounts.find(user_id)
    monkeypatch.setattr(repository, "find_account_by_id", real)
    assert await accounts.find(user_id)


async def test_the_cache_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_cache, "MAX_ENTRIES", 2)
    accounts = AccountCache(database)
    first, second, third = uuid4(), uuid4(), uuid4()
    for each in (first, second, third, third, first):
        assert await accounts.find(each) is None
    assert lookups == [first, second, third, first]
