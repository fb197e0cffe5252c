"""Refusals of requests that never reach the application."""

import secrets

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from pricebook.errors import (
    FieldIssue,
    PayloadTooLargeError,
    PricebookError,
    TooManyConnectionsError,
    ValidationError,
    body_issue,
    refuse,
)
from pricebook.known_heads import write
from pricebook.web.answers import Headers
from pricebook.web.hosts import has_valid_host
from pricebook.web.problems import MEDIA_TYPE, problem_of
from pricebook.web.security import NO_STORE

# What is shorter is answered by the application, as a problem that says which field is too long.
MAX_HEAD_BYTES = 128 * 1024
MAX_FIELDS = 100

NO_HTTP = ValidationError("This is no request of HTTP/1.1, or its method is unknown.")
TOO_LARGE = PayloadTooLargeError(
    f"The head of a request has {MAX_FIELDS} fields and {MAX_HEAD_BYTES // 1024} KiB at most."
)
BAD_HOST = refuse(FieldIssue("header", "Host", "expected one name or address, and maybe a port"))
BAD_CODING = refuse(
    FieldIssue("header", "Transfer-Encoding", "expected chunked alone, and HTTP/1.1")
)
UPGRADE = ValidationError("A request to change the protocol has no body.")
TOO_MANY = TooManyConnectionsError("Too many clients are connected; try again in a moment.")
SMALL_CHUNKS = refuse(body_issue("(all)", "comes in too many chunks of a few bytes"))


def refusal_of_head(
    headers: Headers, http_version: str, *, upgrades: bool
) -> PricebookError | None:
    """Return what is wrong with the fields that say where a request goes, and where it ends.

    After a request to change the protocol llhttp reads no body: it would be the next request.
    """
    if not has_valid_host(headers, http_version):
        return BAD_HOST
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or http_version != "1.1"):
        return BAD_CODING
    return UPGRADE if upgrades and _has_body(headers) else None


def _has_body(headers: Headers) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


def write_refusal(error: PricebookError, common: Headers) -> bytes:
    """Return the response to a refused request: a problem, and the end of the connection."""
    request_id = secrets.token_hex(16)
    problem = msgspec.json.encode(problem_of(error, "", request_id))
    fields = [
        *common,
        *NO_STORE,
        *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", b"%d" % len(problem)),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    return STATUS_LINE[error.status] + write(fields) + b"\r\n" + problem
