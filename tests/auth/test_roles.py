"""Authorization of every staff route of the OpenAPI document."""

import re
from collections.abc import Iterator
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar, Router, get
from litestar.testing import AsyncTestClient

from builders import AsRole
from pricebook.api import application
from pricebook.auth.roles import PREFIX, allowed_roles
from pricebook.auth.schemas import Role
from pricebook.http.openapi_document import build_document
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
Headers = dict[str, str]
ROLES: tuple[Role, ...] = get_args(Role)


def staff_operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    document = build_document(application.create_app(Settings()))
    for path, operations in document["paths"].items():
        if path.startswith(PREFIX):
            for method, operation in operations.items():
                yield method.upper(), path, operation


def invalid_request_path(path: str) -> str:
    """A path that every check after the role check refuses."""
    return re.sub(r"\{[^}]+\}", "no-id", path) + "?limit=0&nonsense=1"


async def send_request(client: Client, method: str, path: str, headers: Headers) -> httpx.Response:
    return await client.request(method, invalid_request_path(path), headers=headers, content=b"{")


def test_every_staff_route_has_permissions_security_and_errors() -> None:
    operations = list(staff_operations())
    assert operations
    for method, path, operation in operations:
        assert allowed_roles(method, path), (method, path)
        assert operation["security"] == [{"Bearer": []}], (method, path)
        assert {"401", "403"} <= set(operation["responses"]), (method, path)


def test_public_routes_need_no_token() -> None:
    document = build_document(application.create_app(Settings()))
    for path, operations in document["paths"].items():
        if not path.startswith(PREFIX):
            assert all(each["security"] == [] for each in operations.values()), path


async def refusal(client: Client, method: str, path: str, headers: Headers) -> tuple[int, str]:
    response = await send_request(client, method, path, headers)
    return response.status_code, response.json()["error"]["code"]


async def test_staff_routes_without_a_token_return_401_before_other_errors(
    client: Client,
) -> None:
    for method, path, _ in staff_operations():
        assert await refusal(client, method, path, {}) == (401, "UNAUTHORIZED"), (method, path)


async def test_other_roles_get_403_before_other_errors(client: Client, as_role: AsRole) -> None:
    for role in ROLES:
        headers = await as_role(role)
        for method, path, _ in staff_operations():
            result = await refusal(client, method, path, headers)
            if role in (allowed_roles(method, path) or ()):
                assert result[0] in {400, 404}, (role, method, path)
            else:
                assert result == (403, "FORBIDDEN"), (role, method, path)


@pytest.mark.parametrize(
    ("role", "path", "needed"),
    [("sales", "/products", "one of procurement, admin"), ("procurement", "/sync", "role admin")],
)
async def test_403_names_the_allowed_roles(
    client: Client, as_role: AsRole, role: Role, path: str, needed: str
) -> None:
    response = await send_request(client, "POST", PREFIX + path, await as_role(role))
    assert response.status_code == 403
    assert f"needs {needed}" in response.json()["detail"]


async def test_403_for_a_field_names_the_allowed_roles(client: Client, as_role: AsRole) -> None:
    response = await client.patch(
        f"{PREFIX}/products/{uuid4()}", headers=await as_role("sales"), json={"status": "archived"}
    )
    assert response.status_code == 403
    assert "status needs one of procurement, admin" in response.json()["detail"]


def test_route_without_permissions_fails_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/secrets", responses={})
    async def secrets() -> None: ...

    monkeypatch.setattr(application, "STAFF_ROUTERS", [Router("/", route_handlers=[secrets])])
    with pytest.raises(LookupError, match="GET /api/v1/admin/secrets is not in auth/roles"):
        application.create_app(Settings())


async def test_options_needs_no_token(client: Client) -> None:
    for _, path, _ in staff_operations():
        assert (await client.options(invalid_request_path(path))).status_code == 204, path


async def test_unknown_staff_path_returns_404(client: Client) -> None:
    assert (await client.get(f"{PREFIX}/nothing")).status_code == 404
