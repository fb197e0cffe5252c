"""Pages as a browser requests them, with the session of a role."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import bcrypt
import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.auth.schemas import Role
from pricebook.db.database import Connection

PASSWORD = "kmq7-v3xt-h8ra"
HTML = {"Accept": "text/html"}
SAME_ORIGIN = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}

Client = AsyncTestClient[Litestar]
LogInAs = Callable[[Role], Awaitable[str]]


async def send(client: Client, path: str, **fields: Any) -> Response:
    """Send a form as a page of this server does; do not follow redirects."""
    return await client.post(path, data=fields, headers=SAME_ORIGIN, follow_redirects=False)


@pytest.fixture
def password_hash() -> str:
    return bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()


@pytest.fixture
def log_in_as(client: Client, conn: Connection, password_hash: str) -> LogInAs:
    """Return a function that logs the client in as a new user of a role; it returns the name."""

    async def log_in(role: Role) -> str:
        client.cookies.clear()
        name = f"{role} {uuid4()}"
        await builders.user(conn, name, role, password_hash)
        response = await send(client, "/login", username=name, password=PASSWORD, next="/console")
        assert (response.status_code, response.headers["location"]) == (303, "/console")
        return name

    return log_in
