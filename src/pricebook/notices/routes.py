from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.http.query_string import provide_query
from pricebook.notices import service
from pricebook.notices.schemas import Recipient, RecipientChange, RecipientPage

CHANGE: dict[str, Any] = {
    "email": "anna@example.com",
    "kinds": ["failed", "held", "late", "unusual", "quarantined"],
}
RECIPIENT: dict[str, Any] = {
    "user_id": "9d0f4c1e-7b2a-4c55-8e13-5a6b7c8d9e0f",
    "username": "anna",
    "role": "admin",
    **CHANGE,
    "created_at": "2026-03-01T09:12:44.180722Z",
    "updated_at": "2026-03-01T09:12:44.180722Z",
}

UserId = Annotated[UUID, PathParameter(description="The user's id.")]


@get(
    "/notice-recipients",
    summary="List recipients of notices",
    description="Returns the users who receive notices of price lists by e-mail, in the order in"
    " which they were chosen.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(
        Success(kind=RecipientPage, example=page_example(RECIPIENT)), query=CursorPaging
    ),
)
async def list_notice_recipients(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[Recipient]:
    """Return a page of recipients."""
    return await service.list_recipients(database, paging)


@get(
    "/notice-recipients/{user_id:str}",
    summary="Get a recipient of notices",
    description="Returns which notices a user receives.",
    opt=documented(Success(kind=Recipient, example=RECIPIENT), errors=(NotFoundError,)),
)
async def get_notice_recipient(user_id: UserId, database: NamedDependency[Database]) -> Recipient:
    """Return one recipient."""
    return await service.get_recipient(database, user_id)


@put(
    "/notice-recipients/{user_id:str}",
    summary="Set the notices of a user",
    description="Sets which notices of price lists a user receives by e-mail, and where.",
    dependencies={"change": provide_body(RecipientChange)},
    opt=documented(
        Success(kind=Recipient, example=RECIPIENT),
        body=RequestBody(RecipientChange, CHANGE),
        errors=(NotFoundError,),
    ),
)
async def set_notice_recipient(
    user_id: UserId,
    change: NamedDependency[RecipientChange],
    database: NamedDependency[Database],
) -> Recipient:
    """Set and return one recipient."""
    return await service.set_recipient(database, user_id, change)


@delete(
    "/notice-recipients/{user_id:str}",
    summary="Stop the notices of a user",
    description="Stops all notices to a user; those that are in no mail yet are not sent.",
    opt=documented(Success(status=204), errors=(NotFoundError,)),
)
async def remove_notice_recipient(
    user_id: UserId, database: NamedDependency[Database]
) -> Response[None]:
    """Remove one recipient."""
    await service.remove_recipient(database, user_id)
    return Response(None, status_code=204)


router = Router(
    "/",
    route_handlers=[
        list_notice_recipients,
        get_notice_recipient,
        set_notice_recipient,
        remove_notice_recipient,
    ],
    tags=["Notices"],
)
