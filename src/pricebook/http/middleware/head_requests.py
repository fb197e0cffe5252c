"""Middleware that responds to HEAD as to GET, without the body (RFC 9110, 9.3.2)."""

from collections.abc import Awaitable, Iterable
from typing import Any

from pricebook.http.asgi import AsgiApp
from pricebook.http.request_state import request_state


class HeadRequestMiddleware:
    """Calls the application with GET for each HEAD request, and sends only the header."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Process one request."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            return self._respond(scope, receive, send)
        return self._app(scope, receive, send)

    async def _respond(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_head_only(message: Any) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        request_state(scope).bypass_raw_cache()
        get_scope = {**scope, "method": "GET"}
        try:
            await self._app(get_scope, receive, send_head_only)
        finally:
            scope.update(get_scope, method="HEAD")


def allow_header_value(methods: Iterable[str]) -> str:
    """Return the value of Allow for a path with these methods; GET includes HEAD."""
    allowed = set(methods)
    return ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed))
