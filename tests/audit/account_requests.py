"""CHANGING_ROUTES with the requests that are about users, API keys and credentials."""

from uuid import UUID

import builders
from audit.changing_requests import ChangingRequest, request_for
from audit.recipient_requests import CHANGING_ROUTES
from pricebook.auth import session_repository
from pricebook.auth.session_repository import SessionLifetime
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

__all__ = ["CHANGING_ROUTES"]


@request_for("PUT", "/suppliers/{id}/credentials")
async def _(conn: Connection) -> ChangingRequest:
    supplier_id = await builders.supplier_with_url(conn, "https://acme.example/list.csv")
    body = {"kind": "bearer", "secret": "kmq7-v3xt-h8ra"}
    path = f"/suppliers/{supplier_id}/credentials"
    return ChangingRequest(path=path, actions={"supplier.credentials_set"}, json=body)


@request_for("DELETE", "/suppliers/{id}/credentials")
async def _(conn: Connection) -> ChangingRequest:
    supplier_id = await builders.supplier_with_url(conn, "https://acme.example/list.csv")
    await builders.credentials(conn, supplier_id, "https://acme.example")
    path = f"/suppliers/{supplier_id}/credentials"
    return ChangingRequest(path=path, actions={"supplier.credentials_removed"})


@request_for("POST", "/users")
async def _(_conn: Connection) -> ChangingRequest:
    body = {"username": "berta", "role": "sales", "password": "kmq7-v3xt-h8ra"}
    return ChangingRequest(path="/users", actions={"user.created"}, json=body)


@request_for("PATCH", "/users/{id}")
async def _(conn: Connection) -> ChangingRequest:
    body = {"role": "procurement"}
    path = f"/users/{await builders.user(conn, 'berta')}"
    return ChangingRequest(path=path, actions={"user.updated"}, json=body)


@request_for("POST", "/users/{id}/sign-out")
async def _(conn: Connection) -> ChangingRequest:
    path = f"/users/{await builders.user(conn, 'berta')}/sign-out"
    return ChangingRequest(path=path, actions={"user.signed_out"})


@request_for("DELETE", "/users/{id}/sessions/{id}")
async def _(conn: Connection) -> ChangingRequest:
    user_id = await builders.user(conn, "berta")
    version = await fetch_value(conn, "SELECT token_version FROM users WHERE id = %s", [user_id])
    lifetime = SessionLifetime(12, 7)
    await session_repository.insert_session(conn, bytes(32), (user_id, version), lifetime)
    path = f"/users/{user_id}/sessions/{UUID(bytes=bytes(16))}"
    return ChangingRequest(path=path, actions={"user.session_ended"})


@request_for("POST", "/api-keys")
async def _(_conn: Connection) -> ChangingRequest:
    body = {"name": "shop", "role": "sales", "expires_at": None}
    return ChangingRequest(path="/api-keys", actions={"api_key.created"}, json=body)


@request_for("DELETE", "/api-keys/{id}")
async def _(conn: Connection) -> ChangingRequest:
    key_id = await builders.api_key(conn, "shop")
    return ChangingRequest(path=f"/api-keys/{key_id}", actions={"api_key.revoked"})
