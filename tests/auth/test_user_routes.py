"""Accounts by requests: admins only, no keys, nothing secret returned, never without an admin."""

import asyncio
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.auth import key_service, user_service
from pricebook.auth.key_schemas import NewApiKey
from pricebook.auth.schemas import Caller
from pricebook.auth.user_schemas import UserAccountChange
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value
from pricebook.errors import ConflictError

Client = AsyncTestClient[Litestar]
USERS = "/api/v1/admin/users"
LOGIN = "/api/v1/auth/login"
NEW = {"username": "berta", "role": "sales", "password": "q7mv-h2xt-d4ra"}
ACTIVE_ADMINS = "SELECT count(*) FROM users WHERE role = 'admin' AND is_active"


async def created(client: Client, **fields: str) -> UUID:
    response = await client.post(USERS, json={**NEW, **fields})
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{USERS}/{response.json()['id']}"
    return UUID(response.json()["id"])


async def log_in(client: Client, **fields: str) -> Any:
    body = {"username": NEW["username"], "password": NEW["password"], **fields}
    return await client.post(LOGIN, json=body)


async def test_created_user_logs_in_and_is_listed_without_secrets(admin: Client) -> None:
    user_id = await created(admin, username="Berta")
    assert (await log_in(admin)).status_code == 200
    assert (await admin.post(USERS, json=NEW)).status_code == 409
    text = (await admin.get(f"{USERS}/{user_id}")).text
    listed = (await admin.get(USERS, params={"search": "BERT", "role": "sales"})).json()
    assert [each["username"] for each in listed["data"]] == ["Berta"]
    assert listed["data"][0]["last_seen_at"]
    assert "password" not in text
    assert "hash" not in text


async def test_sign_out_ends_tokens_at_once_and_not_the_password(admin: Client) -> None:
    user_id = await created(admin)
    headers = {"Authorization": f"Bearer {(await log_in(admin)).json()['token']}"}
    path = "/api/v1/admin/categories"
    assert (await admin.get(path, headers=headers)).status_code == 200
    assert (await admin.post(f"{USERS}/{user_id}/sign-out")).status_code == 200
    assert (await admin.get(path, headers=headers)).status_code == 401
    assert (await log_in(admin)).status_code == 200
    assert (await admin.post(f"{USERS}/{uuid4()}/sign-out")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "(all)"),
        ({"role": "boss"}, "role"),
        ({"is_active": None}, "is_active"),
        ({"password": "short"}, "password"),
        ({"password": "ä" * 40}, "password"),
        ({"username": "eve"}, "username"),
    ],
)
async def test_bad_change_is_refused(
    admin: Client, conn: Connection, body: dict[str, Any], field: str
) -> None:
    user_id = await builders.user(conn, "berta")
    response = await admin.patch(f"{USERS}/{user_id}", json=body)
    assert response.status_code == 400
    assert response.json()["error"]["details"]["errors"][0]["field"] == field


async def test_own_account_is_not_changed(admin: Client, conn: Connection) -> None:
    own_id = await fetch_value(conn, "SELECT id FROM users")
    for body in ({"role": "sales"}, {"is_active": False}, {"password": NEW["password"]}):
        response = await admin.patch(f"{USERS}/{own_id}", json=body)
        assert response.status_code == 400
        assert "your own account" in response.json()["detail"]
    assert await fetch_value(conn, ACTIVE_ADMINS) == 1


async def test_admins_who_demote_each_other_at_once_leave_one(
    admin: Client, conn: Connection
) -> None:
    app: Litestar = cast("Any", admin).app
    auth = app.state.auth
    await conn.execute("DELETE FROM users")
    ids = [await builders.user(conn, f"Admin {number}", "admin") for number in range(4)]
    changes = [UserAccountChange(is_active=False), UserAccountChange(role="sales")]
    results = await asyncio.gather(
        *(
            user_service.change_user(auth, Caller(uuid4(), "x", "admin"), each, changes[place % 2])
            for place, each in enumerate(ids)
        ),
        return_exceptions=True,
    )
    refused = [each for each in results if isinstance(each, BaseException)]
    assert [type(each) for each in refused] == [ConflictError]
    assert "is the last active admin" in str(refused[0])
    assert await fetch_value(conn, ACTIVE_ADMINS) == 1


async def test_api_key_changes_no_user(
    client: Client, database: Database, conn: Connection
) -> None:
    key = await key_service.create_key(database, NewApiKey("ERP", "admin", None), "anna")
    headers = {"Authorization": f"Bearer {key.key}"}
    path = f"{USERS}/{await builders.user(conn, 'berta')}"
    assert (await client.get(USERS, headers=headers)).status_code == 200
    for response in (
        await client.post(USERS, headers=headers, json=NEW),
        await client.patch(path, headers=headers, json={"role": "admin"}),
        await client.post(f"{path}/sign-out", headers=headers),
    ):
        assert response.status_code == 403
    assert await fetch_value(conn, "SELECT count(*) FROM users") == 1
