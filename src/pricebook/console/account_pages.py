"""Login, logout, and the change of the own password."""

import re
from typing import Any

from litestar import Request, Response, get, post

from pricebook.auth import sessions
from pricebook.console.form_fields import MAX_FORM_BYTES, read_fields, without_secrets
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import PAGE_FOR_ALL_STAFF, SESSION_COOKIE
from pricebook.console.rendering import render, wants_fragment
from pricebook.errors import RateLimitExceededError, UnauthorizedError, ValidationError
from pricebook.http.client_address import client_network

AnyRequest = Request[Any, Any, Any]
HOME = "/console"
# A path of this server: `//host` and `/\host` are addresses of other servers.
OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")
KEPT = "kept."


@get("/login", name="login")
async def show_login(request: AnyRequest) -> Response[Any]:
    """Show the login."""
    target = own_path(request.query_params.get("next", HOME))
    if request.scope["user"] is not None:
        return _redirect(target)
    return render(request, "login.html", _login_values(target))


@post("/login", status_code=200, request_max_body_size=MAX_FORM_BYTES)
async def log_in(request: AnyRequest) -> Response[Any]:
    """Open a session, and go on to where the login was needed."""
    fields = await read_fields(request)
    form = dict(fields)
    kept = [(name.removeprefix(KEPT), v) for name, v in fields if name.startswith(KEPT)]
    target, username = own_path(form.get("next", HOME)), form.get("username", "").strip()
    values = _login_values(target, username, kept) | {"is_resumed": "is_resumed" in form}
    try:
        token, _ = await sessions.open_session(
            request.app.state.auth, username, form.get("password", ""), _network(request)
        )
    except (UnauthorizedError, RateLimitExceededError) as error:
        return _refused_login(request, values, error)
    if wants_fragment(request):
        return _with_session(request, render(request, "logged_in.html", {}), token)
    if values["is_resumed"]:
        return _with_session(request, render(request, "resume.html", values), token)
    return _with_session(request, _redirect(target), token)


@post("/logout", status_code=303, request_max_body_size=MAX_FORM_BYTES)
async def log_out(request: AnyRequest) -> Response[Any]:
    """End the session."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await sessions.close_session(request.app.state.auth, token)
    response = _redirect("/")
    response.delete_cookie(SESSION_COOKIE)
    return response


@get("/console/account", name="account", opt=PAGE_FOR_ALL_STAFF)
async def show_account(request: AnyRequest) -> Response[Any]:
    """Show the own account."""
    return _account(request)


@post(
    "/console/account/password",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=PAGE_FOR_ALL_STAFF,
)
async def change_password(request: AnyRequest) -> Response[Any]:
    """Change the own password; all other sessions of the user end."""
    form = dict(await read_fields(request))
    present, new = form.get("present_password", ""), form.get("new_password", "")
    if new != form.get("repeated_password", ""):
        return _account(request, "different", 400)
    try:
        token = await sessions.change_password(
            request.app.state.auth, caller_of(request), (present, new), _network(request)
        )
    except UnauthorizedError:
        return _account(request, "wrong_password", 400)
    except (RateLimitExceededError, ValidationError) as error:
        return _account(request, error.message, error.status)
    return _with_session(request, _account(request, is_changed=True), token)


def _account(
    request: AnyRequest, message: str = "", status: int = 200, *, is_changed: bool = False
) -> Response[Any]:
    values = {"message": message, "is_changed": is_changed}
    return render(request, "account.html", values, status=status)


def own_path(text: str) -> str:
    """Return a path of this server, that of the home for any other text."""
    return text if OWN_PATH.fullmatch(text) else HOME


def _login_values(
    target: str, username: str = "", kept: list[tuple[str, str]] | None = None
) -> dict[str, Any]:
    fields = without_secrets(kept or [])
    return {
        "next": target,
        "username": username,
        "kept": fields,
        "message": "",
        "is_resumed": bool(fields),
    }


def _refused_login(
    request: AnyRequest, values: dict[str, Any], error: UnauthorizedError | RateLimitExceededError
) -> Response[Any]:
    """Return the login with the reason and the name that was typed."""
    template = "login_dialog.html" if wants_fragment(request) else "login.html"
    return render(request, template, values | {"message": error.message}, status=error.status)


def _with_session(request: AnyRequest, response: Response[Any], token: str) -> Response[Any]:
    """Return a response with the cookie of a session; only https carries it where that is used."""
    is_secure = request.scope["scheme"] == "https" or request.app.state.settings.hsts_seconds > 0
    response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", secure=is_secure)
    return response


def _redirect(path: str) -> Response[Any]:
    return Response(None, status_code=303, headers={"Location": path})


def _network(request: AnyRequest) -> str:
    return client_network(request.client.host) if request.client else ""
