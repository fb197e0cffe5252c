"""Authentication and authorization of requests under /api/v1/admin: 401, then 403."""

from typing import Any, cast

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope

from pricebook.auth import key_check, key_format, service
from pricebook.auth.roles import PREFIX, allowed_roles, describe
from pricebook.auth.schemas import Caller
from pricebook.db.actor import Actor, set_actor
from pricebook.errors import ForbiddenError, UnauthorizedError
from pricebook.http.client_address import client_network
from pricebook.http.request_state import RequestState, request_state

AUTH_SCHEME = "bearer"
READ_METHODS = frozenset({"GET", "HEAD"})
SECURITY: list[dict[str, list[str]]] = [{"Bearer": []}]

AnyConnection = ASGIConnection[Any, Any, Any, Any]


async def require_role(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
    """Set the caller and the actor of a request; its role must be in PERMISSIONS for the route.

    Raises UnauthorizedError without a valid token or API key, ForbiddenError for another role and
    for a change with a read-only key, RateLimitExceededError for too many wrong keys,
    DatabaseUnavailableError if the account or the key cannot be read.
    """
    method = str(cast("HTTPScope", connection.scope)["method"])
    if method == "OPTIONS":  # browsers send preflight requests without a token
        return
    caller = await _find_caller(connection)
    if caller.read_only and method not in READ_METHODS:
        raise ForbiddenError(
            f"The API key {caller.api_key} is read-only: it may send GET and HEAD requests."
        )
    roles = allowed_roles(method, connection.scope["path_template"]) or frozenset()
    if caller.role not in roles:
        raise ForbiddenError(f"Role {caller.role} may not do this: it needs {describe(roles)}.")
    connection.scope["user"] = caller  # read by Request.user
    set_author(caller, request_state(connection.scope))


def set_author(caller: Caller, state: RequestState) -> None:
    """Name the caller in the log line of a request, and in the audit of its transactions."""
    if caller.api_key is None:
        state.user_id = caller.id
        actor = Actor("user", caller.username, caller.id, request_id=state.request_id)
    else:
        state.api_key, state.api_key_id = caller.api_key, caller.id
        actor = Actor("api_key", caller.api_key, caller.id, request_id=state.request_id)
    set_actor(actor)


async def refuse_api_keys(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
    """Raise ForbiddenError for a caller with an API key, after `require_role`."""
    caller: Caller = connection.user
    if caller.api_key is not None:
        raise ForbiddenError("An API key may not do this: log in with a user name and a password.")


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


async def _find_caller(connection: AnyConnection) -> Caller:
    """Return the user of a token, or the API key that was sent in its place."""
    auth = connection.app.state.auth
    text = _bearer_token(connection)
    if not text.startswith(key_format.PREFIX):
        return await service.find_caller(auth, text)
    address = client_network(connection.client.host) if connection.client else ""
    return await key_check.find_key_caller(auth, text, address)


def _bearer_token(connection: AnyConnection) -> str:
    authorization_fields = connection.headers.getall("authorization", [])
    if not authorization_fields:
        raise UnauthorizedError(
            "A token is missing: log in, or use an API key, and send Authorization: Bearer <token>."
        )
    scheme, _, token = authorization_fields[0].partition(" ")
    if len(authorization_fields) > 1 or scheme.lower() != AUTH_SCHEME or not token:
        raise UnauthorizedError("The field Authorization must be one Bearer token.")
    return token.strip(" ")
