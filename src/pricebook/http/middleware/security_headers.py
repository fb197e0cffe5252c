"""Middleware that adds the security, caching and CORS fields of all responses."""

from collections.abc import Awaitable, Collection
from typing import Any

from pricebook.http.asgi import AsgiApp, Headers

DOCS_PATHS = {"/docs", "/docs/"}
DENY_ALL_POLICY = b"default-src 'none'; frame-ancestors 'none'"
# Swagger UI loads its scripts as files, and sets styles and icons inline.
DOCS_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
# Pages load scripts, styles and images as files, and report violations to a route that logs them.
# With `no-referrer`, browsers would send `Origin: null` with the forms of pages.
PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /console/csp-reports"
)
PAGE_REFERRER_POLICY = b"same-origin"
API_PREFIX = "/api/"
EXPOSED_HEADERS = (
    b"Content-Disposition, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"X-Request-ID"
)
# A shared cache could send the response to a client without the permission for it.
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
    """Adds the fields for browsers and caches to every response, and responds to preflights.

    Only pages of ALLOWED_ORIGINS may read responses. No response allows credentials: a token is a
    field that the page itself sets, and the cookie of the console is for its own pages.
    """

    def __init__(self, app: AsgiApp, origins: Collection[str], hsts_seconds: int) -> None:
        self._app = app
        self._headers = security_headers(origins, hsts_seconds)
        self._docs_headers = security_headers(origins, hsts_seconds, DOCS_POLICY)
        self._page_headers = security_headers(
            origins, hsts_seconds, PAGE_POLICY, PAGE_REFERRER_POLICY
        )
        self._cors_headers: dict[bytes, Headers] = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", EXPOSED_HEADERS),
            ]
            for origin in origins
        }

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Process one request; not a coroutine, which would cost CPU time for each request."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        is_api = scope["path"].startswith(API_PREFIX)
        response_headers = self._headers if is_api else self._headers_outside_api(scope)
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

    def _headers_outside_api(self, scope: Any) -> Headers:
        """Return the fields for the documentation, for pages, and for everything else."""
        if scope["path"] in DOCS_PATHS:
            return self._docs_headers
        is_page = any(n == b"accept" and b"text/html" in value for n, value in scope["headers"])
        return self._page_headers if is_page else self._headers

    def _cors_headers_for(self, scope: Any) -> Headers | None:
        """Return the CORS fields for the request's origin, None if it is not allowed."""
        for name, value in scope["headers"]:
            if name == b"origin":
                return self._cors_headers.get(value)
        return None


def security_headers(
    origins: Collection[str],
    hsts_seconds: int,
    policy: bytes = DENY_ALL_POLICY,
    referrer_policy: bytes = b"no-referrer",
) -> Headers:
    """Return the fields for browsers that every response has."""
    response_headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", policy),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", referrer_policy),
    ]
    if hsts_seconds:
        response_headers.append((b"strict-transport-security", b"max-age=%d" % hsts_seconds))
    if origins:
        response_headers.append((b"vary", b"Origin"))
    return response_headers


def _default_cache_control(headers: Headers) -> Headers:
    """Return `no-store` unless the response has a Cache-Control of its own."""
    return [] if any(name == b"cache-control" for name, _ in headers) else NO_STORE


def _is_preflight(scope: Any) -> bool:
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and b"access-control-request-method" in names


async def _send_preflight_response(response_headers: Headers, send: Any) -> None:
    headers = [*response_headers, *PREFLIGHT_HEADERS]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
