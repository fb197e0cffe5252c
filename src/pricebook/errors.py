"""The errors a caller may see, on HTTP and on the command line alike.

Each has a `code` and an HTTP `status`; its message is one sentence for a person that names what is
wrong and where. Nothing else may end up in front of a user.
"""

from typing import ClassVar, Literal

import msgspec


class FieldIssue(msgspec.Struct, frozen=True, rename={"location": "in"}):
    """One field of a request that was refused: where it stands, its name and what is wrong."""

    location: Literal["query", "path", "body", "header"]
    field: str
    issue: str


def body_issue(field: str, issue: str) -> FieldIssue:
    """Say what is wrong with one field of a body."""
    return FieldIssue("body", field, issue)


def query_issue(field: str, issue: str) -> FieldIssue:
    """Say what is wrong with one query parameter."""
    return FieldIssue("query", field, issue)


class PricebookError(Exception):
    """The base of every error that Pricebook raises on purpose."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}


class ValidationError(PricebookError):
    """Bad query, path or body; `issues` names each field."""

    code = "VALIDATION_ERROR"
    status = 400
    title = "Invalid request"

    def __init__(self, message: str, issues: tuple[FieldIssue, ...] = ()) -> None:
        super().__init__(message)
        self.issues = issues


def validation_error(*issues: FieldIssue) -> ValidationError:
    """Make the error that names one or more refused fields."""
    sentence = "; ".join(_describe_issue(issue) for issue in issues)
    return ValidationError(f"{sentence[:1].upper()}{sentence[1:]}.", issues)


def as_issue_text(library_message: str) -> str:
    """Put what a library says of a value into words that fit into a sentence of ours."""
    return library_message[:1].lower() + library_message[1:].replace("`", "")


def _describe_issue(issue: FieldIssue) -> str:
    kind = "field" if issue.location == "body" else f"{issue.location} parameter"
    return f"{kind} {issue.field}: {issue.issue}"


class UnauthorizedError(PricebookError):
    """Nobody knows who is calling: no token, a wrong one, or a wrong login."""

    code = "UNAUTHORIZED"
    status = 401
    title = "Not logged in"

    def __init__(self, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer", **(headers or {})})


class ForbiddenError(PricebookError):
    """The caller is known, but their role may not do this."""

    code = "FORBIDDEN"
    status = 403
    title = "Not allowed"


class NotFoundError(PricebookError):
    """What was asked for does not exist, or not for this caller."""

    code = "NOT_FOUND"
    status = 404
    title = "Not found"


class MethodNotAllowedError(PricebookError):
    """The path exists, the method does not."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    title = "Method not allowed"


class ConflictError(PricebookError):
    """What is asked for contradicts what is there already."""

    code = "CONFLICT"
    status = 409
    title = "Conflict"


class PayloadTooLargeError(PricebookError):
    """A body or upload is over its limit."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413
    title = "Too large"


class TooManyConnectionsError(PricebookError):
    """More clients are connected than API_CONNECTIONS allows."""

    code = "TOO_MANY_CONNECTIONS"
    status = 503
    title = "Too many connections"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "1"})


class RateLimitExceededError(PricebookError):
    """Too many requests of one kind; the header fields say which limit, and when to try again."""

    code = "RATE_LIMIT_EXCEEDED"
    status = 429
    title = "Too many requests"


class DatabaseUnavailableError(PricebookError):
    """PostgreSQL cannot be reached, or has no connection to spare in time."""

    code = "DATABASE_UNAVAILABLE"
    status = 503
    title = "Database unavailable"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "1"})


class DatabaseNotReadyError(DatabaseUnavailableError):
    """The database answers but is not the one this program needs (migrations, currency)."""


class DatabaseBusyError(DatabaseUnavailableError):
    """A transaction of somebody else held a lock for too long; nothing was changed."""


class DatabaseFullError(DatabaseUnavailableError):
    """PostgreSQL has no room left on its disk; nothing was changed."""


class StorageFullError(PricebookError):
    """There is no room for a file: a full disk or a spent quota; nothing of the file is kept."""

    code = "STORAGE_FULL"
    status = 507
    title = "Storage full"


class DatabaseRightsError(PricebookError):
    """The role of DATABASE_URL may not do what was asked of it."""


class RedisUnavailableError(PricebookError):
    """The queue cannot be reached; nothing was started."""

    code = "REDIS_UNAVAILABLE"
    status = 503
    title = "Queue unavailable"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "1"})


class SettingsError(PricebookError):
    """A setting is missing or wrong; the message names it."""


class EmbeddedServerError(PricebookError):
    """The embedded PostgreSQL or Redis could not be started; the message says what to do."""


class PriceListError(PricebookError):
    """A price list cannot be understood as a whole; nothing of it was taken in."""

    code = "PRICE_LIST_UNREADABLE"
    status = 400
    title = "Unreadable price list"


class SourceUnavailableError(PricebookError):
    """The place of a price list does not answer for now; later it may."""

    code = "SOURCE_UNAVAILABLE"
    status = 503
    title = "Source unavailable"


class ParserKilledError(PricebookError):
    """The process that read a price list came to its end: too much memory, too much time."""

    code = "PARSER_KILLED"
    status = 400
    title = "Unreadable price list"


class LeaseLostError(PricebookError):
    """A task is no longer ours to end: another worker has it, or somebody took it away."""
