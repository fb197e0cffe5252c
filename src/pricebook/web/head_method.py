"""The layer that answers HEAD as GET is answered, without the body (RFC 9110, 9.3.2)."""

from collections.abc import Awaitable, Iterable
from typing import Any

from pricebook.web.repeat import not_again
from pricebook.web.routing import AsgiApp


class HeadMethod:
    """Lets the application answer GET where a client sends HEAD, and ends after the header."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Let the application answer one request."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            return self._answer(scope, receive, send)
        return self._app(scope, receive, send)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_header(message: Any) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        not_again(scope)
        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, send_header)
        finally:
            scope.update(as_get, method="HEAD")
            scope.pop("kept", None)


def with_head(methods: Iterable[str]) -> str:
    """Return the field Allow for a path with these methods."""
    allowed = set(methods)
    return ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed))
