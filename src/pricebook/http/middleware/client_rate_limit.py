"""Middleware that limits the requests of one client to the public catalog."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from pricebook.http.asgi import AsgiApp, ErrorResponder
from pricebook.http.client_address import client_network
from pricebook.http.rate_limit import RateLimit, rate_limit_exceeded
from pricebook.http.request_state import request_state

PUBLIC_PREFIXES = ("/api/v1/catalog", "/api/v1/categories", "/catalog/")
PUBLIC_PAGE = "/"  # the list of the catalog
WINDOW_SECONDS = 60
# With more clients than this in a window, all counts are reset before the window ends.
MAX_CLIENTS = 100_000


class ClientRateLimitMiddleware:
    """Counts the requests of each client network to the catalog, per process and minute."""

    def __init__(
        self,
        app: AsgiApp,
        per_minute: int,
        error_responder: ErrorResponder,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._error_responder = error_responder
        self._clock = clock
        self._limit = RateLimit("catalog", per_minute, WINDOW_SECONDS)
        self._policy = (b"ratelimit-policy", b'"catalog";q=%d;w=%d' % (per_minute, WINDOW_SECONDS))
        self._counts: dict[str, int] = {}
        self._window_ends_at = 0.0

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Process one request: 429 over the limit, otherwise RateLimit fields in the response."""
        if scope["type"] != "http" or not _is_public(scope["path"]):
            return self._app(scope, receive, send)
        request_state(scope).bypass_raw_cache()
        remaining, seconds = self._count_request(client_network(scope["client"][0]))
        if remaining < 0:
            error = rate_limit_exceeded(self._limit, seconds, "Too many requests")
            return self._error_responder(scope, error)(scope, receive, send)
        headers = [(b"ratelimit", b'"catalog";r=%d;t=%d' % (remaining, seconds)), self._policy]

        def send_with_headers(message: Any) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            return send(message)

        return self._app(scope, receive, send_with_headers)

    def _count_request(self, client_key: str) -> tuple[int, int]:
        """Count a request; return the number and the seconds left; below 0 is over the limit."""
        now = self._clock()
        if now >= self._window_ends_at or len(self._counts) >= MAX_CLIENTS:
            self._counts.clear()
            self._window_ends_at = now + WINDOW_SECONDS
        count = self._counts.get(client_key, 0) + 1
        self._counts[client_key] = count
        return self._limit.count - count, int(self._window_ends_at - now) + 1


def _is_public(path: str) -> bool:
    return path.startswith(PUBLIC_PREFIXES) or path == PUBLIC_PAGE
