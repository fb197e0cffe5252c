"""Every staff route that changes something is in the audit log, with its caller and request."""

from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from audit.changing_requests import CHANGING_ROUTES, Route
from pricebook.auth.roles import PERMISSIONS
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]
PREFIX = "/api/v1/admin"
# Routes with another method than GET that change nothing.
READING_ROUTES: set[Route] = set()
ENTRIES = """
    SELECT action, actor_type, actor_id, actor_name, batch_id FROM audit_log
    WHERE request_id = %s ORDER BY id
"""


def test_each_changing_route_has_a_request() -> None:
    changing = {(method, route) for method, route in PERMISSIONS if method != "GET"}
    assert changing - READING_ROUTES == set(CHANGING_ROUTES)


async def only_user(conn: Connection) -> tuple[Any, ...]:
    (user,) = await (await conn.execute("SELECT 'user', id, username FROM users")).fetchall()
    return user


@pytest.mark.parametrize("route", CHANGING_ROUTES, ids=" ".join)
async def test_a_changing_request_is_logged_with_its_caller(
    admin: Client, conn: Connection, route: Route
) -> None:
    wanted = await CHANGING_ROUTES[route](conn)
    request_id = str(uuid4())
    response = await admin.request(
        route[0], PREFIX + wanted.path, headers={"X-Request-ID": request_id}, **wanted.options
    )
    assert response.is_success, response.text
    entries = await (await conn.execute(ENTRIES, [request_id])).fetchall()
    assert {action for action, *_ in entries} >= wanted.actions
    assert {tuple(actor) for _, *actor, _ in entries} == {await only_user(conn)}
    if "matches/b" in wanted.path:
        batches = {batch_id for action, *_, batch_id in entries if "run" not in action}
        assert len(batches - {None}) == 1 == len(batches)
