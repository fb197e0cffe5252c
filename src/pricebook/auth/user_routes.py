from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth import user_service, user_sessions
from pricebook.auth.guard import refuse_api_keys
from pricebook.auth.schemas import Caller
from pricebook.auth.service import AuthService
from pricebook.auth.user_schemas import (
    NewUserAccount,
    UserAccount,
    UserAccountChange,
    UserAccountPage,
    UserQuery,
    UserSession,
    UserSessionPage,
    UserSessionQuery,
)
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import (
    RequestBody,
    Success,
    documented,
    page_example,
    plain_page_example,
)
from pricebook.http.pagination import CursorPage, Page
from pricebook.http.query_string import provide_query

NEW_USER: dict[str, Any] = {
    "username": "anna",
    "role": "procurement",
    "password": "kmq7-v3xt-h8ra-pd2w",
}
USER: dict[str, Any] = {
    "id": "9d0f4c1e-7b2a-4c55-8e13-5a6b7c8d9e0f",
    "username": "anna",
    "role": "procurement",
    "is_active": True,
    "sessions": 2,
    "last_seen_at": "2026-03-02T06:15:00.002913Z",
    "failed_logins": 0,
    "last_failed_login_at": "2026-03-01T17:02:11.551204Z",
    "created_at": "2026-03-01T09:12:44.180722Z",
    "updated_at": "2026-03-01T09:12:44.180722Z",
}
NEW: dict[str, Any] = USER | {"sessions": 0, "last_seen_at": None, "last_failed_login_at": None}
CHANGED: dict[str, Any] = USER | {
    "is_active": False,
    "sessions": 0,
    "updated_at": "2026-03-02T09:00:00Z",
}

SESSION: dict[str, Any] = {
    "id": "3f1b8a70-54c2-4e0d-9a6f-1c2d3e4f5a6b",
    "started_at": "2026-03-02T06:10:00Z",
    "last_used_at": "2026-03-02T06:15:00.002913Z",
    "expires_at": "2026-03-02T18:15:00.002913Z",
}

UserId = Annotated[UUID, PathParameter(description="The user's id.")]
SessionId = Annotated[UUID, PathParameter(description="The session's id.")]


@get(
    "/users",
    summary="List users",
    description="Returns the user accounts by name, inactive ones too.",
    dependencies={"criteria": provide_query(UserQuery)},
    opt=documented(Success(kind=UserAccountPage, example=page_example(USER)), query=UserQuery),
)
async def list_users(
    criteria: NamedDependency[UserQuery], database: NamedDependency[Database]
) -> CursorPage[UserAccount]:
    """Return a page of the users."""
    return await user_service.list_users(database, criteria)


@get(
    "/users/{user_id:str}",
    summary="Get a user",
    description="Returns one user account, without its secrets.",
    opt=documented(Success(kind=UserAccount, example=USER), errors=(NotFoundError,)),
)
async def get_user(user_id: UserId, database: NamedDependency[Database]) -> UserAccount:
    """Return one user."""
    return await user_service.get_user(database, user_id)


@post(
    "/users",
    guards=[refuse_api_keys],
    summary="Create a user",
    description="Creates an account. The password is never returned. An API key cannot create one.",
    dependencies={"new_user": provide_body(NewUserAccount)},
    opt=documented(
        Success(kind=UserAccount, example=NEW, status=201, headers=("Location",)),
        body=RequestBody(NewUserAccount, NEW_USER),
        errors=(ConflictError,),
    ),
)
async def create_user(
    new_user: NamedDependency[NewUserAccount], auth: NamedDependency[AuthService]
) -> Response[UserAccount]:
    """Create a user and return it."""
    created = await user_service.create_user(auth, new_user)
    return Response(created, headers={"Location": f"/api/v1/admin/users/{created.id}"})


@patch(
    "/users/{user_id:str}",
    guards=[refuse_api_keys],
    summary="Change a user",
    description="Changes the fields that are sent: role, activity, password. All sessions of the"
    " user end at once, tokens within 20 seconds. Refused for the own account, for the last active"
    " admin, and with an API key.",
    dependencies={"change": provide_body(UserAccountChange)},
    opt=documented(
        Success(kind=UserAccount, example=CHANGED),
        body=RequestBody(UserAccountChange, {"is_active": False}),
        errors=(NotFoundError, ConflictError),
    ),
)
async def change_user(
    user_id: UserId,
    change: NamedDependency[UserAccountChange],
    caller: NamedDependency[Caller],
    auth: NamedDependency[AuthService],
) -> UserAccount:
    """Change a user and return it."""
    return await user_service.change_user(auth, caller, user_id, change)


@post(
    "/users/{user_id:str}/sign-out",
    status_code=200,
    guards=[refuse_api_keys],
    summary="Sign a user out everywhere",
    description="Ends all sessions of a user at once and all tokens within 20 seconds; a new login"
    " works at once. Refused with an API key.",
    opt=documented(Success(kind=UserAccount, example=NEW), errors=(NotFoundError,)),
)
async def sign_out_user(user_id: UserId, auth: NamedDependency[AuthService]) -> UserAccount:
    """End the sessions and tokens of a user and return the account."""
    return await user_service.sign_out_user(auth, user_id)


@get(
    "/users/{user_id:str}/sessions",
    summary="List the sessions of a user",
    description="Returns the sessions of the console that have not ended, the last used first."
    " Tokens of the API are no sessions. Admins see those of all users, the others their own.",
    dependencies={"criteria": provide_query(UserSessionQuery)},
    opt=documented(
        Success(kind=UserSessionPage, example=plain_page_example(SESSION)),
        query=UserSessionQuery,
        errors=(NotFoundError,),
    ),
)
async def list_user_sessions(
    user_id: UserId,
    criteria: NamedDependency[UserSessionQuery],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Page[UserSession]:
    """Return a page of the sessions of a user."""
    return await user_sessions.read_page(database, caller, user_id, criteria)


@delete(
    "/users/{user_id:str}/sessions/{session_id:str}",
    status_code=204,
    guards=[refuse_api_keys],
    summary="End a session of a user",
    description="Ends one session of the console at once. Admins end those of all users, the others"
    " their own. Refused with an API key.",
    opt=documented(Success(status=204), errors=(NotFoundError,)),
)
async def end_user_session(
    user_id: UserId,
    session_id: SessionId,
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> None:
    """End a session of a user."""
    await user_sessions.end_open_session(database, caller, user_id, session_id)


router = Router(
    "/",
    route_handlers=[
        list_users,
        get_user,
        create_user,
        change_user,
        sign_out_user,
        list_user_sessions,
        end_user_session,
    ],
    tags=["Accounts"],
)
