"""The layer that keeps one caller from taking the public catalog away from the others."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from pricebook.web.addresses import caller_of
from pricebook.web.problems import send_error
from pricebook.web.rate_limit import Limit, exceeded
from pricebook.web.repeat import not_again
from pricebook.web.routing import AsgiApp

PUBLIC = ("/api/v1/catalog", "/api/v1/categories")
WINDOW_SECONDS = 60
# Who has more addresses than that begins anew more often than once a minute, and so do all.
MAX_CALLERS = 100_000


class FairShare:
    """Counts the requests of each caller for the public catalog, in this process alone."""

    def __init__(
        self, app: AsgiApp, per_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._clock = clock
        self._limit = Limit("catalog", per_minute, WINDOW_SECONDS)
        self._policy = (b"ratelimit-policy", b'"catalog";q=%d;w=%d' % (per_minute, WINDOW_SECONDS))
        self._counts: dict[str, int] = {}
        self._ends_at = 0.0

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Let the application answer one request, or refuse it."""
        if scope["type"] != "http" or not scope["path"].startswith(PUBLIC):
            return self._app(scope, receive, send)
        not_again(scope)
        left, seconds = self._take(caller_of(scope["client"][0]))
        if left < 0:
            return send_error(exceeded(self._limit, seconds, "Too many requests"), scope, send)
        headers = [(b"ratelimit", b'"catalog";r=%d;t=%d' % (left, seconds)), self._policy]

        def send_with_fields(message: Any) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            return send(message)

        return self._app(scope, receive, send_with_fields)

    def _take(self, caller: str) -> tuple[int, int]:
        """Count one; return how many are left (under 0: none was) and when all begin anew."""
        now = self._clock()
        if now >= self._ends_at or len(self._counts) >= MAX_CALLERS:
            self._counts.clear()
            self._ends_at = now + WINDOW_SECONDS
        count = self._counts.get(caller, 0) + 1
        self._counts[caller] = count
        return self._limit.count - count, int(self._ends_at - now) + 1
