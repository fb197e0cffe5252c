"""API keys over time: the list by cursors, a deleted creator, changes in the database."""

from typing import Any, LiteralString, cast
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from builders import AsRole
from pricebook.auth import key_check, key_service, lookup_cache
from pricebook.auth.key_cache import KeyCache
from pricebook.auth.key_schemas import CreatedApiKey, NewApiKey
from pricebook.auth.service import AuthService
from pricebook.db.database import Connection, Database

Client = AsyncTestClient[Litestar]
Header = dict[str, str]
KEYS = "/api/v1/admin/api-keys"
PRODUCTS = "/api/v1/admin/products"
TASKS = "/api/v1/admin/tasks"
ENTRIES = """
    SELECT action, actor_type, before, after FROM audit_log
    WHERE entity_type = 'api_key' ORDER BY id
"""


@pytest.fixture
def uncached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the row of a key at each request, as a request after the age of the cache does."""
    monkeypatch.setattr(lookup_cache, "MAX_AGE_SECONDS", 0.0)


async def create(database: Database, name: str = "ERP") -> tuple[CreatedApiKey, Header]:
    """Create a key of an admin; return it and its request header."""
    created = await key_service.create_key(database, NewApiKey(name, "admin", None), "anna")
    return created, {"Authorization": f"Bearer {created.key}"}


def auth_of(client: Client) -> AuthService:
    return cast("Any", client).app.state.auth


async def test_list_is_paged_by_cursors_newest_first(admin: Client, database: Database) -> None:
    names = [f"program {number}" for number in range(5)]
    for name in names:
        await create(database, name)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        parameters: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get(KEYS, params=parameters)).json()
        assert (page["total_count"], page["total_count_is_exact"]) == (5, True)
        found += [key["name"] for key in page["data"]]
        cursor = page["next_cursor"]
    assert found == names[::-1]
    assert (await admin.get(KEYS, params={"cursor": "AAAA"})).status_code == 400


async def test_key_stays_valid_when_its_creator_is_deleted(
    client: Client, conn: Connection, as_role: AsRole
) -> None:
    body = {"name": "ERP", "role": "admin", "expires_at": None}
    created = (await client.post(KEYS, json=body, headers=await as_role("admin"))).json()
    await conn.execute("DELETE FROM users")
    header = {"Authorization": f"Bearer {created['key']}"}
    (listed,) = (await client.get(KEYS, headers=header)).json()["data"]
    assert listed["created_by"] == created["created_by"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("UPDATE api_keys SET role = 'sales'", 403),
        ("UPDATE api_keys SET expires_at = now()", 401),
        ("UPDATE api_keys SET secret_hash = decode(repeat('00', 32), 'hex')", 401),
        ("DELETE FROM api_keys", 401),
    ],
)
@pytest.mark.usefixtures("uncached")
async def test_change_in_the_database_takes_effect_and_is_audited(
    client: Client, database: Database, conn: Connection, change: LiteralString, status: int
) -> None:
    _, header = await create(database)
    assert (await client.get(TASKS, headers=header)).status_code == 200
    await conn.execute(change)
    assert (await client.get(TASKS, headers=header)).status_code == status
    entries = await (await conn.execute(ENTRIES)).fetchall()
    actions = [action for action, *_ in entries]
    assert actions == [
        "api_key.created",
        "api_key.deleted" if "DELETE" in change else "api_key.updated",
    ]
    assert "\\x" not in str(entries)  # no hash


async def test_last_use_is_no_change(client: Client, database: Database, conn: Connection) -> None:
    created, header = await create(database)
    await client.get(PRODUCTS, headers=header)
    assert (await key_service.get_key(database, created.id)).last_used_at
    entries = await (await conn.execute(ENTRIES)).fetchall()
    assert [action for action, *_ in entries] == ["api_key.created"]


async def test_key_is_accepted_while_the_database_accepts_no_writes(
    client: Client, database: Database, database_url: str
) -> None:
    created, _ = await create(database)
    url = make_conninfo(database_url, options="-c default_transaction_read_only=on")
    async with Database(url, pool_max=1) as read_only:
        keys = KeyCache(read_only)
        await keys.find(created.id)
        auth = replace(auth_of(client), database=read_only, keys=keys)
        caller = await key_check.find_key_caller(auth, created.key, "")
    assert (caller.id, caller.api_key) == (created.id, "ERP")
    assert (await key_service.get_key(database, created.id)).last_used_at is None


async def test_ids_that_do_not_exist_replace_no_key_in_the_cache(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    created, _ = await create(database)
    monkeypatch.setattr(lookup_cache, "MAX_ENTRIES", 2)
    keys = KeyCache(database)
    await keys.find(created.id)
    guesses = [uuid4() for _ in range(5)]
    assert [await keys.find(guess) for guess in guesses] == [None] * 5
    assert keys.knows(created.id)
    assert not any(map(keys.knows, guesses))
