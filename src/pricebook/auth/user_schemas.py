"""User accounts, as admins see and change them by requests."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.auth.schemas import Role
from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import NO_NUL, doc
from pricebook.http.pagination import CursorPage, CursorPaging, Page, Paging

Password = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=255,
        pattern=NO_NUL,
        description="New password, 8 characters to 72 bytes in UTF-8; never returned.",
    ),
]
SearchText = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
RoleField = Annotated[Role, doc("Role, which decides what the user may do.")]


class UserAccount(Struct, frozen=True):
    """A user account without its secrets."""

    id: Annotated[UUID, doc("Id of the user.")]
    username: Annotated[str, doc("Name to log in with, as it was created.")]
    role: RoleField
    is_active: Annotated[bool, doc("Whether the user can log in.")]
    sessions: Annotated[int, doc("Number of sessions of the console that have not ended.")]
    last_seen_at: Annotated[
        datetime | None,
        doc(
            "Last use of the console or last login, ISO 8601 UTC; up to a minute old. Null without"
            " a login in the last 90 days."
        ),
    ]
    failed_logins: Annotated[
        int,
        doc("Number of failed logins since the last one that succeeded, of the last 90 days."),
    ]
    last_failed_login_at: Annotated[
        datetime | None,
        doc("Time of the last failed login, ISO 8601 UTC. Null without one in the last 90 days."),
    ]
    created_at: Annotated[datetime, doc("Time of creation, ISO 8601 UTC.")]
    updated_at: Annotated[datetime, doc("Time of the last change, ISO 8601 UTC.")]


class UserAccountPage(CursorPage[UserAccount], frozen=True):
    """A page of user accounts."""


class UserSession(Struct, frozen=True):
    """A session of the console that has not ended; neither address nor browser is stored."""

    id: Annotated[UUID, doc("Id of the session.")]
    started_at: Annotated[datetime, doc("Time of the login, ISO 8601 UTC.")]
    last_used_at: Annotated[
        datetime, doc("Time of the last use, ISO 8601 UTC; up to a minute old.")
    ]
    expires_at: Annotated[
        datetime, doc("Time at which it ends unless it is used before, ISO 8601 UTC.")
    ]


class UserSessionPage(Page[UserSession], frozen=True):
    """A page of the sessions of a user."""


class UserSessionQuery(Paging, frozen=True):
    """Which page of the sessions to return."""


class UserQuery(CursorPaging, frozen=True):
    """Filters of user accounts, and which page of them to return."""

    search: Annotated[SearchText | None, doc("Only names that contain this text.")] = None
    role: Annotated[Role | None, doc("Only users of this role.")] = None
    is_active: Annotated[bool | None, doc("Only users who can log in, or who cannot.")] = None


class NewUserAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a new user account."""

    username: Annotated[
        str,
        Meta(
            min_length=3,
            max_length=255,
            pattern=NO_NUL,
            description="Name to log in with, unique in any case of letters, in Unicode form NFKC.",
        ),
    ]
    role: RoleField
    password: Password


class UserAccountChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of a user account; fields that are not sent stay."""

    role: RoleField | UnsetType = UNSET
    is_active: Annotated[bool | UnsetType, doc("Whether the user can log in.")] = UNSET
    password: Password | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Raise ValidationError without any field."""
        if (self.role, self.is_active, self.password) == (UNSET, UNSET, UNSET):
            raise validation_error(body_issue("(all)", "names no field to change"))
