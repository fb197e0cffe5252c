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
    validation_error,
)
from pricebook.http.asgi import Headers
from pricebook.http.host_field import has_valid_host
from pricebook.http.middleware.security_headers import NO_STORE
from pricebook.http.problems import MEDIA_TYPE, problem_of
from pricebook.server.raw_cache import serialize_headers

# What is shorter is answered by the application, as a problem that says which field is too long.
MAX_REQUEST_HEAD_BYTES = 128 * 1024
MAX_HEADERS = 100

MALFORMED_REQUEST = ValidationError("This is no request of HTTP/1.1, or its method is unknown.")
HEAD_TOO_LARGE = PayloadTooLargeError(
    f"The head of a request has {MAX_HEADERS} fields and {MAX_REQUEST_HEAD_BYTES // 1024} KiB "
    "at most."
)
INVALID_HOST = validation_error(
    FieldIssue("header", "Host", "expected one name or address, and maybe a port")
)
INVALID_TRANSFER_ENCODING = validation_error(
    FieldIssue("header", "Transfer-Encoding", "expected chunked alone, and HTTP/1.1")
)
UPGRADE_WITH_BODY = ValidationError("A request to change the protocol has no body.")
TOO_MANY_CONNECTIONS = TooManyConnectionsError(
    "Too many clients are connected; try again in a moment."
)
CHUNKS_TOO_SMALL = validation_error(body_issue("(all)", "comes in too many chunks of a few bytes"))


def request_head_error(
    headers: Headers, http_version: str, *, is_upgrade: bool
) -> PricebookError | None:
    """Return what is wrong with the fields that say where a request goes, and where it ends.

    After a request to change the protocol llhttp reads no body: it would be the next request.
    """
    if not has_valid_host(headers, http_version):
        return INVALID_HOST
    transfer_encodings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if transfer_encodings and (transfer_encodings != [b"chunked"] or http_version != "1.1"):
        return INVALID_TRANSFER_ENCODING
    return UPGRADE_WITH_BODY if is_upgrade and _has_body(headers) else None


def _has_body(headers: Headers) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


def serialize_rejection(error: PricebookError, default_headers: Headers) -> bytes:
    """Return the response to a refused request: a problem, and the end of the connection."""
    request_id = secrets.token_hex(16)
    problem = msgspec.json.encode(problem_of(error, "", request_id))
    response_headers = [
        *default_headers,
        *NO_STORE,
        *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", b"%d" % len(problem)),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    return STATUS_LINE[error.status] + serialize_headers(response_headers) + b"\r\n" + problem
