"""Responses to requests that the server rejects before the application."""

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

# Heads below the limit reach the application, which names the field that is too long.
MAX_REQUEST_HEAD_BYTES = 128 * 1024
MAX_HEADERS = 100

MALFORMED_REQUEST = ValidationError("The request is not valid HTTP/1.1, or its method is unknown.")
HEAD_TOO_LARGE = PayloadTooLargeError(
    f"A request head is limited to {MAX_HEADERS} fields and {MAX_REQUEST_HEAD_BYTES // 1024} KiB."
)
INVALID_HOST = validation_error(
    FieldIssue("header", "Host", "expected one host name or address, with an optional port")
)
INVALID_TRANSFER_ENCODING = validation_error(
    FieldIssue("header", "Transfer-Encoding", "expected only chunked, in HTTP/1.1")
)
UPGRADE_WITH_BODY = ValidationError("A request with Upgrade must not have a body.")
TOO_MANY_CONNECTIONS = TooManyConnectionsError(
    "Too many connections are open; retry after the time in Retry-After."
)
CHUNKS_TOO_SMALL = validation_error(body_issue("(all)", "has too many chunks of a few bytes"))


def request_head_error(
    headers: Headers, fields: dict[bytes, bytes], http_version: str, *, is_upgrade: bool
) -> PricebookError | None:
    """Return the error of a head whose Host or framing fields are invalid, None if it is valid.

    `fields` are the same headers by name. A request to upgrade must not have a body: llhttp does
    not read one, and would parse its bytes as the next request.
    """
    if not has_valid_host(headers, fields, http_version):
        return INVALID_HOST
    if b"transfer-encoding" in fields:
        encodings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
        if encodings != [b"chunked"] or http_version != "1.1":
            return INVALID_TRANSFER_ENCODING
    return UPGRADE_WITH_BODY if is_upgrade and _has_body(headers) else None


def _has_body(headers: Headers) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


def serialize_rejection(error: PricebookError, default_headers: Headers) -> bytes:
    """Return a rejection as bytes: a problem with `Connection: close`."""
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
