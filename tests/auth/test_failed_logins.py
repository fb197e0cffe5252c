"""Failed logins of a user: counted until one succeeds, and each in the audit log."""

from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.auth.failed_logins import purge_failed_logins
from pricebook.auth.passwords import hash_password
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

Client = AsyncTestClient[Litestar]
PASSWORD = "correct horse"
USERS = "/api/v1/admin/users"
COUNT = "SELECT count(*) FROM failed_logins"
ENTRIES = """
    SELECT array_agg(ARRAY[entity_name, actor_type, actor_name, after ->> 'failed_logins',
        after ->> 'address'] ORDER BY id)
    FROM audit_log WHERE action = 'user.login_failed'
"""


async def log_in(client: Client, password: str, name: str = "berta") -> int:
    body = {"username": name, "password": password}
    return (await client.post("/api/v1/auth/login", json=body)).status_code


async def berta(admin: Client) -> dict[str, Any]:
    return (await admin.get(USERS, params={"search": "berta"})).json()["data"][0]


async def test_failures_are_counted_until_a_login_succeeds(admin: Client, conn: Connection) -> None:
    await builders.user(conn, "berta", "sales", hash_password(PASSWORD, 4))
    user = await berta(admin)
    assert (user["failed_logins"], user["last_failed_login_at"]) == (0, None)
    assert [await log_in(admin, "wrong horse", name) for name in ("berta", "BERTA")] == [401, 401]
    user = await berta(admin)
    assert user["failed_logins"] == 2
    failed_at = user["last_failed_login_at"]
    assert failed_at
    assert await log_in(admin, PASSWORD) == 200
    user = await berta(admin)
    assert (user["failed_logins"], user["last_failed_login_at"]) == (0, failed_at)


async def test_each_is_in_the_audit_log_with_its_address(admin: Client, conn: Connection) -> None:
    await builders.user(conn, "berta", "sales", hash_password(PASSWORD, 4))
    for _ in range(3):
        await log_in(admin, "wrong horse")
    entries = [["berta", "system", "login", each, "testclient"] for each in ("1", "2", "3")]
    assert await fetch_value(conn, ENTRIES) == entries
    assert (await berta(admin))["failed_logins"] == 3


async def test_short_passwords_count_and_are_limited(admin: Client, conn: Connection) -> None:
    await builders.user(conn, "berta", "sales", hash_password(PASSWORD, 4))
    assert [await log_in(admin, "horse") for _ in range(10)] == [400] * 10
    assert (await berta(admin))["failed_logins"] == 10
    assert len(await fetch_value(conn, ENTRIES)) == 10
    assert await log_in(admin, PASSWORD) == 429


async def test_unknown_names_are_not_stored(admin: Client, conn: Connection) -> None:
    assert await log_in(admin, "wrong horse", "nobody") == 401
    assert await fetch_value(conn, COUNT) == 0
    assert await fetch_value(conn, ENTRIES) is None


async def test_failures_are_deleted_after_90_days(
    admin: Client, conn: Connection, database: Database
) -> None:
    await builders.user(conn, "berta", "sales", hash_password(PASSWORD, 4))
    await log_in(admin, "wrong horse")
    await purge_failed_logins(database)
    assert await fetch_value(conn, COUNT) == 1
    await conn.execute("UPDATE failed_logins SET last_failed_at = now() - interval '91 days'")
    await purge_failed_logins(database)
    assert await fetch_value(conn, COUNT) == 0
