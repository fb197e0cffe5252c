"""The sessions of a user: listed with their times, and ended one by one by admins."""

import re
from uuid import UUID

import pytest

import builders
from console.conftest import HTML, PASSWORD, Client, LogInAs, send
from console.fragments import follow, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/administration/users"
COOKIE = "pricebook_session"
COUNT = "SELECT count(*) FROM console_sessions WHERE user_id = %s"


def forms_of(text: str) -> list[str]:
    """Return the addresses of the buttons that end a session."""
    return re.findall(r'action="([^"]+/sessions/[0-9a-f-]{36}/end)"', text)


@pytest.fixture
async def user_id(client: Client, conn: Connection, password_hash: str) -> UUID:
    """Insert a user with two sessions; the client has the second one."""
    inserted = await builders.user(conn, "anna", "sales", password_hash)
    for _ in range(2):
        client.cookies.clear()
        await send(client, "/login", username="anna", password=PASSWORD, next="/console")
    return inserted


async def test_one_session_of_a_user_is_ended(
    client: Client, log_in_as: LogInAs, conn: Connection, user_id: UUID
) -> None:
    kept = client.cookies[COOKIE]
    await conn.execute(
        """
        UPDATE console_sessions SET created_at = '2026-03-01 08:00Z',
            last_used_at = '2026-03-01 09:30Z'
        WHERE token_hash <> sha256(%s)
        """,
        [kept.encode()],
    )
    admin = await log_in_as("admin")
    text = await show_text(client, f"{PATH}/{user_id}")
    assert "2026-03-01 08:00" in text
    assert "2026-03-01 09:30" in text
    _, oldest = forms_of(text)
    text = await follow(client, await send(client, oldest))
    assert "The session was ended." in text
    assert len(forms_of(text)) == 1
    audited = "SELECT actor_name || ' ' || entity_name FROM audit_log WHERE action = %s"
    assert await fetch_value(conn, audited, ["user.session_ended"]) == f"{admin} anna"
    text = await follow(client, await send(client, oldest))
    assert "The session had ended before." in text
    client.cookies.set(COOKIE, kept)
    page = await client.get("/console", headers=HTML, follow_redirects=False)
    assert page.status_code == 200


async def test_own_session_is_marked_and_left_to_the_logout(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    own = await fetch_value(conn, "SELECT id FROM users")
    text = await show_text(client, f"{PATH}/{own}")
    assert "this one" in text
    assert forms_of(text) == []


async def test_session_is_ended_only_for_its_user(
    client: Client, log_in_as: LogInAs, conn: Connection, user_id: UUID
) -> None:
    await log_in_as("admin")
    other = await builders.user(conn, "eva")
    address = forms_of(await show_text(client, f"{PATH}/{user_id}"))[0]
    text = await follow(client, await send(client, address.replace(str(user_id), str(other))))
    assert "The session had ended before." in text
    assert await fetch_value(conn, COUNT, [user_id]) == 2


async def test_ended_sessions_are_not_listed(
    client: Client, log_in_as: LogInAs, conn: Connection, user_id: UUID
) -> None:
    await conn.execute("UPDATE console_sessions SET expires_at = now()")
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/{user_id}")
    assert "No session of the console is open." in text
    await log_in_as("sales")
    refused = await send(client, f"{PATH}/{user_id}/sessions/{user_id}/end")
    assert refused.status_code == 403
