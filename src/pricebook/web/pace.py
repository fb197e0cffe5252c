"""The layer that ends requests whose body comes too slowly, or not to its end."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from pricebook.errors import body_issue, refuse
from pricebook.web.routing import AsgiApp

GRACE_SECONDS = 20.0
LEAST_BYTES_A_SECOND = 1024
BODILESS = {"GET", "HEAD", "OPTIONS"}


class Pace:
    """Lets the application read bodies that keep up a least pace."""

    def __init__(self, app: AsgiApp, grace_seconds: float = GRACE_SECONDS) -> None:
        self._app = app
        self._grace_seconds = grace_seconds

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Let the application answer one request."""
        if scope["type"] == "http" and scope["method"] not in BODILESS:
            receive = _Body(receive, self._grace_seconds).receive
        elif scope["type"] == "http":
            receive = _NoBody(receive).receive
        return self._app(scope, receive, send)


class _Body:
    """A body on its way in."""

    def __init__(self, receive: Any, grace_seconds: float) -> None:
        self._receive = receive
        self._deadline = asyncio.get_running_loop().time() + grace_seconds
        self._is_whole = False

    async def receive(self) -> Any:
        """Return the next piece; raises ValidationError when it comes too late or never."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise refuse(body_issue("(all)", "comes too slowly")) from None
        if message["type"] == "http.disconnect":
            raise refuse(body_issue("(all)", "ends before it is whole"))
        self._deadline += len(message.get("body", b"")) / LEAST_BYTES_A_SECOND
        self._is_whole = not message.get("more_body", False)
        return message


class _NoBody:
    """Drops the body of a request that needs none.

    A response that is streamed waits for the end of the connection by reading on and on: Litestar
    goes one call deeper for each piece of a body.
    """

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._is_received = False

    async def receive(self) -> Any:
        """Return an empty body, then nothing before the end of the connection."""
        if not self._is_received:
            self._is_received = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        return message
