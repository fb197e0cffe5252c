"""Lets a request under /api/v1/admin in, or not: 401 before 403 before anything else."""

from typing import Any, cast

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope

from pricebook.auth import service
from pricebook.auth.roles import PREFIX, allowed_roles
from pricebook.auth.schemas import Caller
from pricebook.errors import ForbiddenError, PricebookError, UnauthorizedError
from pricebook.http.problems import documented_errors
from pricebook.http.request_state import request_state

AUTH_SCHEME = "bearer"
SECURITY: list[dict[str, list[str]]] = [{"Bearer": []}]

AnyConnection = ASGIConnection[Any, Any, Any, Any]


async def require_role(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
    """Let a caller pass whose role the table of rights lists for the route.

    Raises UnauthorizedError without a valid token, ForbiddenError for another role,
    DatabaseUnavailableError when nobody can tell who is calling.
    """
    method = str(cast("HTTPScope", connection.scope)["method"])
    if method == "OPTIONS":  # a browser asks without a token what it may send
        return
    caller = await service.find_caller(connection.app.state.auth, _bearer_token(connection))
    if caller.role not in (allowed_roles(method, connection.scope["path_template"]) or ()):
        raise ForbiddenError(f"The role {caller.role} may not do this.")
    connection.scope["user"] = caller  # read by Request.user
    request_state(connection.scope).user_id = caller.id


async def provide_caller(request: Request[Caller, Any, Any]) -> Caller:
    """Hand the caller that the guard let in to a route."""
    return request.user


def require_permissions(app: Litestar) -> None:
    """Raise LookupError if a route under the guard has no row in the table of rights."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path_format.startswith(PREFIX):
            for method in route.methods - {"OPTIONS"}:
                if allowed_roles(method, route.path_format) is None:
                    raise LookupError(f"{method} {route.path_format} is not in auth/roles.py")


def documented_staff_errors(*kinds: type[PricebookError]) -> dict[int, ResponseSpec]:
    """List the errors of a route under the guard for the OpenAPI document."""
    return documented_errors(UnauthorizedError, ForbiddenError, *kinds)


def _bearer_token(connection: AnyConnection) -> str:
    authorization_fields = connection.headers.getall("authorization", [])
    if not authorization_fields:
        raise UnauthorizedError("A token is needed: log in, then send Authorization: Bearer <it>.")
    scheme, _, token = authorization_fields[0].partition(" ")
    if len(authorization_fields) > 1 or scheme.lower() != AUTH_SCHEME or not token:
        raise UnauthorizedError("The Authorization header is not one Bearer token.")
    return token.strip(" ")
