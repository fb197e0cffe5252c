"""Users: the list, create them, change roles and passwords, deactivate them, sign them out."""

from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.audit import service as audit
from pricebook.auth import user_service, user_sessions
from pricebook.auth.passwords import generate_password
from pricebook.auth.schemas import Role
from pricebook.auth.user_schemas import NewUserAccount, UserAccountChange, UserQuery
from pricebook.auth.user_service import OutdatedUserError
from pricebook.console.active_filters import active_filters
from pricebook.console.administration.administration_sections import PATH as ADMINISTRATION
from pricebook.console.administration.administration_sections import render_section
from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import SESSION_COOKIE, page_for
from pricebook.console.query_fields import (
    PageQuery,
    decode_page_query,
    read_page_query,
    require_page_query,
)
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError

AnyRequest = Request[Any, Any, Any]
UserId = Annotated[UUID, PathParameter(description="The user's id.")]
SessionId = Annotated[UUID, PathParameter(description="The session's id.")]
PATH = f"{ADMINISTRATION}/users"
DONE = (
    *("changed", "deactivated", "activated", "signed_out", "no_session"),
    *("session_ended", "session_had_ended"),
)


@get(PATH, opt=page_for("GET", "/users"))
async def show_users(request: AnyRequest) -> Response[Any]:
    """Show the accounts that pass the filters."""
    query = read_page_query(UserQuery, request.scope["query_string"])
    criteria, issues = decode_page_query(UserQuery, query)
    database: Database = request.app.state.database
    page = await user_service.list_users(database, criteria or UserQuery())
    values = {
        "query": query,
        "issues": {each.field: each.issue for each in issues},
        "result": page,
        "active_filters": active_filters("users", query, PATH, {}),
        "roles": get_args(Role),
        "next": page.next_cursor and query.address(PATH, cursor=page.next_cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
    }
    return render_section(request, "administration/users.html", values)


@get(f"{PATH}/new", opt=page_for("POST", "/users"))
async def show_new_user(request: AnyRequest) -> Response[Any]:
    """Show the form of a new account."""
    return _new(request, {})


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/users"),
)
async def create_user(request: AnyRequest) -> Response[Any]:
    """Create an account; a generated password is shown in the response only."""
    typed = await read_form(request)
    try:
        password = typed.get("password", "") or generate_password()
        fields = {"username": typed.get("username", "").strip(), "role": typed.get("role", "")}
        new = require_page_query(NewUserAccount, PageQuery(fields | {"password": password}))
        user = await user_service.create_user(request.app.state.auth, new)
    except (ConflictError, ValidationError) as error:
        return _new(request, typed, _issues_of(error))
    shown = "" if typed.get("password") else password
    return await _user(request, user.id, done="created", password=shown)


@get(PATH + "/{user_id:str}", opt=page_for("PATCH", "/users/{id}"))
async def show_user(request: AnyRequest, user_id: UserId) -> Response[Any]:
    """Show an account, and what can be done with it."""
    what = request.query_params.get("done", "")
    return await _user(request, user_id, done=what if what in DONE else "")


@post(
    PATH + "/{user_id:str}",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/users/{id}"),
)
async def change_user(request: AnyRequest, user_id: UserId) -> Response[Any]:
    """Change the role of a user, or whether the user can log in."""
    typed = await read_form(request)
    fields: dict[str, str] = {name: typed[name] for name in ("role", "is_active") if name in typed}
    refusal = await _change(request, user_id, typed, fields)
    if refusal is not None:
        return refusal
    activity = {"true": "activated", "false": "deactivated"}
    return _done(user_id, activity.get(typed.get("is_active", ""), "changed"))


@post(
    PATH + "/{user_id:str}/password",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/users/{id}"),
)
async def reset_password(request: AnyRequest, user_id: UserId) -> Response[Any]:
    """Give a user a new password; a generated one is shown in the response only."""
    typed = await read_form(request)
    password = typed.get("new_password", "") or generate_password()
    refusal = await _change(request, user_id, typed, {"password": password})
    if refusal is not None:
        return refusal
    shown = "" if typed.get("new_password") else password
    return await _user(request, user_id, done="reset", password=shown)


@post(
    PATH + "/{user_id:str}/sign-out",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/users/{id}/sign-out"),
)
async def sign_out_user(request: AnyRequest, user_id: UserId) -> Response[Any]:
    """End all sessions and tokens of a user."""
    state = request.app.state
    has_session = (await user_service.get_user(state.database, user_id)).sessions > 0
    await user_service.sign_out_user(state.auth, user_id)
    return _done(user_id, "signed_out" if has_session else "no_session")


@post(
    PATH + "/{user_id:str}/sessions/{session_id:str}/end",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/users/{id}/sign-out"),
)
async def end_session(request: AnyRequest, user_id: UserId, session_id: SessionId) -> Response[Any]:
    """End one session of a user."""
    database: Database = request.app.state.database
    was_open = await user_sessions.end_session(database, user_id, session_id)
    return _done(user_id, "session_ended" if was_open else "session_had_ended")


async def _change(
    request: AnyRequest, user_id: UUID, typed: dict[str, str], fields: dict[str, str]
) -> Response[Any] | None:
    """Change an account unless somebody else changed it; return the page of a refusal."""
    try:
        seen = convert_fields(typed.get("before", ""), datetime)
        change = require_page_query(UserAccountChange, PageQuery(fields))
        auth = request.app.state.auth
        await user_service.change_user(auth, caller_of(request), user_id, change, seen=seen)
    except (ConflictError, ValidationError) as error:
        return await _user(request, user_id, error)
    return None


async def _user(
    request: AnyRequest,
    user_id: UUID,
    error: ConflictError | ValidationError | None = None,
    **shown: str,
) -> Response[Any]:
    """Return the page of an account; `shown` has what was done, and a new password."""
    database: Database = request.app.state.database
    user = await user_service.get_user(database, user_id)
    token = request.cookies.get(SESSION_COOKIE, "")
    values = {
        "user": user,
        "open_sessions": await user_sessions.list_sessions(database, user_id, token),
        "roles": get_args(Role),
        "deactivation": None
        if user.is_active
        else await audit.find_deactivation(database, user_id),
        "refusal": await audit.find_login_refusal(database, user_id) if user.is_active else None,
        "done": shown.get("done", ""),
        "password": shown.get("password", ""),
        "is_own": user.id == caller_of(request).id,
        "error": error,
        "has_conflict": isinstance(error, OutdatedUserError),
        "issues": _issues_of(error) if error else {},
    }
    status = 400 if error else 200
    return render_section(request, "administration/user.html", values, status=status)


def _new(
    request: AnyRequest, typed: dict[str, str], issues: dict[str, str] | None = None
) -> Response[Any]:
    values = {"typed": PageQuery(typed), "roles": get_args(Role), "issues": issues or {}}
    status = 400 if issues else 200
    return render_section(request, "administration/new_user.html", values, status=status)


def _issues_of(error: ConflictError | ValidationError) -> dict[str, str]:
    """Return the issues of an error by field; the name is what may be taken."""
    if isinstance(error, ConflictError):
        return {"username": error.message}
    return {each.field: each.issue for each in error.issues} or {"username": error.message}


def _done(user_id: UUID, what: str) -> Response[Any]:
    headers = {"Location": f"{PATH}/{user_id}?done={what}"}
    return Response(None, status_code=303, headers=headers)
