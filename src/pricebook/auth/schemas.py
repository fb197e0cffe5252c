from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.http.field_types import NO_NUL, doc

Role = Literal["sales", "procurement", "admin"]


class User(Struct, frozen=True):
    """A user account without its secrets."""

    id: Annotated[UUID, doc("Id of the user.")]
    username: Annotated[str, doc("Name to log in with, as it was created.")]
    role: Annotated[Role, doc("Role, which decides what the user may do.")]


class Caller(Struct, frozen=True):
    """Who sends a request, as read from the database: a user, or the API key of that name.

    `id` is that of the user or the key, `username` what others see as the author. A read-only key
    may change nothing.
    """

    id: UUID
    username: str
    role: Role
    api_key: str | None = None
    read_only: bool = False


class Credentials(Struct, frozen=True):
    """User name and password of a login."""

    username: Annotated[
        str,
        Meta(min_length=3, max_length=255, pattern=NO_NUL, description="User name, in any case."),
    ]
    password: Annotated[
        str,
        Meta(min_length=8, max_length=255, pattern=NO_NUL, description="Password of the user."),
    ]


class LoginAttempt(Credentials, frozen=True):
    """Credentials with a password of any length up to 255, which counts as an attempt."""

    password: Annotated[str, Meta(max_length=255, pattern=NO_NUL)]


class Login(Struct, frozen=True):
    """A token and the user that it belongs to."""

    token: Annotated[str, doc("Token for `Authorization: Bearer` (a signed JWT).")]
    expires_at: Annotated[datetime, doc("End of the token's validity, ISO 8601 UTC.")]
    user: Annotated[User, doc("The user that the token belongs to.")]
