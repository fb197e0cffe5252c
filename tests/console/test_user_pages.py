"""Users: created, changed and signed out by admins; passwords are shown once and never kept."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

import builders
from console.conftest import PASSWORD, Client, LogInAs, send
from console.fragments import follow, require_refusal, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/administration/users"
NEW_PASSWORD = "q7mv-h2xt-d4ra"
GENERATED = re.compile(r'id="secret">([a-z2-9-]{19})<')
AUDITED = "SELECT coalesce(before::text, '') || coalesce(after::text, '') FROM audit_log"


async def seen(conn: Connection, user_id: UUID) -> str:
    statement = "SELECT updated_at FROM users WHERE id = %s"
    return (await fetch_value(conn, statement, [user_id])).isoformat()


async def change(client: Client, conn: Connection, user_id: UUID, **fields: Any) -> str:
    """Change an account as its page does, and return the page that follows."""
    before = await seen(conn, user_id)
    return await follow(client, await send(client, f"{PATH}/{user_id}", before=before, **fields))


async def log_in(client: Client, name: str, password: str) -> int:
    """Log in with a client of its own cookies, and return the status."""
    kept = dict(client.cookies)
    client.cookies.clear()
    response = await send(client, "/login", username=name, password=password, next="/console")
    client.cookies.clear()
    client.cookies.update(kept)
    return response.status_code


async def state_of(conn: Connection, user_id: UUID) -> tuple[str, bool]:
    cursor = await conn.execute("SELECT role, is_active FROM users WHERE id = %s", [user_id])
    (row,) = await cursor.fetchall()
    return row[0], row[1]


async def test_page_of_a_user_leads_to_what_that_user_changed(
    client: Client, conn: Connection, log_in_as: LogInAs
) -> None:
    name = await log_in_as("admin")
    user_id = await fetch_value(conn, "SELECT id FROM users WHERE username = %s", [name])
    page = await show_text(client, f"{PATH}/{user_id}")
    address = f"/console/administration/audit?actor_type=user&actor={quote(name)}"
    assert address in page.replace("&amp;", "&")
    assert name in await show_text(client, address)


async def test_user_is_created_with_a_password_that_is_shown_once(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    response = await send(client, f"{PATH}/new", username=" <b>eve</b> ", role="procurement")
    assert response.status_code == 200
    (password,) = GENERATED.findall(response.text)
    assert "&lt;b&gt;eve&lt;/b&gt;" in response.text
    assert await log_in(client, "<B>EVE</b>", password) == 303
    user_id = await fetch_value(conn, "SELECT id FROM users WHERE username = '<b>eve</b>'")
    assert password not in await show_text(client, f"{PATH}/{user_id}")
    cursor = await conn.execute(AUDITED)
    assert password not in "".join(text for (text,) in await cursor.fetchall())


async def test_typed_password_is_not_sent_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    fields = {"username": "eve", "role": "sales", "password": NEW_PASSWORD}
    response = await send(client, f"{PATH}/new", **fields)
    assert "The user was created." in response.text
    assert NEW_PASSWORD not in response.text
    assert "secret" not in response.text
    assert await log_in(client, "eve", NEW_PASSWORD) == 303
    assert await fetch_value(conn, "SELECT count(*) FROM users") == 2


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"username": "ab"}, ("username", "3")),
        ({"username": "a\u200bb"}, ("username", "visible character")),
        ({"username": "BERTA"}, ("username", "already exists")),
        ({"role": "boss"}, ("role", "")),
        ({"password": "short"}, ("password", "8")),
        ({"password": "ä" * 40}, ("password", "72 bytes")),
    ],
)
async def test_refused_field_of_a_new_user_is_named(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wrong: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    field, issue = refusal
    await log_in_as("admin")
    await builders.user(conn, "Berta")
    fields = {"username": 'e"ve', "role": "sales", "password": NEW_PASSWORD, **wrong}
    response = await send(client, f"{PATH}/new", **fields)
    require_refusal(response, field, issue)
    assert fields["password"] not in response.text
    assert ('value="e&#34;ve"' in response.text) == ("username" not in wrong)
    assert await fetch_value(conn, "SELECT count(*) FROM users") == 2


async def test_role_and_activity_are_changed_and_logins_follow(
    client: Client, log_in_as: LogInAs, conn: Connection, password_hash: str
) -> None:
    await log_in_as("admin")
    user_id = await builders.user(conn, "berta", "sales", password_hash)
    assert "The role is set." in await change(client, conn, user_id, role="procurement")
    assert await log_in(client, "berta", PASSWORD) == 303
    assert "The user was deactivated." in await change(client, conn, user_id, is_active="false")
    assert await state_of(conn, user_id) == ("procurement", False)
    assert await log_in(client, "berta", PASSWORD) == 401
    assert "The user was activated" in await change(client, conn, user_id, is_active="true")
    assert await log_in(client, "berta", PASSWORD) == 303


async def test_page_of_an_inactive_user_has_when_by_whom_and_what_to_do(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    user_id = await builders.user(conn, "berta")
    text = await show_text(client, f"{PATH}/{user_id}")
    assert text.index('data-opens="deactivate"') < text.index('<dl class="facts')
    text = await change(client, conn, user_id, is_active="false")
    title = "berta cannot log in: the account is inactive.</strong>"
    assert re.search(
        rf"{title} It was deactivated by {name}, [-\d]+ [:\d]+ UTC\. Activate it", text
    )
    log = await show_text(client, f"/console/administration/audit?entity_id={user_id}")
    assert re.search(r"active</span>.*yes</del>.*no</ins>", log)
    assert f'href="{PATH}/{user_id}"' in log
    await conn.execute("DELETE FROM audit_log")
    assert re.search(rf"{title} Activate it", await show_text(client, f"{PATH}/{user_id}"))


async def test_page_of_a_user_states_from_where_logins_are_refused_until_when(
    client: Client, log_in_as: LogInAs, conn: Connection, password_hash: str
) -> None:
    await log_in_as("admin")
    user_id = await builders.user(conn, "berta", "sales", password_hash)
    for _ in range(9):
        assert await log_in(client, "berta", NEW_PASSWORD) == 401
    text = await show_text(client, f"{PATH}/{user_id}")
    assert "are refused until" not in text
    assert "waits up to five minutes" in text
    assert [await log_in(client, "berta", each) for each in (NEW_PASSWORD, PASSWORD)] == [401, 429]
    text = await show_text(client, f"{PATH}/{user_id}")
    until = re.findall(
        r"Logins of berta from testclient are refused until ([-\d]+ [:\d]+) UTC", text
    )
    wait = datetime.fromisoformat(f"{until[0]}Z") - datetime.now(UTC)
    assert timedelta(minutes=3) < wait <= timedelta(minutes=5)
    assert "nobody has to unlock the account" in text
    log = await show_text(client, f"/console/administration/audit?entity_id={user_id}")
    assert log.count("logins refused until") == 1
    await conn.execute(
        'UPDATE audit_log SET after = after || \'{"logins_refused_until": "2026-01-01T00:00:00Z"}\''
    )
    assert "are refused until" not in await show_text(client, f"{PATH}/{user_id}")


async def test_new_password_replaces_the_old_one(
    client: Client, log_in_as: LogInAs, conn: Connection, password_hash: str
) -> None:
    await log_in_as("admin")
    user_id = await builders.user(conn, "berta", "sales", password_hash)
    path = f"{PATH}/{user_id}/password"
    response = await send(client, path, before=await seen(conn, user_id))
    (password,) = GENERATED.findall(response.text)
    assert await log_in(client, "berta", PASSWORD) == 401
    assert await log_in(client, "berta", password) == 303
    fields = {"before": await seen(conn, user_id), "new_password": "short"}
    refused = await send(client, path, **fields)
    assert refused.status_code == 400
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid', refused.text) == ["new_password"]
    assert await log_in(client, "berta", password) == 303


async def test_sign_out_ends_the_sessions_of_the_user_only(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("sales")
    token = client.cookies["pricebook_session"]
    user_id = await fetch_value(conn, "SELECT id FROM users WHERE username = %s", [name])
    await log_in_as("admin")
    own = client.cookies["pricebook_session"]
    row = r"<dt>Sessions</dt><dd>(\d+)</dd>"
    assert re.findall(row, await show_text(client, f"{PATH}/{user_id}")) == ["1"]
    text = await follow(client, await send(client, f"{PATH}/{user_id}/sign-out"))
    assert "signed out everywhere" in text
    assert re.findall(row, text) == ["0"]
    again = await follow(client, await send(client, f"{PATH}/{user_id}/sign-out"))
    assert "had no open session" in again
    for cookie, status in ((token, 303), (own, 200)):
        client.cookies.clear()
        client.cookies.set("pricebook_session", cookie)
        response = await client.get("/console/account", follow_redirects=False)
        assert response.status_code == status


async def test_own_account_offers_no_change_and_refuses_one(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    user_id = await fetch_value(conn, "SELECT id FROM users WHERE username = %s", [name])
    text = await show_text(client, f"{PATH}/{user_id}")
    assert "This is your own account." in text
    assert "deactivate" not in text
    before = await seen(conn, user_id)
    path = f"{PATH}/{user_id}"
    for address, fields in (
        (path, {"role": "sales"}),
        (path, {"is_active": "false"}),
        (f"{path}/password", {"new_password": NEW_PASSWORD}),
    ):
        response = await send(client, address, before=before, **fields)
        assert response.status_code == 400
        assert "is of your own account" in response.text
    assert await seen(conn, user_id) == before


async def test_second_of_two_admins_sees_what_the_first_has_changed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    user_id = await builders.user(conn, "berta")
    before = await seen(conn, user_id)
    await change(client, conn, user_id, is_active="false")
    for address, fields in (
        (f"{PATH}/{user_id}", {"role": "admin"}),
        (f"{PATH}/{user_id}/password", {}),
    ):
        late = await send(client, address, before=before, **fields)
        assert late.status_code == 400
        assert "Somebody else changed this account meanwhile." in late.text
        assert "secret" not in late.text
    assert await state_of(conn, user_id) == ("sales", False)


async def test_list_is_filtered_and_paged(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    for number in range(60):
        await builders.user(conn, f"Seller {number:02}")
    inactive = await builders.user(conn, "Off_duty", "procurement")
    await conn.execute("UPDATE users SET is_active = false WHERE id = %s", [inactive])
    first = await show_text(client, f"{PATH}?search=SELLER&role=sales")
    assert "60 users." in first
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = await show_text(client, following)
    assert "Seller 49" in first
    assert "Seller 50" not in first
    assert len(re.findall("Seller", second)) == 10
    assert "Off_duty" in await show_text(client, f"{PATH}?is_active=false&search=f_d")
    assert "No user matches" in await show_text(client, f"{PATH}?search=100%25")
