"""API keys: their text is shown once, and works until they are revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, require_refusal, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/administration/keys"
TOMORROW = f"{datetime.now(UTC) + timedelta(1):%Y-%m-%d}"
SECRET = re.compile(r'id="secret">(pbk_\w+)<')


async def status_with(client: Client, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return (await client.get("/api/v1/admin/categories", headers=headers)).status_code


async def test_key_is_shown_once_and_works_until_it_is_revoked(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    assert "There is no API key yet" in await show_text(client, PATH)
    fields = {"name": " <i>ERP</i> ", "role": "sales", "expires_at": TOMORROW}
    response = await send(client, f"{PATH}/new", **fields)
    assert response.status_code == 200
    (key,) = SECRET.findall(response.text)
    assert "&lt;i&gt;ERP&lt;/i&gt;" in response.text
    (command,) = re.findall(r"curl -H 'Authorization: Bearer (\w+)' '([^?]+)\?", response.text)
    assert command == (key, f"{str(client.base_url).rstrip('/')}/api/v1/admin/products")
    assert await status_with(client, key) == 200
    key_id = await fetch_value(conn, "SELECT id FROM api_keys")
    for path in (PATH, f"{PATH}/{key_id}"):
        text = await show_text(client, path)
        assert key not in text
        assert name in text
        assert TOMORROW in text
    assert f"ends {TOMORROW}</span>" in await show_text(client, PATH)
    text = await show_text(client, f"{PATH}/{key_id}")
    (changes,) = re.findall(r'href="([^"]+)" data-key="r"', text)
    assert changes.endswith("audit?actor_type=api_key&actor=%3Ci%3EERP%3C/i%3E")
    assert "It was last used at" in await show_text(client, f"{PATH}/{key_id}")
    text = await follow(client, await send(client, f"{PATH}/{key_id}/revoke"))
    assert "The key was revoked." in text
    assert await status_with(client, key) == 401
    assert await fetch_value(conn, "SELECT revoked_by FROM api_keys") == name
    assert "revoke-key" not in await show_text(client, f"{PATH}/{key_id}")


async def test_read_only_key_is_created_and_shown_as_such(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    fields = {"name": "ERP", "role": "admin", "expires_at": TOMORROW, "read_only": "true"}
    refused = await send(client, f"{PATH}/new", **fields | {"name": " "})
    assert re.search(r'name="read_only" value="true" checked', refused.text)
    response = await send(client, f"{PATH}/new", **fields)
    (key,) = SECRET.findall(response.text)
    headers = {"Authorization": f"Bearer {key}"}
    assert await status_with(client, key) == 200
    refused = await client.post("/api/v1/admin/categories", json={"name": "A"}, headers=headers)
    assert refused.status_code == 403
    key_id = await fetch_value(conn, "SELECT id FROM api_keys")
    for path in (PATH, f"{PATH}/{key_id}"):
        assert "read only" in await show_text(client, path)


async def test_key_without_a_last_day_never_expires(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    (suggested,) = re.findall(
        r'id="expires_at"[^>]*value="([^"]+)"', await show_text(client, f"{PATH}/new")
    )
    assert suggested == f"{datetime.now(UTC) + timedelta(365):%Y-%m-%d}"
    await send(client, f"{PATH}/new", name="ERP", role="admin", expires_at="")
    assert await fetch_value(conn, "SELECT expires_at IS NULL FROM api_keys")
    assert "never" in await show_text(client, PATH)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, ("name", "")),
        ({"name": "taken"}, ("name", "There is already an API key taken")),
        ({"role": "boss"}, ("role", "expected one of the roles")),
        ({"expires_at": "soon"}, ("expires_at", "expected a day")),
        ({"expires_at": "2020-01-01"}, ("expires_at", "is not in the future")),
    ],
)
async def test_refused_field_is_named_and_what_was_typed_is_kept(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wrong: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    field, issue = refusal
    await log_in_as("admin")
    await builders.api_key(conn, "TAKEN")
    fields = {"name": 'E"RP', "role": "procurement", "expires_at": TOMORROW, **wrong}
    response = await send(client, f"{PATH}/new", **fields)
    require_refusal(response, field, issue)
    assert ('value="E&#34;RP"' in response.text) == ("name" not in wrong)
    assert ('"procurement" selected' in response.text) == ("role" not in wrong)
    assert await fetch_value(conn, "SELECT count(*) FROM api_keys") == 1


async def test_keys_are_paged(client: Client, log_in_as: LogInAs, conn: Connection) -> None:
    await log_in_as("admin")
    for number in range(60):
        await builders.api_key(conn, f"Key {number}.")
    first = await show_text(client, PATH)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = await show_text(client, following)
    names = re.findall(r"Key \d+\.", first + second)
    assert len(names) == len(set(names)) == 60
