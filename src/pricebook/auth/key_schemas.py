"""API keys of machines."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct, field

from pricebook.auth.schemas import Role
from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import doc, normalise_text, text_schema
from pricebook.http.pagination import CursorPage

MAX_NAME = 100
DEFAULT_DAYS = 365  # until a key expires
MAX_DAYS = 36_500

KeyId = Annotated[UUID, doc("Id of the key; the key contains it.")]
ReadOnly = Annotated[
    bool, doc("Whether it changes nothing: requests other than GET and HEAD get 403.")
]
KeyState = Literal["active", "expired", "revoked"]


def default_expiry() -> datetime:
    """Return the end of the validity of a key that is created now without another one."""
    return datetime.now(UTC) + timedelta(DEFAULT_DAYS)


class NewApiKey(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a new API key."""

    name: Annotated[
        str,
        doc(
            "Name of the program that uses it; unique in any case, but for revoked keys.",
            **text_schema(MAX_NAME),
        ),
    ]
    role: Annotated[Role, doc("Role, which decides what the key may do.")]
    expires_at: Annotated[
        datetime | None,
        doc(
            "End of its validity, ISO 8601 with a time zone, in the future; null for none. Without"
            f" it the key is valid for {DEFAULT_DAYS} days."
        ),
    ] = field(default_factory=default_expiry)
    read_only: ReadOnly = False

    def __post_init__(self) -> None:
        """Normalise the name; raises ValidationError naming the refused fields."""
        issues = normalise_text(self, "name", MAX_NAME)
        if self.expires_at is not None:
            if self.expires_at.tzinfo is None:
                issues.append(body_issue("expires_at", "has no time zone: append Z for UTC"))
            elif not timedelta() < self.expires_at - datetime.now(UTC) <= timedelta(MAX_DAYS):
                expected = f"is not in the future or is more than {MAX_DAYS:,} days from now"
                issues.append(body_issue("expires_at", expected))
        if issues:
            raise validation_error(*issues)


class ApiKey(Struct, frozen=True):
    """An API key without its secret."""

    id: KeyId
    name: Annotated[str, doc("Name of the program that uses it.")]
    role: Annotated[Role, doc("Role, which decides what the key may do.")]
    read_only: ReadOnly
    state: Annotated[KeyState, doc("Whether it is accepted: only an `active` one is.")]
    created_at: Annotated[datetime, doc("Time of creation, ISO 8601 UTC.")]
    created_by: Annotated[str, doc("Who created it.")]
    expires_at: Annotated[
        datetime | None, doc("End of its validity, ISO 8601 UTC; null without one.")
    ]
    last_used_at: Annotated[
        datetime | None,
        doc("Time of its last request, up to a minute old, ISO 8601 UTC; null without one."),
    ]
    revoked_at: Annotated[
        datetime | None, doc("Time of its revocation, ISO 8601 UTC; null without one.")
    ]
    revoked_by: Annotated[str | None, doc("Who revoked it; null without a revocation.")]


class CreatedApiKey(ApiKey, frozen=True):
    """A new API key with its text, which is never shown again."""

    key: Annotated[
        str, doc("The key for `Authorization: Bearer`; shown once, only its hash is stored.")
    ]


class ApiKeyPage(CursorPage[ApiKey], frozen=True):
    """A page of API keys."""


class StoredKey(Struct, frozen=True):
    """The fields of an API key that a request is checked against."""

    id: UUID
    name: str
    role: Role
    read_only: bool
    secret_hash: bytes
    expires_at: datetime | None
    revoked_at: datetime | None
