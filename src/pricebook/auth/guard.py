"""Authentication and authorization of requests under /api/v1/admin: 401, then 403."""

from typing import Any, cast

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope

from pricebook.auth import service
from pricebook.auth.roles import PREFIX, allowed_roles, describe
from pricebook.auth.schemas import Caller
from pricebook.db.actor import Actor, set_actor
from pricebook.errors import ForbiddenError, UnauthorizedError
from pricebook.http.request_state import request_state

AUTH_SCHEME = "bearer"
SECURITY: list[dict[str, list[str]]] = [{"Bearer": []}]

AnyConnection = ASGIConnection[Any, Any, Any, Any]


async def require_role(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
    """Set the caller and the actor of a request; its role must be in PERMISSIONS for the route.

    Raises UnauthorizedError without a valid token, ForbiddenError for another role,
    DatabaseUnavailableError if the account cannot be read.
    """
    method = str(cast("HTTPScope", connection.scope)["method"])
    if method == "OPTIONS":  # browsers send preflight requests without a token
        return
    caller = await service.find_caller(connection.app.state.auth, _bearer_token(connection))
    roles = allowed_roles(method, connection.scope["path_template"]) or frozenset()
    if caller.role not in roles:
        raise ForbiddenError(f"Role {caller.role} may not do this: it needs {describe(roles)}.")
    connection.scope["user"] = caller  # read by Request.user
    state = request_state(connection.scope)
    state.user_id = caller.id
    set_actor(Actor("user", caller.username, caller.id, request_id=state.request_id))


async def provide_caller(request: Request[Caller, Any, Any]) -> Caller:
    """Return the caller that `require_role` set."""
    return request.user


def require_permissions(app: Litestar) -> None:
    """Raise LookupError if a route under PREFIX has no row in PERMISSIONS."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path_format.startswith(PREFIX):
            for method in route.methods - {"OPTIONS"}:
                if allowed_roles(method, route.path_format) is None:
                    raise LookupError(f"{method} {route.path_format} is not in auth/roles.py")


def _bearer_token(connection: AnyConnection) -> str:
    authorization_fields = connection.headers.getall("authorization", [])
    if not authorization_fields:
        raise UnauthorizedError(
            "A token is missing: log in and send Authorization: Bearer <token>."
        )
    scheme, _, token = authorization_fields[0].partition(" ")
    if len(authorization_fields) > 1 or scheme.lower() != AUTH_SCHEME or not token:
        raise UnauthorizedError("The field Authorization must be one Bearer token.")
    return token.strip(" ")
