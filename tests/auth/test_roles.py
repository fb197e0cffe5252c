"""A walk over the OpenAPI document: nobody gets where the table of rights does not let them."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from litestar import Litestar, Router, get
from litestar.testing import AsyncTestClient

from builders import AsRole
from pricebook.api import application
from pricebook.auth.roles import PREFIX, allowed_roles
from pricebook.auth.schemas import Role
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
Headers = dict[str, str]
ROLES: tuple[Role, ...] = get_args(Role)


def staff_operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    document = application.create_app(Settings()).openapi_schema.to_schema()
    for path, operations in document["paths"].items():
        if path.startswith(PREFIX):
            for method, operation in operations.items():
                yield method.upper(), path, operation


def invalid_request_path(path: str) -> str:
    """An address that every check after that of the role refuses."""
    return re.sub(r"\{[^}]+\}", "no-id", path) + "?limit=0&nonsense=1"


async def send_request(client: Client, method: str, path: str, headers: Headers) -> tuple[int, str]:
    response = await client.request(
        method, invalid_request_path(path), headers=headers, content=b"{"
    )
    return response.status_code, response.json()["error"]["code"]


def test_every_route_of_staff_has_its_row_its_lock_and_its_errors() -> None:
    operations = list(staff_operations())
    assert operations
    for method, path, operation in operations:
        assert allowed_roles(method, path), (method, path)
        assert operation["security"] == [{"Bearer": []}], (method, path)
        assert {"401", "403"} <= set(operation["responses"]), (method, path)


def test_what_the_public_reads_has_no_lock() -> None:
    document = application.create_app(Settings()).openapi_schema.to_schema()
    for path, operations in document["paths"].items():
        if not path.startswith(PREFIX):
            assert all("security" not in each for each in operations.values()), path


async def test_without_a_token_every_route_of_staff_is_a_401_before_all_else(
    client: Client,
) -> None:
    for method, path, _ in staff_operations():
        assert await send_request(client, method, path, {}) == (401, "UNAUTHORIZED"), (method, path)


async def test_every_role_that_is_not_in_the_row_is_a_403_before_all_else(
    client: Client, as_role: AsRole
) -> None:
    for role in ROLES:
        headers = await as_role(role)
        for method, path, _ in staff_operations():
            result = await send_request(client, method, path, headers)
            if role in (allowed_roles(method, path) or ()):
                assert result[0] in {400, 404}, (role, method, path)
            else:
                assert result == (403, "FORBIDDEN"), (role, method, path)


def test_a_route_without_a_row_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/secrets", responses={})
    async def secrets() -> None: ...

    monkeypatch.setattr(application, "STAFF_ROUTERS", [Router("/", route_handlers=[secrets])])
    with pytest.raises(LookupError, match="GET /api/v1/admin/secrets is not in auth/roles"):
        application.create_app(Settings())


async def test_a_preflight_request_needs_no_token(client: Client) -> None:
    for _, path, _ in staff_operations():
        assert (await client.options(invalid_request_path(path))).status_code == 204, path


async def test_an_unknown_path_under_the_lock_is_a_404(client: Client) -> None:
    assert (await client.get(f"{PREFIX}/nothing")).status_code == 404
