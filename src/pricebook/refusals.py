"""Refusals of requests that never reach the application."""

import secrets

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from pricebook.errors import PricebookError
from pricebook.known_heads import write
from pricebook.web.answers import Headers
from pricebook.web.problems import MEDIA_TYPE, problem_of
from pricebook.web.security import NO_STORE


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


def has_body(headers: Headers) -> bool:
    """Return whether a body is announced.

    After a request to change the protocol llhttp reads none: it would be the next request.
    """
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )
