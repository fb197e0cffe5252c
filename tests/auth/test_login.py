from datetime import UTC, datetime, timedelta
from typing import Any

import bcrypt
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from builders import user
from pricebook.auth.passwords import hash_password
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
COST = 4
PASSWORD = "correct horse"
LOGIN_PATH = "/api/v1/auth/login"
VALID_LOGIN = {"username": "anna", "password": PASSWORD}


@pytest.fixture(autouse=True)
async def users(conn: Connection) -> None:
    await user(conn, "anna", "sales", hash_password(PASSWORD, COST))
    await user(conn, "ivan", "sales", hash_password(PASSWORD, COST))
    await user(conn, "long", "sales", hash_password("x" * 72, COST))
    await conn.execute("UPDATE users SET is_active = false WHERE username = 'ivan'")


@pytest.fixture
def compared_hashes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The hashes that passwords are compared with, as usual."""
    seen: list[bytes] = []
    compare = bcrypt.checkpw

    def check(password: bytes, hashed: bytes) -> bool:
        seen.append(hashed)
        return compare(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", check)
    return seen


async def log_in(client: Client, username: str, password: str) -> Any:
    return await client.post(LOGIN_PATH, json={"username": username, "password": password})


async def test_correct_password_returns_a_valid_token(client: Client) -> None:
    response = await log_in(client, "ANNA", PASSWORD)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert set(body) == {"token", "expires_at", "user"}
    assert (body["user"]["username"], body["user"]["role"]) == ("anna", "sales")
    lifetime = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < lifetime <= timedelta(hours=24)
    assert body["expires_at"].endswith("Z")
    headers = {"Authorization": f"Bearer {body['token']}"}
    assert (await client.get("/api/v1/admin/products", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("anna", "wrong horse"),
        ("nobody", PASSWORD),
        ("ivan", PASSWORD),
        ("anna", "é" * 100),
        ("long", "x" * 73),
        ("an_a", PASSWORD),
    ],
)
async def test_every_wrong_login_has_the_same_response_and_one_hash_check(
    client: Client, compared_hashes: list[bytes], username: str, password: str
) -> None:
    response = await log_in(client, username, password)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    body = response.json()
    assert body["detail"] == body["error"]["message"] == "Invalid username or password"
    assert body["error"]["code"] == "UNAUTHORIZED"
    assert [each[:7] for each in compared_hashes] == [b"$2b$04$"]


async def test_password_of_72_bytes_is_accepted(client: Client) -> None:
    assert (await log_in(client, "long", "x" * 72)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"username": "anna"}', "password"),
        (b'{"username": "an", "password": "secret-password"}', "username"),
        (b'{"username": "anna", "password": "s3cret"}', "password"),
        (b'{"username": "anna", "password": 1234567890}', "password"),
        (b'{"username": null, "password": "secret-password"}', "username"),
        (b'{"username": "anna", "password": "secret-password", "otp": 1}', "otp"),
        (b'{"username": "an\\u0000na", "password": "secret-password"}', "username"),
        (b'{"username": "anna", "password": "secret\xff-password"}', "password"),
        (b'{"username": "' + b"x" * 256 + b'", "password": "secret-password"}', "username"),
        (b'{"username": ' + b"[" * 5_000, "(all)"),
        (b'{"username": "anna", "password": "secret-password"', "(all)"),
        (b'{"username": "\\ud800", "password": "secret-password"}', "(all)"),
        (b'["anna", "secret-password"]', "(all)"),
        (b"", "(all)"),
    ],
)
async def test_invalid_body_names_its_field_and_is_not_repeated(
    client: Client, body: bytes, field: str
) -> None:
    response = await client.post(
        LOGIN_PATH, content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 400, response.text
    (error,) = response.json()["error"]["details"]["errors"]
    assert (error["in"], error["field"]) == ("body", field)
    assert "s3cret" not in response.text
    assert "secret-password" not in response.text


async def test_every_wrong_field_is_named(client: Client) -> None:
    response = await client.post(LOGIN_PATH, json={"username": 1, "passwort": "x"})
    fields = [each["field"] for each in response.json()["error"]["details"]["errors"]]
    assert fields == ["passwort", "password", "username"]


async def test_body_must_be_json(client: Client) -> None:
    response = await client.post(LOGIN_PATH, data=VALID_LOGIN)
    assert response.status_code == 400
    assert "application/json" in response.json()["detail"]


async def test_body_over_the_limit_returns_413(client: Client) -> None:
    response = await client.post(LOGIN_PATH, json={**VALID_LOGIN, "more": "x" * 16 * 1024})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"
