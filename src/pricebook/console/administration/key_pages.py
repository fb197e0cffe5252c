"""API keys: the list, create them with a secret that is shown once, revoke them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.auth import key_service
from pricebook.auth.key_schemas import NewApiKey, default_expiry
from pricebook.auth.schemas import Role
from pricebook.console.administration.administration_sections import PATH as ADMINISTRATION
from pricebook.console.administration.administration_sections import render_section
from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, decode_page_query, read_page_query
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError, body_issue, validation_error
from pricebook.http.pagination import CursorPaging

AnyRequest = Request[Any, Any, Any]
KeyId = Annotated[UUID, PathParameter(description="The key's id.")]
PATH = f"{ADMINISTRATION}/keys"
SOON_DAYS = 14
DAY_EXPECTED = "expected a day such as 2027-03-31, or nothing for no end"


@get(PATH, opt=page_for("GET", "/api-keys"))
async def show_keys(request: AnyRequest) -> Response[Any]:
    """Show all keys, newest first, expired and revoked ones too."""
    query = read_page_query(CursorPaging, request.scope["query_string"])
    paging, _ = decode_page_query(CursorPaging, query)
    database: Database = request.app.state.database
    page = await key_service.list_keys(database, paging or CursorPaging())
    values = {
        "result": page,
        "soon": datetime.now(UTC) + timedelta(days=SOON_DAYS),
        "roles": get_args(Role),
        "revoked": request.query_params.get("done") == "revoked",
        "next": page.next_cursor and query.address(PATH, cursor=page.next_cursor, page=None),
    }
    return render_section(request, "administration/keys.html", values)


@get(f"{PATH}/new", opt=page_for("POST", "/api-keys"))
async def show_new_key(request: AnyRequest) -> Response[Any]:
    """Show the form of a new key."""
    return _new(request, {})


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/api-keys"),
)
async def create_key(request: AnyRequest) -> Response[Any]:
    """Create a key; its text is shown in the response only."""
    typed = await read_form(request)
    database: Database = request.app.state.database
    try:
        new = NewApiKey(typed.get("name", ""), _role(typed), _expiry(typed), "read_only" in typed)
        key = await key_service.create_key(database, new, caller_of(request).username)
    except ConflictError as error:
        return _new(request, typed, {"name": error.message})
    except ValidationError as error:
        return _new(request, typed, {each.field: each.issue for each in error.issues})
    address = f"{str(request.base_url).rstrip('/')}/api/v1"
    values = {"key": key, "secret": key.key, "address": address}
    return render_section(request, "administration/key.html", values)


@get(PATH + "/{key_id:str}", opt=page_for("GET", "/api-keys/{id}"))
async def show_key(request: AnyRequest, key_id: KeyId) -> Response[Any]:
    """Show a key without its secret, and its revocation."""
    key = await key_service.get_key(request.app.state.database, key_id)
    return render_section(request, "administration/key.html", {"key": key, "secret": ""})


@post(
    PATH + "/{key_id:str}/revoke",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("DELETE", "/api-keys/{id}"),
)
async def revoke_key(request: AnyRequest, key_id: KeyId) -> Response[Any]:
    """Revoke a key, which stays in the list."""
    state = request.app.state
    await key_service.revoke_key(state.database, key_id, caller_of(request).username)
    state.auth.keys.forget(key_id)
    return Response(None, status_code=303, headers={"Location": f"{PATH}?done=revoked"})


def _new(
    request: AnyRequest, typed: dict[str, str], issues: dict[str, str] | None = None
) -> Response[Any]:
    values = {
        "typed": PageQuery(typed),
        "roles": get_args(Role),
        "is_first": not typed,
        "last_day": f"{default_expiry():%Y-%m-%d}",
        "issues": issues or {},
    }
    status = 400 if issues else 200
    return render_section(request, "administration/new_key.html", values, status=status)


def _role(typed: dict[str, str]) -> Role:
    for role in get_args(Role):
        if role == typed.get("role"):
            return role
    raise validation_error(body_issue("role", "expected one of the roles"))


def _expiry(typed: dict[str, str]) -> datetime | None:
    """Return the end of the chosen day in UTC, None for none; raises ValidationError."""
    text = typed.get("expires_at", "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise validation_error(body_issue("expires_at", DAY_EXPECTED)) from None
    return datetime.combine(day, time(23, 59, 59), UTC)
