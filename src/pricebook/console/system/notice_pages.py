"""Notices by e-mail: who receives which, and what happened to the last e-mails."""

import asyncio
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import PathParameter
from msgspec import Struct

from pricebook.console.administration.administration_sections import render_section
from pricebook.console.form_fields import MAX_FORM_BYTES, read_fields
from pricebook.console.page_guard import page_for
from pricebook.console.page_texts import load_texts
from pricebook.console.query_fields import read_page_query, require_page_query
from pricebook.db.database import Database
from pricebook.errors import NotFoundError, ValidationError
from pricebook.http.pagination import CursorPaging
from pricebook.notices import service
from pricebook.notices.schemas import NoticeKind, Recipient, RecipientChange
from pricebook.notices.sending import mail_settings, send_test
from pricebook.notices.smtp import MailError

AnyRequest = Request[Any, Any, Any]
RecipientId = Annotated[UUID, PathParameter(description="The user's id.")]
PATH = "/console/administration/notices"
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
SHOWN_MAILS = 20
# A page does not wait as long for a mail server as a worker.
TEST_SECONDS = 15
DONE = ("saved", "removed", "tested")


class TypedRecipient(Struct, frozen=True):
    """The fields of the form of a recipient."""

    user_id: str = ""
    email: str = ""
    kinds: tuple[str, ...] = KINDS
    before: str = ""


@get(PATH, opt=page_for("GET", "/notice-recipients"))
async def show_notices(request: AnyRequest) -> Response[Any]:
    """Show who receives which notices, and the last e-mails."""
    query = read_page_query(CursorPaging, request.scope["query_string"])
    database: Database = request.app.state.database
    result = await service.list_recipients(database, require_page_query(CursorPaging, query))
    mails = mail_settings(request.app.state.settings)
    cursor = result.next_cursor
    done = request.query_params.get("done", "")
    values = {
        "result": result,
        "next": cursor and query.address(PATH, cursor=cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
        "server": mails.server if mails else None,
        "sender": mails.sender if mails else "",
        "mails": await service.list_mails(database, SHOWN_MAILS),
        "kinds": KINDS,
        "done": done if done in DONE else "",
    }
    return render_section(request, "system/notices.html", values)


@get(f"{PATH}/new", opt=page_for("PUT", "/notice-recipients/{id}"))
async def show_new_recipient(request: AnyRequest) -> Response[Any]:
    """Show the form of a new recipient."""
    return await _form(request, None, TypedRecipient())


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PUT", "/notice-recipients/{id}"),
)
async def add_recipient(request: AnyRequest) -> Response[Any]:
    """Have a user receive notices; one who does already is not changed."""
    typed = await _read_typed(request)
    try:
        user_id = UUID(typed.user_id)
    except ValueError:
        return await _form(request, None, typed, {"user_id": "choose a user"})
    if await _find(request, user_id) is not None:
        issue = "receives notices already: change that in the list of recipients"
        return await _form(request, None, typed, {"user_id": issue})
    return await _save(request, user_id, None, typed)


@get(PATH + "/{recipient_id:str}", opt=page_for("PUT", "/notice-recipients/{id}"))
async def show_recipient(request: AnyRequest, recipient_id: RecipientId) -> Response[Any]:
    """Show the form of a recipient."""
    recipient = await service.get_recipient(request.app.state.database, recipient_id)
    typed = TypedRecipient(str(recipient_id), recipient.email, tuple(recipient.kinds))
    return await _form(request, recipient, typed)


@post(
    PATH + "/{recipient_id:str}",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PUT", "/notice-recipients/{id}"),
)
async def change_recipient(request: AnyRequest, recipient_id: RecipientId) -> Response[Any]:
    """Change what a user receives, unless somebody else changed it since it was shown."""
    typed = await _read_typed(request)
    recipient = await service.get_recipient(request.app.state.database, recipient_id)
    if typed.before != recipient.updated_at.isoformat():
        return await _form(request, recipient, typed, has_conflict=True)
    return await _save(request, recipient_id, recipient, typed)


@post(
    PATH + "/{recipient_id:str}/remove",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("DELETE", "/notice-recipients/{id}"),
)
async def remove_recipient(request: AnyRequest, recipient_id: RecipientId) -> Response[Any]:
    """Stop the notices of a user."""
    await service.remove_recipient(request.app.state.database, recipient_id)
    return _done("removed")


@post(
    PATH + "/{recipient_id:str}/test",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PUT", "/notice-recipients/{id}"),
)
async def test_recipient(request: AnyRequest, recipient_id: RecipientId) -> Response[Any]:
    """Send a mail to a user at once, to see whether it arrives."""
    recipient = await service.get_recipient(request.app.state.database, recipient_id)
    mails = mail_settings(request.app.state.settings)
    typed = TypedRecipient(str(recipient_id), recipient.email, tuple(recipient.kinds))
    if mails is None:
        return await _form(request, recipient, typed, not_sent=load_texts()("notices.off_title"))
    try:
        async with asyncio.timeout(TEST_SECONDS):
            await send_test(mails, recipient)
    except TimeoutError:
        reason = load_texts()("notices.no_response", host=mails.server.host, n=TEST_SECONDS)
        return await _form(request, recipient, typed, not_sent=reason)
    except MailError as error:
        return await _form(request, recipient, typed, not_sent=error.message)
    return _done("tested")


async def _save(
    request: AnyRequest, user_id: UUID, recipient: Recipient | None, typed: TypedRecipient
) -> Response[Any]:
    if not typed.kinds:
        return await _form(request, recipient, typed, {"kinds": "choose at least one"})
    try:
        change = msgspec.convert({"email": typed.email, "kinds": typed.kinds}, RecipientChange)
        await service.set_recipient(request.app.state.database, user_id, change)
    except ValidationError as error:
        issues = {each.field: each.issue for each in error.issues}
        return await _form(request, recipient, typed, issues)
    except msgspec.ValidationError:
        return await _form(request, recipient, typed, {"email": "expected up to 254 characters"})
    return _done("saved")


async def _find(request: AnyRequest, user_id: UUID) -> Recipient | None:
    try:
        return await service.get_recipient(request.app.state.database, user_id)
    except NotFoundError:
        return None


async def _read_typed(request: AnyRequest) -> TypedRecipient:
    fields = await read_fields(request)
    values = {name: value.strip() for name, value in fields}
    kinds = tuple(value for name, value in fields if name == "kinds" and value in KINDS)
    return TypedRecipient(
        values.get("user_id", ""), values.get("email", ""), kinds, values.get("before", "")
    )


async def _form(
    request: AnyRequest,
    recipient: Recipient | None,
    typed: TypedRecipient,
    issues: dict[str, str] | None = None,
    **refusal: Any,
) -> Response[Any]:
    """Return the form with what was typed, and why it, or a test, was refused."""
    database: Database = request.app.state.database
    users = [] if recipient else await service.list_other_users(database)
    values = {
        "recipient": recipient,
        "typed": typed,
        "issues": issues or {},
        "has_conflict": False,
        "not_sent": "",
        **refusal,
        "users": [(str(user_id), name) for user_id, name in users],
        "kinds": KINDS,
    }
    status = 400 if issues or refusal else 200
    return render_section(request, "system/notice_form.html", values, status=status)


def _done(what: str) -> Response[Any]:
    return Response(None, status_code=303, headers={"Location": f"{PATH}?done={what}"})
