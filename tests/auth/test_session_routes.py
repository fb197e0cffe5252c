"""Sessions by requests: admins see and end those of all users, the others their own."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.auth import key_service, session_repository
from pricebook.auth.key_schemas import NewApiKey
from pricebook.auth.session_repository import SessionLifetime
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value

Client = AsyncTestClient[Litestar]
USERS = "/api/v1/admin/users"


@pytest.fixture
async def user_id(conn: Connection) -> UUID:
    """Insert a user with three open sessions, one that was not used, and one of an old password."""
    inserted = await builders.user(conn, "anna", "sales")
    version = await fetch_value(conn, "SELECT token_version FROM users WHERE id = %s", [inserted])
    for number in range(5):
        await session_repository.insert_session(
            conn, bytes([number]) * 32, (inserted, version - (number == 4)), SessionLifetime(12, 7)
        )
    await conn.execute("""
        UPDATE console_sessions SET expires_at = now() WHERE get_byte(token_hash, 0) = 3
    """)
    return inserted


async def sessions(client: Client, user_id: UUID, **query: int) -> dict[str, Any]:
    response = await client.get(f"{USERS}/{user_id}/sessions", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def test_open_sessions_are_listed_and_ended_one_by_one(
    admin: Client, conn: Connection, user_id: UUID
) -> None:
    page = await sessions(admin, user_id)
    assert (page["total_count"], len(page["data"])) == (3, 3)
    second = await sessions(admin, user_id, page=2, limit=2)
    assert second["data"] == page["data"][2:]
    assert set(page["data"][0]) == {"id", "started_at", "last_used_at", "expires_at"}
    path = f"{USERS}/{user_id}/sessions/{page['data'][0]['id']}"
    assert (await admin.delete(path)).status_code == 204
    assert (await sessions(admin, user_id))["data"] == page["data"][1:]
    assert (await admin.get(f"{USERS}/{user_id}")).json()["sessions"] == 2
    again = await admin.delete(path)
    assert (again.status_code, "has no open session" in again.text) == (404, True)
    audited = "SELECT entity_name FROM audit_log WHERE action = 'user.session_ended'"
    assert await fetch_value(conn, audited) == "anna"


async def test_users_have_their_own_sessions_only(
    sales: Client, conn: Connection, user_id: UUID
) -> None:
    own = await fetch_value(conn, "SELECT id FROM users WHERE username <> 'anna'")
    version = await fetch_value(conn, "SELECT token_version FROM users WHERE id = %s", [own])
    await session_repository.insert_session(conn, b"o" * 32, (own, version), SessionLifetime(12, 7))
    (session,) = (await sessions(sales, own))["data"]
    for path in (f"{USERS}/{user_id}/sessions", f"{USERS}/{uuid4()}/sessions"):
        refused = await sales.get(path)
        assert (refused.status_code, "need role admin" in refused.text) == (403, True)
    foreign = f"{USERS}/{user_id}/sessions/{session['id']}"
    assert (await sales.delete(foreign)).status_code == 403
    assert (await sales.delete(f"{USERS}/{own}/sessions/{session['id']}")).status_code == 204


async def test_session_of_another_user_and_unknown_user_are_not_found(
    admin: Client, conn: Connection, user_id: UUID
) -> None:
    other = await builders.user(conn, "eva")
    (session, *_) = (await sessions(admin, user_id))["data"]
    for owner in (other, uuid4()):
        path = f"{USERS}/{owner}/sessions/{session['id']}"
        assert (await admin.delete(path)).status_code == 404
    assert (await admin.get(f"{USERS}/{uuid4()}/sessions")).status_code == 404
    assert (await sessions(admin, user_id))["total_count"] == 3


async def test_api_keys_see_and_do_not_end_sessions(
    admin: Client, database: Database, user_id: UUID
) -> None:
    (session, *_) = (await sessions(admin, user_id))["data"]
    key = await key_service.create_key(database, NewApiKey("ERP", "admin", None), "anna")
    headers = {"Authorization": f"Bearer {key.key}"}
    path = f"{USERS}/{user_id}/sessions"
    assert (await admin.get(path, headers=headers)).status_code == 200
    assert (await admin.delete(f"{path}/{session['id']}", headers=headers)).status_code == 403
