from typing import Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.enums import MediaType

from pricebook.auth import service
from pricebook.auth.schemas import Credentials, Login
from pricebook.auth.service import AuthService
from pricebook.errors import (
    PayloadTooLargeError,
    RateLimitExceededError,
    UnauthorizedError,
    ValidationError,
)
from pricebook.http.client_address import client_network
from pricebook.http.json_body import body_operation, provide_body
from pricebook.http.problems import documented_errors, documented_response

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
    description="Gives a token for the routes of staff, to be sent as Authorization: Bearer.",
    operation_class=body_operation(Credentials, CREDENTIALS),
    dependencies={"credentials": provide_body(Credentials)},
    responses=documented_response(Login, LOGIN)
    | documented_errors(
        ValidationError, UnauthorizedError, PayloadTooLargeError, RateLimitExceededError
    ),
)
async def log_in(
    request: Request[Any, Any, Any],
    credentials: NamedDependency[Credentials],
    auth: NamedDependency[AuthService],
) -> Response[Login]:
    """Exchange a user name and a password for a token."""
    address = client_network(request.client.host) if request.client else ""
    login, rate_limit_fields = await service.log_in(auth, credentials, address)
    return Response(login, media_type=MediaType.JSON, headers=rate_limit_fields)


router = Router("/", route_handlers=[log_in], tags=["Accounts"])
