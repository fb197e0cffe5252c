"""Tokens are revoked when the password, role or activity of their account changes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from builders import user
from pricebook.auth import lookup_cache, service, tokens
from pricebook.auth.account_schemas import UserChange
from pricebook.auth.passwords import hash_password
from pricebook.auth.schemas import User
from pricebook.auth.tokens import TokenKey
from pricebook.db.database import Connection, Database
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
ROUTE = "/api/v1/admin/products"
OLD, NEW = "correct horse", "another horse"

pytestmark = pytest.mark.usefixtures("anna")


@pytest.fixture
async def anna(conn: Connection) -> UUID:
    return await user(conn, "anna", "admin", hash_password(OLD, 4))


async def log_in(client: Client, password: str) -> str:
    login = {"username": "anna", "password": password}
    response = await client.post("/api/v1/auth/login", json=login)
    assert response.status_code == 200, response.text
    return response.json()["token"]


async def status(client: Client, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await client.get(ROUTE, headers=headers)).status_code


async def change(database: Database, **fields: Any) -> None:
    await service.change_user(database, "anna", UserChange(**fields))


async def test_new_password_revokes_older_tokens(
    client: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await log_in(client, OLD)
    assert await status(client, token) == 200
    await change(database, password_hash=hash_password(NEW, 4))
    monkeypatch.setattr(lookup_cache, "MAX_AGE_SECONDS", 0.0)
    assert await status(client, token) == 401
    assert await status(client, await log_in(client, NEW)) == 200


async def test_token_of_the_new_password_is_accepted_at_once_and_older_ones_are_refused(
    client: Client, database: Database
) -> None:
    old = await log_in(client, OLD)
    assert await status(client, old) == 200  # so the account is in the cache
    await change(database, password_hash=hash_password(NEW, 4))
    new = await log_in(client, NEW)
    assert await status(client, new) == 200
    assert await status(client, old) == 401
    assert await status(client, new) == 200


async def test_restored_role_or_activity_does_not_restore_old_tokens(
    client: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup_cache, "MAX_AGE_SECONDS", 0.0)
    token = await log_in(client, OLD)
    await change(database, is_active=False)
    await change(database, is_active=True)
    assert await status(client, token) == 401
    token = await log_in(client, OLD)
    await change(database, role="sales")
    await change(database, role="admin")
    assert await status(client, token) == 401
    assert await status(client, await log_in(client, OLD)) == 200


async def test_change_to_the_same_values_revokes_no_token(
    client: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup_cache, "MAX_AGE_SECONDS", 0.0)
    token = await log_in(client, OLD)
    await change(database, role="admin", is_active=True)
    assert await status(client, token) == 200


async def test_token_without_a_version_counts_as_version_zero(
    client: Client, settings: Settings, database: Database, anna: UUID
) -> None:
    key = TokenKey(settings.required_jwt_secret, settings.jwt_issuer, 1)
    token, _ = tokens.issue(key, User(anna, "anna", "admin"), datetime.now(UTC), uuid4())
    claims = tokens.jwt.decode(token, options={"verify_signature": False})
    assert claims.pop("ver") == 0
    without = tokens.jwt.encode(claims, settings.required_jwt_secret, algorithm="HS256")
    assert await status(client, without) == 200
    await change(database, password_hash=hash_password(NEW, 4))
    await status(client, await log_in(client, NEW))
    assert await status(client, without) == 401
