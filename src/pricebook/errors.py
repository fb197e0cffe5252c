"""The errors that users see, over HTTP and on the command line.

Each class has a `code` and an HTTP `status`. The message is one sentence that names what is wrong
and where.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

import msgspec

ErrorCode = Literal[
    "CONFLICT",
    "DATABASE_UNAVAILABLE",
    "FORBIDDEN",
    "INTERNAL_ERROR",
    "METHOD_NOT_ALLOWED",
    "NOT_FOUND",
    "PARSER_KILLED",
    "PAYLOAD_TOO_LARGE",
    "PRICE_LIST_UNREADABLE",
    "RATE_LIMIT_EXCEEDED",
    "REDIS_UNAVAILABLE",
    "SOURCE_UNAVAILABLE",
    "STORAGE_FULL",
    "TOO_MANY_CONNECTIONS",
    "UNAUTHORIZED",
    "VALIDATION_ERROR",
]


class FieldIssue(msgspec.Struct, frozen=True, rename={"location": "in"}):
    """One refused field of a request: its location, its name and the reason."""

    location: Annotated[
        Literal["query", "path", "body", "header"],
        msgspec.Meta(description="The part of the request that contains the field."),
    ]
    field: Annotated[
        str, msgspec.Meta(description="Name of the field, `(all)` for the part as a whole.")
    ]
    issue: Annotated[str, msgspec.Meta(description="Why the field was refused.")]


class PriceListIssue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reason to refuse a price list."""

    message: Annotated[str, msgspec.Meta(description="What is wrong, where, and what decides it.")]
    option: Annotated[
        str,
        msgspec.Meta(description="Option that decides it, `column_mapping.price`; empty for none."),
    ] = ""
    candidates: Annotated[
        tuple[str, ...], msgspec.Meta(description="Values of the option that the list suggests.")
    ] = ()
    price_column: Annotated[
        str, msgspec.Meta(description="Column of the price, as an option names it; empty if open.")
    ] = ""
    sheet: Annotated[
        str, msgspec.Meta(description="Sheet that it is about; empty for the whole price list.")
    ] = ""


def body_issue(field: str, issue: str) -> FieldIssue:
    """Return the issue of a field of a body."""
    return FieldIssue("body", field, issue)


def query_issue(field: str, issue: str) -> FieldIssue:
    """Return the issue of a query parameter."""
    return FieldIssue("query", field, issue)


UNKNOWN_CURSOR = query_issue(
    "cursor", "does not belong to this list: other filters, another sort, or altered"
)


class PricebookError(Exception):
    """The base class of all errors that Pricebook raises deliberately."""

    code: ClassVar[ErrorCode] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}


class ValidationError(PricebookError):
    """Invalid query, path or body; `issues` has each refused field."""

    code = "VALIDATION_ERROR"
    status = 400
    title = "Invalid request"

    def __init__(self, message: str, issues: tuple[FieldIssue, ...] = ()) -> None:
        super().__init__(message)
        self.issues = issues


def validation_error(*issues: FieldIssue) -> ValidationError:
    """Return the error of one or more refused fields."""
    sentence = "; ".join(_describe_issue(issue) for issue in issues)
    return ValidationError(f"{sentence[:1].upper()}{sentence[1:]}.", issues)


def as_issue_text(library_message: str) -> str:
    """Return a library's message as a part of a sentence."""
    return library_message[:1].lower() + library_message[1:].replace("`", "")


def _describe_issue(issue: FieldIssue) -> str:
    kind = "field" if issue.location == "body" else f"{issue.location} parameter"
    return f"{kind} {issue.field}: {issue.issue}"


class UnauthorizedError(PricebookError):
    """The request is not authenticated: no token, an invalid token or a wrong login."""

    code = "UNAUTHORIZED"
    status = 401
    title = "Not logged in"

    def __init__(self, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer", **(headers or {})})


class ForbiddenError(PricebookError):
    """The role of the caller is not allowed to do this."""

    code = "FORBIDDEN"
    status = 403
    title = "Not allowed"


class NotFoundError(PricebookError):
    """The resource does not exist or is not visible to the caller."""

    code = "NOT_FOUND"
    status = 404
    title = "Not found"


class MethodNotAllowedError(PricebookError):
    """The path has no such method."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    title = "Method not allowed"


class ConflictError(PricebookError):
    """The request conflicts with the current state."""

    code = "CONFLICT"
    status = 409
    title = "Conflict"


class PayloadTooLargeError(PricebookError):
    """A body or upload exceeds its limit."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413
    title = "Too large"


class TooManyConnectionsError(PricebookError):
    """More connections are open than API_CONNECTIONS allows."""

    code = "TOO_MANY_CONNECTIONS"
    status = 503
    title = "Too many connections"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "1"})


class RateLimitExceededError(PricebookError):
    """A rate limit is exhausted; the header fields name it and the time until it resets."""

    code = "RATE_LIMIT_EXCEEDED"
    status = 429
    title = "Too many requests"


class DatabaseUnavailableError(PricebookError):
    """PostgreSQL cannot be reached, or no connection is free in time."""

    code = "DATABASE_UNAVAILABLE"
    status = 503
    title = "Database unavailable"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "1"})


class DatabaseNotReadyError(DatabaseUnavailableError):
    """The database is not at the migration head or has another currency."""


class DatabaseBusyError(DatabaseUnavailableError):
    """Another transaction held a lock too long; nothing was changed."""


class DatabaseFullError(DatabaseUnavailableError):
    """The disk of PostgreSQL is full; nothing was changed."""


class StorageFullError(PricebookError):
    """The disk is full or a quota is exhausted; the file was deleted."""

    code = "STORAGE_FULL"
    status = 507
    title = "Storage full"


class DatabaseRightsError(PricebookError):
    """The role of DATABASE_URL lacks a privilege."""


class RedisUnavailableError(PricebookError):
    """Redis cannot be reached; nothing was enqueued."""

    code = "REDIS_UNAVAILABLE"
    status = 503
    title = "Queue unavailable"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "1"})


class SettingsError(PricebookError):
    """A setting is missing or invalid; the message names it."""


class EmbeddedServerError(PricebookError):
    """The embedded PostgreSQL or Redis cannot start; the message contains the remedy."""


class PriceListError(PricebookError):
    """A price list cannot be read as a whole; nothing of it was imported.

    `issues` has each reason; the message is their sentences.
    """

    code = "PRICE_LIST_UNREADABLE"
    status = 400
    title = "Unreadable price list"

    def __init__(self, message: str, issues: Sequence[PriceListIssue] = ()) -> None:
        super().__init__(message)
        self.issues = tuple(issues) or (PriceListIssue(message),)

    @classmethod
    def of_issues(cls, issues: Sequence[PriceListIssue]) -> Self:
        """Return the error of one or more reasons; equal sentences are named once."""
        return cls(" ".join(_sentences(issues)), issues)

    @property
    def sentences(self) -> list[str]:
        """Each reason once, as a sentence."""
        return _sentences(self.issues)


def _sentences(issues: Sequence[PriceListIssue]) -> list[str]:
    return list(dict.fromkeys(issue.message for issue in issues))


class SourceUnavailableError(PricebookError):
    """The source of a price list does not respond; a retry may succeed."""

    code = "SOURCE_UNAVAILABLE"
    status = 503
    title = "Source unavailable"


class ParserKilledError(PricebookError):
    """The parser process was killed: it used too much memory or too much time."""

    code = "PARSER_KILLED"
    status = 400
    title = "Unreadable price list"


class LeaseLostError(PricebookError):
    """The lease of a task is lost: another worker has it, or the task was cancelled."""
