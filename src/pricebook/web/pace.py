"""The layer that ends bodies that come, and streamed responses that are read, too slowly."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import structlog

from pricebook.errors import body_issue, refuse
from pricebook.web.routing import AsgiApp

log = structlog.stdlib.get_logger(__name__)

GRACE_SECONDS = 20.0
LEAST_BYTES_A_SECOND = 1024
# A streamed response holds a connection to PostgreSQL for as long as its client reads.
READ_GRACE_SECONDS = 10.0
LEAST_BYTES_READ_A_SECOND = 32 * 1024
# The server puts what ends the connection of a request into its scope.
ABORT = "abort"
BODILESS = {"GET", "HEAD", "OPTIONS"}


class Pace:
    """Lets the application read bodies, and stream responses, that keep up a least pace."""

    def __init__(self, app: AsgiApp, grace_seconds: float = GRACE_SECONDS) -> None:
        self._app = app
        self._grace_seconds = grace_seconds

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Let the application answer one request."""
        if scope["type"] == "http" and scope["method"] not in BODILESS:
            receive = _Body(receive, self._grace_seconds).receive
        elif scope["type"] == "http":
            receive = _NoBody(receive).receive
            send = _Stream(scope, send).send
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


class _Stream:
    """A response on its way out, in pieces."""

    def __init__(self, scope: Any, send: Any) -> None:
        self._scope = scope
        self._send = send
        self._seconds = READ_GRACE_SECONDS

    async def send(self, message: Any) -> None:
        """Send a piece; abort the connection if the pieces before it are read too slowly."""
        if not message.get("more_body") or ABORT not in self._scope:
            await self._send(message)
            return
        loop = asyncio.get_running_loop()
        begun = loop.time()
        timer = loop.call_later(self._seconds, self._abort)
        try:
            await self._send(message)
        finally:
            timer.cancel()
        left = min(self._seconds - (loop.time() - begun), READ_GRACE_SECONDS)
        self._seconds = left + len(message["body"]) / LEAST_BYTES_READ_A_SECOND

    def _abort(self) -> None:
        log.info("a response is read too slowly, its connection is closed")
        self._scope[ABORT]()


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
