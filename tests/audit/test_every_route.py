"""Every staff route that changes something is in the audit log, with its caller and request."""

from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from audit.account_requests import CHANGING_ROUTES
from audit.changing_requests import Route
from pricebook.auth import key_service
from pricebook.auth.key_schemas import NewApiKey
from pricebook.auth.roles import PERMISSIONS
from pricebook.db.database import Connection, Database

Client = AsyncTestClient[Litestar]
Headers = dict[str, str]
PREFIX = "/api/v1/admin"
# Routes with another method than GET that change nothing.
READING_ROUTES: set[Route] = set()
NOT_FOR_KEYS: set[Route] = {
    ("POST", "/api-keys"),
    ("POST", "/users"),
    ("PATCH", "/users/{id}"),
    ("POST", "/users/{id}/sign-out"),
    ("DELETE", "/users/{id}/sessions/{id}"),
}
ENTRIES = """
    SELECT action, actor_type, actor_id, actor_name, batch_id FROM audit_log
    WHERE request_id = %s ORDER BY id
"""


def test_each_changing_route_has_a_request() -> None:
    changing = {(method, route) for method, route in PERMISSIONS if method != "GET"}
    assert changing - READING_ROUTES == set(CHANGING_ROUTES)


async def only_user(conn: Connection) -> tuple[Any, ...]:
    (user,) = await (
        await conn.execute("SELECT 'user', id, username FROM users WHERE username <> 'berta'")
    ).fetchall()
    return user


async def check_request(
    client: Client, conn: Connection, route: Route, headers: Headers
) -> set[tuple[Any, ...]]:
    """Send the request of a route and return the actors of its entries."""
    wanted = await CHANGING_ROUTES[route](conn)
    request_id = str(uuid4())
    headers = {**headers, "X-Request-ID": request_id}
    response = await client.request(
        route[0], PREFIX + wanted.path, headers=headers, **wanted.options
    )
    assert response.is_success, response.text
    entries = await (await conn.execute(ENTRIES, [request_id])).fetchall()
    assert {action for action, *_ in entries} >= wanted.actions
    if "matches/b" in wanted.path:
        batches = {batch_id for action, *_, batch_id in entries if "run" not in action}
        assert len(batches - {None}) == 1 == len(batches)
    return {tuple(actor) for _, *actor, _ in entries}


@pytest.mark.parametrize("route", CHANGING_ROUTES, ids=" ".join)
async def test_a_changing_request_is_logged_with_its_caller(
    admin: Client, conn: Connection, route: Route
) -> None:
    assert await check_request(admin, conn, route, {}) == {await only_user(conn)}


@pytest.mark.parametrize("route", sorted(set(CHANGING_ROUTES) - NOT_FOR_KEYS), ids=" ".join)
async def test_a_changing_request_with_an_api_key_is_logged_with_the_key(
    client: Client, database: Database, conn: Connection, route: Route
) -> None:
    key = await key_service.create_key(database, NewApiKey("ERP", "admin", None), "anna")
    headers = {"Authorization": f"Bearer {key.key}"}
    assert await check_request(client, conn, route, headers) == {("api_key", key.id, "ERP")}
