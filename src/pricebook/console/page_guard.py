"""Who requests a page, and whether they may: session, cross-site writes, the table of roles."""

from typing import Any, cast

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope

from pricebook.auth import sessions
from pricebook.auth.guard import set_author
from pricebook.auth.roles import PERMISSIONS, describe
from pricebook.auth.schemas import Caller
from pricebook.console.form_fields import KEPT_FIELDS, read_fields
from pricebook.console.rendering import may
from pricebook.errors import ForbiddenError, UnauthorizedError
from pricebook.http.request_state import request_state

SESSION_COOKIE = "pricebook_session"
LOGIN_NEEDED = "console_login"  # the key in `opt` of pages for people who are logged in
PERMISSION = "console_permission"  # the route of the API that the role of the caller must allow
READING_METHODS = {"GET", "HEAD", "OPTIONS"}

AnyConnection = ASGIConnection[Any, Any, Any, Any]
ApiRoute = tuple[str, str]


def page_for(method: str, path: str) -> dict[str, Any]:
    """Return the `opt` of a page for the roles that may call a route of the API."""
    return {LOGIN_NEEDED: True, PERMISSION: (method, path)}


PAGE_FOR_ALL_STAFF: dict[str, Any] = {LOGIN_NEEDED: True}


async def guard_page(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Set the caller of a page, and refuse who may not see it or send it.

    Raises ForbiddenError for writes from other sites and other roles, UnauthorizedError without a
    session that has not ended, DatabaseUnavailableError if it cannot be read.
    """
    method = str(cast("HTTPScope", connection.scope)["method"])
    if method not in READING_METHODS:
        _require_same_origin(connection)
    caller = await _find_caller(connection)
    connection.scope["user"] = caller
    if caller is not None:
        set_author(caller, request_state(connection.scope))
    elif handler.opt.get(LOGIN_NEEDED):
        await _keep_fields(connection, method)
        raise UnauthorizedError("This page needs a login.")
    permission: ApiRoute | None = handler.opt.get(PERMISSION)
    if permission is not None and not may(caller, *permission):
        raise ForbiddenError(f"This page needs {describe(PERMISSIONS[permission])}.")


def require_page_permissions(app: Litestar) -> None:
    """Raise LookupError if a page names a route that is not in the table of roles."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                permission = handler.opt.get(PERMISSION)
                if permission is not None and permission not in PERMISSIONS:
                    raise LookupError(f"{permission} of {route.path} is not in auth/roles.py")


def _require_same_origin(connection: AnyConnection) -> None:
    """Raise ForbiddenError unless a browser says that a page of this server sent the request.

    Sec-Fetch-Site is sent to https addresses and to this machine, Origin to all others.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        _, _, origin_host = headers.get("origin", "").partition("://")
        is_own = bool(origin_host) and origin_host == headers.get("host")
    if not is_own:
        raise ForbiddenError("The request came from another site, so nothing was changed.")


async def _keep_fields(connection: AnyConnection, method: str) -> None:
    """Keep what a form had for the login that follows; an upload is not read."""
    media_type = connection.headers.get("content-type", "")
    if method == "POST" and isinstance(connection, Request) and not _is_upload(media_type):
        fields = await read_fields(connection)
        cast("dict[str, Any]", connection.scope)[KEPT_FIELDS] = fields


def _is_upload(media_type: str) -> bool:
    return media_type.startswith("multipart/")


async def _find_caller(connection: AnyConnection) -> Caller | None:
    token = connection.cookies.get(SESSION_COOKIE)
    return await sessions.find_caller(connection.app.state.auth, token) if token else None
