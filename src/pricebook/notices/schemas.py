from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.auth.schemas import Role
from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage
from pricebook.system.smtp_server import MAX_ADDRESS, mail_address_problem

NoticeKind = Literal["held", "failed", "late", "unusual", "quarantined"]

Email = Annotated[
    Annotated[str, Meta(max_length=MAX_ADDRESS, extra_json_schema={"format": "email"})],
    doc("Address to which the notices are sent, in ASCII."),
]
Kinds = Annotated[
    Annotated[list[NoticeKind], Meta(min_length=1, max_length=len(get_args(NoticeKind)))],
    doc(
        "Of which price lists: `held`, `failed`, `late`, `unusual` (imported),"
        " `quarantined` (imported but for rows with prices out of line)."
    ),
]


class RecipientChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Which notices a user receives, and where."""

    email: Email
    kinds: Kinds

    def __post_init__(self) -> None:
        """Raise ValidationError for an address that is none."""
        if problem := mail_address_problem(self.email):
            raise validation_error(body_issue("email", problem))


class Recipient(Struct, frozen=True):
    """A user who receives notices by e-mail."""

    user_id: Annotated[UUID, doc("Id of the user.")]
    username: Annotated[str, doc("Name of the user.")]
    role: Annotated[Role, doc("Role of the user: the mail names what it may do.")]
    email: Email
    kinds: Kinds
    created_at: Annotated[datetime, doc("Time of the first choice, ISO 8601 UTC.")]
    updated_at: Annotated[datetime, doc("Time of the last change, ISO 8601 UTC.")]


class RecipientPage(CursorPage[Recipient], frozen=True):
    """A page of users who receive notices."""


class Notice(Struct, frozen=True):
    """A notice for a user: what happened to which list; `details` depend on the kind."""

    id: UUID
    kind: NoticeKind
    supplier_id: UUID | None
    supplier_name: str
    task_id: UUID | None
    reasons: list[str]
    details: dict[str, Any]


class WaitingUser(Struct, frozen=True):
    """A user for whom a mail is to be made."""

    id: UUID
    email: str
    role: Role


class FailingWebhook(Struct, frozen=True):
    """A webhook that fails or is disabled, and an admin who receives notices."""

    id: UUID
    name: str
    failures: int
    failing_since: datetime
    last_error: str | None
    is_disabled: bool
    user_id: UUID
    email: str


class NoticeMail(Struct, frozen=True):
    """A mail to a user, and how often it was tried, this attempt included."""

    id: UUID
    recipient: str
    role: Role
    subject: str
    body: str
    attempts: int
    created_at: datetime


class SentMail(Struct, frozen=True):
    """A mail of notices as people see it: when, to whom, and what came of it."""

    recipient: str
    subject: str
    state: Literal["queued", "sent", "failed"]
    attempts: int
    error: str | None
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime


class MailStatus(Struct, frozen=True):
    """Numbers of mails by state, and the newest error of those that are not sent."""

    recipients: int
    queued: int
    failed: int
    last_error: str | None
    last_recipient: str | None
