"""Middleware with timeouts for request bodies and streamed responses of slow clients."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from pricebook.errors import body_issue, validation_error
from pricebook.http.asgi import AsgiApp
from pricebook.http.request_state import request_state

log = structlog.stdlib.get_logger(__name__)

BODY_GRACE_SECONDS = 20.0
MIN_BODY_BYTES_PER_SECOND = 1024
# A streamed response occupies a connection to PostgreSQL until the client has read it.
STREAM_GRACE_SECONDS = 10.0
MIN_STREAM_BYTES_PER_SECOND = 32 * 1024
METHODS_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS"}


class SlowClientMiddleware:
    """Enforces a minimum rate on request bodies and on the reading of streamed responses."""

    def __init__(self, app: AsgiApp, grace_seconds: float = BODY_GRACE_SECONDS) -> None:
        self._app = app
        self._grace_seconds = grace_seconds

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Process one request."""
        if scope["type"] == "http" and scope["method"] not in METHODS_WITHOUT_BODY:
            receive = _RequestBody(receive, self._grace_seconds).receive
        elif scope["type"] == "http":
            receive = _EmptyRequestBody(receive).receive
            send = _ResponseStream(scope, send).send
        return self._app(scope, receive, send)


class _RequestBody:
    """A request body that must arrive at a minimum rate."""

    def __init__(self, receive: Any, grace_seconds: float) -> None:
        self._receive = receive
        self._deadline = asyncio.get_running_loop().time() + grace_seconds
        self._is_complete = False

    async def receive(self) -> Any:
        """Return the next message; raises ValidationError at the deadline or after a disconnect."""
        if self._is_complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise validation_error(body_issue("(all)", "is sent too slowly")) from None
        if message["type"] == "http.disconnect":
            raise validation_error(body_issue("(all)", "ends before it is complete"))
        self._deadline += len(message.get("body", b"")) / MIN_BODY_BYTES_PER_SECOND
        self._is_complete = not message.get("more_body", False)
        return message


class _ResponseStream:
    """A streamed response that the client must read at a minimum rate."""

    def __init__(self, scope: Any, send: Any) -> None:
        self._abort_connection = request_state(scope).abort
        self._send = send
        self._allowed_seconds = STREAM_GRACE_SECONDS

    async def send(self, message: Any) -> None:
        """Send a message; abort the connection if the client reads the earlier ones too slowly."""
        if not message.get("more_body") or self._abort_connection is None:
            await self._send(message)
            return
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        timer = loop.call_later(self._allowed_seconds, self._abort, self._abort_connection)
        try:
            await self._send(message)
        finally:
            timer.cancel()
        remaining = min(self._allowed_seconds - (loop.time() - started_at), STREAM_GRACE_SECONDS)
        self._allowed_seconds = remaining + len(message["body"]) / MIN_STREAM_BYTES_PER_SECOND

    def _abort(self, abort_connection: Callable[[], None]) -> None:
        log.info("connection closed: the client reads a streamed response too slowly")
        abort_connection()


class _EmptyRequestBody:
    """The receive function of a request without a body; drops a body that is sent anyway.

    Litestar calls receive() during a streamed response to detect the disconnect, one recursion
    deeper for each body message.
    """

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._is_received = False

    async def receive(self) -> Any:
        """Return an empty body, then the disconnect."""
        if not self._is_received:
            self._is_received = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        return message
