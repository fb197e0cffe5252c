"""The layer that tells browsers what they may do with an answer, and whose pages may read it."""

from collections.abc import Awaitable, Collection
from typing import Any

from pricebook.http.asgi import AsgiApp, Headers

DOCS_PATHS = {"/docs", "/docs/"}
DENY_ALL_POLICY = b"default-src 'none'; frame-ancestors 'none'"
# Swagger UI brings its scripts as files and writes its styles and icons into the page.
DOCS_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
EXPOSED_HEADERS = (
    b"Content-Disposition, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"X-Request-ID"
)
# A shared cache would give one caller what another one may see.
NO_STORE = [(b"cache-control", b"no-store")]
PREFLIGHT_HEADERS = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-ID, traceparent",
    ),
    (b"access-control-max-age", b"3600"),
]


class SecurityHeadersMiddleware:
    """Adds the fields that browsers and caches heed to every answer, and answers preflights.

    No origin but the listed ones may read an answer; none may send credentials of its own accord,
    because there are no cookies: a token is a field that a page must have and set.
    """

    def __init__(self, app: AsgiApp, origins: Collection[str], hsts_seconds: int) -> None:
        self._app = app
        self._headers = security_headers(origins, hsts_seconds)
        self._docs_headers = security_headers(origins, hsts_seconds, DOCS_POLICY)
        self._cors_headers: dict[bytes, Headers] = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", EXPOSED_HEADERS),
            ]
            for origin in origins
        }

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Let the application answer one request; no coroutine of its own, which would cost."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        response_headers = self._docs_headers if scope["path"] in DOCS_PATHS else self._headers
        cors_headers = self._cors_headers_for(scope) if self._cors_headers else None
        if cors_headers:
            response_headers = [*response_headers, *cors_headers]
            if _is_preflight(scope):
                return _send_preflight_response(response_headers, send)

        def send_with_headers(message: Any) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                message["headers"] = [*headers, *response_headers, *_default_cache_control(headers)]
            return send(message)

        return self._app(scope, receive, send_with_headers)

    def _cors_headers_for(self, scope: Any) -> Headers | None:
        """Return the fields that let the caller's page read the answer, if it may."""
        for name, value in scope["headers"]:
            if name == b"origin":
                return self._cors_headers.get(value)
        return None


def security_headers(
    origins: Collection[str], hsts_seconds: int, policy: bytes = DENY_ALL_POLICY
) -> Headers:
    """Return the fields for browsers that every response has."""
    response_headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", policy),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
    ]
    if hsts_seconds:
        response_headers.append((b"strict-transport-security", b"max-age=%d" % hsts_seconds))
    if origins:
        response_headers.append((b"vary", b"Origin"))
    return response_headers


def _default_cache_control(headers: Headers) -> Headers:
    """Return what keeps a response out of caches, unless it says itself how it may be cached."""
    return [] if any(name == b"cache-control" for name, _ in headers) else NO_STORE


def _is_preflight(scope: Any) -> bool:
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and b"access-control-request-method" in names


async def _send_preflight_response(response_headers: Headers, send: Any) -> None:
    headers = [*response_headers, *PREFLIGHT_HEADERS]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
