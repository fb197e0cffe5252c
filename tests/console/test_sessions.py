"""Sessions: how they open and end, and that no other site can use them."""

import re

import pytest

from console.conftest import HTML, PASSWORD, SAME_ORIGIN, Client, LogInAs, send
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

NEW = "r7wx-2m9t-bq4z"


async def status(client: Client, path: str = "/console") -> int:
    response = await client.get(path, headers=HTML, follow_redirects=False)
    return response.status_code


async def test_login_leads_on_and_the_cookie_is_hidden_from_scripts(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    asked = await client.get("/console/account?x=1", headers=HTML, follow_redirects=False)
    assert asked.headers["location"] == "/login?next=%2Fconsole%2Faccount%3Fx%3D1"
    name = await log_in_as("sales")
    response = await send(
        client, "/login", username=name.upper(), password=PASSWORD, next="/console/account"
    )
    assert response.headers["location"] == "/console/account"
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    token = response.cookies["pricebook_session"]
    stored = await fetch_value(
        conn, "SELECT string_agg(token_hash::text, '') FROM console_sessions"
    )
    assert token not in stored
    assert await status(client) == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nb"]
)
async def test_login_leads_to_no_other_site(
    client: Client, log_in_as: LogInAs, target: str
) -> None:
    name = await log_in_as("sales")
    response = await send(client, "/login", username=name, password=PASSWORD, next=target)
    assert response.headers["location"] == "/console"


async def test_wrong_password_is_refused_and_counted_with_those_of_the_api(
    client: Client, log_in_as: LogInAs
) -> None:
    name = await log_in_as("sales")
    client.cookies.clear()
    for _ in range(5):
        credentials = {"username": name, "password": "wrong-password"}
        assert (await client.post("/api/v1/auth/login", json=credentials)).status_code == 401
        response = await send(client, "/login", username=name, password="wrong-password")
        assert response.status_code == 401
        assert "Invalid username or password" in response.text
        assert f'value="{name}"' in response.text
    refused = await send(client, "/login", username=name, password=PASSWORD)
    assert refused.status_code == 429
    assert "try again in" in refused.text


@pytest.mark.parametrize("wrong", ["horse", "x" * 300, ""])
async def test_password_that_nobody_can_have_is_counted_and_limited(
    client: Client, log_in_as: LogInAs, conn: Connection, wrong: str
) -> None:
    name = await log_in_as("sales")
    client.cookies.clear()
    for _ in range(10):
        assert (await send(client, "/login", username=name, password=wrong)).status_code == 401
    assert await fetch_value(conn, "SELECT failures FROM failed_logins") == 10
    refused = await send(client, "/login", username=name, password=PASSWORD)
    assert refused.status_code == 429


@pytest.mark.parametrize("name", ["", "x", "x" * 300])
async def test_name_that_nobody_can_have_is_limited(client: Client, name: str) -> None:
    for _ in range(10):
        assert (await send(client, "/login", username=name, password=PASSWORD)).status_code == 401
    assert (await send(client, "/login", username=name, password=PASSWORD)).status_code == 429


async def test_cursor_is_in_the_field_that_is_to_be_typed(client: Client) -> None:
    focused = re.compile(r'<input id="(\w+)"[^>]* autofocus')
    assert focused.findall((await client.get("/login")).text) == ["username"]
    refused = await send(client, "/login", username="anna", password="wrong-password")
    assert focused.findall(refused.text) == ["password"]


async def test_logout_ends_the_session(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("sales")
    token = client.cookies["pricebook_session"]
    assert (await send(client, "/logout")).headers["location"] == "/"
    client.cookies.set("pricebook_session", token)
    assert await status(client) == 303


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET role = 'admin'",
        "UPDATE users SET is_active = false",
        "UPDATE users SET password_hash = repeat('x', 60)",
        "DELETE FROM users",
        "UPDATE console_sessions SET expires_at = now()",
    ],
)
async def test_session_ends_with_its_account_or_its_time(
    client: Client, log_in_as: LogInAs, conn: Connection, change: str
) -> None:
    await log_in_as("sales")
    assert await status(client) == 200
    await conn.execute(change.encode())
    assert await status(client) == 303


async def test_use_postpones_the_end_up_to_seven_days_after_the_login(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    old = "UPDATE console_sessions SET last_used_at = now() - interval '2 hours', expires_at ="
    await conn.execute(f"{old} now() + interval '1 hour'".encode())
    assert await status(client) == 200
    left = (
        "SELECT extract(hour FROM expires_at - now() + interval '1 minute') FROM console_sessions"
    )
    assert await fetch_value(conn, left) == 12
    created = "created_at = now() - interval '167 hours'"
    await conn.execute(f"{old} now() + interval '1 hour', {created}".encode())
    assert await status(client) == 200
    assert await fetch_value(conn, left) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver.local"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
async def test_writes_of_other_sites_are_refused(
    client: Client, log_in_as: LogInAs, headers: dict[str, str]
) -> None:
    await log_in_as("sales")
    for path in ("/logout", "/login", "/console/account/password"):
        response = await client.post(path, data={}, headers={**HTML, **headers})
        assert response.status_code == 403
        assert "another site" in response.text
    assert await status(client) == 200


async def test_origin_of_this_server_is_accepted_without_fetch_metadata(
    client: Client, log_in_as: LogInAs
) -> None:
    await log_in_as("sales")
    headers = {**HTML, "Origin": "http://testserver.local"}
    response = await client.post("/logout", headers=headers, follow_redirects=False)
    assert response.status_code == 303


async def test_own_password_can_be_changed_which_ends_all_other_sessions(
    client: Client, log_in_as: LogInAs
) -> None:
    name = await log_in_as("sales")
    other = client.cookies["pricebook_session"]
    await send(client, "/login", username=name, password=PASSWORD)
    form = {"present_password": PASSWORD, "new_password": NEW, "repeated_password": NEW}
    path = "/console/account/password"
    for wrong, message in (
        ({"present_password": "wrong-password"}, "The present password is not right"),
        ({"repeated_password": "another-one"}, "differ"),
        ({"new_password": "short", "repeated_password": "short"}, "at least 8 characters"),
    ):
        refused = await send(client, path, **{**form, **wrong})
        assert (refused.status_code, message in refused.text) == (400, True), refused.text
    changed = await send(client, path, **form)
    assert "Your password was changed" in changed.text
    assert await status(client) == 200
    client.cookies.clear()
    client.cookies.set("pricebook_session", other)
    assert await status(client) == 303
    client.cookies.clear()
    assert (await send(client, "/login", username=name, password=NEW)).status_code == 303


async def test_nothing_that_was_typed_is_lost_when_the_session_ends(
    client: Client, log_in_as: LogInAs
) -> None:
    name = await log_in_as("sales")
    client.cookies.clear()
    path = "/console/products/0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10/target-price"
    asked = await send(client, path, target_price="19.<90>", before="", password="secret!")
    assert asked.status_code == 401
    assert "secret!" not in asked.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    assert hidden["kept.target_price"] == "19.&lt;90&gt;"
    hidden["kept.target_price"] = "19.<90>"
    again = await send(client, "/login", username=name, password=PASSWORD, **hidden)
    assert again.status_code == 200
    assert f'action="{path}"' in again.text
    assert 'name="target_price" value="19.&lt;90&gt;"' in again.text


async def test_script_gets_the_login_as_a_dialog_above_the_page(
    client: Client, log_in_as: LogInAs
) -> None:
    name = await log_in_as("sales")
    client.cookies.clear()
    headers = {**SAME_ORIGIN, "HX-Request": "true"}
    asked = await client.get("/console/products", headers=headers)
    assert (asked.status_code, asked.headers["hx-retarget"]) == (401, "#dialogs")
    assert asked.text.lstrip().startswith("<dialog")
    form = {"username": name, "password": PASSWORD}
    done = await client.post("/login", data=form, headers=headers)
    assert "You are logged in again" in done.text
    assert await status(client) == 200
