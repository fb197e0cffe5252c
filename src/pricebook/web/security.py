"""The layer that tells browsers what they may do with an answer, and whose pages may read it."""

from collections.abc import Awaitable, Collection
from typing import Any

from pricebook.web.answers import Headers
from pricebook.web.routing import AsgiApp

DOCS = {"/docs", "/docs/"}
NOTHING = b"default-src 'none'; frame-ancestors 'none'"
# Swagger UI brings its scripts as files and writes its styles and icons into the page.
OWN_FILES = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
SHOWN = (
    b"Content-Disposition, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"X-Request-ID"
)
# A shared cache would give one caller what another one may see.
NO_STORE = [(b"cache-control", b"no-store")]
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, If-None-Match, X-Request-ID, traceparent",
    ),
    (b"access-control-max-age", b"3600"),
]


class Security:
    """Adds the fields that browsers and caches heed to every answer, and answers preflights.

    No origin but the listed ones may read an answer; none may send credentials of its own accord,
    because there are no cookies: a token is a field that a page must have and set.
    """

    def __init__(self, app: AsgiApp, origins: Collection[str], hsts_seconds: int) -> None:
        self._app = app
        self._fields = security_fields(origins, hsts_seconds)
        self._docs_fields = security_fields(origins, hsts_seconds, OWN_FILES)
        self._shared: dict[bytes, Headers] = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", SHOWN),
            ]
            for origin in origins
        }

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Let the application answer one request; no coroutine of its own, which would cost."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        fields = self._docs_fields if scope["path"] in DOCS else self._fields
        shared = self._shared_with(scope) if self._shared else None
        if shared:
            fields = [*fields, *shared]
            if _is_preflight(scope):
                return _answer_preflight(fields, send)

        def send_with_fields(message: Any) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                message["headers"] = [*headers, *fields, *_unless_cacheable(headers)]
            return send(message)

        return self._app(scope, receive, send_with_fields)

    def _shared_with(self, scope: Any) -> Headers | None:
        """Return the fields that let the caller's page read the answer, if it may."""
        for name, value in scope["headers"]:
            if name == b"origin":
                return self._shared.get(value)
        return None


def security_fields(
    origins: Collection[str], hsts_seconds: int, policy: bytes = NOTHING
) -> Headers:
    """Return the fields for browsers that every response has."""
    fields = [
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", policy),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
    ]
    if hsts_seconds:
        fields.append((b"strict-transport-security", b"max-age=%d" % hsts_seconds))
    if origins:
        fields.append((b"vary", b"Origin"))
    return fields


def _unless_cacheable(headers: Headers) -> Headers:
    """Return what keeps a response out of caches, unless it says itself how it may be cached."""
    return [] if any(name == b"cache-control" for name, _ in headers) else NO_STORE


def _is_preflight(scope: Any) -> bool:
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and b"access-control-request-method" in names


async def _answer_preflight(fields: Headers, send: Any) -> None:
    headers = [*fields, *PREFLIGHT]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
