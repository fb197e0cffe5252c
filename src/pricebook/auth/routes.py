from typing import Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.enums import MediaType

from pricebook.auth import service
from pricebook.auth.schemas import Credentials, Login, LoginAttempt
from pricebook.auth.service import AuthService
from pricebook.errors import RateLimitExceededError, UnauthorizedError
from pricebook.http.client_address import client_network
from pricebook.http.json_body import decode_body, provide_body
from pricebook.http.openapi import RequestBody, Success, documented
from pricebook.http.openapi_headers import RATE_LIMIT_FIELDS

MAX_BODY_BYTES = 16 * 1024  # two texts of 255 characters, each written as two escapes at most
CREDENTIALS: dict[str, Any] = {"username": "sales", "password": "kmq7-v3xt-h8ra-pd2w"}
LOGIN: dict[str, Any] = {
    "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
    "expires_at": "2026-03-02T09:30:00Z",
    "user": {
        "id": "6d0f5a3e-9d2b-4a86-b7a4-0f7c2f1d8e55",
        "username": "sales",
        "role": "sales",
    },
}


@post(
    "/auth/login",
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    summary="Log in",
    description="Returns a token for the routes under /api/v1/admin, which is sent as"
    " `Authorization: Bearer <token>`. Failed logins are limited per user name and per address;"
    " a password that is too short counts as one.",
    dependencies={"credentials": provide_body(LoginAttempt)},
    opt=documented(
        Success(kind=Login, example=LOGIN, headers=RATE_LIMIT_FIELDS),
        body=RequestBody(Credentials, CREDENTIALS),
        errors=(UnauthorizedError, RateLimitExceededError),
    ),
)
async def log_in(
    request: Request[Any, Any, Any],
    credentials: NamedDependency[LoginAttempt],
    auth: NamedDependency[AuthService],
) -> Response[Login]:
    """Return a token for a user name and a password.

    A password that is too short is refused as invalid after it was counted as a failed login.
    """
    address = client_network(request.client.host) if request.client else ""
    try:
        login, rate_limit_fields = await service.log_in(auth, credentials, address)
    except UnauthorizedError:
        decode_body(Credentials, await request.body())
        raise
    return Response(login, media_type=MediaType.JSON, headers=rate_limit_fields)


router = Router("/", route_handlers=[log_in], tags=["Accounts"])
